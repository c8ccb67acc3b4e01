"""What is declared, is not there, and only people can mend: no run that leaves it is green."""

# ruff: noqa: E501 - sentences are pinned as people read them

import json
from collections.abc import Callable

from inline_snapshot import snapshot

from app.domain.provision import Act, Change, Kind
from tests.commands.terminal import Terminal
from tests.provision.fake_parts import PLACE, Shelf
from tests.provision.label_town import Town, label

Shelves = Callable[..., None]
MISSING = Change(Kind.LABELS, Act.REPORT, PLACE, "also-ai", because="~Also-AI is there", unmet=True)
HINT = Change(Kind.LABELS, Act.REPORT, PLACE, "area::old", because="it belongs to the group sme")


def test_a_plan_that_can_mend_nothing_is_not_green(terminal: Terminal, shelves: Shelves) -> None:
    shelves(Shelf(Kind.LABELS, {}, more=(HINT, MISSING)))
    assert terminal("plan").code == 0
    planned = terminal("plan", "--detailed-exitcode")
    assert planned.code == 3
    assert planned.out.splitlines()[-3] == snapshot(
        "Nothing that `apply` can do. 2 things are left to people. 1 declared thing is not as declared and waits for people."
    )
    applied = terminal("apply")
    assert (applied.code, applied.out) == (1, planned.out)


def test_an_apply_that_made_the_rest_says_what_is_not_as_declared(
    terminal: Terminal, shelves: Shelves, labels: Shelf
) -> None:
    labels.more = (MISSING,)
    shelves(labels)
    assert terminal("plan", "--detailed-exitcode").code == 3
    ran = terminal("apply")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == snapshot("1 declared thing is not as declared and waits for people.")
    assert labels.made == ["status::new", "status::reviewed"]


def test_advice_alone_is_green(terminal: Terminal, shelves: Shelves) -> None:
    shelves(Shelf(Kind.LABELS, {}, more=(HINT,)))
    assert (terminal("plan", "--detailed-exitcode").code, terminal("apply").code) == (0, 0)


def test_machines_are_told_too(terminal: Terminal, shelves: Shelves) -> None:
    shelves(Shelf(Kind.LABELS, {}, more=(HINT, MISSING)))
    plan = json.loads(terminal("plan", "--json").out)
    assert (plan["pending"], plan["unmet"]) == (0, 1)
    assert [change["unmet"] for change in plan["changes"]] == [False, True]


def test_a_label_in_other_capitals_is_not_the_declared_one(town: Town) -> None:
    town.has("Also-AI")
    assert [(one.name, one.unmet) for one in town.plans(label("also-ai"))] == [("also-ai", True)]


def test_labels_that_cannot_change_places_are_not_as_declared(town: Town) -> None:
    town.has("one", about="by hand")
    town.has("two", about="by hand too")
    plans = town.plans(label("one", "two"), label("two", "one"))
    assert [(one.name, one.unmet) for one in plans] == [("one", True), ("two", True)]


def test_a_label_of_a_group_above_that_looks_otherwise_is_not_as_declared(town: Town) -> None:
    town.has("bug", town.top, color="#ff0000")
    assert [(one.name, one.unmet) for one in town.plans(label("bug"))] == [("bug", True)]


def test_issues_that_keep_two_labels_are_only_advice(town: Town) -> None:
    town.has("status::new")
    town.has("status::fresh")
    town.has("status::odd")
    town.files("status::odd")
    assert [one.unmet for one in town.plans(label("status::new", "status::fresh"))].count(True) == 0
