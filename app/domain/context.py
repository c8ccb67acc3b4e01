"""Whether the context that a status needs is there: named items over facts, labels, links and people (workflow 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.account_book import AccountBook
from app.domain.evidence import ACCOUNT
from app.domain.house_words import house_words
from app.domain.issue import Link, Snapshot
from app.domain.ledger import told_worth
from app.domain.money import typed
from app.domain.new_evidence import Grown, grown, new_accounts
from app.domain.numbers import Amounts
from app.domain.program import Program
from app.domain.request import OWNER, Facts, Reading, Told
from app.domain.roster import Role
from app.domain.taxonomy import FieldKind, Item, Predicate, Source, Taxonomy, scope_of
from app.domain.values import in_closed_words

NEW_CUSTOMER = "new_customer"
"""The line that counts only when its account is new since the card came to where it is."""

CUSTOMER_SAFE = "customer_safe"
"""The sentence that is for all customers to read."""

GROWN = "grown"
"""The line that counts when a customer needs it more than when the card came to where it is, or more ARR is at stake.
"""

WORTH = "worth"
"""The line that counts when the ARR of every customer is known: told, explained, or in the account book."""

HEARD_AT_MOST = 120
"""Characters of an unreadable answer that are kept: it is echoed, and stored in our note's envelope."""


