"""How GitLab writes projects, groups, namespaces and members (doc/api/projects.md; doc/api/groups.md, documented)."""

from datetime import timedelta

from app.fakegitlab import access, place_settings, places
from app.fakegitlab.api import shapes
from app.fakegitlab.model import Group, Project, User
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json
from app.fakegitlab.state import State


def group(state: State, one: Group) -> Json:
    """A group in a list."""
    since = one.own.marked_for_deletion_on
    return (
        {"id": one.id, "web_url": f"{state.base_url}/groups/{one.full_path}", "name": one.name, "path": one.path}
        | place_settings.shown(place_settings.GROUP, one.own.settings)
        | {
            "visibility": one.visibility,
            "avatar_url": None,
            "full_name": " / ".join(each.name for each in reversed(one.line())),
            "full_path": one.full_path,
            "created_at": stamp(one.created_at),
            "parent_id": one.parent.id if one.parent else None,
            "organization_id": 1,
            "archived": False,
            "marked_for_deletion_on": since.isoformat() if since else None,
            "ldap_cn": None,
            "ldap_access": None,
        }
    )


def group_detail(state: State, one: Group, projects: list[Project] | None) -> Json:
    """A group by itself, with its projects unless the caller does without."""
    body = group(state, one) | {"shared_with_groups": []}
    if projects is not None:
        body |= {"projects": [project(state, each) for each in projects], "shared_projects": []}
    return body


def namespace(state: State, one: Group) -> Json:
    """Where projects can live: a group or a person's own."""
    person = one.owner
    web = f"{state.base_url}/{one.path}" if person else f"{state.base_url}/groups/{one.full_path}"
    return {
        "id": one.id,
        "name": one.name,
        "path": one.path,
        "kind": "user" if person else "group",
        "full_path": one.full_path,
        "parent_id": one.parent.id if one.parent else None,
        "avatar_url": None,
        "web_url": web,
    }


def namespace_detail(state: State, viewer: User, one: Group) -> Json:
    """As `/namespaces` shows it, with member counts for those who may manage it."""
    body = namespace(state, one)
    if access.group_level(viewer, one) >= access.OWNER:
        body |= {"members_count_with_descendants": max(1, len(one.members)), "billable_members_count": len(one.members)}
        body |= {"plan": state.tier, "trial": False, "trial_ends_on": None}
    return body


def project_simple(state: State, one: Project) -> Json:
    """`simple=true`, and what strangers see of a public project in a list."""
    web, ssh = f"{state.base_url}/{one.full_path}", state.base_url.split("//")[-1].split(":")[0]
    topics = one.own.settings.get("topics", [])
    return {
        "id": one.id,
        "description": one.description,
        "name": one.name,
        "name_with_namespace": f"{' / '.join(each.name for each in reversed(one.group.line()))} / {one.name}",
        "path": one.path,
        "path_with_namespace": one.full_path,
        "created_at": stamp(one.created_at),
        "default_branch": one.default_branch,
        "tag_list": topics,
        "topics": topics,
        "ssh_url_to_repo": f"git@{ssh}:{one.full_path}.git",
        "http_url_to_repo": f"{web}.git",
        "web_url": web,
        "readme_url": None,
        "forks_count": 0,
        "avatar_url": None,
        "star_count": len(one.own.starred_by),
        "last_activity_at": stamp(max((issue.updated_at for issue in one.issues.values()), default=one.created_at)),
        "visibility": one.visibility,
        "namespace": namespace(state, one.group),
    }


def project(state: State, one: Project) -> Json:
    """A project in a list of those the caller may use."""
    settings = place_settings.shown(place_settings.PROJECT, one.own.settings)
    settings["issues_access_level"] = settings["issues_access_level"] if one.issues_enabled else "disabled"
    since, owner = one.own.marked_for_deletion_on, one.group.owner
    body = project_simple(state, one) | settings | place_settings.legacy(settings)
    body |= {
        "container_registry_image_prefix": f"registry.example.com/{one.full_path}",
        "_links": _links(state, one),
        "marked_for_deletion_at": since.isoformat() if since else None,
        "marked_for_deletion_on": since.isoformat() if since else None,
        "empty_repo": not one.own.repository.branches,
        "archived": one.own.archived,
        "owner": _owner(owner, state) if owner else None,
        "creator_id": one.own.creator_id,
        "import_status": "none",
        "open_issues_count": sum(issue.state == "opened" for issue in one.issues.values()),
        "description_html": one.description or "",
        "updated_at": body["last_activity_at"],
        "shared_with_groups": [_share(share.group, share.level, share.expires_at) for share in one.shares],
    }
    if owner is None:
        del body["owner"]
    return body


def project_detail(state: State, viewer: User | None, one: Project) -> Json:
    """A project by itself, with the caller's rights in it."""
    own = one.members.get(viewer.id, 0) if viewer else 0
    inherited = max((each.members.get(viewer.id, 0) for each in one.group.line()), default=0) if viewer else 0
    rights = {"project_access": _rank(own), "group_access": _rank(inherited)}
    body = project(state, one) | {"permissions": rights}
    if places.marked(one) and one.own.marked_for_deletion_on:
        body["permanent_deletion_on"] = (one.own.marked_for_deletion_on + timedelta(days=30)).isoformat()
    return body


def _rank(level: int) -> Json | None:
    return {"access_level": level, "notification_level": 3} if level else None


def _owner(one: User, state: State) -> Json:
    return {"id": one.id, "name": one.name, "created_at": stamp(one.created_at)} | shapes.user_basic(state, one)


def _share(one: Group, level: int, until: object) -> Json:
    return {
        "group_id": one.id,
        "group_name": one.name,
        "group_full_path": one.full_path,
        "group_access_level": level,
        "expires_at": str(until) if until else None,
    }


def _links(state: State, one: Project) -> Json:
    here: str = f"{state.base_url}/api/v4/projects/{one.id}"
    names = {"issues": "issues", "merge_requests": "merge_requests", "repo_branches": "repository/branches"}
    names |= {"labels": "labels", "events": "events", "members": "members", "cluster_agents": "cluster_agents"}
    links: Json = {"self": here}
    return links | {name: f"{here}/{path}" for name, path in names.items()}


def member(state: State, place: Project | Group, user: User, level: int) -> Json:
    """A person with their level in a place; `member_role` comes with a custom role only (gitlabform counts on that)."""
    until = place.own.member_until.get(user.id)
    return shapes.user_basic(state, user) | {
        "access_level": level,
        "created_at": stamp(max(place.created_at, user.created_at)),
        "expires_at": until.isoformat() if until else None,
        "membership_state": "active",
        "is_using_seat": not user.bot,
    }
