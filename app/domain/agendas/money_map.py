"""What the themes are worth (S137): ARR to keep and to win by theme, each account counted once over the whole map.

An account that is on several requests is dealt out over them by customer priority, with the arithmetic of the shares
(requests 2.6), so that the themes add up to the real ARR. Where amounts are bands, all is worked out from the bands'
middles, and nothing is added up over fewer than `totals_from` accounts (requests 2.7).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from app.domain.account_book import AccountBook
from app.domain.amounts import banded
from app.domain.customer import CustomerLine
from app.domain.issue import Ref
from app.domain.ledger import growth, priority_of, worths
from app.domain.ledger_note import Desk
from app.domain.picture import Card, Detail, Picture
from app.domain.shares import NOTHING, Claim, Share, shares
from app.domain.taxonomy import scope_of

TOO_FEW = "too few"
"""Stands for a sum that must not be told, over fewer accounts than that."""
NO_SUM = "–"
ROADMAP = "status::roadmap"


def theme_of(card: Card, picture: Picture) -> str | None:
    """The title of its theme, of its own area first; None without one."""
    titles = sorted(picture.taxonomy.current(title) for title in card.issue.labels)
    themes = [title for title in titles if scope_of(scope_of(title)) == "theme"]
    return next((title for title in themes if scope_of(title) == f"theme::{card.area}"), next(iter(themes), None))


def undecided(picture: Picture, card: Card) -> bool:
    """Whether a request is open and its way has not ended."""
    status = picture.taxonomy.workflow.status(card.status or "")
    return card.issue.state == "opened" and not (status and status.terminal)


@dataclass(frozen=True)
class MoneyMap:
    """The requests whose customers were read, by what their accounts are worth. Confidential ones are left out: less
    private readers would learn of their customers.
    """

    picture: Picture
    details: tuple[Detail, ...] = field(repr=False)

    @cached_property
    def desk(self) -> Desk:
        """How far amounts may be read where the agenda stands."""
        book = next((detail.case.book for detail in self.details), AccountBook())
        return Desk(self.picture.taxonomy.numbers, book, self.picture.program.roster, self.picture.amounts)

    @cached_property
    def _worth(self) -> dict[str, Decimal]:
        exact = worths((line for detail in self.details for line in detail.lines), self.desk.book)
        return exact if self.desk.inline else banded(exact, self.desk.numbers.bands)

    @cached_property
    def _shares(self) -> dict[Ref, Share]:
        claims = (
            Claim(detail.ref, line.account.key, priority_of(line, self.desk.numbers), growth(line))
            for detail in self.details
            for line in detail.lines
        )
        return shares(claims, self._worth)

    @cached_property
    def unknown(self) -> int:
        """How many accounts count as nothing, since nobody knows their ARR."""
        return len({line.account.key for detail in self.details for line in detail.lines} - self._worth.keys())

    def rows(self) -> list[dict[str, object]]:
        """A row for each theme, the one with the most ARR first."""
        themes: dict[str | None, list[Detail]] = {}
        for detail in self.details:
            themes.setdefault(theme_of(detail.card, self.picture), []).append(detail)
        order = sorted(themes, key=lambda theme: (-self._sum(themes[theme]).total, -len(themes[theme]), theme or "~"))
        return [{"theme": theme, **self.row(themes[theme])} for theme in order]

    def row(self, of: Sequence[Detail]) -> dict[str, object]:
        """The sums over some of the requests."""
        found, lines = self._sum(of), [line for detail in of for line in detail.lines]
        return {
            "requests": len(of),
            "roadmap": sum(detail.card.status == ROADMAP for detail in of),
            "accounts": len({line.account.key for line in lines}),
            "newly": len(_new_accounts(of, self.picture.since))
            if self.picture.since and self.picture.previous
            else None,
            "retention": self._told(found.retention, [line for line in lines if not growth(line)]),
            "growth": self._told(found.growth, [line for line in lines if growth(line)]),
            "total": self._told(found.total, lines),
        }

    def touching(self, lines: Iterable[CustomerLine]) -> str:
        """What the accounts of some lines are worth together, each counted once and whole."""
        told = list(lines)
        keys = {line.account.key for line in told} & self._worth.keys()
        return self._told(sum((self._worth[key] for key in keys), Decimal(0)), told)

    def total(self) -> dict[str, object]:
        """The sums over all of them."""
        return self.row(self.details)

    def _sum(self, of: Iterable[Detail]) -> Share:
        found = [self._shares.get(detail.ref, NOTHING) for detail in of]
        return Share(sum((s.retention for s in found), Decimal(0)), sum((s.growth for s in found), Decimal(0)))

    def _told(self, amount: Decimal, lines: Iterable[CustomerLine]) -> str:
        known = len({line.account.key for line in lines} & self._worth.keys())
        return (self.desk.sum_of(amount, known) or TOO_FEW) if known else NO_SUM


def money_map(picture: Picture) -> MoneyMap:
    """The map of a picture: its undecided requests whose customers were read, as far as everybody may know of them."""
    return MoneyMap(picture, tuple(_read(picture)))


def _read(picture: Picture) -> Iterator[Detail]:
    for card in picture.cards:
        detail = picture.details.get(card.ref)
        if detail and detail.lines and undecided(picture, card) and not card.issue.confidential:
            yield detail


def _new_accounts(of: Iterable[Detail], since: datetime) -> set[str]:
    """The accounts that nobody had named on any of these requests by then."""
    first: dict[str, datetime] = {}
    for detail in of:
        for heard in detail.case.reading.heard.values():
            for line in heard.lines:
                first[line.account.key] = min(line.at, first.get(line.account.key, line.at))
    standing = {line.account.key for detail in of for line in detail.lines}
    return {key for key in standing if key in first and first[key] > since}
