"""What does an agenda over 500 requests cost, beside the same table by a plain script? `python -m bench.agenda`

Ours: the whole agenda of a PM review, from who we are to the issue's rewritten text, with an empty cache of label
events and with a full one. The script: python-gitlab's own lists, one after the other, the same notes, the table of
statuses, one comment. Target: with a full cache at most 12 calls and 2 for each request shown in detail, and at least 5
times faster than the script, at 50 ms latency. Both must find the same table.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import gitlab
import requests
from gitlab.v4.objects import Project, ProjectIssue

from app import bootstrap
from app.domain.agenda import LABEL
from app.domain.agendas import pm_review
from app.domain.cadence import MeetingKind
from app.domain.document import News, Wanted
from app.domain.issue import Ref
from app.domain.managed_blocks import Block
from app.domain.meeting import Series
from app.domain.meetings import last_before, next_from
from app.domain.picture import Given, Picture
from app.domain.sheets import document_name
from app.domain.taxonomy import Mode
from app.domain.voice import Bot, Identity
from app.gateways.gitlab_connect import connect
from app.gateways.history_cache import HistoryCache
from app.gateways.templates import Templates
from app.services.documents import Documents
from app.services.gathering import Gathering
from bench.listing import Counted
from tests.gathering.board import NOW
from tests.scenarios.living import PROJECT, SIGNING_KEY, shipped

MOST, MOST_A_DETAIL = 12, 2
LEAST_RATIO = 5.0
CALLS_A_SECOND, FIRST_CALLS = 10.0, 120.0
"""The rate of the default budget, and what it lets a report take at once."""

Table = dict[str, tuple[int, int]]
"""By status: how many stand there now, and how many stood there when the series last met."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one whole agenda took."""

    seconds: float
    calls: int
    table: Table
    details: tuple[Ref, ...] = ()


