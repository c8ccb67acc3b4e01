"""Groups and projects come, move, are put away and go (doc/api/groups.md; doc/api/projects.md, documented)."""

from datetime import timedelta

from app.fakegitlab import access, namespaces, people
from app.fakegitlab.model import Group, Project, User
from app.fakegitlab.refusal import bad_parameter, bad_request, forbidden, invalid
from app.fakegitlab.state import State

VISIBILITIES = ("private", "internal", "public")
KEPT_FOR = timedelta(days=30)


def require_visibility(wanted: str, parent: Group | None) -> None:
    """400 for one that is wider than the group's around it."""
    if wanted not in VISIBILITIES:
        raise bad_parameter("visibility does not have a valid value")
    if parent is not None and VISIBILITIES.index(wanted) > VISIBILITIES.index(parent.visibility):
        reason = f"{wanted} is not allowed in a {parent.visibility} group."
        raise invalid({"visibility_level": [reason]})


def create_group(state: State, actor: User, name: str, path: str, parent: Group | None, visibility: str) -> Group:
    """The maker owns it; below another group one needs Maintainer there."""
    if parent is not None:
        access.require_group_level(actor, parent, access.MAINTAINER)
    elif actor.profile.get("can_create_group") is False:
        raise forbidden()
    require_visibility(visibility, parent)
    namespaces.check_group_path(state, parent, path)
    group = Group(state.next_id("group"), name, path, parent, visibility, state.now())
    group.own.creator_id = actor.id
    state.groups[group.id] = group
    if access.group_level(actor, group) < access.OWNER or parent is None:
        people.set_level(state, group, actor, access.OWNER)
    return group


def create_project(
    state: State, actor: User, parent: Group, name: str, path: str, visibility: str, description: str | None
) -> Project:
    """Developers and up may make projects in a group; the maker owns it unless the group says so already."""
    if access.group_level(actor, parent) < access.DEVELOPER:
        raise invalid({"namespace": ["is not valid"]})
    if parent.owner is None:
        require_visibility(visibility, parent)
    elif visibility not in VISIBILITIES:
        raise bad_parameter("visibility does not have a valid value")
    namespaces.check_project_path(state, parent, name, path)
    project = Project(state.next_id("project"), name, path, parent, visibility, state.now(), description)
    project.own.creator_id = actor.id
    state.projects[project.id] = project
    state.moved.pop(project.full_path.lower(), None)
    owner = parent.owner or actor
    if parent.owner is not None or access.group_level(actor, parent) < access.OWNER or actor.admin:
        people.set_level(state, project, owner, access.OWNER)
    return project


def move_project(state: State, project: Project, parent: Group, path: str) -> None:
    """Rename or transfer; reads of the old path are redirected (rest_contract, documented)."""
    namespaces.check_project_path(state, parent, project.name, path, but=project)
    old = project.full_path
    project.group, project.path = parent, path
    if project.full_path != old:
        namespaces.moved(state, project, old)


def move_group(state: State, group: Group, parent: Group | None, path: str) -> None:
    """As `move_project`, for everything below."""
    namespaces.check_group_path(state, parent, path, but=group)
    if parent is not None and group in parent.line():
        raise bad_request("Transfer failed: Group is already associated to the parent group.")
    inside = [(one, one.full_path) for one in projects_below(state, group)]
    group.parent, group.path = parent, path
    for project, old in inside:
        namespaces.moved(state, project, old)


def groups_below(state: State, group: Group) -> list[Group]:
    """Its subgroups, at any depth."""
    return [one for one in state.groups.values() if one is not group and group in one.line()]


def projects_below(state: State, group: Group) -> list[Project]:
    """Its projects, at any depth."""
    return [one for one in state.projects.values() if group in one.group.line()]


def marked(place: Project | Group) -> bool:
    """Whether it, or a group around it, waits for its deletion."""
    around = place.group.line() if isinstance(place, Project) else place.line()
    return any(one.own.marked_for_deletion_on for one in (place, *around))


