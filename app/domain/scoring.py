"""The whole board's arithmetic: from all open requests and their customers to shares, points, bands and candidates.

Pure, and the same for any order of requests, notes and edits. Where one project of the program reads amounts as bands
only, points and labels are worked out from bands everywhere, since they are seen everywhere (see `amounts`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.account_book import AccountBook
from app.domain.adjustments import Adjustment
from app.domain.also_apply import also
from app.domain.amounts import band_of, banded
from app.domain.bands import Standing, banded_area, leading
from app.domain.customer import CustomerLine, Severity
from app.domain.issue import Ref
from app.domain.ledger import growth, priority_of, severity_of, tier_of, urgency_of, worths
from app.domain.ledger_note import Desk
from app.domain.numbers import Amounts, Numbers
from app.domain.points import Inputs, Points, points
from app.domain.scored import Scored
from app.domain.shares import NOTHING, Claim, Share, shares
from app.domain.taxonomy import Taxonomy, scope_of

PRIORITY, DRIVER = "priority", "arr-driver"
CANDIDATE, NOMINATED = "arr-driver::candidate", "arr-driver::nominated"
DECLINED = "status::declined"
_FINE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Asked:
    """One open request: its labels, its customers that count, and what was adjusted by hand and still holds.

    `counts` is false where its way has ended (Resolved, Declined): it then has no share and no place.
    """

    ref: Ref
    area: str | None
    labels: frozenset[str]
    lines: tuple[CustomerLine, ...]
    adjusted: Adjustment | None = None
    counts: bool = True

    @property
    def competes(self) -> bool:
        """Whether it takes part: a request without customers has no numbers."""
        return self.counts and bool(self.lines)


@dataclass(frozen=True, slots=True)
class Place:
    """What `score` found for one request. `wish` are its labels of ours as they should be, of the scopes `priority` and
    `arr-driver`; `severity` is that of its strongest customer, and `share` is as it may be read everywhere.
    """

    ref: Ref
    area: str | None
    scored: Scored | None = None
    band: int | None = None
    candidate: bool = False
    accounts: int = 0
    severity: Severity | None = None
    share: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Of the whole board: a place for each request, and how many nominations an area has beyond its cap."""

    places: Mapping[Ref, Place]
    nominated_beyond: Mapping[str, int]


def score(asked: Sequence[Asked], desk_of: Callable[[Ref], Desk], taxonomy: Taxonomy, day: date) -> Found:
    """The places of all requests on a day."""
    asked = sorted(asked, key=lambda a: (a.ref.project, a.ref.iid))
    book = desk_of(asked[0].ref).book if asked else AccountBook()
    board = _Board(taxonomy, [a for a in asked if a.competes], desk_of, book, day)
    weighed = {a.ref: board.weigh(a) for a in board.asked}
    places: dict[Ref, Place] = {a.ref: Place(a.ref, a.area, accounts=len(a.lines)) for a in asked}
    for area in dict.fromkeys(a.area for a in board.asked):
        here = [a for a in board.asked if a.area == area]
        bands = banded_area({a.ref: _standing(a, weighed[a.ref]) for a in here}, taxonomy.numbers)
        chosen = board.candidates(area, here)
        for a in here:
            places[a.ref] = board.place(a, weighed[a.ref], bands[a.ref], a.ref in chosen)
    return Found(places, _nominated_beyond(asked, taxonomy.numbers))


