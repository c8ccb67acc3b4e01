"""`score` over a living board: ledgers, bands, candidates and Top Requests, each written once and only where it changed."""

# ruff: noqa: E501 - what is shown is pinned as people read it

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.adjustments import Adjustment, to_state
from app.domain.envelope import Place, seal
from app.domain.failure import Temporary
from app.domain.numbers import Amounts
from app.domain.ours import ANSWERS
from app.domain.taxonomy import Mode
from app.entrypoints.show import visible
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue, Label, Note, Project
from app.gateways.config_load import Configuration
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from app.gateways.journal_sqlite import SqliteJournal
from app.services.score import Written
from tests.scenarios.living import COMPLETE, PROJECT, SIGNING_KEY, enforced, peopled, settings_for

BOOK = """\
account,name,arr,tier,region,renewal
0065g00000QwErT,Acme Corp,123456.78,Ultimate,DACH,
0018X00002AbCdE,Initech GmbH,611222.33,Premium,APAC,2026-06-30
0018X00002AbCdF,Umbrella,251251.25,Ultimate,APAC,
"""
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAMES = ("acme", "initech", "umbrella")
SUMS = ("123456", "123,456", "611222", "611,222", "251251", "251,251")
LINK = "https://example.my.salesforce.com"
REQUEST = f"{COMPLETE}\nImpact to the customer of not having this: the deal is lost"


@dataclass(slots=True)
class Desk:
    """A GitLab with requests, the account book, and `score` as a CI job. Time stands still unless told."""

    world: World
    project: Project
    gitlab: FakeGitLab
    configured: Configuration
    kept: Path

    def files(self, title: str = "SAML", body: str = REQUEST, labels: str = "area::ai theme::ai::chat") -> Issue:
        """A request in Reviewed."""
        titles: list[str | Label] = ["status::reviewed", "context::ready", *labels.split()]
        return self.world.create_issue(
            self.world.user("sa.jane"), self.project, title, description=body, add_labels=titles
        )

    def scores(self, *, dry: bool = False) -> Written:
        """The job runs, and writes unless dry."""
        settings = settings_for(self.gitlab.url, self.world, self.kept, account_book=self.kept / "book.csv")
        token, hasty = settings.gitlab_token.get_secret_value(), Budget(rate=1e6, burst=1e6, notes_burst=1e6)
        self.world.reset_calls()
        journal = SqliteJournal(self.kept / "journal.sqlite3")
        with closing(journal), connect(settings.gitlab_url, token, hasty) as doors:
            scorer = bootstrap.scorer(settings, self.configured, doors, journal)
            planned = scorer.score.plan(self.world.now())
            lists = scorer.top_requests.plan(planned.found, planned.issues, planned.at)
            written = scorer.score.carry_out(planned, dry=dry)
            failed = () if dry else scorer.top_requests.carry_out(lists)
        assert failed == ()
        return written

    def calls(self) -> dict[str, int]:
        """What the last run asked GitLab, by method and what for."""
        kinds = (f"{c.method} {re.sub(r'.*/', '', re.sub(r'/:[a-z_]+$', '', c.template))}" for c in self.world.calls)
        return dict(sorted(Counter(kinds).items()))

    def ours(self, issue: Issue) -> list[Note]:
        """Our notes on an issue."""
        return [n for n in issue.notes if n.author.username == "sounding-board" and not n.system]

    def ledger(self, issue: Issue) -> str:
        """The one ledger as people read it."""
        (note,) = self.ours(issue)
        assert note.internal
        return "\n".join(visible(note.body))

    def labels(self, issue: Issue) -> set[str]:
        """The labels that numbers decide."""
        return {label.title for label in issue.labels if label.title.startswith(("priority", "arr-driver"))}

    def lists(self) -> list[Issue]:
        """The Top Requests issues."""
        return [i for i in self.project.issues.values() if i.title.startswith("Top requests")]

    def says(self, who: str, issue: Issue, text: str) -> None:
        """Somebody comments."""
        self.world.add_note(self.world.user(who), issue, text)


@contextmanager
def desk(tmp_path: Path, configured: Configuration, tier: Literal["free", "premium"] = "premium") -> Iterator[Desk]:
    """Nobody listens to webhooks here: the job needs none."""
    (tmp_path / "book.csv").write_text(BOOK)
    world, project, _ = peopled(configured, tier, now=lambda: NOW)
    with FakeGitLab(world, deliver=False) as gitlab:
        yield Desk(world, project, gitlab, configured, tmp_path)
        assert not world.unknown_calls


def counting(mode: Mode = Mode.ENFORCE) -> Configuration:
    """The shipped configuration in force, the numbers too."""
    return enforced(mode, numbers=mode)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, counting()) as found:
        yield found


