"""The kinds of agenda, by the kind of their meeting: each a module with `wants` and `agenda`."""

from collections.abc import Mapping
from typing import Protocol

from app.domain.agenda import Agenda
from app.domain.agendas import arr_driver, corner, exchange, leaders, pm_review, pod
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.picture import Picture


class Kind(Protocol):
    """One kind of agenda."""

    def wants(self, picture: Picture) -> tuple[Ref, ...]:
        """The requests whose notes it reads, in order."""
        ...

    def agenda(self, picture: Picture) -> Agenda:
        """What it says."""
        ...


KINDS: Mapping[MeetingKind, Kind] = {
    MeetingKind.POD: pod,
    MeetingKind.PM_REVIEW: pm_review,
    MeetingKind.ARR_DRIVER: arr_driver,
    MeetingKind.LEADERS: leaders,
    MeetingKind.CORNER: corner,
    MeetingKind.EXCHANGE: exchange,
}
