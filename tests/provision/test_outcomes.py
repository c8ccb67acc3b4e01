"""What is said of a change that was cut short: what was done, in part, or what nobody can know. No half-truths."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.failure import Left, Temporary
from app.fakegitlab.faults import Fault
from tests.commands.terminal import Terminal
from tests.provision.fake_parts import Shelf
from tests.provision.label_town import Town, label

Shelves = Callable[..., None]


def test_a_merge_cut_short_says_how_far_it_came(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.has("status::new")
    town.has("status::fresh")
    for _ in range(5):
        town.files("status::fresh")
    written = itertools.count(1)

    def strike(method: str, _path: str) -> Fault | None:
        return Fault("server_error") if method == "PUT" and next(written) == 3 else None

    monkeypatch.setattr(town.world.faults, "strike", strike)
    told = town.applies(label("status::new", "status::fresh"))
    assert told.problem is not None
    assert told.problem.startswith("2 of 5 issues got ~status::new before it broke off. GitLab ")
    assert told.done[-1].left is Left.IN_PART


def test_a_merge_that_did_nothing_only_failed(town: Town) -> None:
    town.has("status::new")
    town.has("status::fresh")
    town.files("status::fresh")
    town.world.faults.server_error(503, methods=("PUT",), path="/issues/")
    assert town.applies(label("status::new", "status::fresh")).done[-1].left is Left.UNDONE
    town.world.faults.clear()


@pytest.mark.parametrize(
    ("left", "line", "numbers"),
    [
        (Left.UNDONE, "could not be made. Oh.", "1 failed"),
        (Left.IN_PART, "was made in part. Oh.", "1 made in part"),
        (Left.UNKNOWN, "may have been made. Oh.", "1 whose outcome is not known"),
    ],
)
def test_the_summary_says_what_became_of_it(
    terminal: Terminal, shelves: Shelves, labels: Shelf, left: Left, line: str, numbers: str
) -> None:
    labels.fails["status::new"] = Temporary("Oh.", left=left)
    shelves(labels)
    ran = terminal("apply")
    assert ran.code == 1
    assert ran.out.splitlines()[-3:] == [
        f"1/2 labels: create status::new in sme/customer-feedback: {line}",
        "labels: 0 of 2 changes made, 1 as declared before",
        f"0 of 2 changes made, {numbers}, 1 not tried. `sounding-board apply` goes on from there.",
    ]


def test_an_edited_plan_is_not_blamed_on_gitlab(
    terminal: Terminal, shelves: Shelves, labels: Shelf, tmp_path: Path
) -> None:
    shelves(labels)
    kept = tmp_path / "plan.json"
    assert terminal("plan", "--out", str(kept)).code == 0
    plan = json.loads(kept.read_text())
    plan["changes"] = plan["changes"][1:]
    kept.write_text(json.dumps(plan))
    ran = terminal("apply", str(kept))
    assert (ran.code, ran.out) == (
        1,
        snapshot("""\
The plan in this file is not the one that was made from what GitLab has, so nothing was written.
Not in the file:
  + create status::new in sme/customer-feedback (label_taxonomy.yml:10)
Make a new plan, look at it, and apply that one.
"""),
    )
    assert labels.made == []
