"""What the note about a move says, as values for its templates."""

from collections.abc import Iterable

from app.domain.case import Case, Objected, Objection
from app.domain.commands import MAY, Word
from app.domain.context import Wanted
from app.domain.roster import Role


def words(
    case: Case, mover: str | None, source: str, target: str, whys: Iterable[str], wanted: Iterable[Wanted]
) -> dict[str, object]:
    """Who moved what, why it may not stand, who could, what is missing, and the ways there are."""
    flow = case.taxonomy.workflow
    who = flow.who_may(source, target)
    return {
        "mover": mover,
        "source": case.status_name(source),
        "target": case.status_name(target),
        "why": list(whys),
        "who": in_order(who),
        "people": _people(case, who),
        "of": _elsewhere(case, mover, who),
        "wanted": list(wanted),
        "options": case.context.options(),
        "ways_out": [(status.name, in_order(roles)) for status, roles in flow.ways_out(source)],
        "overriders": in_order(MAY[Word.OVERRIDE]),
        "until": None,
        "asked": None,
        "agreed": None,
        "instead": None,
        "then": [],
        "via": None,
        "on": None,
        "new_accounts": 0,
        "grown": None,
    }


def in_order(roles: frozenset[Role]) -> list[Role]:
    """As the program lists them, nearest to the request first."""
    return sorted(roles, key=list(Role).index)


def decider(case: Case, source: str, target: str) -> str | None:
    """Whom to ask to make a step: of the roles that may, the nearest to the request; of an area's SMEs the one of its
    author's region. None where nobody is known, or the request has no area.
    """
    roster, area = case.program.roster, case.area
    author = roster.person(case.snapshot.issue.author.username)
    for role in in_order(case.taxonomy.workflow.who_may(source, target)):
        region = author.region if author and role is Role.SME else None
        found = roster.holders(role, area, case.now, region) or roster.holders(role, area, case.now)
        if found and area is not None:
            return found[0].username
    return None


def whys(objections: Iterable[Objected]) -> list[str]:
    """Why a move may not stand, each reason once."""
    return list(dict.fromkeys(o.why.value for o in objections))


def missing(objections: Iterable[Objected]) -> list[Wanted]:
    """What is missing, each thing once."""
    found = {w.item.key: w for o in objections for w in o.wanted}
    return list(found.values())


def unread(wanted: Iterable[Wanted]) -> list[str]:
    """The keys of what was told and could not be read, with what was heard where it may be repeated."""
    return [f"{w.item.key} {w.heard or ''}".strip() for w in wanted if w.unread]


def awaits(reasons: Iterable[str]) -> bool:
    """Whether more is to come: somebody's agreement, or what is missing."""
    return bool({Objection.INCOMPLETE.value, Objection.NOT_THEIRS.value} & set(reasons))


def _elsewhere(case: Case, mover: str | None, who: frozenset[Role]) -> str | None:
    """The name of the request's area, where it is for its people and the mover is one of another area's."""
    held = case.program.roster.roles_at(mover, None, case.now) if mover else frozenset[Role]()
    return next((area.name for area in case.program.areas if area.key == case.area and held & who), None)


def _people(case: Case, who: frozenset[Role]) -> list[str]:
    """Those who can, by name: the first holder of each role that may make the step."""
    roster = case.program.roster
    order = [role for role in (Role.PM, Role.LEAD, Role.SME, Role.EM, Role.PROGRAM_LEAD) if role in who]
    return [p.username for role in order for p in roster.holders(role, case.area, case.now)[:1]]
