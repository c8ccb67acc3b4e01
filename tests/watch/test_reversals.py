"""People take back what the bot did: noticed once, kept in the journal, counted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import ChangeLabels, Finding, Verdict
from app.domain.planned import Planned
from app.gateways.journal_counted import CountedJournal
from app.gateways.journal_sqlite import SqliteJournal
from app.services.reversals import NoticesReversals
from tests.rules.cards import BOT, REF, Card

Makes = Callable[..., Card]


@dataclass
class Book:
    """A journal in a list."""

    entries: list[Entry] = field(default_factory=list)

    def record(self, entries: Sequence[Entry]) -> None:
        self.entries += entries

    def lines(self, ref: Ref, limit: int) -> tuple[Entry, ...]:
        return tuple(reversed(self.entries))[:limit]

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(e.finding.because, e.finding.who) for e in self.entries if e.finding]


@dataclass
class Run:
    """Looks at a card without judging it."""

    card: Card

    def run(self, ref: Ref, now: datetime, deliveries: tuple[str, ...] = (), dry: bool = False) -> Planned:
        planned = self.card.reconciler().plan(ref, now)
        return Planned(planned.case, planned.plan, ())


def looks(card: Card, book: Book, at: datetime | None = None) -> None:
    """The service looks at the card."""
    NoticesReversals(Run(card), book, card.reconciler().identity.bot).run(REF, at or card.now)


def test_a_label_that_we_put_on_and_a_person_takes_away_is_told_once(card: Makes) -> None:
    issue, book = card(labels=["status::new"]), Book()
    issue.label(BOT.username, "type::feature")
    issue.label("sa.jane", remove=["type::feature"])
    looks(issue, book)
    looks(issue, book)
    assert book.told == [("somebody took away what I had put on: type::feature", "sa.jane")]
    assert book.entries[0].finding
    assert book.entries[0].finding.verdict is Verdict.UNDONE


def test_what_we_took_away_and_a_person_puts_back_counts_too(card: Makes) -> None:
    issue, book = card(labels=["status::new", "context::needed"]), Book()
    issue.label(BOT.username, remove=["context::needed"])
    issue.label("sa.jane", "context::needed")
    looks(issue, book)
    assert book.told == [("somebody put back what I had taken away: context::needed", "sa.jane")]


def test_what_people_do_to_people_what_we_do_to_ourselves_and_what_is_long_ago_does_not(card: Makes) -> None:
    issue, book = card(labels=["status::new"]), Book()
    issue.label("sa.jane", "type::bug")
    issue.label("sa.omar", remove=["type::bug"])
    issue.label(BOT.username, "type::feature")
    issue.label(BOT.username, remove=["type::feature"])
    issue.label(BOT.username, "severity::nice")
    issue.later(days=8)
    issue.label("sa.jane", remove=["severity::nice"])
    looks(issue, book)
    issue.label(BOT.username, "severity::nice")
    issue.label("sa.jane", remove=["severity::nice"])
    looks(issue, book, issue.now + timedelta(days=8))
    assert book.told == []


@pytest.mark.parametrize("dry", [False, True])
def test_what_the_journal_keeps_is_counted_unless_nothing_was_done(tmp_path: Path, dry: bool) -> None:
    journal = CountedJournal(SqliteJournal(tmp_path / "journal.sqlite3"))
    try:
        at = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
        found = Finding("undo", Verdict.UNDONE, "somebody took away what I had put on: x", who="sa.jane", event_id=3)
        journal.record([Entry(at, REF, dry, found), Entry(at, REF, dry, write=ChangeLabels(frozenset({"x"})))])
        assert [e.finding for e in journal.lines(REF, 5) if e.finding] == [found]
        assert journal.writes() == {
            "post_note": 0,
            "edit_note": 0,
            "delete_note": 0,
            "change_labels": 0 if dry else 1,
            "react": 0,
            "carry_customers": 0,
            "draft_request": 0,
        }
        assert journal.findings() == ({} if dry else {"undone": 1})
    finally:
        journal.close()
