"""The service and a scheduled sweep on the same request at the same time, changing places between any two calls."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.bootstrap import Rules
from app.domain.failure import Missing
from app.fakegitlab.model import Issue, User
from app.gateways.gitlab_connect import GitLab
from tests.stateful import invariants, texts
from tests.stateful.installation import LEAD, OTHER_SA, PM, SA, SME, STRANGER, Installation, installed
from tests.stateful.turns import Runner, in_turns

Scene = Callable[[Installation], Issue]
Deed = Callable[[Installation, Issue], None]
Process = tuple[Rules, GitLab]

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.shrink, Phase.explain},
)
MANY = settings(FEW, max_examples=1000, phases=set(Phase))


# What both of them find.


def just_filed(here: Installation) -> Issue:
    return here.files(SA, "SAML groups are slow", "", ["area::ai"])


def settled(here: Installation) -> Issue:
    issue = here.files(SA, "SAML groups are slow", texts.EVERYTHING, ["area::ai"])
    here.settles()
    here.clock.later(minutes=5)
    return issue


def asked(here: Installation) -> Issue:
    issue = just_filed(here)
    here.clock.later(minutes=15)
    here.settles()
    return issue


def dragged(here: Installation) -> Issue:
    issue = settled(here)
    here.drags(OTHER_SA, issue, "status::accepted")
    return issue


def held(here: Installation) -> Issue:
    issue = dragged(here)
    here.settles()
    here.clock.later(minutes=5)
    return issue


def dragged_on(here: Installation) -> Issue:
    """Ken's review lacks a theme, and somebody drags the card on before anybody looks."""
    issue = settled(here)
    here.drags(SME, issue, "status::reviewed")
    here.drags(STRANGER, issue, "status::resolved")
    return issue


def closed(here: Installation) -> Issue:
    issue = settled(here)
    here.drags(SA, issue, "closed")
    return issue


def asked_why_closed(here: Installation) -> Issue:
    issue = closed(here)
    here.settles()
    here.clock.later(minutes=5)
    return issue


SCENES: tuple[Scene, ...] = (just_filed, settled, asked, dragged, dragged_on, held, closed, asked_why_closed)


# What somebody does meanwhile.


def nothing(here: Installation, issue: Issue) -> None:
    """All stays as it is."""


def fills_in(here: Installation, issue: Issue) -> None:
    here.world.update_issue(here.person(SA), issue, description=texts.EVERYTHING)


def drags_on(here: Installation, issue: Issue) -> None:
    here.drags(STRANGER, issue, "status::roadmap")


def drags_rightly(here: Installation, issue: Issue) -> None:
    here.world.update_issue(here.person(LEAD), issue, add_labels=["theme::ai::chat"])
    here.drags(SME, issue, "status::reviewed")


def takes_the_status_off(here: Installation, issue: Issue) -> None:
    here.drags(PM, issue, "open")


def answers(here: Installation, issue: Issue) -> None:
    here.says(SA, issue, "declined: duplicate")


def closes(here: Installation, issue: Issue) -> None:
    here.drags(PM, issue, "closed")


DEEDS: tuple[Deed, ...] = (nothing, fills_in, drags_on, drags_rightly, takes_the_status_off, answers, closes)
orders = st.lists(st.sampled_from(["service", "sweep", "person"]), min_size=20, max_size=20)


def race(here: Installation, service: Process, job: Process, scene: Scene, deed: Deed, order: list[str]) -> list[str]:
    """Set the scene, start both, let somebody act meanwhile; the calls that wrote.

    A note gone under one's hands is all that may go wrong.
    """
    here.fresh()
    issue = scene(here)
    (rules, doors), (job_rules, job_doors) = service, job
    rules, job_rules = here.without_memories(rules), here.without_memories(job_rules)
    runners = {
        "service": Runner(lambda: rules.reconciler.run(here.ref(issue), here.clock.now), doors.client),
        "sweep": Runner(lambda: job_rules.sweep.run(here.clock.now, None, dry=False), job_doors.client),
        "person": Runner(lambda: deed(here, issue), None),
    }
    failures: list[Exception] = []
    written = here.writes(lambda: failures.extend(in_turns(runners, order)))
    assert [failure for failure in failures if not isinstance(failure, Missing)] == []
    return written


