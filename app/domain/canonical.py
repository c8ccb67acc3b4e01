"""Which request a closed one is a duplicate of: as GitLab's `/duplicate` says, or the answer of whoever may give it."""

from collections.abc import Callable

from app.domain.closing import Answer, answers
from app.domain.issue import Note, Ref, Snapshot
from app.domain.taxonomy import Taxonomy


def canonical(snapshot: Snapshot, taxonomy: Taxonomy, bot: str, may_say: Callable[[Note], bool]) -> Ref | None:
    """The other request, None where there is none, or where it is in a project that only a link could name."""
    issue = snapshot.issue
    if issue.state == "opened":
        return None
    found = _marked(snapshot) if issue.duplicate_of else _said(snapshot, taxonomy, bot, may_say)
    return None if found == issue.ref else found


def in_another_project(snapshot: Snapshot) -> bool:
    """Whether `/duplicate` named an issue whose project has to be looked up among the links."""
    of = snapshot.issue.duplicate_of
    return snapshot.issue.state == "closed" and of is not None and of[0] != snapshot.issue.project_id


def _marked(snapshot: Snapshot) -> Ref | None:
    issue = snapshot.issue
    project, iid = issue.duplicate_of or (0, 0)
    if project == issue.project_id:
        return Ref(issue.ref.project, iid)
    there = (link.reference.rpartition("#") for link in snapshot.links or ())
    paths = {path for path, _, number in there if number == str(iid) and path != issue.ref.project}
    return Ref(paths.pop(), iid) if len(paths) == 1 else None


def _said(snapshot: Snapshot, taxonomy: Taxonomy, bot: str, may_say: Callable[[Note], bool]) -> Ref | None:
    issue = snapshot.issue
    if issue.closed_at is None:
        return None
    heard = answers(snapshot.notes, issue.closed_at, taxonomy, bot, issue.ref)
    said = [answer for note, answer in heard if isinstance(answer, Answer) and may_say(note)]
    return said[-1].of if said else None
