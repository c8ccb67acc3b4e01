"""Linked issues (CONTRACT 4; app/services/issuable_links/create_service.rb, sure)."""

from collections.abc import Mapping

from app.fakegitlab import access, system_notes
from app.fakegitlab.model import Issue, IssueLink, User
from app.fakegitlab.refusal import Refused, conflict, forbidden, not_found
from app.fakegitlab.state import State

MOST_LINKS = 100
NO_RIGHTS = "Couldn't link issue. You must have at least the Reporter role in both projects."
VERBS = {
    "relates_to": ("marked this issue as related to", "marked this issue as related to"),
    "blocks": ("marked this issue as blocking", "marked this issue as blocked by"),
    "is_blocked_by": ("marked this issue as blocked by", "marked this issue as blocking"),
}


def create(state: State, actor: User, source: Issue, target: Issue, link_type: str) -> IssueLink:
    """Link two issues; `blocks` and `is_blocked_by` need Premium. Raises Refused 403, 404, 409, 422."""
    access.require_issue(actor, target)
    if not all(access.may_set_metadata(actor, one.project) for one in (source, target)):
        raise Refused(403, {"message": NO_RIGHTS})
    if link_type != "relates_to" and state.tier == "free":
        raise forbidden()
    if any({source, target} == {link.source, link.target} for link in state.links.values()):
        raise conflict("Issue(s) already assigned")
    _check(state, source, target)
    tell(state, actor, source, target, link_type, VERBS)
    if link_type == "is_blocked_by":
        source, target, link_type = target, source, "blocks"
    link = IssueLink(state.next_id("link"), source, target, link_type, state.now())
    state.links[link.id] = link
    state.touched(source)
    state.touched(target)
    return link


def _check(state: State, source: Issue, target: Issue) -> None:
    """422 for an issue and itself, and beyond 100 links (app/models/concerns/issuable_link.rb, sure)."""
    problem = ""
    if source is target:
        problem = "cannot be related to itself"
    elif max(len(linked(state, one)) for one in (source, target)) >= MOST_LINKS:
        problem = f"This issue would exceed the maximum number of linked issues ({MOST_LINKS})."
    if problem:
        name = system_notes.reference(target, source.project)
        raise Refused(422, {"message": f"{name} cannot be added: {problem}"})


def tell(
    state: State, actor: User, source: Issue, target: Issue, link_type: str, verbs: Mapping[str, tuple[str, ...]]
) -> None:
    """A system note on each side."""
    here, there = verbs[link_type]
    system_notes.add(state, actor, source, f"{here} {system_notes.reference(target, source.project)}")
    system_notes.add(state, actor, target, f"{there} {system_notes.reference(source, target.project)}")


def delete(state: State, actor: User, link: IssueLink) -> None:
    """Unlink: planners and up in either project; told on both sides (doc/user/project/issues/related_issues.md,
    documented)."""
    if not any(access.may_set_metadata(actor, one.project) for one in (link.source, link.target)):
        raise not_found("No Issue Link found")
    del state.links[link.id]
    tell(state, actor, link.source, link.target, "relates_to", {"relates_to": ("removed the relation with",) * 2})
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
