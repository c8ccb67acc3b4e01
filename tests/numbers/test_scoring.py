"""The whole board: bands, candidates and labels, whatever the order, and nothing to do the second time."""

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.account_book import AccountBook
from app.domain.also_apply import also
from app.domain.customer import Severity
from app.domain.issue import Ref
from app.domain.numbers import Amounts
from app.domain.scoring import Asked, Found, alignment, label_changes, score
from app.domain.taxonomy import Taxonomy
from app.gateways.config_load import load
from tests.numbers.worlds import TODAY, boards, book, books, desk, entry, line

HOUSE = Path(__file__).parents[2]
TAXONOMY = load(HOUSE).taxonomy


def scored(board: list[Asked], of: AccountBook, amounts: Amounts = Amounts.BANDS, **by_project: Amounts) -> Found:
    desks = {
        project: desk(of, by_project.get(project.rpartition("/")[2], amounts)) for project in ("sme/one", "sme/two")
    }
    return score(board, lambda ref: desks[ref.project], TAXONOMY, TODAY)


def after(board: list[Asked], found: Found) -> list[Asked]:
    """The board once the labels are written, as GitLab Premium keeps them."""
    changed = []
    for a in board:
        add, remove = label_changes(a, found.places[a.ref], TAXONOMY)
        changed.append(replace(a, labels=(a.labels - remove) | add))
    return changed


def request(number: int, *accounts: int, labels: str = "", area: str = "ai", **told: Any) -> Asked:
    """A request with these accounts."""
    lines = tuple(line(n, **told) for n in accounts)
    return Asked(Ref("sme/one", number), area, frozenset(labels.split()), lines)


@given(boards(), books, st.randoms(use_true_random=False))
def test_the_order_of_requests_does_not_matter(board: list[Asked], of: AccountBook, dice: random.Random) -> None:
    shuffled = [*board]
    dice.shuffle(shuffled)
    assert scored(shuffled, of) == scored(board, of)


@given(boards(), books)
def test_a_second_score_has_nothing_to_do(board: list[Asked], of: AccountBook) -> None:
    once = after(board, scored(board, of))
    found = scored(once, of)
    assert [label_changes(a, found.places[a.ref], TAXONOMY) for a in once] == [(frozenset(), frozenset())] * len(once)


@given(boards(), books)
def test_every_request_with_customers_is_in_one_band_and_no_other_is(board: list[Asked], of: AccountBook) -> None:
    for a in after(board, scored(board, of)):
        assert sum(title.startswith("priority::") for title in a.labels) == bool(a.lines)


@given(boards(), books)
def test_what_is_shown_adds_up_to_the_real_arr_where_amounts_are_inline(board: list[Asked], of: AccountBook) -> None:
    found = scored(board, AccountBook(of.entries), Amounts.INLINE)
    shown = [p.scored.share for p in found.places.values() if p.scored and p.scored.share]
    total = sum((Decimal(text.removesuffix(" USD").replace(",", "")) for text in shown), Decimal(0))
    told = {one.account.key: one for a in board for one in sorted(a.lines, key=lambda x: (x.at, x.note_id or 0))}
    if told.keys() <= of.entries.keys():
        assert total == sum((of.entries[key].arr for key in told), Decimal(0))


def test_eleven_top_requests_share_ten_seats_in_each_area() -> None:
    strong: dict[str, Any] = {"severity": Severity.BLOCKER, "needed_by": TODAY}
    ai = [request(n, *range(n * 5, n * 5 + 5), labels="theme::ai::chat", **strong) for n in range(1, 13)]
    agile = [replace(request(20 + n, *range(500 + n * 5, 505 + n * 5), **strong), area="agile") for n in range(3)]
    of = book(*(entry(n, 2_000_000, tier="Ultimate") for n in range(600)))
    places = scored([*ai, *agile], of).places
    bands = [places[a.ref].band for a in ai]
    assert (bands.count(1), bands.count(2)) == (10, 2)
    assert [places[a.ref].band for a in agile] == [1, 1, 1]


def changes(a: Asked, of: AccountBook, *others: Asked) -> str:
    add, remove = label_changes(a, scored([a, *others], of).places[a.ref], TAXONOMY)
    return " ".join([*(f"+{t}" for t in sorted(add)), *(f"-{t}" for t in sorted(remove))])


RICH = book(entry(1, 700_000), entry(2, 300_000), entry(3, 10_000))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("", "+arr-driver::candidate +priority::2"),
        ("priority::2 arr-driver::candidate", ""),
        ("priority::2 arr-driver::nominated", ""),
        ("priority::2 arr-driver::selected", ""),
        ("priority::2 arr-driver::not-now", ""),
        ("priority::2 priority::4 arr-driver::nominated", "-priority::4"),
        ("docs-gap", "+arr-driver::candidate +priority::2"),
    ],
)
def test_labels_follow_the_numbers_and_leave_peoples_choices_alone(labels: str, expected: str) -> None:
    assert changes(request(1, 1, labels=labels), RICH) == expected


