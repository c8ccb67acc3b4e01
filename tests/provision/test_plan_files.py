"""Plans that are kept and applied later: just what was looked at, or nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.failure import Permanent
from app.domain.provision import Kind
from app.gateways.plan_file import plan_schema
from tests.commands.terminal import Terminal
from tests.provision.fake_parts import Shelf

Shelves = Callable[..., None]


@pytest.fixture
def kept(terminal: Terminal, shelves: Shelves, labels: Shelf, boards: Shelf) -> Path:
    """A plan of two changes to labels, kept."""
    shelves(labels, boards)
    ran = terminal("plan", "--only", "labels", "--allow-issues", "300", "--out", "plan.json")
    assert (ran.code, ran.err) == (0, "Kept in plan.json; `sounding-board apply plan.json` makes just this.\n")
    return terminal.here / "plan.json"


def test_what_was_kept_is_made(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    ran = terminal("apply", str(kept))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("2 of 2 changes made.\n")
    assert labels.made == ["status::new", "status::reviewed"]


def test_a_kept_plan_brings_its_kinds_and_limits(terminal: Terminal, kept: Path, labels: Shelf, boards: Shelf) -> None:
    labels.issues["status::reviewed"] = 250
    terminal("plan", "--only", "labels", "--allow-issues", "300", "--out", "plan.json")
    boards.wanted["Agile"] = "green"
    assert terminal("apply", str(kept)).code == 0
    assert boards.made == []
    for more in (["--only", "boards"], ["--allow-issues", "999"], ["--allow-delete", "9"]):
        ran = terminal("apply", str(kept), *more)
        assert ran.code == 2
        assert "PLANFILE brings its own kinds and limits" in ran.err


def test_limits_of_a_pipeline_say_nothing_about_a_kept_plan(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    """A job has them in its environment, whichever plan it makes."""
    terminal.sets(allow_issues="1", allow_delete="9")
    ran = terminal("apply", str(kept))
    assert (ran.code, ran.err) == (0, "")
    assert labels.made == ["status::new", "status::reviewed"]


def test_nobody_is_asked_about_a_plan_they_looked_at(terminal: Terminal, kept: Path) -> None:
    assert "?" not in terminal("apply", str(kept)).out


def test_gitlab_moved(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    labels.there["status::reviewed"] = "#000000"
    labels.there["status::new"] = labels.wanted["status::new"]
    ran = terminal("apply", str(kept))
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == snapshot("""\
GitLab is no longer as it was since this plan was made, so nothing was written.
New since then:
  ~ change status::reviewed in sme/customer-feedback (label_taxonomy.yml:11)
      color: #000000 → #6b4fbb
      touches 12 issues
No longer to be made:
  + create status::new in sme/customer-feedback (label_taxonomy.yml:10)
  ~ change status::reviewed in sme/customer-feedback (label_taxonomy.yml:11)
      color: #ffffff → #6b4fbb
      touches 12 issues
Make a new plan, look at it, and apply that one.
""")
    assert labels.made == []


def test_gitlab_moved_where_it_makes_no_difference(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    labels.there["status::strange"] = "pink"
    ran = terminal("apply", str(kept))
    assert ran.code == 1
    assert ran.out == snapshot("""\
GitLab is no longer as it was since this plan was made, so nothing was written.
The changes would be the same, but what they start from is not.
Make a new plan, look at it, and apply that one.
""")
    assert labels.made == []


def test_the_configuration_moved(terminal: Terminal, kept: Path, labels: Shelf, program: Path) -> None:
    terminal.sets(config_dir=program)
    labels.wanted["status::new"] = "#123456"
    labels.wanted["status::backlog"] = "#654321"
    ran = terminal("apply", str(kept))
    assert ran.code == 1
    assert ran.out == snapshot("""\
The configuration has changed since this plan was made, so nothing was written.
New since then:
  + create status::backlog in sme/customer-feedback (label_taxonomy.yml:13)
