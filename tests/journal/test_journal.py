"""Why did, or didn't, you act? The journal remembers."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.failure import Permanent
from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import ChangeLabels, DeleteNote, EditNote, Finding, PostNote, Verdict
from app.gateways.journal_postgres import PostgresJournal
from app.gateways.journal_sqlite import MIGRATIONS, SqliteJournal
from app.services.ports import Journal

AnyJournal = SqliteJournal | PostgresJournal
Opened = Callable[[bool], AnyJournal]

T0 = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CARD, OTHER = Ref("sme/feedback", 17), Ref("sme/feedback", 18)
PUT_BACK = Finding(
    "moves", Verdict.PUT_BACK, "only a PM accepts", "status::new", "status::accepted", "sam.expert", 901, T0
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, path: Path) -> Opened:
    """Opens one journal again and again, as several processes do; beside means only to look."""
    if request.param == "sqlite":
        return lambda beside: SqliteJournal.beside(path) if beside else SqliteJournal(path)
    url = request.getfixturevalue("database")
    return lambda beside: PostgresJournal.beside(url) if beside else PostgresJournal(url)


@pytest.fixture
def journal(opened: Opened) -> Iterator[AnyJournal]:
    with closing(opened(False)) as journal:
        yield journal


def move(event_id: int, at: datetime = T0, who: str = "sam.expert", dry: bool = False, seen: datetime = T0) -> Entry:
    return Entry(seen, CARD, dry, replace(PUT_BACK, who=who, event_id=event_id, moved_at=at))


def test_it_fits_what_the_services_ask_for(journal: AnyJournal) -> None:
    asked: Journal = journal
    asked.record([])
    assert asked.moves_by("sam.expert", T0, T0) == 0


def test_what_was_decided_and_written_is_read_back_newest_first(journal: AnyJournal) -> None:
    entries = [
        Entry(T0, CARD, False, finding=PUT_BACK, deliveries=("d1", "d2")),
        Entry(T0, CARD, False, write=PostNote("held", "**Almost there** ✅"), note_id=4711, deliveries=("d1", "d2")),
        Entry(T0, CARD, False, write=ChangeLabels(frozenset({"status::new"}), frozenset({"status::accepted"}))),
        Entry(T0 + MINUTE, CARD, True, write=EditNote("held", 4711, "done")),
        Entry(T0 + MINUTE, CARD, True, write=DeleteNote(4712)),
        Entry(T0 + MINUTE, CARD, False, write=PostNote("receipt 7", "I read", internal=True, reply_to=7), note_id=8),
    ]
    journal.record(entries)
    journal.record([Entry(T0, OTHER, False, finding=PUT_BACK)])
    assert journal.lines(CARD, 10) == tuple(reversed(entries))
    assert journal.lines(CARD, 2) == tuple(reversed(entries))[:2]
    assert [entry.ref for entry in journal.lines(OTHER, 10)] == [OTHER]
    assert journal.lines(Ref("sme/feedback", 99), 10) == ()


def test_long_texts_are_kept_short(journal: AnyJournal) -> None:
    journal.record([Entry(T0, CARD, False, replace(PUT_BACK, because="b" * 5000), PostNote("ask", "n" * 1_000_000))])
    (line,) = journal.lines(CARD, 1)
    assert line.finding is not None
    assert line.finding.because == "b" * 1999 + "…"
    assert line.write == PostNote("ask", "n" * 1999 + "…")


def test_moves_are_counted_once_each_by_person_and_by_when_the_card_was_moved(journal: AnyJournal) -> None:
    journal.record([move(1, T0 - MINUTE), move(2), move(2, seen=T0 + 9 * MINUTE), move(3, T0 + MINUTE)])
    journal.record([move(4, who="kim"), move(5, dry=True), Entry(T0, CARD, False, replace(PUT_BACK, moved_at=None))])
    assert journal.moves_by("sam.expert", T0, T0 + MINUTE) == 2
    assert journal.moves_by("sam.expert", T0 - MINUTE, T0) == 2
    assert journal.moves_by("sam.expert", T0 - MINUTE, T0 + MINUTE) == 3
    assert journal.moves_by("kim", T0, T0) == 1


def test_the_cards_that_got_no_note_of_their_own_are_found_by_whose_moves_and_since_when(journal: AnyJournal) -> None:
    silent = Finding("burst", Verdict.REPORTED, "one of many", who="kim")
    untold = replace(silent, verdict=Verdict.REFUSED)
    journal.record([Entry(T0, CARD, False, silent), Entry(T0 + MINUTE, OTHER, False, silent)])
    journal.record([Entry(T0 + MINUTE, CARD, False, silent), Entry(T0, Ref("sme/feedback", 19), True, silent)])
    journal.record([Entry(T0, Ref("sme/feedback", 20), False, untold), Entry(T0, CARD, False, PUT_BACK)])
    journal.record([Entry(T0, Ref("sme/feedback", 21), False, write=DeleteNote(4))])
    assert journal.unspoken("kim", T0 - MINUTE) == (CARD, OTHER)
    assert journal.unspoken("kim", T0) == (OTHER, CARD)
    assert journal.unspoken("sam.expert", T0 - MINUTE) == ()


def test_a_sweep_that_finds_the_moves_of_days_at_once_sees_no_burst(journal: AnyJournal) -> None:
    journal.record([move(number, T0 - number * 60 * MINUTE) for number in range(20)])
    assert journal.moves_by("sam.expert", T0 - 5 * MINUTE, T0) == 1


def test_a_journal_of_an_earlier_version_is_brought_forward(path: Path) -> None:
    said = '{"finding": {"rule": "moves", "verdict": "put back", "because": "only a PM accepts", "before": null,'
    said += ' "after": null, "who": "kim", "event_id": 7}, "write": null, "note_id": null, "deliveries": []}'
    with closing(sqlite3.connect(path)) as old:
        for statement in MIGRATIONS[0]:
            old.execute(statement)
        old.execute("INSERT INTO line VALUES (1, 0, ?, ?, 0, 'kim', 7, ?)", (CARD.project, CARD.iid, said))
        old.execute("PRAGMA user_version=1")
        old.commit()
    with closing(SqliteJournal(path)) as journal:
        (line,) = journal.lines(CARD, 10)
        assert line.finding == Finding("moves", Verdict.PUT_BACK, "only a PM accepts", who="kim", event_id=7)
        assert journal.moves_by("kim", T0 - MINUTE, T0) == 0


def test_old_lines_are_forgotten(journal: AnyJournal) -> None:
    journal.record([move(number) for number in range(4_500)])
    journal.record([move(9_999, seen=T0 + MINUTE)])
    assert journal.prune(T0 + timedelta(days=90), timedelta(days=90)) == 0
    assert journal.prune(T0 + timedelta(days=90, seconds=1), timedelta(days=90)) == 4_500
    assert [line.at for line in journal.lines(CARD, 10)] == [T0 + MINUTE]


def test_a_run_is_recorded_whole_or_not_at_all(journal: AnyJournal) -> None:
    too_large = replace(PUT_BACK, event_id=2**70)
    with pytest.raises((OverflowError, Permanent)):
        journal.record([move(1), Entry(T0, CARD, False, too_large)])
    assert journal.lines(CARD, 10) == ()
    journal.record([move(1)])


def test_several_processes_and_threads_may_write_and_others_look(opened: Opened, journal: AnyJournal) -> None:
    second, view = opened(False), opened(True)

    def write(into: AnyJournal, first: int) -> None:
        for number in range(first, first + 50):
            into.record([move(number)])

    threads = [threading.Thread(target=write, args=args) for args in ((journal, 0), (journal, 100), (second, 200))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert view.moves_by("sam.expert", T0, T0) == 150
    second.close()
    view.close()


def test_looking_at_a_journal_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(Permanent) as refusal:
        SqliteJournal.beside(path)
    assert str(refusal.value).startswith(f"{path} does not exist: nothing has run with this data directory yet")


def test_looking_at_a_database_in_which_nothing_has_run_says_so(database: str) -> None:
    with closing(PostgresJournal.beside(database)) as journal, pytest.raises(Permanent) as refusal:
        journal.lines(CARD, 1)
    assert str(refusal.value) == (
        "PostgreSQL: nothing has run with this database yet, or it is another one (SOUNDING_BOARD_DATABASE_URL)."
    )