def test_what_ended_gives_up_its_band_and_a_decline_its_nomination_too() -> None:
    ended = request(1, 1, labels="status::resolved priority::1 arr-driver::selected arr-driver::candidate")
    assert changes(replace(ended, counts=False), RICH) == "-arr-driver::candidate -priority::1"
    declined = request(1, 1, labels="status::declined priority::1 arr-driver::nominated")
    assert changes(replace(declined, counts=False), RICH) == "-arr-driver::nominated -priority::1"


def test_what_ended_takes_no_share_of_its_accounts() -> None:
    open_, ended = request(1, 1), request(2, 1)
    alone = scored([open_, replace(ended, counts=False)], RICH, Amounts.INLINE)
    both = scored([open_, ended], RICH, Amounts.INLINE)
    shares = [f.places[open_.ref].scored for f in (alone, both)]
    assert [s.share for s in shares if s] == ["700,000 USD", "350,000 USD"]


def crowd(least: int, top: int) -> Taxonomy:
    numbers = TAXONOMY.numbers
    wanted = replace(numbers.candidates, share_at_least=least, top=top)
    return replace(TAXONOMY, numbers=replace(numbers, candidates=wanted))


@pytest.mark.parametrize(
    ("least", "top", "candidates"),
    [(500_000, 0, [1]), (250_000, 0, [1, 2]), (10_000, 0, [1, 2, 3]), (0, 0, []), (0, 1, [1]), (0, 2, [1, 2])],
)
def test_candidates_by_share_band_or_by_place(least: int, top: int, candidates: list[int]) -> None:
    taxonomy = crowd(least, top)
    board = [request(n, n) for n in (1, 2, 3)]
    at = replace(desk(RICH), numbers=taxonomy.numbers)
    places = score(board, lambda _: at, taxonomy, TODAY).places
    assert [ref.iid for ref, place in places.items() if place.candidate] == candidates


def test_a_candidate_stays_one_band_below_the_threshold() -> None:
    taxonomy = crowd(1_000_000, 0)
    at = replace(desk(RICH), numbers=taxonomy.numbers)
    for labels, stays in (("", False), ("arr-driver::candidate", True)):
        asked = request(1, 1, labels=labels)
        assert score([asked], lambda _: at, taxonomy, TODAY).places[asked.ref].candidate is stays


def test_nominations_beyond_the_cap_are_counted() -> None:
    board = [request(n, n, labels="arr-driver::nominated") for n in range(1, 8)]
    board.append(replace(request(9, 9, labels="arr-driver::nominated"), area="agile"))
    assert scored(board, RICH).nominated_beyond == {"ai": 2}


def test_one_project_that_reads_bands_makes_points_come_from_bands_everywhere() -> None:
    """Points and labels are seen by everybody; amounts only in the project that may show them."""
    board = [request(1, 1, 2, 3), replace(request(2, 1), ref=Ref("sme/two", 2))]
    other = book(entry(1, 999_000), entry(2, 260_000), entry(3, 24_000))
    mixed = {"one": Amounts.INLINE, "two": Amounts.BANDS}
    one, two = scored(board, RICH, **mixed).places, scored(board, other, **mixed).places
    here = board[0].ref
    first, second = one[here].scored, two[here].scored
    assert first
    assert second
    assert first.points == second.points
    assert (first.share, second.share) == ("660,000 USD", "783,500 USD")


def test_alignment_is_the_weight_of_the_theme() -> None:
    assert alignment({"theme::ai::chat"}, TAXONOMY) == Decimal("0.5")
    assert alignment({"area::ai"}, TAXONOMY) == 0


def themed(**fields: Any) -> Taxonomy:
    scope = TAXONOMY.scope("theme::ai")
    assert scope
    chat = replace(scope.labels[0], **fields)
    scopes = [replace(s, labels=(chat, *s.labels[1:])) if s.key == scope.key else s for s in TAXONOMY.scopes]
    return replace(TAXONOMY, scopes=tuple(scopes))


def test_a_theme_may_say_its_own_weight() -> None:
    assert alignment({"theme::ai::chat"}, themed(strategic=Decimal("0.8"))) == Decimal("0.8")


def test_labels_of_other_teams_go_with_ours_and_stay() -> None:
    taxonomy = themed(also_apply=("group::duo", "devops"))
    assert also({"theme::ai::chat", "devops"}, taxonomy) == {"group::duo"}
    assert also({"area::ai", "group::duo"}, taxonomy) == frozenset()
    asked = request(1, 1, labels="theme::ai::chat priority::2 arr-driver::nominated")
    place = scored([asked], RICH).places[asked.ref]
    assert label_changes(asked, place, taxonomy)[0] >= {"group::duo", "devops"}


def test_an_empty_board() -> None:
    assert scored([], book()) == Found({}, {})
