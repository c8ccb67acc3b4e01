"""What shapes cannot see about the program: people against areas, regions and each other's terms."""

from collections.abc import Iterator

from app.domain.roster import Role
from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError
from app.gateways.config_words import nearest

WITH_AREA = (Role.SME, Role.LEAD, Role.PM, Role.EM)
"""Roles that somebody holds for one area."""


def check(program: Document) -> list[ConfigError]:
    """All mistakes about areas, regions, projects and people."""
    return [
        *_unknown(program),
        *_twice(program),
        *_twice_in_one(program),
        *_outside(program),
        *_terms(program),
        *_backward(program),
        *_overlapping(program),
        *_seats(program),
    ]


def _areas(program: Document) -> list[str]:
    return [str(trail[1]) for trail, _ in program.each("areas/*", object)]


def _unknown(program: Document) -> Iterator[ConfigError]:
    areas, regions = _areas(program), [region for _, region in program.each("regions/*", str)]
    for pattern in ("people/*/roles/*/area", "projects/*/boards/*/area"):
        for trail, area in program.each(pattern, str):
            if areas and area not in areas:
                yield program.at(trail, f"there is no area `{area}`", nearest(area, areas, "the areas"))
    for pattern in ("people/*/region", "people/*/roles/*/region"):
        for trail, region in program.each(pattern, str):
            if regions and region not in regions:
                yield program.at(trail, f"there is no region `{region}`", nearest(region, regions, "the regions"))
    projects = [path for _, path in program.each("projects/*/path", str)]
    operator = program.text("operator_issue")
    if operator and "#" in operator and projects and operator.rpartition("#")[0] not in projects:
        message = f"the operator's issue `{operator}` is in no project of this file"
        yield program.at(("operator_issue",), message, nearest(operator, projects, "the projects"))


def _twice(program: Document) -> Iterator[ConfigError]:
    lists = {"regions/*": "region", "projects/*/path": "project"}
    found = [(trail, word, what) for pattern, what in lists.items() for trail, word in program.each(pattern, str)]
    found += [(trail, str(trail[1]), "person") for trail, _ in program.each("people/*", object)]
    seen: dict[tuple[str, str], Trail] = {}
    for trail, word, what in found:
        first = seen.setdefault((what, word.casefold()), trail)
        if first != trail:
            line = program.values[first][0] if what != "person" else program.keys[first][0]
            message = f"the {what} `{word}` is there already, on line {line}"
            cure = "keep one of them; GitLab takes capitals for the same"
            yield program.at(trail, message, cure, key=what == "person")


def _twice_in_one(program: Document) -> Iterator[ConfigError]:
    """Boards of a project are known by name, schedules by job."""
    seen: dict[tuple[object, str], Trail] = {}
    for pattern, what in (("projects/*/boards/*/name", "board"), ("pipelines/schedules/*/job", "schedule of")):
        for trail, word in program.each(pattern, str):
            first = seen.setdefault((trail[:-2], word.casefold()), trail)
            if first != trail:
                line = program.values[first][0]
                yield program.at(trail, f"the {what} `{word}` is there already, on line {line}", "keep one of them")


def _outside(program: Document) -> Iterator[ConfigError]:
    """A project inherits labels of the groups it lies in, of no others."""
    group = program.text("labels_in")
    for _, path in program.each("projects/*/path", str):
        if group and not path.casefold().startswith(f"{group.casefold().rstrip('/')}/"):
            message = f"the project `{path}` is not in the group `{group}`, so it does not inherit its labels"
            yield program.at(("labels_in",), message, "name a group that holds all projects, or leave the line out")


def _terms(program: Document) -> Iterator[ConfigError]:
    for trail, term in program.each("people/*/roles/*", dict):
        person, role = trail[1], term.get("role")
        region = term.get("region") or program.text("people", person, "region")
        if role in (Role.ANYONE, Role.AUTHOR):
            cure = "leave it out: anyone and author need no entry"
            yield program.at((*trail, "role"), f"`{person}` cannot be given the role {role}", cure)
        elif role in WITH_AREA and not term.get("area"):
            yield program.at(trail, f"`{person}` is {role} of no area", f"add `area: …` ({', '.join(_areas(program))})")
        elif role in (Role.PROGRAM_LEAD, Role.SA) and term.get("area"):
            yield program.at(
                (*trail, "area"), f"the role {role} of `{person}` has no area", "leave `area` out", key=True
            )
        if role == Role.SME and not region:
            yield program.at(trail, f"`{person}` is sme of no region", "add `region: …` to the person")


def _day(term: dict[str, object], key: str, otherwise: str) -> str:
    day = term.get(key)
    return day if isinstance(day, str) else otherwise


def _backward(program: Document) -> Iterator[ConfigError]:
    for trail, term in program.each("people/*/roles/*", dict):
        since, until = _day(term, "from", ""), _day(term, "until", "9999-99-99")
        if since >= until:
            message = f"the role of `{trail[1]}` ends on {until}, not after it begins on {since}"
            yield program.at((*trail, "until"), message, "`until` is the first day after the role")


def _overlapping(program: Document) -> Iterator[ConfigError]:
    """Of one person in one role, and of two primary SMEs in one seat (S8)."""
    terms = list(program.each("people/*/roles/*", dict))
    for index, (trail, term) in enumerate(terms):
        for other, earlier in terms[:index]:
            if not _meet(term, earlier):
                continue
            line = program.values[other][0]
            if trail[1] == other[1] and _seat(program, trail, term) == _seat(program, other, earlier):
                message = f"`{trail[1]}` has this role at the same time already, on line {line}"
                yield program.at(trail, message, "end the earlier one with `until`, or remove one")
            elif _seat(program, trail, term) == _seat(program, other, earlier) and _primary_sme(term, earlier):
                message = f"`{other[1]}` is primary SME of the same area and region at the same time, on line {line}"
                yield program.at(trail, message, "give one of them `primary: false`, or dates that do not overlap")


def _meet(one: dict[str, object], other: dict[str, object]) -> bool:
    latest = max(_day(one, "from", ""), _day(other, "from", ""))
    return latest < min(_day(one, "until", "9999-99-99"), _day(other, "until", "9999-99-99"))


def _primary_sme(*terms: dict[str, object]) -> bool:
    return all(t.get("role") == Role.SME and t.get("primary", True) is True for t in terms)


def _seat(program: Document, trail: Trail, term: dict[str, object]) -> tuple[object, ...]:
    return term.get("role"), term.get("area"), term.get("region") or program.text("people", trail[1], "region")


def _seats(program: Document) -> Iterator[ConfigError]:
    """Each area has a lead, and somebody of product or engineering (S3, S6)."""
    held = [(term.get("role"), term.get("area")) for _, term in program.each("people/*/roles/*", dict)]
    for area in _areas(program) if held else []:
        for roles, what in (((Role.LEAD,), "no lead"), ((Role.PM, Role.EM), "neither a pm nor an em")):
            if not any((role, area) in held for role in roles):
                cure = f"give somebody under `people` the role {roles[0]} with `area: {area}`"
                yield program.at(("areas", area), f"the area `{area}` has {what}", cure, key=True)
