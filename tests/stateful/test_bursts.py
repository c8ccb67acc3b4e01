"""Many cards dragged at once, judged by several processes: what goes back without a note is named in the summary, once,
whoever writes over whom, dies, or is refused.
"""

import re
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import Rules
from app.domain.failure import Temporary
from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.plan import Finding, Verdict
from app.entrypoints.show import visible
from app.fakegitlab.model import Issue
from tests.stateful import texts
from tests.stateful.installation import OTHER_SA, SA, Installation
from tests.stateful.test_racing import FEW, MANY, Process
from tests.stateful.turns import Runner, in_turns


class Killed(BaseException):
    """The process is gone."""


def dragged_with_ten_others(here: Installation, count: int) -> list[Issue]:
    """So many cards of which Omar drags each to where he may not; ten others he dragged just before."""
    here.fresh()
    cards = [here.files(SA, f"Number {n}", texts.EVERYTHING, ["area::ai"]) for n in range(count)]
    here.settles()
    here.clock.later(minutes=5)
    ten = (here.clock.now - timedelta(seconds=second) for second in range(10))
    moves = [
        Finding("moves", Verdict.STANDS, "", who=OTHER_SA, event_id=10**6 + n, moved_at=at) for n, at in enumerate(ten)
    ]
    here.journal.record([Entry(here.clock.now, Ref("sme/other", 1), dry=False, finding=move) for move in moves])
    for card in cards:
        here.drags(OTHER_SA, card, "status::accepted")
    return cards


def judges(here: Installation, rules: Rules, cards: list[Issue]) -> None:
    """A process looks at these cards, one after the other; what is refused for now it tries once more."""
    for card in cards:
        try:
            rules.reconciler.run(here.ref(card), here.clock.now)
        except Temporary:
            rules.reconciler.run(here.ref(card), here.clock.now)


def named(here: Installation) -> list[str]:
    """What the one summary names."""
    (summary,) = here.ours(here.project.issues[1])
    return re.findall(r"^- `(.+)`$", "\n".join(visible(summary.body)), re.MULTILINE)


def back(here: Installation, cards: list[Issue]) -> list[str]:
    """The cards that went back and on which nothing was said about it."""
    quiet = [card for card in cards if not any("put this card back" in note.body for note in here.ours(card))]
    return [str(here.ref(card)) for card in quiet if "status::new" in {label.title for label in card.labels}]


def race(here: Installation, job: Process, order: list[str], each: int, told: int) -> None:
    """Some are told of; then two processes judge some cards each. All are back, and all are named once."""
    cards = dragged_with_ten_others(here, told + 2 * each)
    (rules, doors), (others, other_doors) = (here.service, here.doors), job
    rules, others = here.without_memories(rules), here.without_memories(others)
    judges(here, rules, cards[:told])
    mine, theirs = cards[told : told + each], cards[told + each :]
    runners = {
        "one": Runner(lambda: judges(here, rules, mine), doors.client),
        "other": Runner(lambda: judges(here, others, theirs), other_doors.client),
    }
    assert in_turns(runners, order) == []
    assert len(back(here, cards)) == len(cards)
    assert sorted(named(here)) == sorted(back(here, cards))


@pytest.fixture(scope="module")
def job(installation: Installation) -> Process:
    """Another replica: the same token, the same journal."""
    return installation.connected(installation.bot)


@pytest.mark.parametrize("turns", [("one", "other"), ("other", "one")], ids="-".join)
@pytest.mark.parametrize("told", [0, 1], ids=["no summary yet", "a summary"])
def test_one_waits_before_each_of_its_calls_while_the_other_tells_of_its_cards(
    installation: Installation, job: Process, turns: tuple[str, str], told: int
) -> None:
    first, other = turns
    for calls in range(1, 12):
        race(installation, job, [first] * calls + [other] * 40, 1, told)


@FEW
@given(order=st.lists(st.sampled_from(["one", "other"]), min_size=40, max_size=40))
def test_two_replicas_tell_of_one_burst_at_once(installation: Installation, job: Process, order: list[str]) -> None:
    race(installation, job, order, 2, 1)


@pytest.mark.soak
@MANY
@given(order=st.lists(st.sampled_from(["one", "other"]), min_size=60, max_size=60))
def test_two_replicas_tell_of_one_burst_at_once_many_times(
    installation: Installation, job: Process, order: list[str]
) -> None:
    race(installation, job, order, 3, 1)


def test_a_process_that_dies_when_it_has_told_leaves_the_card_to_the_next_which_names_it_no_more(
    installation: Installation, job: Process
) -> None:
    (card,) = dragged_with_ten_others(installation, 1)

    def dies(request: httpx.Request) -> None:
        if request.method == "PUT":
            raise Killed

    installation.doors.client.event_hooks = {"request": [dies]}
    try:
        with pytest.raises(Killed):
            judges(installation, installation.service, [card])
    finally:
        installation.doors.client.event_hooks = {}
    assert named(installation) == [str(installation.ref(card))]
    assert back(installation, [card]) == []
    judges(installation, job[0], [card])
    assert named(installation) == back(installation, [card]) == [str(installation.ref(card))]


def test_a_summary_that_gitlab_refuses_once_is_told_before_the_card_goes_back(installation: Installation) -> None:
    (card,) = dragged_with_ten_others(installation, 1)
    ref = installation.ref(card)
    installation.world.faults.server_error(count=1, methods=("POST",), path="/issues/1/notes")
    with pytest.raises(Temporary):
        installation.service.reconciler.run(ref, installation.clock.now)
    assert back(installation, [card]) == []
    installation.service.reconciler.run(ref, installation.clock.now)
    assert named(installation) == back(installation, [card]) == [str(ref)]


def test_what_a_card_in_a_burst_costs_the_first_and_the_next(installation: Installation) -> None:
    """Three reads of the card, three of the operator issue, the summary, a look whether it stands, the labels."""
    for card, told in zip(dragged_with_ten_others(installation, 2), ("POST", "PUT"), strict=True):
        installation.world.reset_calls()
        judges(installation, installation.service, [card])
        made = [call.method for call in installation.world.calls]
        assert made[-9:-3] == ["GET"] * 6
        assert made[-3:] == [told, "GET", "PUT"]
