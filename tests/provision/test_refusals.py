"""A plan that may not be applied never writes, and says what would lift that."""

# ruff: noqa: E501 - sentences are pinned as people read them

from collections.abc import Callable

from inline_snapshot import snapshot

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.provision import Kind, Refusal
from tests.commands.terminal import Terminal
from tests.provision.fake_parts import Shelf

Shelves = Callable[..., None]


def test_too_many_issues(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.issues["status::reviewed"] = 201
    shelves(labels)
    planned = terminal("plan", "--detailed-exitcode")
    assert planned.code == 1
    assert planned.out.splitlines()[-2:] == snapshot(
        [
            "Refused, so nothing of it is made:",
            "  It would touch 201 issues; 200 may be touched. --allow-issues 201 lifts this.",
        ]
    )
    applied = terminal("apply")
    assert (applied.code, applied.out) == (1, f"{planned.out}Nothing was written.\n")
    assert labels.made == []
    assert terminal("apply", "--allow-issues", "201").code == 0


def test_deletions(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.wanted["area::ai"] = ""
    shelves(labels)
    ran = terminal("apply")
    assert ran.code == 1
    assert ran.out.splitlines()[-3:] == snapshot(
        [
            "Refused, so nothing of it is made:",
            "  It would delete 1 thing; none may be deleted. --allow-delete 1 lifts this.",
            "Nothing was written.",
        ]
    )
    assert labels.made == []
    assert terminal("apply", "--allow-delete", "1").code == 0


def test_uses_that_nobody_could_count(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.issues["status::reviewed"] = None
    shelves(labels)
    ran = terminal("apply", "--allow-issues", "100000")
    assert ran.code == 1
    assert ran.out.splitlines()[-3:] == snapshot(
        [
            "Refused, so nothing of it is made:",
            "  How many issues carry status::reviewed could not be counted, so nothing is taken for unused.",
            "Nothing was written.",
        ]
    )
    assert labels.made == []


def test_a_kind_that_could_not_be_looked_at(terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf) -> None:
    problem = Permanent("GitLab does not let our token do this.")
    shelves(labels, boards, *(Shelf(kind, {}, unreadable=problem) for kind in (Kind.HOOKS, Kind.VARIABLES)))
    ran = terminal("apply")
    assert ran.code == 1
    assert "\n".join(ran.out.splitlines()[-10:]) == snapshot("""\

2 changes to make, touching 12 issues.
  labels: 1 to create, 1 to change, 1 as declared
  boards: 1 as declared
  hooks: could not be looked at
  variables: could not be looked at
  not asked for: templates, documents, schedules
Refused, so nothing of it is made:
  hooks, variables could not be looked at: GitLab does not let our token do this. --only labels --only boards lifts this.
Nothing was written.\
""")
    assert labels.made == []
    assert terminal("apply", "--only", "labels", "--only", "boards").code == 0


def test_no_kind_could_be_looked_at(terminal: Terminal, shelves: Shelves) -> None:
    shelves(Shelf(Kind.LABELS, {}, unreadable=Missing("There is nothing to be seen there.")))
    ran = terminal("apply")
    assert ran.code == 1
    assert ran.out == snapshot("""\
Whether there is anything to do is not known: not everything could be looked at.
  labels: could not be looked at
  not asked for: boards, templates, documents, hooks, schedules, variables
Refused, so nothing of it is made:
  labels could not be looked at: There is nothing to be seen there.
Nothing was written.
""")


def test_a_part_has_its_own_reasons(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.refusals = (Refusal("Two labels are called alike.", None),)
    shelves(labels)
    ran = terminal("apply")
    assert ran.code == 1
    assert ran.out.splitlines()[-3:] == [
        "Refused, so nothing of it is made:",
        "  Two labels are called alike.",
        "Nothing was written.",
    ]


def test_gitlab_is_down(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    """Half a plan is none: nothing is shown that could be taken for the whole."""
    shelves(labels, Shelf(Kind.BOARDS, {}, unreadable=Temporary("GitLab could not be reached.")))
    for command in ("plan", "apply"):
        ran = terminal(command)
        assert (ran.code, ran.out, ran.err) == (1, "", "GitLab could not be reached.\n")
    assert labels.made == []


def test_paused(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    terminal.sets(paused="true")
    shelves(labels)
    ran = terminal("apply")
    assert ran.code == 1
    assert ran.out.endswith("Nothing was written: paused; SOUNDING_BOARD_PAUSED is set.\n")
    assert labels.made == []