def writable(project: Project) -> bool:
    """Neither archived nor waiting for deletion."""
    return not (project.own.archived or marked(project))


FROZEN = frozenset(
    {"issues", "notes", "labels", "boards", "milestones", "repository", "merge_requests", "pipeline_schedules"}
)


def require_thawed(path: str) -> None:
    """403 for changes of what is in an archived or waiting project; the project itself can still be managed.

    What counts as inside is the rule `archived` and the `readonly_features` (app/policies/project_policy.rb,
    documented).
    """
    if FROZEN.intersection(path.split("/")[3:4]):
        raise forbidden()


def delete_later(state: State, place: Project | Group) -> None:
    """It waits 30 days on every tier; a second wish is an error (doc/api/projects.md, documented)."""
    if place.own.marked_for_deletion_on is not None:
        kind = "Project" if isinstance(place, Project) else "Group"
        raise bad_request(f"{kind} has been already marked for deletion")
    place.own.marked_for_deletion_on = state.now().date()


def delete_now(state: State, place: Project | Group, full_path: str) -> None:
    """`permanently_remove`: only what waits already, and only who names its path."""
    kind = "Project" if isinstance(place, Project) else "Group"
    if place.own.marked_for_deletion_on is None:
        raise bad_request(f"{kind} must be marked for deletion first.")
    if full_path != place.full_path:
        raise bad_request(f"`full_path` is incorrect. You must enter the complete path for the {kind.lower()}.")
    erase(state, place)


def restore(place: Project | Group) -> None:
    """It stays after all."""
    if place.own.marked_for_deletion_on is None:
        kind = "Project" if isinstance(place, Project) else "Group"
        raise bad_request(f"{kind} has not been marked for deletion")
    place.own.marked_for_deletion_on = None


def erase(state: State, place: Project | Group) -> None:
    """Gone, with everything in it."""
    if isinstance(place, Group):
        for below in groups_below(state, place):
            state.groups.pop(below.id, None)
        for project in projects_below(state, place):
            _erase_project(state, project)
        state.groups.pop(place.id, None)
    else:
        _erase_project(state, place)
    bots = [one for one in state.users.values() if one.bot_of is place]
    for bot in bots:
        people.delete(state, bot)
    _forget_parts(state, place)
    state.renamed()


def _erase_project(state: State, project: Project) -> None:
    state.projects.pop(project.id, None)
    for issue in project.issues.values():
        state.issues.pop(issue.id, None)
        for note in issue.notes:
            state.notes.pop(note.id, None)
    state.links = {
        key: one for key, one in state.links.items() if project not in (one.source.project, one.target.project)
    }
    _forget_parts(state, project)


def _forget_parts(state: State, place: Project | Group) -> None:
    for label in place.labels.values():
        state.labels.pop(label.id, None)
    for hook in place.hooks.values():
        state.hooks.pop(hook.id, None)
    for board in place.boards.values():
        state.boards.pop(board.id, None)
        for one in board.lists:
            state.lists.pop(one.id, None)


def daily(state: State) -> None:
    """What GitLab's night jobs do: memberships end, waiting places and the bots of dead tokens go."""
    today = state.now().date()
    if state.tidied_on == today:
        return
    state.tidied_on = today
    everywhere: list[Project | Group] = [*state.groups.values(), *state.projects.values()]
    for place in everywhere:
        for user_id in [one for one, day in place.own.member_until.items() if day <= today]:
            del place.own.member_until[user_id]
            place.members.pop(user_id, None)
        since = place.own.marked_for_deletion_on
        if since is not None and since + KEPT_FOR <= today:
            erase(state, place)
    for bot in [one for one in state.users.values() if one.retired_at and one.retired_at + KEPT_FOR <= state.now()]:
        people.delete(state, bot)