def settles(here: Installation, job: Process) -> None:
    """All that was left to do is done, by whoever comes by next."""
    here.settles(here.without_memories(job[0]))


# One bot user.


@pytest.fixture(scope="module")
def job(installation: Installation) -> Process:
    """The scheduled job, with the service's token."""
    return installation.connected(installation.bot)


@pytest.mark.parametrize("scene", [dragged, dragged_on, closed])
@pytest.mark.parametrize("turns", [("service", "sweep"), ("sweep", "service")], ids="-".join)
def test_one_waits_before_each_of_its_calls_while_the_other_runs_to_its_end(
    installation: Installation, job: Process, scene: Scene, turns: tuple[str, str]
) -> None:
    first, other = turns
    posted: list[int] = []
    for calls in range(1, 12):
        order = [first] * calls + [other] * 30
        written = race(installation, (installation.service, installation.doors), job, scene, nothing, order)
        settles(installation, job)
        invariants.hold(installation)
        posted.append(sum(call.startswith("POST") for call in written))
    assert set(posted) == {1, 2}  # for some, both had read before either wrote; the younger note was taken away


@FEW
@given(order=orders)
def test_of_two_moves_at_once_the_first_is_kept_whoever_comes_to_it(
    installation: Installation, job: Process, order: list[str]
) -> None:
    race(installation, (installation.service, installation.doors), job, dragged_on, nothing, order)
    settles(installation, job)
    (issue,) = installation.requests
    assert {"status::new", "hold::open"} <= {label.title for label in issue.labels}
    (kept,) = [note.body for note in installation.ours(issue) if "I keep your move to" in note.body]
    assert kept.startswith("Almost there, @sme.ken: I keep your move to **Reviewed**.")
    assert "@stranger, your move on to **Resolved** went back with it" in kept


@FEW
@given(scene=st.sampled_from(SCENES), deed=st.sampled_from(DEEDS), order=orders)
def test_the_service_and_a_sweep_at_once(
    installation: Installation, job: Process, scene: Scene, deed: Deed, order: list[str]
) -> None:
    service = (installation.service, installation.doors)
    race(installation, service, job, scene, deed, order)
    settles(installation, job)
    invariants.hold(installation)


@pytest.mark.soak
@MANY
@given(scene=st.sampled_from(SCENES), deed=st.sampled_from(DEEDS), order=orders)
def test_the_service_and_a_sweep_at_once_many_times(
    installation: Installation, job: Process, scene: Scene, deed: Deed, order: list[str]
) -> None:
    test_the_service_and_a_sweep_at_once.hypothesis.inner_test(installation, job, scene, deed, order)  # type: ignore[attr-defined]


# Two bot users: the token was made anew, which makes a new user, while the other process still has the old one.


@pytest.fixture(scope="module", params=["the old knows the new", "the old knows nothing"])
def changing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Installation, Process, Process]]:
    """The installation, the process with the old token, and the one with the new."""
    with installed(tmp_path_factory.mktemp("kept"), "premium") as here:
        successor = here.world.add_user("project_1_bot_new", "Sounding Board", bot=True)
        here.world.add_member(here.project, successor, "planner")
        told: list[User] = [successor] if request.param == "the old knows the new" else []
        yield here, here.connected(here.bot, *told), here.connected(successor, here.bot)


@FEW
@given(scene=st.sampled_from(SCENES), deed=st.sampled_from(DEEDS), order=orders)
def test_an_old_bot_user_and_a_new_one_at_once(
    changing: tuple[Installation, Process, Process], scene: Scene, deed: Deed, order: list[str]
) -> None:
    here, old, new = changing
    race(here, old, new, scene, deed, order)
    settles(here, new)
    invariants.hold(here, new[0])
