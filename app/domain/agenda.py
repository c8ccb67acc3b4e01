"""What every agenda is made of (agendas 4.1): sections that the service rewrites, and boxes by which people decide.

Pure data: an agenda says which templates speak, with what; how it comes into an issue is the business of `Documents`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.issue import Ref

LABEL = "program-doc::agenda"
"""Agendas are found by it, and no rule for requests touches them (agendas 4.4)."""


class Verb(StrEnum):
    """What a box in an agenda asks for, once it is ticked."""

    ACCEPT = "accept"
    BACKLOG = "backlog"
    DECLINE = "decline"
    CONTEXT = "context"
    REVIEWED = "reviewed"
    NOMINATE_REVIEW = "pm-review"
    NOMINATE_DRIVER = "arr-driver"
    SELECT = "select"
    NOT_NOW = "not-now"
    TOLD = "told"
    KEEP = "keep"
    DROP = "drop"
    ESCALATE = "escalate"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Ask:
    """One box, or one place to write in: what it asks for, and of what.

    `about` is a request or a document; without one it is the meeting's, and `what` tells several apart (an action's
    name, say; letters, digits and `-._` only).
    """

    verb: Verb
    about: Ref | None = None
    what: str = ""

    @property
    def key(self) -> str:
        """Its hidden key in the text, like `accept/sme/feedback#412`; never a space, `<`, `>` or `--`."""
        told = "/".join(part for part in (self.verb.value, str(self.about) if self.about else "", self.what) if part)
        return told.replace("--", "-%2D")

    @classmethod
    def of(cls, key: str) -> "Ask | None":
        """The ask with this key; None where it is none of ours."""
        verb, _, rest = key.replace("-%2D", "--").partition("/")
        if verb not in set(Verb):
            return None
        project, hash_, number = rest.rpartition("#")
        iid, _, what = number.partition("/")
        if not hash_:
            return cls(Verb(verb), None, rest)
        return cls(Verb(verb), Ref(project, int(iid)), what) if project and iid.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Section:
    """One block of an agenda: its name in the markers, the template `agendas/<template>.md.j2`, and what fills it.

    `minutes` is its timebox (0: none). `shorter` are ever shorter data for a description that is full: fold, then link.
    """

    name: str
    template: str
    data: Mapping[str, object]
    minutes: int = 0
    shorter: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
    """A whole agenda. In `layout` plain text belongs to people from the start (`## Notes`), sections to the service.

    Who is called is mentioned once, when it is created; later they stand in back-ticks. `empty`: nobody has anything to
    talk about, so it may be called off.
    """

    title: str
    layout: tuple[str | Section, ...]
    empty: bool = False

    @property
    def sections(self) -> tuple[Section, ...]:
        """What the service writes, in order."""
        return tuple(part for part in self.layout if isinstance(part, Section))