Make a new plan, look at it, and apply that one.
""")
    assert labels.made == []


def test_a_plan_that_was_made_cannot_be_made_again(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    assert terminal("apply", str(kept)).code == 0
    assert terminal("apply", str(kept)).code == 1
    assert labels.made == ["status::new", "status::reviewed"]


def test_what_can_no_longer_be_looked_at_is_not_taken_for_gone(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    labels.unreadable = Permanent("GitLab does not let our token do this.")
    ran = terminal("apply", str(kept))
    assert ran.code == 1
    assert "No longer to be made" not in ran.out
    assert ran.out.endswith("GitLab does not let our token do this.\nNothing was written.\n")


def test_a_file_that_was_changed_by_hand_is_not_what_was_planned(terminal: Terminal, kept: Path, labels: Shelf) -> None:
    kept.write_text(kept.read_text().replace("#6b4fbb", "#000000"))
    ran = terminal("apply", str(kept))
    assert ran.code == 1
    assert labels.made == []


def test_a_refused_plan_is_not_kept(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    labels.issues["status::reviewed"] = 201
    shelves(labels)
    ran = terminal("plan", "--out", "plan.json")
    assert (ran.code, ran.err) == (1, "plan.json was not written: this plan is refused.\n")
    assert not (terminal.here / "plan.json").exists()


def test_a_place_that_cannot_be_written(terminal: Terminal, shelves: Shelves, labels: Shelf) -> None:
    shelves(labels)
    ran = terminal("plan", "--out", "nowhere/plan.json")
    assert ran.code == 1
    assert ran.err == "The plan could not be saved: nowhere/plan.json cannot be written (No such file or directory).\n"


def edited(**fields: Any) -> Callable[[str], str]:
    """The plan with other values."""
    return lambda text: json.dumps({**json.loads(text), **fields})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda _: "", "is no plan, or was cut short (EOF while parsing a value at line 1 column 0)"),
        (lambda text: text[:300], "is no plan, or was cut short (EOF while parsing"),
        (lambda _: "name: Customer feedback\n", "is no plan, or was cut short (expected ident at line 1 column 2)"),
        (lambda _: "[]", "is JSON, but no plan"),
        (lambda _: '{"labels": []}', "is JSON, but no plan"),
        (edited(schema=2), "was made by another version of Sounding Board (its schema is 2, this version reads 1)"),
        (edited(kinds=["labels"], seen=7), "is no whole plan (wrong at seen, kinds.0)"),
        (edited(surprise=1), "is no whole plan (wrong at surprise)"),
        (edited(gitlab="https://other.example.com"), "was made for https://other.example.com, and"),
    ],
    ids=["empty", "cut short", "not JSON", "a list", "another file", "newer", "broken", "more", "another GitLab"],
)
def test_a_file_that_is_no_plan_for_here(
    terminal: Terminal, kept: Path, labels: Shelf, change: Callable[[str], str], sentence: str
) -> None:
    kept.write_text(change(kept.read_text()))
    ran = terminal("apply", "plan.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"plan.json {sentence}")
    assert labels.made == []


def test_a_file_that_is_not_there(terminal: Terminal, kept: Path) -> None:
    kept.unlink()
    ran = terminal("apply", "plan.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot(
        "plan.json cannot be read (No such file or directory): make a new one with `sounding-board plan --out`.\n"
    )


def test_the_kept_plan_is_what_json_shows_and_holds_no_secret(terminal: Terminal, kept: Path) -> None:
    shown = terminal("plan", "--only", "labels", "--allow-issues", "300", "--json").out
    assert kept.read_text() == shown
    assert "operator-token" not in shown
    schema = json.loads(plan_schema())
    jsonschema.validate(json.loads(shown), schema)
    assert (bootstrap.SHIPPED / "schemas" / "plan.schema.json").read_text() == plan_schema()


def test_kinds_survive_being_kept(terminal: Terminal, kept: Path) -> None:
    assert [kind["kind"] for kind in json.loads(kept.read_text())["kinds"]] == [Kind.LABELS]
