"""Boxes about the meeting itself: keep, drop or escalate an action, call the meeting off, let sentences pass on.

Nothing is written on a request for them; whoever writes the agenda heeds what is said here.
"""

from app.domain.agenda import Verb
from app.domain.program import Program
from app.domain.roster import Role
from app.domain.tick_decisions import Became, Made, Outcome, became

OWN = frozenset({Verb.TOLD, Verb.KEEP, Verb.DROP, Verb.ESCALATE, Verb.CANCEL})


def own(made: Made, program: Program, *, ticked: bool) -> Outcome:
    """What is said of such a box: the hosts call off, everybody who is needed decides about actions, and the PM says
    which sentences customers may hear.
    """
    people = _people(made, program)
    if made.by.username.casefold() not in {one.casefold() for one in people}:
        return became(made, Became.REFUSED, None, " " if ticked else "x", why="hosts", people=people)
    if not ticked:
        return became(made, Became.UNDONE, None, how="own")
    return became(made, Became.DONE, None)


def _people(made: Made, program: Program) -> list[str]:
    """Who may say it."""
    meeting = made.meeting
    match made.ask.verb:
        case Verb.TOLD:
            return [one.username for one in program.roster.holders(Role.PM, meeting.area, made.at)]
        case Verb.CANCEL:
            return list(meeting.hosts)
        case _:
            return list(meeting.needed)
