"""The SQLite inbox: the contract, and what is particular to a file."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Arrival, Counts, Failure, InboxRules, Receipt
from app.domain.subject import TokenExpiry
from app.gateways.inbox_rows import MIGRATIONS
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.inbox_view import InboxView, retry_beside
from app.gateways.sqlite_file import connect, migrate
from tests.inbox.contract import CARD, OTHER, RULES, T0, InboxContract, Open, sure
from tests.inbox.disk import no_room_on_disk


class TestSqliteInbox(InboxContract):
    @pytest.fixture
    def open_inbox(self, tmp_path: Path) -> Iterator[Open]:
        opened: list[SqliteInbox] = []

        def open_again(rules: InboxRules) -> SqliteInbox:
            """Closing writes nothing about claims, so the next opening finds what a killed process leaves."""
            for inbox in opened:
                inbox.close()
            opened[:] = [SqliteInbox(tmp_path / "inbox.sqlite3", rules)]
            return opened[0]

        yield open_again
        for inbox in opened:
            inbox.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "inbox.sqlite3"


@pytest.fixture
def inbox(path: Path) -> Iterator[SqliteInbox]:
    with opened(path) as inbox:
        yield inbox


@contextmanager
def opened(path: Path) -> Iterator[SqliteInbox]:
    inbox = SqliteInbox(path, RULES)
    try:
        yield inbox
    finally:
        inbox.close()


def test_the_files_are_their_owner_s_alone(inbox: SqliteInbox, path: Path) -> None:
    mask = os.umask(0)
    try:
        with opened(path.with_name("second.sqlite3")):
            modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.glob("second*")}
    finally:
        os.umask(mask)
    assert len(modes) == 4
    assert set(modes.values()) == {0o600}


def test_a_second_process_is_refused_in_words(inbox: SqliteInbox, path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.domain.inbox import InboxRules;"
        "from app.gateways.inbox_sqlite import SqliteInbox; SqliteInbox(Path(sys.argv[1]), InboxRules())"
    )
    second = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1] == (
        f"app.domain.failure.Permanent: {path} is already in use by another process (number {os.getpid()}). "
        "Stop that one first, or give this one a file of its own."
    )


def test_processes_that_start_at_once_make_one_schema_and_one_owner(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.domain.inbox import InboxRules;"
        "from app.gateways.inbox_sqlite import SqliteInbox;"
        "inbox = SqliteInbox(Path(sys.argv[1]), InboxRules()); print('owner', flush=True); sys.stdin.read();"
        "inbox.close()"
    )
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", program, str(path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(4)
        ]
        said = [process.stdout.readline() for process in started if process.stdout]
        assert sorted(said) == ["", "", "", "owner\n"]
        for process in started:
            process.communicate("")
    assert sorted(process.returncode for process in started) == [0, 1, 1, 1]


def test_others_can_look_while_the_service_runs(inbox: SqliteInbox, path: Path) -> None:
    inbox.put(Arrival(CARD, delivery="d1"), T0)
    view = InboxView.beside(path)
    assert view.waiting(10)[0].deliveries == ("d1",)
    assert (view.counts(), view.running(), view.dead(10), view.dead_letter(CARD.key)) == (Counts(1, 0, 0), (), (), None)
    inbox.claim(T0)
    assert [claim.subject for claim in view.running()] == [CARD]
    view.close()


def test_others_can_look_when_no_service_runs(path: Path) -> None:
    with opened(path) as inbox:
        inbox.put(Arrival(CARD), T0)
    view = InboxView.beside(path)
    assert view.counts() == Counts(1, 0, 0)
    view.close()


def test_looking_at_a_file_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(Permanent) as refusal:
        InboxView.beside(path)
    assert str(refusal.value).startswith(f"{path} does not exist: nothing has run with this data directory yet")


def test_a_dead_letter_can_be_retried_from_beside(inbox: SqliteInbox, path: Path) -> None:
    inbox.put(Arrival(CARD), T0)
    inbox.fail(sure(inbox.claim(T0)), Failure("404", final=True), T0)
    assert retry_beside(path, CARD.key, T0)
    assert not retry_beside(path, OTHER.key, T0)
    assert sure(inbox.claim(T0)).subject == CARD


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    with opened(path):
        pass
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(Permanent) as refusal:
        SqliteInbox(path, RULES)
    assert str(refusal.value) == f"{path} was written by a newer version of this program (schema 99)"


def test_what_the_first_schema_kept_is_there_in_this_version(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.executescript((Path(__file__).parent / "first_inbox.sql").read_text())
    with opened(path) as inbox:
        assert inbox.counts() == Counts(1, 1, 1)
        assert inbox.put(Arrival(TokenExpiry("sme"), delivery="d0"), T0) is Receipt.REPEATED
        first, second = sure(inbox.claim(T0)), sure(inbox.claim(T0))
        assert {first.subject: first.attempt, second.subject: second.attempt} == {CARD: 1, OTHER: 2}
        assert inbox.dead(1)[0].reason == "GitLab does not let our token do this"
        assert inbox.traces(("d0", "d1")) == ()


def test_a_schema_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite3"
    db = connect(path, "FULL")
    migrate(db, path, MIGRATIONS)
    with pytest.raises(Permanent, match=r'^file\.sqlite3: near "NONSENSE": syntax error$'):
        migrate(db, path, (*MIGRATIONS, ("CREATE TABLE more (id INTEGER)", "NONSENSE")))
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    migrate(db, path, (*MIGRATIONS, ("CREATE TABLE more (id INTEGER)",)))
    assert db.execute("SELECT count(*) FROM more").fetchone() == (0,)
    db.close()


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(Permanent) as refusal:
        SqliteInbox(path, RULES)
    assert str(refusal.value) == "inbox.sqlite3: file is not a database"


def test_a_place_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Permanent) as refusal:
        SqliteInbox(tmp_path / "file" / "inbox.sqlite3", RULES)
    assert str(refusal.value) == f"cannot use {tmp_path}/file/inbox.sqlite3: File exists"


def test_a_full_disk_is_said_and_passes(inbox: SqliteInbox, path: Path) -> None:
    inbox.put(Arrival(CARD, delivery="d1"), T0)
    with no_room_on_disk(path):
        with pytest.raises(Temporary) as refusal:
            inbox.put(Arrival(OTHER, delivery="d2"), T0)
        assert str(refusal.value) in (
            "inbox.sqlite3: the disk is full",
            "inbox.sqlite3: the disk does not take or give data",
        )
        with pytest.raises(Temporary):
            inbox.check()
    assert inbox.put(Arrival(OTHER, delivery="d2"), T0) is Receipt.ACCEPTED
    assert inbox.counts() == Counts(2, 0, 0)
    inbox.check()


def test_a_folder_that_was_deleted_takes_nothing_in_any_more(inbox: SqliteInbox, path: Path) -> None:
    """The open file would still take everything, and nobody would ever find it there."""
    inbox.put(Arrival(CARD, delivery="d1"), T0)
    away = path.with_name("away")
    path.rename(away)
    told = f"{path} is gone; start the service again, then sweep"
    for act in (lambda: inbox.put(Arrival(CARD), T0), inbox.check, lambda: inbox.claim(T0)):
        with pytest.raises(Temporary) as refusal:
            act()
        assert str(refusal.value) == told
    SqliteInbox(path.with_name("another"), RULES).close()
    path.with_name("another").rename(path)
    with pytest.raises(Temporary) as refusal:
        inbox.check()
    assert str(refusal.value) == (
        f"{path} is another file than the one that was opened; start the service again, then sweep"
    )
    away.rename(path)
    inbox.check()
    assert inbox.counts() == Counts(1, 0, 0)


def test_after_closing_it_refuses_instead_of_losing(path: Path) -> None:
    with opened(path) as inbox:
        pass
    with pytest.raises(Temporary) as refusal:
        inbox.put(Arrival(CARD), T0)
    assert str(refusal.value) == "the inbox is closed"


def test_rules_under_which_a_run_could_outlive_its_lease_are_refused() -> None:
    with pytest.raises(ValueError) as refusal:
        InboxRules(run_limit=RULES.lease)
    assert str(refusal.value) == "a run must be cut off before its lease ends: make run_limit shorter than lease"