class Presence(StrEnum):
    """What became of an item. NOT_READ: the issue's links were not asked for, so nobody can say (promise 6)."""

    PRESENT = "present"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    NOT_READ = "not read"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item that is not there yet; `heard` is what was told, for all to see, but could not be read.

    `gives_away` says that it would tell customers about another, or an amount: it has to be said without.
    `unread` says that something was told and could not be read, whether or not it may be repeated.
    `in_comment` says that only a comment can tell it, because it matters when it was told.
    """

    item: Item
    heard: str | None = None
    in_comment: bool = False
    unread: bool = False
    gives_away: bool = False

    @property
    def tellable(self) -> bool:
        """Whether words or a label are enough; else somebody has to do something, such as assigning a person."""
        return any(p.source in (Source.FIELD, Source.LINE, Source.LABEL) for p in self.item.met_by)


@dataclass(frozen=True, slots=True)
class Context:
    """All that predicates look at. `reading` has the customers."""

    snapshot: Snapshot
    facts: Facts
    taxonomy: Taxonomy
    program: Program
    area: str | None
    now: datetime
    reading: Reading = field(default_factory=Reading, repr=False)
    book: AccountBook = field(default_factory=AccountBook, repr=False)

    def wanted(self, keys: Iterable[str], since: datetime | None = None) -> tuple[Wanted, ...]:
        """The items of `keys` not there yet, each once. Fresh fields must have been told after `since`.

        An item that a link might meet is not judged while the links have not been read.
        """
        items = (self.taxonomy.items[key] for key in dict.fromkeys(keys))
        return tuple(w for item in items if (w := self._wanted(item, since)))

    def links_matter(self, keys: Iterable[str]) -> bool:
        """Whether an item of `keys` cannot be judged before the links are read; no fresh field is relied on."""
        items = (self.taxonomy.items[key] for key in keys)
        found = ({self._presence(p, since=self.now)[0] for p in item.met_by} for item in items)
        return any(Presence.NOT_READ in of and Presence.PRESENT not in of for of in found)

    def _wanted(self, item: Item, since: datetime | None) -> Wanted | None:
        found = [self._presence(p, since) for p in item.met_by]
        if any(presence in (Presence.PRESENT, Presence.NOT_READ) for presence, _ in found):
            return None
        heard = next((heard for presence, heard in found if presence is Presence.UNREADABLE), None)
        fresh = {f"{Source.FIELD}:{f.key}" for f in self.taxonomy.fields if f.fresh}
        fresh |= {f"{Source.LINE}:{kind}" for kind in (NEW_CUSTOMER, GROWN)}
        told = [
            self.facts.get(p.arg) for p, (how, _) in zip(item.met_by, found, strict=True) if how is Presence.UNREADABLE
        ]
        unread = any(one and not one.internal for one in told)
        away = any(one and one.readable for one in told)
        return Wanted(item, heard, fresh.issuperset(map(str, item.met_by)), unread, gives_away=away)

    def _presence(self, predicate: Predicate, since: datetime | None) -> tuple[Presence, str | None]:
        match predicate.source:
            case Source.LINE if predicate.arg == NEW_CUSTOMER:
                met = self.new_accounts(since) > 0
            case Source.LINE if predicate.arg == GROWN:
                met = self.grown(since) is not None
            case Source.LINE if predicate.arg == WORTH:
                met = self._worth_is_known()
            case Source.LINE:
                met = bool(self.reading.lines)
            case Source.FIELD:
                return self._field(predicate.arg, since)
            case Source.LABEL:
                met = self._labelled(predicate.arg)
            case Source.LINK:
                if self.snapshot.links is None:
                    return Presence.NOT_READ, None
                met = self._linked(self.snapshot.links)
            case Source.ROLE:
                met = self._assigned(Role(predicate.arg))
        return (Presence.PRESENT if met else Presence.MISSING), None

    def _field(self, key: str, since: datetime | None) -> tuple[Presence, str | None]:
        told = self.facts.get(key)
        if told is None or not self._counts(key, told, since):
            return Presence.MISSING, None
        if told.readable:
            away = key == CUSTOMER_SAFE and self._gives_away(told.value)
            return (Presence.UNREADABLE if away else Presence.PRESENT), None
        return Presence.UNREADABLE, None if self._private(key, told) else told.value[:HEARD_AT_MOST]

    def _worth_is_known(self) -> bool:
        lines = self.reading.lines
        return bool(lines) and all(one.arr_unknown or told_worth(one, self.book) is not None for one in lines)

    def _private(self, key: str, told: Told) -> bool:
        """Whether the words may be a customer's name or a sum, or are not for everybody's eyes (promise 11)."""
        field = next(f for f in self.taxonomy.fields if f.key == key)
        if told.internal or key == ACCOUNT or field.kind is FieldKind.MONEY:
            return True
        if self.program.amounts(self.snapshot.issue.ref.project) is Amounts.INLINE:
            return False
        words = field.kind is FieldKind.TEXT or in_closed_words(told.value, field.choices)
        return not words or typed(told.value) or self.book.gives_away([told.value])

    def _gives_away(self, text: str) -> bool:
        """Whether a sentence for customers names one, or an amount (promise 11)."""
        here = [line.account.key for line in self.reading.lines]
        ours = house_words(self.taxonomy, self.program)
        return self.book.types_name(text, ours) or self.book.types_amount(text, here)

    def _counts(self, key: str, told: Told, since: datetime | None) -> bool:
        field = next((f for f in self.taxonomy.fields if f.key == key), None)
        if field is None or not field.fresh:
            return True
        return told.at is not None and (since is None or told.at >= since)

    def _labelled(self, scope: str) -> bool:
        key = scope.replace("{area}", self.area or "")
        return any(scope_of(title) == key for title in self.snapshot.issue.labels)

    def _linked(self, links: Iterable[Link]) -> bool:
        """Linked to an issue outside the program's own request projects: the product's issue or epic (T8)."""
        return any(not self.program.holds_requests(link.reference.rpartition("#")[0]) for link in links)

    def _assigned(self, role: Role) -> bool:
        """Whether somebody of that role is assigned, or was named the owner behind a box of an agenda."""
        owner = self.facts.get(OWNER)
        named = [user.username for user in self.snapshot.issue.assignees] + ([owner.value] if owner else [])
        return any(role in self.program.roster.roles_at(name, self.area, self.now) for name in named)

    def new_accounts(self, since: datetime | None) -> int:
        """How many customers were told after `since`, and not before."""
        return new_accounts(self.reading, since)

    def grown(self, since: datetime | None) -> Grown | None:
        """What has become more since then at customers told before."""
        return grown(self.reading, self.book, since)

    def options(self) -> dict[str, list[str]]:
        """Labels to choose from, by the key of the item that a label of their scope satisfies."""
        found: dict[str, list[str]] = {}
        for item in self.taxonomy.items.values():
            for key in (p.arg.replace("{area}", self.area or "") for p in item.met_by if p.source is Source.LABEL):
                scope = self.taxonomy.scope(key)
                titles = [label.title for label in scope.labels if scope_of(label.title) == key] if scope else []
                found[item.key] = found.get(item.key, []) + titles
        return found
