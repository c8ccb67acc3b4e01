"""The same commands where a database is set, and the way there from the files."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.inbox import Arrival, InboxRules, Receipt
from app.domain.journal import Entry
from app.domain.subject import Request
from app.gateways.inbox_postgres import PostgresInbox
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.journal_sqlite import SqliteJournal
from app.settings import KeptSettings, read_settings
from tests.commands.terminal import Terminal
from tests.commands.test_inbox_and_journal import CARD, NOON, filled
from tests.postgres import PASSWORD

LOOKED_AT = "2026-03-02 12:00:00 UTC  looked at, nothing to say\n                         because of d-1\n"


@pytest.fixture
def kept(terminal: Terminal, database: str) -> Path:
    """A folder in which a service kept its files, and the address of a database."""
    kept = terminal.here / "kept"
    kept.mkdir()
    filled(kept)
    with closing(SqliteJournal(kept / "journal.sqlite3")) as journal:
        journal.record([Entry(NOON, CARD, dry=False, deliveries=("d-1",))])
    terminal.sets(data_dir=kept, database_url=database)
    return kept


def test_an_address_of_something_else_is_told(terminal: Terminal, kept: Path) -> None:
    terminal.sets(database_url=(kept.parent / "address").as_uri())
    assert terminal("move").err == snapshot("""\
SOUNDING_BOARD_DATABASE_URL is no address of a PostgreSQL database, which begins with postgresql://: address of a PostgreSQL database that keeps inbox and journal instead of files, for several replicas: postgresql://user:password@host/name.
""")  # noqa: E501


def test_the_files_content_is_in_the_database_afterwards(terminal: Terminal, kept: Path, database: str) -> None:
    terminal.patch.delenv("SOUNDING_BOARD_DATABASE_URL")
    before = terminal("inbox").out, terminal("journal", str(CARD)).out
    assert before[1] == LOOKED_AT
    assert terminal("move").err == ("SOUNDING_BOARD_DATABASE_URL is not set: the address of the database to move to.\n")
    secret = kept.parent / "address"
    secret.write_text(f"{database}\n")
    terminal.sets(database_url_file=secret)
    ran = terminal("move")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Moved: 2 waiting, 1 dead, 3 deliveries to know again, 1 lines of the journal. "
        "The files are kept, with .moved at the end of their names.\n"
    )
    assert sorted(path.name for path in kept.iterdir() if not path.name.endswith(".lock")) == [
        "inbox.sqlite3.moved",
        "journal.sqlite3.moved",
    ]
    assert (terminal("inbox").out, terminal("journal", str(CARD)).out) == before
    with closing(PostgresInbox(database, InboxRules(quiet=timedelta(0)))) as inbox:
        assert inbox.put(Arrival(Request(CARD), delivery="three"), NOON) is Receipt.ACCEPTED
        assert terminal("inbox").out.startswith("3 waiting, 0 running, 0 dead")
    again = terminal("move")
    assert (again.code, again.out) == (1, "")
    assert again.err == (
        f"There is nothing to move: {kept}/inbox.sqlite3 has been moved already, as inbox.sqlite3.moved beside it "
        "says. Nothing was changed.\n"
    )


def test_a_move_that_was_cut_off_after_it_was_written_is_made_again_without_harm(
    terminal: Terminal, kept: Path, database: str
) -> None:
    assert terminal("move").code == 0
    shown = terminal("inbox").out, terminal("journal", str(CARD)).out
    for path in list(kept.glob("*.moved")):
        path.rename(path.with_suffix(""))
    assert terminal("move").code == 0
    assert (terminal("inbox").out, terminal("journal", str(CARD)).out) == shown


def test_a_move_that_was_cut_off_between_the_two_files_goes_on_with_the_second(terminal: Terminal, kept: Path) -> None:
    assert terminal("move").code == 0
    shown = terminal("inbox").out, terminal("journal", str(CARD)).out
    (kept / "journal.sqlite3.moved").rename(kept / "journal.sqlite3")
    ran = terminal("move")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Moved: 0 waiting, 0 dead, 0 deliveries to know again, 1 lines of the journal.")
    assert (terminal("inbox").out, terminal("journal", str(CARD)).out) == shown
    assert (kept / "journal.sqlite3.moved").exists()


def test_deliveries_come_with_their_traces(terminal: Terminal, kept: Path, database: str) -> None:
    with closing(SqliteInbox(kept / "inbox.sqlite3", InboxRules())) as inbox:
        inbox.put(Arrival(Request(CARD), delivery="traced", trace=f"00-{1:032x}-{1:016x}-01"), NOON)
    assert terminal("move").code == 0
    with closing(PostgresInbox(database, InboxRules())) as moved:
        assert moved.traces(("one", "traced")) == (f"00-{1:032x}-{1:016x}-01",)


def test_files_of_the_first_release_are_moved_too(terminal: Terminal, database: str) -> None:
    with closing(sqlite3.connect(terminal.here / "inbox.sqlite3")) as first:
        first.executescript((Path(__file__).parents[1] / "inbox" / "first_inbox.sql").read_text())
    terminal.sets(data_dir=terminal.here, database_url=database)
    assert terminal("move").out.startswith("Moved: 2 waiting, 1 dead, 2 deliveries to know again, 0 lines")


def test_files_that_a_service_has_are_not_moved(terminal: Terminal, kept: Path) -> None:
    with closing(SqliteInbox(kept / "inbox.sqlite3", InboxRules())):
        ran = terminal("move")
    assert ran.code == 1
    assert "is already in use by another process" in ran.err


def test_a_dead_subject_is_tried_again(terminal: Terminal, kept: Path) -> None:
    terminal("move")
    ran = terminal("inbox", "--retry", f"request:{CARD}")
    assert (ran.code, ran.out) == (0, f"request:{CARD} will run again within a second, if the service runs.\n")
    assert terminal("inbox", "--retry-all").out.startswith("0 dead")


def test_a_database_in_which_nothing_has_run(terminal: Terminal, database: str) -> None:
    terminal.sets(database_url=database)
    for words in (["inbox"], ["inbox", "--retry", f"request:{CARD}"], ["journal", str(CARD)]):
        ran = terminal(*words)
        assert (ran.code, ran.out, ran.err) == (
            1,
            "",
            "PostgreSQL: nothing has run with this database yet, or it is another one (SOUNDING_BOARD_DATABASE_URL).\n",
        )


def test_the_address_and_its_password_are_secrets(terminal: Terminal, database: str) -> None:
    terminal.sets(database_url=database.replace(PASSWORD, "p%40ss-word"))
    secrets = read_settings(KeptSettings).all_secrets()
    assert {"p%40ss-word", "p@ss-word"} <= set(secrets)
    assert database.replace(PASSWORD, "p%40ss-word") in secrets