def inline(configured: Configuration) -> Configuration:
    """The same, in a project that may show amounts."""
    projects = tuple(replace(p, amounts=Amounts.INLINE) for p in configured.program.projects)
    return replace(configured, program=replace(configured.program, projects=projects))


def test_a_request_gets_its_ledger_its_band_and_a_place_on_the_list(job: Desk) -> None:
    issue = job.files()
    job.says("sa.omar", issue, f"+1 customer: {LINK}/0018X00002AbCdE | retention | renewal | 2026-06-30")
    assert job.scores() == Written(1)
    assert job.ledger(issue) == snapshot("""\
### Customers on this request · 2 accounts

| account, asked by | severity | ARR | needed by |
|---|---|---|---|
| [006…QwErT](https://example.my.salesforce.com/0065g00000QwErT) growth, assumed<br>`sa.jane` · dach-meta | blocker | 100–250k | 2036-03-31 |
| [001…AbCdE](https://example.my.salesforce.com/0018X00002AbCdE) renewal<br>`sa.omar` · apac | retention | 500k–1M | 2026-06-30 |

**83 points** of 100: (revenue 35 + customers 7 + tier 14 + alignment 10) × 1.25 for urgency

Worked out from subscriptions 0.68 of 1 · theme 0.50 of 1 · as of 2026-03-02

Missing before *Accepted by PMs*: PM owner

Not told yet: Deployment for 001…AbCdE · Impact to the customer of not having this for 001…AbCdE

Another customer with this problem? Comment with one line:

`+1 customer: CRM link | blocker, retention, fast-follow or nice | new, renewal or expansion | 2026-03-31`\
""")
    assert job.labels(issue) == {"priority::1", "arr-driver::candidate"}
    (listed,) = job.lists()
    assert [label.title for label in listed.labels] == ["program-doc::top-requests"]
    assert "\n".join(visible(str(listed.description))) == snapshot("""\
The requests of AI with the most points, as of 2026-03-02. I keep this list: a request leaves it only when it is decided, or when another has clearly more points. What you write into it is overwritten; comments stay.

1. sme/customer-feedback#2+ · ~"priority::1" · **83 points** · 2 customers · blocker\
""")


def test_a_run_costs_its_pages_and_a_read_a_request_and_the_next_one_writes_nothing(job: Desk) -> None:
    for number in range(3):
        job.files(f"Request {number}")
    job.scores()
    first = job.calls()
    job.scores()
    second = job.calls()
    assert (first, second) == snapshot(
        (
            {
                "GET issues": 6,
                "GET labels": 1,
                "GET notes": 6,
                "GET user": 1,
                "POST issues": 1,
                "POST notes": 3,
                "PUT issues": 3,
            },
            {"GET issues": 1, "GET notes": 3, "GET user": 1},
        )
    )


def test_one_more_customer_costs_one_look_and_its_writes(job: Desk) -> None:
    issue, _ = job.files(), job.files("Another", REQUEST.replace("0065g00000QwErT", "0018X00002AbCdF"))
    job.scores()
    job.says("sa.omar", issue, f"+1 customer: {LINK}/0018X00002AbCdE | retention | renewal | 2026-06-30")
    job.scores()
    assert job.calls() == snapshot(
        {"GET issues": 2, "GET labels": 1, "GET notes": 2, "GET user": 1, "PUT issues": 2, "PUT notes": 1}
    )
    assert "2 accounts" in job.ledger(issue)


def test_a_dry_run_writes_nothing(job: Desk) -> None:
    issue = job.files()
    assert job.scores(dry=True) == Written(1)
    assert {call.method for call in job.world.calls} == {"GET"}
    assert (job.ours(issue), job.labels(issue), job.lists()) == ([], set(), [])


def test_where_the_rule_only_watches_nothing_is_written(tmp_path: Path) -> None:
    with desk(tmp_path, counting(Mode.OBSERVE)) as job:
        issue = job.files()
        assert job.scores() == Written()
        assert {call.method for call in job.world.calls} == {"GET"}
        assert (job.ours(issue), job.labels(issue), job.lists()) == ([], set(), [])


def test_a_paused_card_counts_and_is_left_alone(job: Desk) -> None:
    paused, other = job.files(labels="area::ai sounding-board::paused"), job.files("Another")
    job.scores()
    assert (job.ours(paused), job.labels(paused)) == ([], set())
    (listed,) = job.lists()
    assert f"{PROJECT}#{paused.iid}+" in str(listed.description)
    assert "1 account" in job.ledger(other)


def test_a_request_without_customers_has_no_numbers(job: Desk) -> None:
    issue = job.files(
        body="## Problem\nPeople keep their access to GitLab for up to 24 hours, says nobody in particular."
    )
    job.scores()
    assert (job.ours(issue), job.labels(issue), job.lists()) == ([], set(), [])


