"""What is done about each kind of subject that the inbox hands out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from app.domain.issue import Issue, Ref
from app.domain.planned import Planned
from app.domain.subject import Request, Subject, TokenExpiry, Watch
from app.domain.watched import Facts


class Reconciles(Protocol):
    """Brings one request to where the rules want it."""

    def run(self, ref: Ref, now: datetime, deliveries: tuple[str, ...] = (), dry: bool = False) -> Planned:
        """Plan and, unless dry, write."""
        ...


class MindsAgendas(Protocol):
    """Minds the program's agendas."""

    def changed(self, issue: Issue, now: datetime, *, dry: bool) -> object:
        """Somebody did something on a document that may be one."""
        ...


class Warns(Protocol):
    """Tells the operator about an access token."""

    def token_expires(self, expiry: TokenExpiry, at: datetime) -> datetime | None:
        """GitLab warned that an access token runs out; returns when to look again."""
        ...


class Watches(Protocol):
    """Looks after ourselves. `seen` is what it saw last."""

    seen: Facts | None

    def round(self, now: datetime) -> datetime:
        """Look at everything once; returns when to come again."""
        ...

    def heard(self, ref: Ref, now: datetime) -> None:
        """A webhook told of a change of this issue."""
        ...


@dataclass(frozen=True, slots=True)
class Attend:
    """Attends to one subject. `paused` looks and journals, and writes nothing (the kill switch of the service)."""

    reconciler: Reconciles
    operator: Warns
    agendas: MindsAgendas
    watch: Watches
    paused: bool

    def __call__(self, subject: Subject, deliveries: tuple[str, ...], now: datetime) -> datetime | None:
        """Do what the subject asks for; returns when to look at it again. Raises Temporary, Permanent."""
        match subject:
            case Request(ref=ref):
                planned = self.reconciler.run(ref, now, deliveries, dry=self.paused)
                if planned.document:
                    self.agendas.changed(planned.document, now, dry=self.paused)
                if deliveries:
                    self.watch.heard(ref, now)
                return planned.plan.look_again_at
            case TokenExpiry():
                return None if self.paused else self.operator.token_expires(subject, now)
            case Watch():
                return self.watch.round(now)
            case _ as unreachable:
                assert_never(unreachable)