class _Board:
    """Shares in both readings: as they are for projects that show them, and from bands for all that is seen by all."""

    def __init__(
        self, taxonomy: Taxonomy, asked: list[Asked], desk_of: Callable[[Ref], Desk], book: AccountBook, day: date
    ) -> None:
        self.asked, self._desk_of, self._book, self._day = asked, desk_of, book, day
        self._taxonomy, self._numbers = taxonomy, taxonomy.numbers
        worth = worths((line for a in asked for line in a.lines), book)
        claims = [
            Claim(a.ref, line.account.key, priority_of(line, self._numbers), growth(line))
            for a in asked
            for line in a.lines
        ]
        self._open = all(desk_of(a.ref).amounts is Amounts.INLINE for a in asked)
        self._exact = shares(claims, worth)
        self._worth = worth if self._open else banded(worth, self._numbers.bands)
        self._shares = self._exact if self._open else shares(claims, self._worth)

    def weigh(self, a: Asked) -> tuple[Points, Inputs]:
        """The points of a request and what they come from."""
        inputs = Inputs(
            share=self._shares[a.ref].total,
            accounts=len(a.lines),
            tier=tier_of(a.lines, self._worth, self._book, self._numbers).quantize(_FINE),
            alignment=alignment(a.labels, self._taxonomy).quantize(_FINE),
            urgency=urgency_of(a.lines, self._book, self._numbers, self._day),
            adjusted=a.adjusted.delta if a.adjusted else 0,
        )
        return points(inputs, self._numbers), inputs

    def place(self, a: Asked, weighed: tuple[Points, Inputs], band: int, candidate: bool) -> Place:
        """All that is found for a request."""
        found, inputs = weighed
        desk = self._desk_of(a.ref)
        share = self._exact[a.ref] if desk.inline else self._shares[a.ref]
        keeping = [line for line in a.lines if not growth(line)]
        winning = [line for line in a.lines if growth(line)]
        scored = Scored(
            found,
            inputs.tier,
            inputs.alignment,
            desk.sum_of(share.total, self._known(a.lines)),
            desk.sum_of(share.retention, self._known(keeping)) if keeping and winning else None,
            desk.sum_of(share.growth, self._known(winning)) if keeping and winning else None,
            self._day,
            a.adjusted.who if a.adjusted else None,
            a.adjusted.note if a.adjusted else None,
        )
        everywhere = self._shares.get(a.ref, NOTHING)
        readable = self._known(a.lines) >= self._numbers.totals_from
        shown = str(band_of(everywhere.total, self._numbers.bands)) if readable else None
        return Place(a.ref, a.area, scored, band, candidate, len(a.lines), severity_of(a.lines), shown)

    def candidates(self, area: str | None, here: Sequence[Asked]) -> frozenset[Ref]:
        """Who is, or stays, a candidate: by share band, or among the first of the area."""
        wanted = self._numbers.candidates_of(area)
        by_share = sorted(here, key=lambda a: (-self._shares[a.ref].total, a.ref.project, a.ref.iid))
        order = [a.ref for a in by_share if self._shares[a.ref].total > 0]
        before = frozenset(a.ref for a in here if CANDIDATE in a.labels)
        found = leading(order, wanted.top, before)
        if wanted.share_at_least:
            found |= {r for r in order if self._reaches(self._shares[r], wanted.share_at_least, stays=r in before)}
        return found

    def _reaches(self, share: Share, least: int, *, stays: bool) -> bool:
        """Whether the share's band is that of `least` or above; who is there stays until two bands below."""
        edges = self._numbers.bands
        needed = band_of(Decimal(least), edges).low
        if stays:
            needed = max((edge for edge in edges if edge < needed), default=0)
        return band_of(share.total, edges).low >= needed

    def _known(self, lines: Iterable[CustomerLine]) -> int:
        return sum(line.account.key in self._worth for line in lines)


def _standing(a: Asked, weighed: tuple[Points, Inputs]) -> Standing:
    ours = [title for title in a.labels if scope_of(title) == PRIORITY and title.rpartition("::")[2].isdecimal()]
    now = min((int(title.rpartition("::")[2]) for title in ours), default=None)
    return Standing(weighed[0].total, now, severity_of(a.lines) is Severity.BLOCKER)


def alignment(labels: Iterable[str], taxonomy: Taxonomy) -> Decimal:
    """The strategic weight of the request's theme, 0 without one; of several the strongest."""
    here = frozenset(labels)
    themes = (label for scope in taxonomy.scopes if scope_of(scope.key) == "theme" for label in scope.labels)
    weights = [label.strategic for label in themes if label.title in here]
    otherwise = taxonomy.numbers.unknown_theme
    return max((otherwise if weight is None else weight for weight in weights), default=Decimal(0))


def label_changes(a: Asked, place: Place, taxonomy: Taxonomy) -> tuple[frozenset[str], frozenset[str]]:
    """What to put on and what to take off. A person's nomination or decision is theirs; it ends when we decline."""
    known, here = taxonomy.titles, a.labels
    bands = {f"{PRIORITY}::{number}" for number in range(1, 5)}
    wish = {f"{PRIORITY}::{place.band}"} & known if place.band else set()
    remove = (here & bands) - wish
    drivers = frozenset(title for title in here if scope_of(title) == DRIVER)
    if place.candidate and not drivers:
        wish |= {CANDIDATE} & known
    elif not place.candidate:
        remove |= drivers if DECLINED in here else drivers & {CANDIDATE}
    add = frozenset(wish) - here
    return add | also(here - remove | add, taxonomy), remove


def _nominated_beyond(asked: Iterable[Asked], numbers: Numbers) -> dict[str, int]:
    nominated = [a.area for a in asked if NOMINATED in a.labels and a.area]
    beyond = {
        area: nominated.count(area) - numbers.candidates_of(area).nominated_at_most for area in sorted(set(nominated))
    }
    return {area: more for area, more in beyond.items() if more > 0}