def test_a_nomination_made_while_the_job_runs_is_not_undone(job: Desk) -> None:
    """The job listed the card a while ago; before it writes it looks once more."""
    issue = job.files()
    settings = settings_for(job.gitlab.url, job.world, job.kept, account_book=job.kept / "book.csv")
    token, hasty = settings.gitlab_token.get_secret_value(), Budget(rate=1e6, burst=1e6, notes_burst=1e6)
    with closing(SqliteJournal(job.kept / "j.sqlite3")) as journal, connect(settings.gitlab_url, token, hasty) as doors:
        scorer = bootstrap.scorer(settings, job.configured, doors, journal)
        planned = scorer.score.plan(job.world.now())
        with job.world.at(job.world.now() + timedelta(minutes=1)):
            job.world.update_issue(job.world.user("lead.ai"), issue, add_labels=["arr-driver::nominated"])
        scorer.score.carry_out(planned, dry=False)
    assert job.labels(issue) == {"arr-driver::nominated", "priority::2"}


def test_a_request_closed_while_the_job_runs_is_left_alone_and_not_counted(job: Desk) -> None:
    issue = job.files()
    settings = settings_for(job.gitlab.url, job.world, job.kept, account_book=job.kept / "book.csv")
    token, hasty = settings.gitlab_token.get_secret_value(), Budget(rate=1e6, burst=1e6, notes_burst=1e6)
    with closing(SqliteJournal(job.kept / "j.sqlite3")) as journal, connect(settings.gitlab_url, token, hasty) as doors:
        scorer = bootstrap.scorer(settings, job.configured, doors, journal)
        planned = scorer.score.plan(job.world.now())
        with job.world.at(job.world.now() + timedelta(minutes=1)):
            job.world.update_issue(job.world.user("lead.ai"), issue, state_event="close")
        assert scorer.score.carry_out(planned, dry=False) == Written()
    assert (job.ours(issue), job.labels(issue)) == ([], set())


def test_where_one_request_cannot_be_read_nothing_is_written(job: Desk) -> None:
    job.files()
    other = job.files("Another")
    job.world.faults.server_error(count=None, path=f"/issues/{other.iid}/notes")
    with pytest.raises(Temporary):
        job.scores()
    assert {call.method for call in job.world.calls} == {"GET"}


def test_a_customer_line_that_is_edited_withdrawn_or_deleted_counts_no_more(job: Desk) -> None:
    """None of it says so on the issue itself: that is why every run reads all notes."""
    issue = job.files()
    initech = f"+1 customer: {LINK}/0018X00002AbCdE | retention | renewal | 2026-06-30"
    job.says("sa.omar", issue, initech)
    job.scores()
    assert "2 accounts" in job.ledger(issue)
    note = next(n for n in issue.notes if n.body == initech)
    job.world.edit_note(job.world.user("sa.omar"), note, f"+1 customer: {LINK}/0018X00002AbCdE | nice | renewal")
    job.scores()
    assert " renewal<br>`sa.omar` · apac | nice | 500k–1M | – |" in job.ledger(issue)
    job.world.delete_note(job.world.user("sa.omar"), note)
    job.scores()
    assert "1 account\n" in job.ledger(issue)
    job.says("sa.jane", issue, f"-1 customer: {LINK}/0065g00000QwErT | closed-lost")
    job.scores()
    assert "No customer is on this request any more." in job.ledger(issue)
    assert job.labels(issue) == set()


def test_without_scoped_labels_a_card_has_one_band_all_the_same(tmp_path: Path) -> None:
    with desk(tmp_path, counting(), tier="free") as job:
        issue = job.files()
        job.world.update_issue(job.world.user("lead.ai"), issue, add_labels=["priority::1", "priority::4"])
        job.scores()
        assert len([title for title in job.labels(issue) if title.startswith("priority")]) == 1


def test_the_list_is_made_once_and_found_again_and_a_closed_one_is_left_alone(job: Desk) -> None:
    issue = job.files()
    job.scores()
    job.says("sa.omar", issue, f"+1 customer: {LINK}/0018X00002AbCdE | retention | renewal | 2026-06-30")
    job.scores()
    (listed,) = job.lists()
    assert "2 customers" in str(listed.description)
    job.world.update_issue(job.world.user("program.lead"), listed, state_event="close")
    text = listed.description
    job.says("sa.ines", issue, f"+1 customer: {LINK}/0018X00002AbCdF | blocker | renewal | 2026-06-30")
    job.scores()
    assert [i.description for i in job.lists()] == [text]


def test_a_list_that_somebody_wrote_into_is_written_again(job: Desk) -> None:
    job.files()
    job.scores()
    (listed,) = job.lists()
    text = str(listed.description)
    job.world.update_issue(
        job.world.user("program.lead"), listed, description=text.replace("most points", "best friends")
    )
    job.scores()
    assert listed.description == text


