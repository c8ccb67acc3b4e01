"""`reassign @person`: who is meant, if it is somebody who has to do with the program or the request."""

import re

from app.domain.case import Case
from app.domain.commands import Command

_WHOM = re.compile(r"(?:to )?@([\w.-]{1,255}?)[.!]?(?: please)?[.!]?", re.ASCII | re.IGNORECASE)


def reassigned(case: Case, command: Command) -> str | None:
    """The handle as its person writes it; None for a stranger, whom we would call for nothing."""
    found = _WHOM.fullmatch(command.rest)
    if found is None:
        return None
    wanted = found.group(1).casefold()
    issue = case.snapshot.issue
    people = [p.username for p in case.program.roster.people]
    people += [u.username for u in (issue.author, *issue.assignees)] + [n.author.username for n in case.comments]
    return next((name for name in people if name.casefold() == wanted), None)
