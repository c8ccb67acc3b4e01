"""Who covers which area in which region, and whose term ends soon (S207, S212; metrics, *Coverage*)."""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.picture import Picture
from app.domain.program import Area
from app.domain.roster import Person, Role, Term

AHEAD = timedelta(weeks=13)
"""A quarter: the terms that end in it are spoken of now (S212)."""
_SEATS = (Role.PROGRAM_LEAD, Role.LEAD, Role.PM, Role.SME)


def coverage(picture: Picture) -> dict[str, object]:
    """A row for each area with its leads and a cell for each region; how many of these seats are filled."""
    regions = picture.program.regions
    rows = [_area(picture, area, regions) for area in picture.program.areas]
    seats = [cell for row in rows for cell in _cells(row)]
    filled = sum(bool(cell["people"]) for cell in seats)
    return {"regions": regions, "rows": rows, "seats": len(seats), "filled": filled}


def _cells(row: dict[str, object]) -> list[dict[str, object]]:
    cells = row["cells"]
    return cells if isinstance(cells, list) else []


def _area(picture: Picture, area: Area, regions: tuple[str, ...]) -> dict[str, object]:
    leads = picture.program.roster.holders(Role.LEAD, area.key, picture.now)
    cells = [_cell(picture, area, region) for region in regions]
    return {"area": area.name, "leads": [person.username for person in leads], "cells": cells}


def _cell(picture: Picture, area: Area, region: str) -> dict[str, object]:
    people, backups = [], 0
    for person in picture.program.roster.holders(Role.SME, area.key, picture.now, region):
        mine = [t for t in person.terms if _covers(t, person, area.key, region) and t.holds_at(picture.now)]
        if any(term.primary for term in mine):
            people.append(person.username)
        else:
            backups += 1
    return {"people": people, "backups": backups}


def _covers(term: Term, person: Person, area: str, region: str) -> bool:
    return term.role is Role.SME and term.area in (None, area) and (term.region or person.region) == region


def ending(picture: Picture) -> list[dict[str, object]]:
    """The terms that end within a quarter, the first first, and who has the seat from then on."""
    names = {area.key: area.name for area in picture.program.areas}
    found = sorted(_ending(picture), key=lambda pair: (pair[1].until or picture.now, pair[0].username))
    return [
        {
            "who": person.username,
            "role": term.role.value,
            "area": names.get(term.area or ""),
            "region": (term.region or person.region) if term.role is Role.SME else None,
            "until": term.until,
            "then": _then(picture, person, term),
        }
        for person, term in found
    ]


def _ending(picture: Picture) -> Iterator[tuple[Person, Term]]:
    for person in picture.program.roster.people:
        for term in person.terms:
            soon = term.until is not None and picture.now < term.until <= picture.now + AHEAD
            if soon and term.primary and term.role in _SEATS and not _goes_on(person, term):
                yield person, term


def _goes_on(person: Person, ended: Term) -> bool:
    """Whether the same person keeps the same seat."""
    until = ended.until
    return until is not None and any(
        (t.role, t.area, t.region, t.primary) == (ended.role, ended.area, ended.region, True) and t.holds_at(until)
        for t in person.terms
    )


def _then(picture: Picture, person: Person, term: Term) -> list[str]:
    if term.until is None:
        return []
    region = (term.region or person.region) if term.role is Role.SME else None
    found = picture.program.roster.holders(term.role, term.area, term.until, region)
    return [other.username for other in found if other.username != person.username]
