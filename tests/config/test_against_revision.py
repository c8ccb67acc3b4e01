"""`check --against REV`: a rule that changed has to take effect anew."""

import os
import subprocess
from pathlib import Path

import pytest

from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_history import changes_against
from tests.config.small import PROGRAM, TAXONOMY, written


def git(directory: Path, *words: str) -> None:
    """One git command in a repository that knows no settings of this machine."""
    person = {
        f"GIT_{who}_{what}": "tester@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    alone = {**os.environ, **person, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(directory), *words], check=True, capture_output=True, env=alone)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository whose subfolder holds the small configuration, committed as `main`."""
    directory = tmp_path / "config"
    directory.mkdir()
    written(directory)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return directory


def changed(house: Path, before: str, after: str, revision: str = "main") -> list[str]:
    """What is told when one thing of the taxonomy changed since main."""
    assert before in TAXONOMY
    written(house, TAXONOMY.replace(before, after, 1))
    return [str(error) for error in changes_against(house, revision)]


CURE = " — give a newer `effective_from`, there or for the whole workflow"
FLOW_CURE = " — give the workflow a newer `effective_from`"
SAME = "and `effective_from` (2026-01-01T00:00:00Z) is not newer than before (2026-01-01T00:00:00Z)" + CURE
FLOW_SAME = "and `effective_from` (2026-01-01T00:00:00Z) is not newer than before" + FLOW_CURE
MOVE, FLOW = "label_taxonomy.yml:75:11: ", "label_taxonomy.yml:64:19: "

CHANGES = {
    "nothing": ("", "", []),
    "only words": ("because: It is done.", "because: Done is done.", []),
    "who may": ("who: [pm]", "who: [pm, em]", [MOVE + "the move T1: who may make it changed, " + SAME]),
    "what the target requires": (
        "requires: [theme]",
        "requires: [theme, problem]",
        [MOVE + "the move T1: what it requires changed, " + SAME],
    ),
    "how an item is met": (
        ', "role:pm"]',
        "]",
        [MOVE + "the move T1: what it requires changed, " + SAME],
    ),
    "what is asked at the start": (
        "at_least: 40",
        "at_least: 50",
        [FLOW + "what is asked for at the start changed, " + FLOW_SAME],
    ),
    "a mode": (
        "      because: It is done.\n",
        "      because: It is done.\n      mode: enforce\n",
        [MOVE + "the move T1: its mode changed, " + SAME],
    ),
    "the mode of all": (
        "  moves: {mode: observe}\n",
        "  moves: {mode: enforce}\n",
        [
            FLOW + "the rule `moves` changed, " + FLOW_SAME,
            MOVE + "the moves T1 and T2: its mode changed, " + SAME,
        ],
    ),
    "a rule and a number": (
        "  put_backs: 2\n",
        "  put_backs: 3\n",
        [FLOW + "the numbers changed, " + FLOW_SAME],
    ),
    "the mode of a rule": (
        "  context: {mode: observe}",
        "  context: {mode: guide, mode_by_area: {ai: enforce}}",
        [FLOW + "the rule `context` changed, " + FLOW_SAME],
    ),
    "a move renamed is one gone and one new": (
        "id: T1",
        "id: T9",
        [
            FLOW + "the moves (without T1) changed, " + FLOW_SAME,
            MOVE + "the move T9: it is new, " + SAME,
        ],
    ),
    "the instant alone, backwards": (
        "effective_from: 2026-01-01T00:00:00Z",
        "effective_from: 2025-12-01T00:00:00Z",
        [
            FLOW
            + "`effective_from` went back from 2026-01-01T00:00:00Z to 2025-12-01T00:00:00Z — nobody is judged by a "
            "rule that was not there; give a newer one",
            MOVE + "the moves T1 and T2: it takes effect earlier, and `effective_from` (2025-12-01T00:00:00Z) is not "
            "newer than before (2026-01-01T00:00:00Z)" + CURE,
        ],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_rule_changed_without_a_newer_instant_is_told(change: str, house: Path) -> None:
    before, after, expected = CHANGES[change]
    assert changed(house, before, after) == expected


def test_a_changed_move_with_an_instant_of_its_own_is_welcome(house: Path) -> None:
    newer = "who: [pm, em]\n      effective_from: 2026-02-01T00:00:00Z"
    assert changed(house, "who: [pm]", newer) == []


def test_a_changed_move_whose_own_instant_is_old_is_told_there(house: Path) -> None:
    older = "who: [pm, em]\n      effective_from: 2025-02-01T00:00:00Z"
    assert changed(house, "who: [pm]", older) == [
        "label_taxonomy.yml:79:23: the move T1: who may make it changed, and `effective_from` (2025-02-01T00:00:00Z) "
        "is not newer than before (2026-01-01T00:00:00Z)" + CURE
    ]


def test_a_newer_instant_for_the_whole_workflow_covers_every_change(house: Path) -> None:
    text = TAXONOMY.replace("2026-01-01T", "2026-02-01T").replace("who: [pm]", "who: [em]").replace("id: T2", "id: T7")
    written(house, text.replace("moves: {mode: observe}", "moves: {mode: enforce}"))
    assert changes_against(house, "main") == ()


@pytest.mark.parametrize("revision", ["nowhere", "--help", "-x", "main --help", "main:label_taxonomy.yml"])
def test_a_revision_that_git_does_not_know_is_told(revision: str, house: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        changes_against(house, revision)
    assert str(caught.value) == (
        f"label_taxonomy.yml:1:1: git knows no revision `{revision}` here — "
        "fetch it first, or name another branch or commit"
    )


def test_a_revision_from_before_there_were_rules_has_none_to_change(house: Path) -> None:
    git(house, "switch", "--quiet", "--orphan", "empty")
    git(house.parent, "commit", "--quiet", "--allow-empty", "--message", "nothing")
    house.mkdir(exist_ok=True)
    written(house)
    assert changes_against(house, "HEAD") == ()


def test_an_earlier_revision_that_cannot_be_read_is_named(house: Path) -> None:
    written(house, program=PROGRAM.replace("tier: premium", "tier: gold"))
    git(house, "commit", "--quiet", "--all", "--message", "broken")
    written(house)
    with pytest.raises(ConfigInvalid) as caught:
        changes_against(house, "main")
    assert str(caught.value) == (
        "label_taxonomy.yml:1:1: the rules of `main` can no longer be read (program.yml@main:2:7: `tier` cannot be "
        "`gold` — it can be: free, premium) — compare with a later revision, or give today's rules a newer "
        "`effective_from` and compare from then on"
    )


@pytest.mark.parametrize("gone", ["main:config/label_taxonomy.yml", "main:config", "main^{tree}"])
def test_an_earlier_revision_that_git_cannot_read_is_not_taken_for_an_empty_one(house: Path, gone: str) -> None:
    named = subprocess.run(["git", "-C", str(house), "rev-parse", gone], check=True, capture_output=True, text=True)
    lost = named.stdout.strip()
    (house.parent / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(ConfigInvalid) as caught:
        changes_against(house, "main")
    said = str(caught.value)
    assert said.startswith("label_taxonomy.yml:1:1: git could not read the earlier rules (")
    assert said.endswith(") — look whether the clone is whole: git fsck, or git fetch --refetch")