@contextmanager
def server(count: int, latency: int) -> Iterator[tuple[str, str]]:
    """The stand-in in its own process, seeded; its address and a token."""
    command = [sys.executable, "-m", "bench.agenda_server", str(count), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        url, token = (process.stdout.readline() if process.stdout else "").split()
        try:
            yield url, token
        finally:
            process.communicate(timeout=20)


def ours(url: str, token: str, kept: Path, version: int) -> Run:
    """The whole agenda, as a run of its own does it."""
    configured, budget = shipped(Mode.ENFORCE), Counted(1e6, 1e6, 0)
    with connect(url, token, budget) as doors:
        start = time.perf_counter()
        me = doors.about.whoami()
        identity = Identity(url, Bot(me.id, me.username), (SIGNING_KEY.encode(),))
        taxonomy, program, words = configured.taxonomy, configured.program, Templates([bootstrap.SHIPPED / "templates"])
        cache = HistoryCache(doors.reader.label_events, kept, url, taxonomy)
        meeting = next_from(program, Series(MeetingKind.PM_REVIEW, "ai"), NOW)
        assert meeting is not None
        agendas = doors.documents.labelled(PROJECT, LABEL)
        gathering = Gathering(doors.lister, doors.boards, doors.reader, cache, identity, taxonomy, program)
        picture = gathering.picture(meeting, NOW, pm_review.wants, Given(agendas))
        blocks = (*_blocks(picture, words), Block("run", f"Run {version}."))
        documents = Documents(doors.documents, words, identity)
        wanted = Wanted(PROJECT, document_name(meeting), meeting.title, (LABEL,), blocks)
        written = documents.rewrite(documents.ensure(wanted, agendas).issue, wanted.name, News(blocks))
        took = time.perf_counter() - start
    assert written.changed
    return Run(took, budget.calls, _table(picture), tuple(picture.details))


def _blocks(picture: Picture, words: Templates) -> Iterator[Block]:
    for section in pm_review.agenda(picture).sections:
        yield Block(section.name, words.agenda(section.template, section.data, picture.meeting.area))


def _table(picture: Picture) -> Table:
    assert picture.since is not None
    now = Counter(card.status for card in picture.cards if card.issue.state == "opened")
    then = Counter(card.status_at(picture.since) for card in picture.cards if card.issue.state == "opened")
    return {status: (now[status], then[status]) for status in sorted(filter(None, now))}


def theirs(url: str, token: str, details: tuple[Ref, ...]) -> Run:
    """The same table as somebody writes it in an afternoon; it reads the same notes, and knows when the last review
    was.
    """
    program = shipped(Mode.ENFORCE).program
    meeting = next_from(program, Series(MeetingKind.PM_REVIEW, "ai"), NOW)
    last = last_before(program, meeting.series, meeting.start) if meeting else None
    assert last is not None
    calls: list[str] = []
    session = requests.Session()
    session.hooks["response"] = [lambda answer, **_: calls.append(answer.url)]
    with gitlab.Gitlab(url, private_token=token, session=session) as client:
        start = time.perf_counter()
        project = client.projects.get(PROJECT)
        opened = project.issues.list(labels="area::ai", state="opened", get_all=True, per_page=100)
        project.issues.list(
            labels="area::ai", state="closed", updated_after=last.start.isoformat(), get_all=True, per_page=100
        )
        rows = [_stood(issue, last.start) for issue in opened]
        for ref in details:
            project.issues.get(ref.iid, lazy=True).notes.list(get_all=True, per_page=100)
        now, then = Counter(row[0] for row in rows), Counter(row[1] for row in rows)
        table = {status: (now[status], then[status]) for status in sorted(now)}
        _write(project, table)
        took = time.perf_counter() - start
    return Run(took, len(calls), table)


def _stood(issue: ProjectIssue, since: datetime) -> tuple[str, str]:
    """Where a request stands, and where it stood then: a call."""
    stands = stood = ""
    for event in issue.resourcelabelevents.list(get_all=True, per_page=100):
        title = event.label["name"] if event.label else ""
        if event.action == "add" and title.startswith("status::"):
            stands = title
            if datetime.fromisoformat(event.created_at) <= since:
                stood = title
    return stands, stood


def _write(project: Project, table: Table) -> None:
    found = project.issues.list(labels=LABEL, get_all=True)[0]
    issue = project.issues.get(found.iid)
    rows = "".join(f"| {status} | {now} | {now - then:+} |\n" for status, (now, then) in table.items())
    # Beside the agenda, so that what the script overwrites is not what the next round reads.
    project.issues.get(1, lazy=True).notes.create(
        {"body": f"{issue.title}\n\n| status | now | |\n|---|---|---|\n{rows}"}
    )


def main() -> int:
    """Print the numbers; 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=500)
    options.add_argument("--latency", type=int, default=50, help="milliseconds")
    chosen = options.parse_args()
    with server(chosen.requests, chosen.latency) as (url, token), tempfile.TemporaryDirectory() as kept:
        run: Callable[[int], Run] = lambda version: ours(url, token, Path(kept), version)  # noqa: E731
        cold, warm, again = run(1), run(2), run(3)
        script = theirs(url, token, warm.details)
    most = MOST + MOST_A_DETAIL * len(warm.details)
    fast = min(warm.seconds, again.seconds)
    within = max(0.0, cold.calls - FIRST_CALLS) / CALLS_A_SECOND
    sys.stdout.write(
        f"  an agenda over {chosen.requests} requests, {len(warm.details)} in detail, at {chosen.latency} ms\n"
        f"    warm: {warm.calls} calls (at most {most}), {fast:.2f} s\n"
        f"    cold: {cold.calls} calls, {cold.seconds:.2f} s; {within:.0f} s at our own ten calls a second\n"
        f"    the same table by a plain script: {script.calls} calls, {script.seconds:.2f} s\n"
        f"    ratio: warm {script.seconds / fast:.1f} times faster (at least {LEAST_RATIO}), "
        f"cold {script.seconds / cold.seconds:.1f} times\n"
    )
    if not cold.table == warm.table == script.table:
        raise RuntimeError(f"the tables differ: {cold.table}, {warm.table}, {script.table}")
    return 0 if warm.calls <= most and script.seconds / fast >= LEAST_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
