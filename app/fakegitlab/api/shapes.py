"""How GitLab's REST API writes things (rest_examples; OpenAPI 19.4, documented)."""

import html

from app.fakegitlab.deliveries import alert_status
from app.fakegitlab.labels import text_color
from app.fakegitlab.model import (
    Award,
    Group,
    Hook,
    Issue,
    Label,
    LabelEvent,
    Note,
    Project,
    StateEvent,
    User,
)
from app.fakegitlab.moment import stamp, stamp_or_none
from app.fakegitlab.payloads import Json
from app.fakegitlab.state import State


def user_basic(state: State, user: User) -> Json:
    """A person inside something else: there is no `bot` here (CONTRACT 10, documented)."""
    return {
        "id": user.id,
        "username": user.username,
        "public_email": None,
        "name": user.name,
        "state": user.state,
        "locked": False,
        "avatar_url": None,
        "web_url": f"{state.base_url}/{user.username}",
    }


def user_public(state: State, user: User) -> Json:
    """A person asked for by id."""
    return user_basic(state, user) | {
        "created_at": stamp(user.created_at),
        "bot": user.bot,
        "bio": "",
        "location": None,
    }


def project_simple(state: State, one: Project) -> Json:
    """A project inside a board."""
    web = f"{state.base_url}/{one.full_path}"
    return {
        "id": one.id,
        "name": one.name,
        "name_with_namespace": f"{' / '.join(each.name for each in reversed(one.group.line()))} / {one.name}",
        "path": one.path,
        "path_with_namespace": one.full_path,
        "http_url_to_repo": f"{web}.git",
        "web_url": web,
    }


def label_basic(label: Label) -> Json:
    """A label inside an issue or a board list."""
    return {
        "id": label.id,
        "name": label.title,
        "description": label.description,
        "description_html": label.description and html.escape(label.description, quote=False),
        "text_color": text_color(label.color),
        "color": label.color,
        "archived": label.archived,
    }


def label(state: State, one: Label, place: Project | Group, counts: bool) -> Json:
    """A label of a project (with `priority`) or a group (without), with its issues and open merge requests counted: a
    group's label without the projects of subgroups (app/models/label.rb, sure)."""
    body = label_basic(one)
    if counts:
        counted = [issue for issue in state.issues.values() if one.owner in (issue.project, issue.project.group)]
        with_it = [issue.state for issue in counted if one in issue.labels]
        body |= {
            "open_issues_count": with_it.count("opened"),
            "closed_issues_count": with_it.count("closed"),
            "open_merge_requests_count": _open_requests(state, one),
        }
    body["subscribed"] = False
    if isinstance(place, Project):
        body |= {"priority": one.priority, "is_project_label": isinstance(one.owner, Project)}
    return body


def _open_requests(state: State, one: Label) -> int:
    counted = (place for place in state.projects.values() if one.owner in (place, place.group))
    requests = (request for place in counted for request in place.own.merge_requests.values())
    return sum(request.state == "opened" and one.title in request.labels for request in requests)


def note(state: State, one: Note) -> Json:
    """A comment or system note."""
    return {
        "id": one.id,
        "type": one.type,
        "body": one.body,
        "author": user_basic(state, one.author),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "system": one.system,
        "noteable_id": one.issue.id,
        "noteable_type": "Issue",
        "project_id": one.issue.project.id,
        "resolvable": False,
        "confidential": one.internal,
        "internal": one.internal,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": one.issue.iid,
        "commands_changes": {},
    }


def label_event(state: State, issue: Issue, event: LabelEvent) -> Json:
    """A label event: the label under its current name, null once deleted (app/models/resource_label_event.rb, sure)."""
    one = event.label
    shown = {"id": one.id, "name": one.title, "color": one.color, "description": one.description}
    return {
        "id": event.id,
        "user": user_basic(state, event.user),
        "created_at": stamp(event.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
        "label": None if one.deleted else shown,
        "action": event.action,
    }


def state_event(state: State, issue: Issue, event: StateEvent) -> Json:
    """A state event."""
    return {
        "id": event.id,
        "user": user_basic(state, event.user),
        "created_at": stamp(event.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
        "state": event.state,
    }


def award(state: State, one: Award, target: Issue | Note) -> Json:
    """A reaction."""
    return {
        "id": one.id,
        "name": one.name,
        "user": user_basic(state, one.user),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "awardable_id": target.id,
        "awardable_type": "Note" if isinstance(target, Note) else "Issue",
    }


def hook(state: State, one: Hook) -> Json:
    """A webhook; its secrets are write-only. Before 19.0 GitLab does not even say whether there are any.

    (CONTRACT 1, documented)
    """
    there = {"token_present": one.token is not None, "signing_token_present": one.signing_token is not None}
    place = "group_id" if isinstance(one.owner, Group) else "project_id"
    return {
        "id": one.id,
        "url": one.url,
        "name": one.name,
        "description": one.description,
        "created_at": stamp(one.created_at),
        **one.events,
        "push_events_branch_filter": one.push_events_branch_filter,
        "branch_filter_strategy": one.branch_filter_strategy,
        "enable_ssl_verification": one.enable_ssl_verification,
        "alert_status": alert_status(one, state.now()),
        "disabled_until": stamp_or_none(one.disabled_until),
        "url_variables": [{"key": key} for key in one.url_variables],
        "custom_webhook_template": one.custom_webhook_template,
        "custom_headers": [{"key": key} for key in one.custom_headers],
        **(there if state.signs_webhooks else {}),
        place: one.owner.id,
    }
