"""What a run wants to do, as values: decided and shown before anything is written (promises 3 and 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.customer import CustomerLine
from app.domain.issue import Ref, User


class Verdict(StrEnum):
    """What a rule made of what it saw. OBSERVED: would have acted, but its mode only watches."""

    STANDS = "stands"
    PUT_BACK = "put back"
    GUIDED = "guided"
    LEFT = "left to people"
    REPAIRED = "repaired"
    ASKED = "asked"
    RESOLVED = "resolved"
    REPORTED = "reported"
    OBSERVED = "observed"
    TIDIED = "tidied"
    COMPLETED = "completed"
    OVERRIDDEN = "overridden"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REMINDED = "reminded"
    ANSWERED = "answered"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the journal: which rule, what it saw, what it made of it; for a move, its label event and time."""

    rule: str
    verdict: Verdict
    because: str
    before: str | None = None
    after: str | None = None
    who: str | None = None
    event_id: int | None = None
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeLabels:
    """One PUT with deltas only (promise 5)."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Say:
    """The one note of a topic (promise 7): `template` names the sentence, `data` fills it.

    `state` is kept in the note's signed envelope; a note whose template and state are already these is left alone.
    GitLab notifies nobody of an edit, so what somebody has to hear is said `anew`: in a new note that takes the place
    of the earlier one, which is then deleted. `reply_to` is the comment in whose thread it is said, if in one.
    `handled` are the comments whose commands were carried out or answered once this is said.
    """

    topic: str
    template: str
    data: Mapping[str, object]
    state: Mapping[str, object]
    anew: bool = False
    internal: bool = False
    reply_to: int | None = None
    handled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DeleteNote:
    """Take away a note of ours: a race made it twice, or a newer one took its place."""

    note_id: int


@dataclass(frozen=True, slots=True)
class React:
    """Answer somebody's comment with an emoji, by its name in GitLab."""

    note_id: int
    name: str


@dataclass(frozen=True, slots=True)
class PostNote:
    """Post a worded, signed note; an `internal` one is for members from Planner up, and stays so (CONTRACT 4).

    `reply_to` is the comment whose thread it goes into; there it is as internal as that comment.
    """

    topic: str
    body: str
    internal: bool = False
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class EditNote:
    """Rewrite a note of ours in place."""

    topic: str
    note_id: int
    body: str


@dataclass(frozen=True, slots=True)
class Carry:
    """Keep the customers of the duplicate `source` on the request `to`, told where they come from; none takes them
    back.
    """

    source: Ref
    to: Ref
    lines: tuple[CustomerLine, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """Draft the request that `asker` told of in one line, in comment `note_id` on the program document `source`.

    `number` tells several of one comment apart. `link` leads to the customer's account.
    """

    source: Ref
    note_id: int
    number: int
    asker: User
    at: datetime
    sentence: str = field(repr=False)
    area: str | None = None
    link: str | None = field(default=None, repr=False)


Action = ChangeLabels | Say | DeleteNote | React | Carry | Draft
"""What rules wish for, before it is worded."""

Write = PostNote | EditNote | ChangeLabels | DeleteNote | React
"""What the gateway carries out, in order."""

Errand = Carry | Draft
"""What takes another issue: it is read, written to and read again, whoever else is at it."""

Deed = Write | Errand
"""What a run does, in order."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in the order they are to be written, what the rules found, and when to look again."""

    actions: tuple[Action, ...] = ()
    findings: tuple[Finding, ...] = ()
    look_again_at: datetime | None = field(default=None)

    @property
    def empty(self) -> bool:
        """Nothing to write."""
        return not self.actions
