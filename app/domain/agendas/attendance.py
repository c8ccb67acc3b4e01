"""Who has to be at a meeting of all areas, or sends a delegate (S128, S138-S140, S207): a box for everybody."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.domain.agenda import Section
from app.domain.picture import Picture
from app.domain.roster import Role


@dataclass(frozen=True, slots=True)
class Seat:
    """A place at the table. `who` is None where nobody holds the role; `roles` are with the area's name, and empty for
    somebody who is needed besides the roles.
    """

    key: str
    who: str | None
    roles: tuple[tuple[str, str], ...] = ()


def seats(picture: Picture, product: Collection[str] = ()) -> tuple[Seat, ...]:
    """The lead of each area, the product managers of the areas `product`, then the audience; nobody twice."""
    found: dict[str, Seat] = {}
    for seat in (*_leads_and_product(picture, product), *_audience(picture)):
        known = found.get(seat.key)
        found[seat.key] = Seat(seat.key, seat.who, (*known.roles, *seat.roles)) if known else seat
    return tuple(found.values())


def attendance(found: Sequence[Seat]) -> Section:
    """The block `attendance`."""
    rows = [{"key": seat.key, "who": seat.who, "roles": seat.roles} for seat in found]
    return Section("attendance", "attendance", {"rows": rows})


def _leads_and_product(picture: Picture, product: Collection[str]) -> Iterator[Seat]:
    wanted = [(Role.LEAD, area) for area in picture.program.areas]
    wanted += [(Role.PM, area) for area in picture.program.areas if area.key in product]
    for role, area in wanted:
        people = picture.program.roster.holders(role, area.key, picture.meeting.start)
        there: list[str | None] = [person.username for person in people]
        for who in there or [None]:
            yield Seat(_key(who or f"{role}/{area.key}"), who, ((role.value, area.name),))


def _audience(picture: Picture) -> Iterator[Seat]:
    habit = picture.program.cadence.habits[picture.meeting.kind]
    return (Seat(_key(who), who) for who in habit.audience)


def _key(what: str) -> str:
    """Nothing is decided by these boxes: they keep, for the record, who came."""
    return f"attended/{what}".replace("--", "-%2D")
