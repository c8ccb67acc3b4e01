"""Who may see and do what (limits.json; doc/user/permissions.md, documented)."""

from collections.abc import Iterable

from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import LEVELS, Group, Issue, Note, Project, User
from app.fakegitlab.refusal import forbidden, not_found

PLANNER = LEVELS["planner"]
REPORTER = LEVELS["reporter"]
DEVELOPER = LEVELS["developer"]
MAINTAINER = LEVELS["maintainer"]
OWNER = LEVELS["owner"]
METADATA: tuple[str, ...] = (
    "labels",
    "add_labels",
    "remove_labels",
    "assignee_ids",
    "due_date",
    "start_date",
    "weight",
    "milestone",
    "health_status",
    "time_estimate",
    "time_spent",
)


def group_level(user: User, group: Group) -> int:
    """The user's access level in a group, inherited from its ancestors; administrators own everything."""
    if user.admin or group.owner is user:
        return OWNER
    return max((one.members.get(user.id, 0) for one in group.line()), default=0)


def level(user: User, project: Project) -> int:
    """The user's access level in a project, inherited from its groups; 0 for strangers."""
    own = max(project.members.get(user.id, 0), group_level(user, project.group))
    return max(own, shared_level(user, project)) if project.shares else own


def shared_level(user: User, project: Project) -> int:
    """Through groups the project was shared with: the lesser of the share's and the member's level."""
    return max(
        (min(one.level, group_level(user, one.group)) for one in project.shares),
        default=0,
    )


def level_in(user: User | None, place: Project | Group) -> int:
    """The access level in either kind of place; 0 for strangers and for nobody."""
    if user is None:
        return 0
    return level(user, place) if isinstance(place, Project) else group_level(user, place)


def sees_group(user: User | None, group: Group, projects: Iterable[Project]) -> bool:
    """As its visibility says; a private one also to whoever is in a project below it."""
    if group.visibility == "public":
        return True
    if user is None:
        return False
    if group.visibility == "internal" or group_level(user, group) > 0:
        return True
    return any(group in one.group.line() and level(user, one) > 0 for one in projects)


def require_admin(user: User) -> None:
    """403 for everybody else."""
    if not user.admin:
        raise forbidden()


def sees_project(user: User | None, project: Project) -> bool:
    """Public to all, internal to signed-in people, private to members."""
    if user is None or project.visibility == "public":
        return project.visibility == "public"
    return project.visibility == "internal" or level(user, project) > 0


def sees_issue(user: User | None, issue: Issue) -> bool:
    """A confidential issue shows to planners and up, to its author and its assignees."""
    if not sees_project(user, issue.project):
        return False
    if not issue.confidential:
        return True
    return user is not None and (user in (issue.author, *issue.assignees) or level(user, issue.project) >= PLANNER)


def sees_note(user: User | None, note: Note) -> bool:
    """Internal notes show to planners and up, and to whoever wrote them (CONTRACT 12, documented)."""
    if not note.internal:
        return True
    return user is not None and (user is note.author or level(user, note.issue.project) >= PLANNER)


def require_project(user: User | None, project: Project | None) -> Project:
    """The project, or 404: a hidden project looks like none."""
    if project is None or not sees_project(user, project):
        raise not_found("Project")
    return project


def require_issue(user: User | None, issue: Issue | None) -> Issue:
    """The issue, or 404: a hidden issue looks like none."""
    if issue is None or not sees_issue(user, issue):
        raise not_found()
    return issue


def require_level(user: User, project: Project, least: int) -> None:
    """403 below `least`."""
    if level(user, project) < least:
        raise forbidden()


def require_group_level(user: User, group: Group, least: int) -> None:
    """403 below `least`."""
    if group_level(user, group) < least:
        raise forbidden()


def may_update(user: User, issue: Issue) -> bool:
    """Planners and up, the author and the assignees may change an issue's text and state."""
    return level(user, issue.project) >= PLANNER or user in (issue.author, *issue.assignees)


def may_set_metadata(user: User, project: Project) -> bool:
    """Labels, assignees, dates: planners and up (`set_issue_metadata`)."""
    return level(user, project) >= PLANNER


def may_change_note(user: User, note: Note) -> bool:
    """One's own; another's needs Maintainer; system notes are nobody's (CONTRACT 12, documented)."""
    return not note.system and (user is note.author or level(user, note.issue.project) >= MAINTAINER)


def permitted(user: User, project: Project, change: IssueChange) -> IssueChange:
    """The change without what the caller may not set: GitLab drops those fields silently (CONTRACT 2, sure)."""
    rank = level(user, project)
    kept = change.copy()
    if rank < PLANNER:
        for name in METADATA:
            kept.pop(name, None)  # type: ignore[misc]
        kept.pop("discussion_locked", None)
    if rank < OWNER:
        kept.pop("iid", None)
        kept.pop("created_at", None)
        kept.pop("updated_at", None)
    return kept