def test_points_and_labels_stay_as_they_are_while_time_passes_and_nothing_happens(job: Desk) -> None:
    issue = job.files()
    job.scores()
    before = (job.ledger(issue), job.labels(issue), [i.description for i in job.lists()])
    with job.world.at(job.world.now() + timedelta(days=2)):
        assert job.scores() == Written()
    assert (job.ledger(issue), job.labels(issue), [i.description for i in job.lists()]) == before


def answers(job: Desk, issue: Issue, days_ago: int) -> None:
    """Our note of answers, which keeps that an SME added ten points some days ago."""
    adjusted = Adjustment(10, "sme.ken", NOW - timedelta(days=days_ago), 17)
    state = {"open": False, "points": to_state((adjusted,))}
    place = Place(job.gitlab.url, issue.project.id, issue.iid)
    body = seal("Ten points more.", ANSWERS, "answers", state, place, SIGNING_KEY.encode())
    job.world.add_note(job.world.user("sounding-board"), issue, body)


@pytest.mark.parametrize(
    ("days_ago", "told"),
    [(1, " for urgency, and +10 by `sme.ken` ([why](#note_17))\n"), (40, " for urgency\n")],
)
def test_points_that_people_added_count_until_the_next_calibration(job: Desk, days_ago: int, told: str) -> None:
    issue = job.files()
    answers(job, issue, days_ago)
    job.scores()
    (ledger,) = [note for note in job.ours(issue) if note.internal]
    assert told in ledger.body


def everything(world: World) -> str:
    """All that we wrote anywhere, also what stands behind base64."""
    bot = world.user("sounding-board")
    texts = [n.body for i in world.issues.values() for n in i.notes if n.author is bot]
    texts += [f"{i.title} {i.description}" for i in world.issues.values() if i.author is bot]
    packed = re.findall(r"<!-- sounding-board:1 (\S+) ", "\n".join(texts))
    return "\n".join([*texts, *(base64.b64decode(p).decode() for p in packed)])


def test_in_a_link_only_world_no_byte_we_wrote_names_a_customer_or_an_exact_sum(job: Desk) -> None:
    issue = job.files()
    job.says("sa.omar", issue, f"+1 customer: {LINK}/0018X00002AbCdE | retention | renewal | 2026-06-30")
    job.says("sa.ines", issue, f"+1 customer: {LINK}/0018X00002AbCdF | blocker | expansion | 2026-12-31")
    job.files("Another", REQUEST.replace("0065g00000QwErT", "0018X00002AbCdE"))
    job.scores()
    kept = b"".join(path.read_bytes() for path in job.kept.glob("journal*")).decode(errors="ignore")
    told = (everything(job.world) + kept).casefold()
    assert "0018x00002abcde" in told
    assert [word for word in (*NAMES, *SUMS) if word in told] == []


def test_where_amounts_are_inline_the_ledger_shows_them_and_the_journal_does_not(tmp_path: Path) -> None:
    with desk(tmp_path, inline(counting())) as job:
        issue = job.files()
        job.scores()
        assert "ARR touching 123,456.78 USD" in job.ledger(issue)
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("journal*"))
        assert b"123,456" not in kept
        assert b"123456" not in kept


def test_two_jobs_at_once_leave_one_ledger_and_one_list(job: Desk) -> None:
    issue = job.files()
    settings = settings_for(job.gitlab.url, job.world, job.kept, account_book=job.kept / "book.csv")
    token, hasty = settings.gitlab_token.get_secret_value(), Budget(rate=1e6, burst=1e6, notes_burst=1e6)
    with closing(SqliteJournal(job.kept / "j.sqlite3")) as journal, connect(settings.gitlab_url, token, hasty) as doors:
        scorer = bootstrap.scorer(settings, job.configured, doors, journal)
        planned = scorer.score.plan(job.world.now())
        lists = scorer.top_requests.plan(planned.found, planned.issues, planned.at)
        for _ in range(2):
            scorer.score.carry_out(planned, dry=False)
            assert scorer.top_requests.carry_out(lists) == ()
    assert len(job.ours(issue)) == 1
    assert [i.state for i in job.lists()] == ["opened", "closed"]
    assert visible(str(job.lists()[1].description)) == [
        f"This list was made twice at the same moment; the one that is kept is {PROJECT}#{job.lists()[0].iid}."
    ]


def test_no_more_than_thirty_ledgers_are_begun_in_one_run(job: Desk) -> None:
    for number in range(32):
        job.files(f"Request {number}")
    written = job.scores()
    assert (written.written, len(written.waiting)) == (30, 2)
    assert (job.scores().written, json.dumps(job.calls())) == snapshot(
        (2, '{"GET issues": 3, "GET labels": 1, "GET notes": 34, "GET user": 1, "POST notes": 2, "PUT issues": 2}')
    )
