"""A year of deliveries through letterbox, inbox, workers' claims and journal; nothing grows but what is to grow."""

import asyncio
import gc
import json
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from app.bootstrap import JOURNAL_KEPT
from app.domain.inbox import Counts, Failure, InboxRules
from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.subject import Request as Card
from app.domain.webhook_signature import signature, webhook_keys
from app.entrypoints.webhook import PATH, IntakeCounters, Letterbox
from app.gateways.inbox_sqlite import SqliteInbox
from app.gateways.journal_sqlite import SqliteJournal
from tests.scenarios.living import PROJECT, SIGNING_TOKEN

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
BURST = 28
"""Deliveries that come together: people at a board, a bulk edit, the echoes of our own writes."""
ISSUES = 600
HOT = 6
"""How many issues a burst is about."""
MEGABYTE = 1024 * 1024
KEYS = webhook_keys([SIGNING_TOKEN], [])


def body_of(iid: int) -> bytes:
    """A delivery of an ordinary size, some 4 KiB."""
    about = {"iid": iid, "type": "Issue", "description": "x" * 3500}
    project = {"path_with_namespace": PROJECT}
    return json.dumps({"object_kind": "issue", "project": project, "object_attributes": about}).encode()


BODIES = {iid: body_of(iid) for iid in range(1, ISSUES + 1)}


@dataclass(slots=True)
class Year:
    """One installation and its clock. `largest` are bytes on disk at the end of each month, by file."""

    folder: Path
    deliveries: int
    now: datetime = BEGIN
    random: Random = field(default_factory=lambda: Random(7))
    answers: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    bursts: int = 0
    wanted: int = 0
    months: list[tuple[int, int, int]] = field(default_factory=list)
    before: list[tuple[str, int]] = field(default_factory=list)

    def live(self) -> None:
        """From the first day to the last."""
        rules = InboxRules()
        inbox, journal = SqliteInbox(self.folder / "inbox", rules), SqliteJournal(self.folder / "journal")
        log = logging.getLogger("tests.soak")
        letterbox = Letterbox(KEYS, inbox.accept, lambda: self.now, PROJECT.__eq__, log, IntakeCounters())
        loop = asyncio.new_event_loop()
        step, tidied, month = YEAR / (self.deliveries / BURST), self.now, self.now
        try:
            while self.now < BEGIN + YEAR:
                loop.run_until_complete(self.burst(letterbox))
                self.now += rules.quiet
                self.work(inbox, journal)
                self.now += max(step - rules.quiet, timedelta(0))
                if self.now - tidied >= timedelta(hours=1):
                    tidied = self.now
                    inbox.tidy(self.now)
                    journal.prune(self.now, JOURNAL_KEPT)
                if self.now - month >= YEAR / 12:
                    month = self.now
                    self.months.append(self.measured())
            self.now += timedelta(hours=2)
            self.work(inbox, journal)
            assert inbox.counts() == Counts(0, 0, 0)
        finally:
            loop.close()
            inbox.close()
            journal.close()

    async def burst(self, letterbox: Letterbox) -> None:
        """Deliveries that come at the same time; one of fifty came before."""
        hot = [self.random.randint(1, ISSUES) for _ in range(HOT)]
        again = [each for each in self.before if self.random.random() < 1 / BURST]
        new = [(f"{self.bursts}-{n}", self.random.choice(hot)) for n in range(BURST - len(again))]
        answers = await asyncio.gather(*(self.deliver(letterbox, *each) for each in (*new, *again)))
        self.answers.update(f"{answer.status_code} {bytes(answer.body).decode()}" for answer in answers)
        self.before, self.bursts = new, self.bursts + 1
        self.wanted += len({iid for _, iid in new})

    async def deliver(self, letterbox: Letterbox, name: str, iid: int) -> Response:
        """One signed delivery."""
        body, stamp = BODIES[iid], str(int(self.now.timestamp()))
        signed = signature(KEYS.signing[0], f"{name}.{stamp}.", body)
        headers = {"webhook-id": name, "webhook-timestamp": stamp, "content-length": str(len(body))}
        raw = [(key.encode(), value.encode()) for key, value in headers.items()] + [(b"webhook-signature", signed)]

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return await letterbox.receive(
            Request({"type": "http", "method": "POST", "path": PATH, "headers": raw}, receive)
        )

    def work(self, inbox: SqliteInbox, journal: SqliteJournal) -> None:
        """Everything that is due; one run of a hundred fails at first."""
        while claim := inbox.claim(self.now):
            self.runs += 1
            if claim.attempt == 1 and self.random.random() < 0.01:
                inbox.fail(claim, Failure("GitLab was away", passing=True), self.now)
                self.wanted += 1
                continue
            assert isinstance(claim.subject, Card)
            journal.record([Entry(self.now, Ref(PROJECT, claim.subject.ref.iid), False, deliveries=claim.deliveries)])
            inbox.settle(claim, self.now)

    def measured(self) -> tuple[int, int, int]:
        """Bytes of the inbox's files, of the journal's, and of this process."""
        sizes = [sum(f.stat().st_size for f in self.folder.glob(f"{name}*")) for name in ("inbox", "journal")]
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
        return sizes[0], sizes[1], pages * 4096


def a_year_of(deliveries: int, folder: Path) -> Year:
    """What is asked of every year."""
    year, began = Year(folder, deliveries), time.monotonic()
    year.live()
    taken, repeated = year.answers['200 {"accepted": true}'], sum(year.answers.values())
    assert sum(year.answers.values()) >= deliveries
    assert set(year.answers) == {'200 {"accepted": true}', '200 {"ignored": "this delivery was taken in before"}'}
    assert 0.95 * repeated < taken < repeated
    assert year.wanted * 0.9 <= year.runs <= year.wanted
    assert year.runs <= taken * (HOT + 1) / BURST
    inboxes, journals, memory = zip(*year.months, strict=True)
    kept = 3 * deliveries / 365 * 200 + 5 * MEGABYTE
    assert max(inboxes) < kept
    # The journal keeps 180 days: what it holds after seven months is what it holds at the year's end.
    assert journals[-1] <= journals[6] * 1.1 + MEGABYTE
    assert memory[-1] - memory[2] < 32 * MEGABYTE
    print(
        f"\n{sum(year.answers.values())} deliveries, {year.runs} runs, {time.monotonic() - began:.0f} s; inbox at most "
        f"{max(inboxes) // 1024} KiB, journal {journals[-1] // 1024} KiB, "
        f"memory {(memory[-1] - memory[2]) // 1024:+} KiB"
    )
    return year


def test_a_year_of_twenty_thousand_deliveries(tmp_path: Path) -> None:
    a_year_of(20_000, tmp_path)


@pytest.mark.soak
def test_a_year_of_a_million_deliveries(tmp_path: Path) -> None:
    a_year_of(1_000_000, tmp_path)
