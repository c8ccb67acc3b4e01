"""Linked issues (CONTRACT 4)."""

from app.fakegitlab import access
from app.fakegitlab.model import Issue, IssueLink, User
from app.fakegitlab.refusal import Refused, conflict, forbidden
from app.fakegitlab.state import State

MOST_LINKS = 100


def create(state: State, actor: User, source: Issue, target: Issue, link_type: str) -> IssueLink:
    """Link two issues; `blocks` and `is_blocked_by` need Premium. Raises Refused 403, 404, 409, 422."""
    access.require_issue(actor, target)
    access.require_level(actor, source.project, access.PLANNER)
    if link_type != "relates_to" and state.tier == "free":
        raise forbidden()
    if source is target or len(linked(state, source)) >= MOST_LINKS:
        raise Refused(422, {"message": "Issue cannot be linked"})
    if any({source, target} == {link.source, link.target} for link in state.links.values()):
        raise conflict("Issue(s) already assigned")
    if link_type == "is_blocked_by":
        source, target, link_type = target, source, "blocks"
    link = IssueLink(state.next_id("link"), source, target, link_type, state.now())
    state.links[link.id] = link
    state.touched(source)
    state.touched(target)
    return link


def delete(state: State, actor: User, link: IssueLink) -> None:
    """Unlink."""
    access.require_level(actor, link.source.project, access.PLANNER)
    del state.links[link.id]
    state.touched(link.source)
    state.touched(link.target)


def linked(state: State, issue: Issue) -> list[tuple[IssueLink, Issue, str]]:
    """The links of an issue: each with the other issue, and its type read from this side."""
    found = []
    for link in state.links.values():
        if issue is link.source:
            found.append((link, link.target, link.link_type))
        elif issue is link.target:
            turned = "is_blocked_by" if link.link_type == "blocks" else link.link_type
            found.append((link, link.source, turned))
    return found
