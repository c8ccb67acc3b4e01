"""Whatever people do to a card, in whatever order and with whatever we missed: what must always hold afterwards."""

from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.taxonomy import scope_of
from tests.rules.cards import COMPLETE, FRESH, REF, Card, complete
from tests.rules.test_move_table import NAMES, WHO, may
from tests.rules.world import shipped

Act = Callable[[Card], None]

AREAS = st.sampled_from(["area::agile", "area::ai", "bug"])
TAKEN_OFF = st.sampled_from(["area::ai", "hold::open", "context::ready"])
PEOPLE = st.sampled_from([*WHO.values(), "sme.dana"])
MOVERS = PEOPLE | st.just("project_7_bot_old")
STATUSES = st.sampled_from(list(NAMES))
OURS = {scope.key for scope in shipped().taxonomy.scopes}
BOTS_SCOPES = {"status", "context", "hold", "declined", "type"}
OTHERS = frozenset({"group::identity", "workflow::ready", "bug", "status::somebody::else"})
WORDS = st.sampled_from(
    [
        "cancel",
        "override because the customer decides tomorrow",
        "accept",
        "review",
        "@sounding-board ask again",
        "@sounding-board reassign @sa.omar",
        "@sounding-board points +5 because two more asked",
        "@sounding-board why",
        "@sounding-board whatever",
        "withdrawn",
    ]
)
TEXTS = st.sampled_from([FRESH, COMPLETE, "Hello!", "resolved", "declined: withdrawn", "declined", "duplicate of #3"])


def said(name: str, *args: object, **options: object) -> Act:
    """A thing somebody does, printed by hypothesis as it would be written."""

    def act(card: Card) -> None:
        getattr(card, name)(*args, **options)

    act.__qualname__ = f"{name}({', '.join([*map(repr, args), *(f'{k}={v!r}' for k, v in options.items())])})"
    return act


def by_hand(who: str, name: str) -> Act:
    """A status put on from the sidebar."""
    return said("label", who, f"status::{name}")


def reacted(who: str, emoji: str) -> Act:
    """A reaction to our note about a move, if there is one."""

    def act(card: Card) -> None:
        if card.ours().on("move"):
            card.react(who, emoji)

    act.__qualname__ = f"reacted({who!r}, {emoji!r})"
    return act


ACTS = st.one_of(
    st.builds(lambda who, to: said("move", who, to), MOVERS, STATUSES),
    st.builds(lambda who, to: said("move", who, to), PEOPLE, STATUSES),
    st.builds(by_hand, PEOPLE, STATUSES),
    st.builds(lambda who: said("remove_status", who), PEOPLE),
    st.builds(lambda who: said("close", who), PEOPLE),
    st.builds(lambda who: said("drag_to_closed", who), PEOPLE),
    st.builds(lambda who: said("reopen", who), PEOPLE),
    st.builds(lambda who, text: said("comment", who, text), PEOPLE, TEXTS),
    st.builds(lambda who, text: said("comment", who, text), PEOPLE, WORDS),
    st.builds(reacted, PEOPLE, st.sampled_from(["thumbsup", "thumbsdown"])),
    st.builds(lambda text: said("edit", text), st.sampled_from([COMPLETE, "", "## Problem\nIt hurts."])),
    st.builds(lambda who, label: said("label", who, label), PEOPLE, AREAS),
    st.builds(lambda who, label: said("label", who, remove=[label]), PEOPLE, TAKEN_OFF),
    st.builds(lambda hours: said("later", hours=hours), st.sampled_from([0.2, 1, 30, 80])),
    st.just(said("assign")),
    st.just(said("settle")),
    st.just(said("settle")),
    st.just(said("thinks")),
    st.just(said("speaks")),
)
CARDS = st.builds(
    lambda free, removes_first, bare, name: Card(
        in_status=None if bare else name,
        description="" if bare else COMPLETE,
        labels=OTHERS | {"area::ai"} | (frozenset() if bare else {"theme::ai::chat"}),
        free=free,
        removes_first=removes_first,
    ),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    STATUSES,
)


def topics(card: Card) -> Counter[str]:
    """How many notes the bot has on each topic."""
    return Counter(card.ours().notes.keys())


def holds(card: Card) -> None:
    """What is always true once the bot has had its say."""
    assert card.reconciler().run(REF, card.now).writes == (), "a second look writes nothing"
    assert len(card.bots_notes) == sum(topics(card).values()), "one note a topic"
    assert len(card.statuses) == 1 or (card.issue.state == "closed" and not card.statuses), "one status"
    assert card.issue.labels >= OTHERS, "what is not ours is untouched"
    by_us = {scope_of(e.label) for e in card.events if e.user == card.bot and e.label}
    assert by_us <= BOTS_SCOPES
    assert by_us <= OURS


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(card=CARDS, acts=st.lists(ACTS, max_size=12))
def test_after_any_acts_the_card_comes_to_rest_in_one_status(card: Card, acts: list[Act]) -> None:
    for act in acts:
        act(card)
    card.settle()
    holds(card)
    card.later(minutes=30)
    card.settle()
    holds(card)


@settings(max_examples=100, deadline=None)
@given(
    source=STATUSES,
    target=STATUSES,
    role=st.sampled_from(list(WHO)),
    free=st.booleans(),
    removes_first=st.booleans(),
)
def test_a_lawful_complete_move_writes_nothing_on_either_tier(
    source: str, target: str, role: str, free: bool, removes_first: bool
) -> None:
    card = complete(source, free=free, removes_first=removes_first)
    card.comment("sa.omar", FRESH)
    assert card.settle() == []
    if source == target:
        return
    card.move(WHO[role], target)
    written = card.settle()
    assert (written == []) is (may(role, source, target) and target != "new"), "sent back, it is asked about"
    assert card.status == (target if may(role, source, target) else source)


@settings(max_examples=60, deadline=None)
@given(
    name=STATUSES,
    drags=st.lists(st.tuples(st.sampled_from(["mallory", "sa.omar", "pm.agile"]), STATUSES), min_size=1, max_size=6),
)
def test_people_without_any_role_move_nothing_however_quickly_they_drag(
    name: str, drags: list[tuple[str, str]]
) -> None:
    card = complete(name)
    for mover, target in drags:
        card.move(mover, target)
    card.settle()
    assert card.status == name


@settings(max_examples=80, deadline=None)
@given(card=CARDS, acts=st.lists(ACTS, max_size=8), late=st.integers(0, 8))
def test_a_run_that_died_between_two_writes_is_made_good_by_the_next(card: Card, acts: list[Act], late: int) -> None:
    for act in acts:
        act(card)
    for write in card.planned()[:late]:
        card.apply(REF, write)
    card.settle()
    holds(card)
