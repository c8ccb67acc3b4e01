"""Boxes about the meeting itself: keep, drop or escalate an action, call the meeting off, tell a customer's people.

Nothing is written on a request for them; whoever writes the agenda heeds what is said here.
"""

from app.domain.agenda import Verb
from app.domain.program import Program
from app.domain.roster import Role
from app.domain.tick_decisions import Became, Made, Outcome, became

OWN = frozenset({Verb.TOLD, Verb.KEEP, Verb.DROP, Verb.ESCALATE, Verb.CANCEL})


def own(made: Made, program: Program, *, ticked: bool) -> Outcome:
    """What is said of such a box: the hosts call off, everybody who is needed decides about actions, and everybody of
    the program may say that somebody was told.
    """
    verb, meeting = made.ask.verb, made.meeting
    handle = made.by.username.casefold()
    if verb is Verb.TOLD:
        may = program.roster.roles_at(made.by.username, None, made.at) != {Role.ANYONE}
    else:
        people = meeting.hosts if verb is Verb.CANCEL else meeting.needed
        may = handle in {one.casefold() for one in people}
    if not may:
        people = meeting.hosts if verb is not Verb.TOLD else ()
        return became(made, Became.REFUSED, None, " " if ticked else "x", why="hosts", people=list(people))
    if not ticked:
        return became(made, Became.UNDONE, None, how="own")
    return became(made, Became.DONE, None)
