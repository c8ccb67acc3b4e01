"""`sounding-board score`, as a CI job and a curious person run it: it shows no amount, whoever reads the log."""

# ruff: noqa: E501 - what is shown is pinned as people read it

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.fakegitlab import World
from app.fakegitlab.model import Issue, Label
from tests.commands.terminal import Terminal
from tests.scenarios.living import COMPLETE, OPERATOR

UNDATED = COMPLETE.replace("Needed by: 2036-03-31", "Needed by: none")
BOOK = "account,name,arr\n0065g00000QwErT,Acme Corp,123456.78\n"


@pytest.fixture
def program(program: Path) -> Path:
    """The numbers are switched on too."""
    rules = program / "label_taxonomy.yml"
    rules.write_text(rules.read_text().replace("numbers: {mode: observe}", "numbers: {mode: enforce}"))
    return program


def filed(world: World, title: str = "SAML") -> Issue:
    labels: list[str | Label] = ["status::reviewed", "area::ai", "context::ready"]
    return world.create_issue(
        world.user("sa.jane"), world.project("sme/customer-feedback"), title, description=UNDATED, add_labels=labels
    )


def with_book(terminal: Terminal, tmp_path: Path, text: str = BOOK) -> None:
    (tmp_path / "book.csv").write_text(text)
    terminal.sets(account_book=tmp_path / "book.csv")


def test_it_shows_what_it_would_do_and_does_it_when_told_to(terminal: Terminal, world: World, tmp_path: Path) -> None:
    with_book(terminal, tmp_path)
    issue = filed(world)
    shown = terminal("score")
    assert (shown.code, shown.err, shown.out) == (
        0,
        "",
        snapshot("""\
sme/customer-feedback#2: 40 points, 1 customer
  a new ledger
  labels: +arr-driver::candidate +priority::2
sme/customer-feedback, a new issue: Top requests of AI changes
The account book knows 1 of 1 account told.
1 open request, 1 with customers; 1 would be written to (dry run; --apply writes), 1 list changed, 0 left for the next run, 0 failed.
"""),
    )
    assert {call.method for call in world.calls} == {"GET"}
    assert (terminal("score", "--apply").out, terminal("score", "--apply").out) == snapshot(
        (
            """\
sme/customer-feedback#2: 40 points, 1 customer
  a new ledger
  labels: +arr-driver::candidate +priority::2
sme/customer-feedback, a new issue: Top requests of AI changes
The account book knows 1 of 1 account told.
1 open request, 1 with customers; 1 written to, 1 list changed, 0 left for the next run, 0 failed.
""",
            """\
The account book knows 1 of 1 account told.
1 open request, 1 with customers; 0 written to, 0 lists changed, 0 left for the next run, 0 failed.
""",
        )
    )
    assert {"priority::2", "arr-driver::candidate"} <= {label.title for label in issue.labels}


def test_paused_it_writes_nothing(terminal: Terminal, world: World, tmp_path: Path) -> None:
    with_book(terminal, tmp_path)
    terminal.sets(paused="true")
    filed(world)
    assert terminal("score", "--apply").out.splitlines()[-1] == snapshot(
        "1 open request, 1 with customers; 1 would be written to (paused; SOUNDING_BOARD_PAUSED is set), 1 list changed, 0 left for the next run, 0 failed."
    )
    assert {call.method for call in world.calls} == {"GET"}


def test_a_bad_book_is_told_with_its_places_before_anything_is_written(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    with_book(terminal, tmp_path, BOOK.replace("123456.78", "about 120k"))
    filed(world)
    ran = terminal("score", "--apply")
    assert (ran.code, ran.out, ran.err) == snapshot(
        (
            2,
            "",
            "book.csv:2:27: this is no amount — write digits, and cents after a point: 120000 or 120000.50, without currency and thousands marks\n",
        )
    )


def test_the_journal_tells_why(terminal: Terminal, world: World, tmp_path: Path) -> None:
    with_book(terminal, tmp_path)
    issue = filed(world)
    terminal("score", "--apply")
    lines = terminal("journal", f"sme/customer-feedback#{issue.iid}").out.splitlines()
    assert [line[len("2026-03-02 12:00:00 UTC") :].strip() for line in reversed(lines)] == snapshot(
        [
            "numbers: reported: 40 points, accounts: 1",
            "posted note 1 on 'ledger'",
            "changed labels: +arr-driver::candidate +priority::2",
        ]
    )


def test_documents_of_the_program_are_no_requests(terminal: Terminal, world: World) -> None:
    assert [label.title for label in world.project("sme/customer-feedback").issues[1].labels] == [OPERATOR]
    assert terminal("score", "--apply").out == snapshot(
        "0 open requests, 0 with customers; 0 written to, 0 lists changed, 0 left for the next run, 0 failed.\n"
    )
