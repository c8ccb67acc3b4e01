"""The watch goes its rounds over a GitLab in memory: who is told what, when, and when nobody is."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.installation import Hook, Token
from app.domain.issue import Issue, Ref
from app.domain.ours import WAITING
from app.domain.program import Job
from app.domain.watched import Loop, States, asked, job_line, job_ran, loop_line, loop_of, token_line
from app.services.operator import OperatorIssue
from app.services.watch import Watch
from tests.rules.cards import REF, WORDING, Card
from tests.rules.world import shipped

Makes = Callable[..., Card]
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STOPPED = Hook(7, "https://board.example/webhooks/gitlab", "disabled", frozenset())
RUNS = Hook(7, "https://board.example/webhooks/gitlab", "executable", frozenset())
PROJECT = shipped().program.projects[0].path


@dataclass
class GitLab:
    """What the watch asks GitLab; `hooks_seen` None is a token that may not see them."""

    hooks_seen: tuple[Hook, ...] | None = None
    mends: bool = True
    tested: list[int] = field(default_factory=list)
    trouble: Temporary | Permanent | None = None

    def token(self) -> Token | None:
        if self.trouble:
            raise self.trouble
        return Token(("api",), date(2026, 12, 24))

    def hooks(self, project: str) -> Sequence[Hook] | None:
        return self.hooks_seen

    def test(self, project: str, hook: int) -> bool:
        self.tested.append(hook)
        return self.mends

    def labelled(self, project: str, titles: Sequence[str]) -> Sequence[Issue]:
        return ()


@dataclass
class Post:
    """A watch over a card that is the operator issue."""

    card: Card
    gitlab: GitLab
    paused: bool = False

    def __post_init__(self) -> None:
        self.operator = OperatorIssue(
            self.card, self.card, WORDING, self.card.reconciler().identity, REF, self.card.diary
        )
        program = shipped().program
        self.watch = Watch(self.gitlab, self.gitlab, self.gitlab, self.operator, program, WAITING, self.paused)

    def round(self, at: datetime) -> timedelta:
        """One round; how long until the next."""
        return self.watch.round(at) - at

    @property
    def loop(self) -> Loop:
        """How the question stands."""
        found = loop_of(self.operator.states())
        assert found
        return found


@pytest.fixture
def post(card: Makes) -> Post:
    return Post(card(labels=["program-doc::operator"]), GitLab())


def test_the_loop_is_asked_and_what_webhook_brings_is_the_answer(post: Post) -> None:
    assert post.round(MONDAY) == 2 * MINUTE
    assert post.card.hears() == (
        "Do webhooks reach the service? Asked on 2026-03-02 09:00 UTC by a change of this note; the service answers here "
        "as soon as it hears of it."
    )
    post.watch.heard(Ref(REF.project.upper(), REF.iid), MONDAY + timedelta(seconds=2))
    assert post.card.hears() == (
        "Webhooks reach the service: it heard of the change of this note on 2026-03-02 09:00 UTC, and answered on "
        "2026-03-02 09:00 UTC."
    )
    assert post.round(MONDAY + 2 * MINUTE) == 5 * MINUTE
    assert post.watch.seen is not None
    assert post.watch.seen.loop == Loop(MONDAY, MONDAY + timedelta(seconds=2))
    assert post.card.hears() == ""


def test_it_is_asked_once_an_hour_on_working_days_in_the_same_note(post: Post) -> None:
    for minute in range(0, 180, 5):
        at = MONDAY + minute * MINUTE
        post.round(at)
        post.watch.heard(REF, at + timedelta(seconds=1))
    assert post.loop.asked == MONDAY + 2 * HOUR
    assert len(post.card.bots_notes) == 1
    post.card.hears()
    assert post.round(SATURDAY) == 5 * MINUTE
    assert post.card.hears() == ""


def test_nobody_heard_so_people_are_told_once_and_the_note_is_kept_fresh(post: Post) -> None:
    post.round(MONDAY)
    post.card.hears()
    post.round(MONDAY + 2 * MINUTE)
    assert post.card.hears() == (
        "**Webhooks do not reach the service.** It was not told of changes of this note, the last on 2026-03-02 09:02 "
        "UTC. Cards that are moved meanwhile are judged by the next sweep.\n\n"
        f"- `{PROJECT}: only a Maintainer's token sees webhooks, and mine is none, so I could not look whether GitLab "
        "has stopped it.`\n\n"
        "1. `sounding-board check --online`, with a Maintainer's token in `SOUNDING_BOARD_OPERATOR_TOKEN`, says what "
        "GitLab knows about the webhook.\n"
        "2. If GitLab has stopped it, choose **Test** on the project's page of webhooks: one answer of the service "
        "starts it again.\n"
        "3. `sounding-board check --loop` asks anew. I ask by myself too, and this note says when the answer came."
    )
    (told,) = post.card.bots_notes
    post.round(MONDAY + 7 * MINUTE)
    assert post.card.hears() == "", "told already"
    post.round(MONDAY + 17 * MINUTE)
    assert "the last on 2026-03-02 09:17 UTC" in post.card.hears()
    assert [note.id for note in post.card.bots_notes] == [told.id]
    post.watch.heard(REF, MONDAY + 18 * MINUTE)
    assert post.card.hears().startswith(
        "Webhooks reach the service: it heard of the change of this note on 2026-03-02 09:17"
    )


def test_who_asks_by_hand_while_nobody_hears_makes_nobody_be_told_again(post: Post) -> None:
    post.round(MONDAY)
    post.round(MONDAY + 2 * MINUTE)
    (told,) = post.card.bots_notes
    for minute in range(3, 60, 5):
        post.operator.tell(asked(MONDAY + minute * MINUTE, post.loop))
        assert post.loop.silent
        post.round(MONDAY + (minute + 3) * MINUTE)
    assert [note.id for note in post.card.bots_notes] == [told.id], "a new note notifies people; an edit does not"
    post.watch.heard(REF, MONDAY + HOUR)
    assert not post.loop.silent
    assert "Webhooks reach the service: " in post.card.hears()


def test_at_the_weekend_too_what_is_silent_is_asked_until_it_is_heard(post: Post) -> None:
    post.round(SATURDAY - HOUR * 24)
    post.round(SATURDAY)
    assert "Webhooks do not reach the service" in post.card.hears()


def test_a_webhook_that_gitlab_stopped_is_started_again(post: Post) -> None:
    post.gitlab.hooks_seen = (STOPPED,)
    post.round(MONDAY)
    assert post.gitlab.tested == [7]
    assert post.watch.seen is not None
    assert post.watch.seen.stopped == 0
    post.round(MONDAY + 2 * MINUTE)
    assert f"- `{PROJECT}: GitLab had stopped the webhook; a test event has started it again.`" in post.card.hears(), (
        "the test alone proves nothing of our own answer"
    )


def test_a_webhook_that_stays_stopped_or_is_not_there_is_told(post: Post) -> None:
    post.gitlab.hooks_seen, post.gitlab.mends = (STOPPED,), False
    post.round(MONDAY)
    post.round(MONDAY + 2 * MINUTE)
    assert f"- `{PROJECT}: GitLab has stopped the webhook (disabled).`" in post.card.hears()
    assert post.watch.seen is not None
    assert post.watch.seen.stopped == 1
    post.gitlab.hooks_seen = ()
    post.round(MONDAY + 20 * MINUTE)
    assert f"- `{PROJECT}: no webhook ends in /webhooks/gitlab.`" in post.card.hears()


def test_a_paused_watch_looks_and_writes_nothing(card: Makes) -> None:
    post = Post(card(labels=["program-doc::operator"]), GitLab((STOPPED,)), paused=True)
    assert post.round(MONDAY) == 5 * MINUTE
    post.watch.heard(REF, MONDAY)
    assert (post.card.hears(), post.gitlab.tested) == ("", [])
    assert post.watch.seen is not None
    assert post.watch.seen.stopped == 1


def test_other_issues_are_no_answer(post: Post) -> None:
    post.round(MONDAY)
    post.card.hears()
    post.watch.heard(Ref(REF.project, REF.iid + 1), MONDAY + MINUTE)
    assert post.card.hears() == ""


@pytest.mark.parametrize("trouble", [Temporary("GitLab is down"), Permanent("our token may not ask about itself")])
def test_what_cannot_be_looked_at_is_logged_and_hides_nothing_else(
    post: Post, trouble: Temporary | Permanent, caplog: pytest.LogCaptureFixture
) -> None:
    post.operator.tell(job_ran("sweep", MONDAY, 31, 2))
    post.gitlab.trouble = trouble
    assert post.round(MONDAY + MINUTE) == 2 * MINUTE
    seen = post.watch.seen
    assert seen
    assert (seen.at, seen.jobs, seen.token_expires) == (MONDAY + MINUTE, {"sweep": MONDAY}, None)
    assert seen.waiting == dict.fromkeys(WAITING, 0)
    assert caplog.messages == [f"the watch over ourselves could not look at everything: our token: {trouble}"]
    assert "Do webhooks reach the service?" in post.card.hears()


def test_an_operator_issue_that_is_gone_hides_nothing_else_and_what_it_told_last_stands(
    post: Post, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: OperatorIssue) -> States:
        raise Missing("sme/feedback#7 is not there")

    post.operator.tell(job_ran("sweep", MONDAY, 31, 2))
    post.round(MONDAY)
    post.watch.heard(REF, MONDAY)
    post.card.hears()
    post.round(MONDAY + MINUTE)
    monkeypatch.setattr(OperatorIssue, "states", gone)
    assert post.round(MONDAY + HOUR) == 5 * MINUTE
    seen = post.watch.seen
    assert seen
    assert (seen.jobs, seen.loop) == ({"sweep": MONDAY}, Loop(MONDAY, MONDAY))
    assert (seen.token_expires, seen.waiting) == (date(2026, 12, 24), dict.fromkeys(WAITING, 0))
    assert caplog.messages == [
        "the watch over ourselves could not look at everything: the operator issue: sme/feedback#7 is not there"
    ]


def test_a_project_that_is_gone_is_one_whose_hooks_are_not_seen(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(project: str) -> Sequence[Hook] | None:
        raise Missing("gone")

    monkeypatch.setattr(post.gitlab, "hooks", gone)
    post.round(MONDAY)
    post.card.hears()
    assert post.watch.seen is not None
    assert post.watch.seen.stopped is None


def test_a_job_leaves_word_in_one_note_and_the_watch_knows(post: Post) -> None:
    post.operator.tell(job_ran("sweep", MONDAY, 31, 2))
    assert post.card.hears() == "The last sweep ended on 2026-03-02 09:00 UTC: 31 looked at, 2 failed."
    post.operator.tell(job_ran("sweep", MONDAY + HOUR, 1, 0))
    assert post.card.hears() == "The last sweep ended on 2026-03-02 10:00 UTC: 1 looked at, 0 failed."
    assert len(post.card.bots_notes) == 1
    post.round(SATURDAY)
    assert post.watch.seen is not None
    assert post.watch.seen.jobs == {"sweep": MONDAY + HOUR}
    assert post.watch.seen.token_expires == date(2026, 12, 24)
    assert post.watch.seen.waiting == dict.fromkeys(WAITING, 0)


def test_what_status_says_of_jobs_loop_and_token(post: Post) -> None:
    issue, today = Ref("sme/customer-feedback", 1), MONDAY.date()
    assert [
        job_line({}, Job.SWEEP, MONDAY),
        job_line({"job sweep": {"at": MONDAY.isoformat()}}, Job.SWEEP, MONDAY + 26 * HOUR),
        job_line({"job score": {"at": MONDAY.isoformat()}}, Job.SCORE, MONDAY + timedelta(days=9)),
        job_line({"job due": {"at": MONDAY.isoformat()}}, Job.DUE, MONDAY + 3 * HOUR),
        job_line({"job due": {"at": MONDAY.isoformat()}}, Job.DUE, MONDAY + 3 * HOUR + MINUTE),
        job_line({"job sweep": {"at": "yesterday"}}, Job.SWEEP, MONDAY),
        loop_line(None, issue, MONDAY),
        loop_line(Loop(MONDAY), issue, MONDAY + MINUTE),
        loop_line(Loop(MONDAY), issue, MONDAY + 2 * MINUTE),
        loop_line(Loop(MONDAY, MONDAY), issue, MONDAY + 2 * MINUTE),
        token_line(today + timedelta(days=30), today),
        token_line(today + timedelta(days=1), today),
        token_line(today, today),
    ] == [
        (None, "No sweep has left word on the operator issue yet."),
        (True, "The last sweep ended on 2026-03-02 09:00 UTC."),
        (False, "The last score ended on 2026-03-02 09:00 UTC; look whether its pipeline is still scheduled."),
        (True, "The last due ended on 2026-03-02 09:00 UTC."),
        (False, "The last due ended on 2026-03-02 09:00 UTC; look whether its pipeline is still scheduled."),
        (None, "No sweep has left word on the operator issue yet."),
        (
            None,
            "Whether webhooks arrive was not proved yet; `sounding-board check --loop` asks on sme/customer-feedback#1.",
        ),
        (None, "Whether webhooks arrive is being asked on sme/customer-feedback#1, since 2026-03-02 09:00 UTC."),
        (
            False,
            "Webhooks do not arrive: of a change of sme/customer-feedback#1 on 2026-03-02 09:00 UTC nobody has heard.",
        ),
        (True, "A webhook was last proved to arrive on 2026-03-02 09:00 UTC."),
        (True, "Our token runs out on 2026-04-01, in 30 days."),
        (False, "Our token runs out on 2026-03-03, in 1 day; rotate it now."),
        (False, "Our token ran out on 2026-03-02."),
    ]
