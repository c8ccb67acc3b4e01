"""`sounding-board inbox` and `sounding-board journal`: what waits, what was given up, and why we acted or did not."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.inbox import Arrival, Failure, InboxRules
from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import ChangeLabels, DeleteNote, EditNote, Finding, PostNote, Verdict
from app.domain.subject import Request, TokenExpiry
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.journal_sqlite import SqliteJournal
from tests.commands.terminal import Terminal
from tests.scenarios.living import SIGNING_KEY

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CARD, OTHER = Ref("sme/customer-feedback", 7), Ref("sme/customer-feedback", 8)


@pytest.fixture
def kept(terminal: Terminal) -> Path:
    """Where a service kept its files; GitLab is not asked by these commands."""
    kept = terminal.here / "kept"
    kept.mkdir()
    terminal.sets(gitlab_url="http://127.0.0.1:1", gitlab_token="t", signing_key=SIGNING_KEY, data_dir=kept)
    return kept


def filled(kept: Path) -> None:
    """One subject waits, one failed once, one was given up; all at noon."""
    inbox = SqliteInbox(kept / "inbox.sqlite3", InboxRules(quiet=timedelta(0)))

    async def arrive(subject: Request | TokenExpiry, delivery: str) -> None:
        await inbox.accept(Arrival(subject, delivery=delivery), NOON)

    def fails(why: str, final: bool) -> None:
        claim = inbox.claim(NOON)
        assert claim is not None
        inbox.fail(claim, Failure(why, final=final), NOON)

    try:
        asyncio.run(arrive(Request(CARD), "one"))
        fails("GitLab does not let our token do this", final=True)
        asyncio.run(arrive(TokenExpiry("sme"), "two"))
        fails("GitLab could not be reached", final=False)
        asyncio.run(arrive(Request(OTHER), "three"))
    finally:
        inbox.close()


def test_nothing_has_ever_run_here(terminal: Terminal, kept: Path) -> None:
    for words in (["inbox"], ["inbox", "--retry", f"request:{CARD}"], ["journal", str(CARD)]):
        ran = terminal(*words)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == (
            f"{kept}/{words[0]}.sqlite3 does not exist: nothing has run with this data directory yet, "
            "or it is another one.\n"
        )
    assert list(kept.iterdir()) == []


def test_what_waits_and_what_was_given_up(terminal: Terminal, kept: Path) -> None:
    filled(kept)
    ran = terminal("inbox")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
2 waiting, 0 running, 1 dead
waiting  request:sme/customer-feedback#8  due 2026-03-02 12:00:00 UTC
waiting  token-expiry:sme  due 2026-03-02 12:00:05 UTC, tried once: GitLab could not be reached
dead     request:sme/customer-feedback#7  since 2026-03-02 12:00:00 UTC: GitLab does not let our token do this
""")


def test_a_dead_subject_is_tried_again(terminal: Terminal, kept: Path) -> None:
    filled(kept)
    ran = terminal("inbox", "--retry", f"request:{CARD}")
    assert (ran.code, ran.out, ran.err) == (
        0,
        f"request:{CARD} will run again within a second, if the service runs.\n",
        "",
    )
    assert terminal("inbox").out.splitlines()[0] == "3 waiting, 0 running, 0 dead"


def test_all_the_dead_are_tried_again_at_once(terminal: Terminal, kept: Path) -> None:
    filled(kept)
    ran = terminal("inbox", "--retry-all")
    assert (ran.code, ran.out, ran.err) == (0, "1 dead will run again within a second, if the service runs.\n", "")
    assert terminal("inbox").out.splitlines()[0] == "3 waiting, 0 running, 0 dead"
    assert terminal("inbox", "--retry-all").out.startswith("0 dead will run again")


def test_only_the_dead_are_tried_again(terminal: Terminal, kept: Path) -> None:
    filled(kept)
    for key in (f"request:{OTHER}", "nonsense"):
        ran = terminal("inbox", "--retry", key)
        assert (ran.code, ran.out) == (1, f"{key} is not among the dead; `inbox` lists them.\n")


@pytest.fixture
def remembered(kept: Path) -> Callable[..., None]:
    """Writes lines into the journal, each a second after the one before."""

    def write(*entries: Entry) -> None:
        journal = SqliteJournal(kept / "journal.sqlite3")
        journal.record(entries)
        journal.close()

    return write


def test_why_a_card_was_put_back(terminal: Terminal, kept: Path, remembered: Callable[..., None]) -> None:
    late = NOON + timedelta(seconds=3)
    moved = Finding("moves", Verdict.PUT_BACK, "not theirs", "status::new", "status::accepted", "sa.omar", 31, NOON)
    change = ChangeLabels(frozenset({"status::new", "hold::open"}), frozenset({"status::accepted"}))
    remembered(
        Entry(NOON, CARD, dry=True, finding=Finding("context", Verdict.OBSERVED, "missing: area", who="sa.jane")),
        Entry(late, CARD, dry=False, finding=moved, deliveries=("d-1", "d-2")),
        Entry(late, CARD, dry=False, write=PostNote("move", "Back.\n\n<!-- sounding-board:1 x y -->"), note_id=5),
        Entry(late, CARD, dry=False, write=change),
        Entry(late, CARD, dry=False, write=EditNote("move", 5, "Settled."), note_id=5),
        Entry(late, CARD, dry=False, write=DeleteNote(6)),
        Entry(late, CARD, dry=True, write=PostNote("move", "Back.")),
        Entry(late, CARD, dry=True, write=EditNote("move", 5, "Settled."), note_id=5),
        Entry(late, CARD, dry=True, write=change),
        Entry(late, CARD, dry=True, write=DeleteNote(6)),
        Entry(late, OTHER, dry=False, write=change),
    )
    ran = terminal("journal", str(CARD))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("""\
2026-03-02 12:00:03 UTC dry  would take away note 6; another says it
2026-03-02 12:00:03 UTC dry  would change labels: +hold::open +status::new -status::accepted
2026-03-02 12:00:03 UTC dry  would edit note 5 on 'move'
2026-03-02 12:00:03 UTC dry  would post a note on 'move'
2026-03-02 12:00:03 UTC  took away note 6; another says it
2026-03-02 12:00:03 UTC  edited note 5 on 'move'
2026-03-02 12:00:03 UTC  changed labels: +hold::open +status::new -status::accepted
2026-03-02 12:00:03 UTC  posted note 5 on 'move'
2026-03-02 12:00:03 UTC  moves: put back [status::new -> status::accepted] (sa.omar): not theirs
                         because of d-1, d-2
2026-03-02 12:00:00 UTC dry  context: observed (sa.jane): missing: area
""")
    assert terminal("journal", str(CARD), "--limit", "1").out.splitlines() == ran.out.splitlines()[:1]


def test_a_card_that_was_looked_at_in_vain(terminal: Terminal, kept: Path, remembered: Callable[..., None]) -> None:
    remembered(Entry(NOON, CARD, dry=False, deliveries=("d-1",)))
    assert terminal("journal", str(CARD)).out == (
        "2026-03-02 12:00:00 UTC  looked at, nothing to say\n                         because of d-1\n"
    )


def test_a_card_the_journal_has_never_met(terminal: Terminal, kept: Path, remembered: Callable[..., None]) -> None:
    remembered()
    ran = terminal("journal", str(CARD))
    assert (ran.code, ran.out) == (
        0,
        "The journal knows nothing of sme/customer-feedback#7: "
        "no event about it came in, and no sweep had anything to do there.\n",
    )
