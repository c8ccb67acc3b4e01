"""Webhook bodies: the field sets of GitLab 18 to 19.5 (CONTRACT 1; captures, sure)."""

import re
from collections.abc import Iterable

from app.fakegitlab.model import Award, Group, Issue, Label, Milestone, Note, Project, Token, User
from app.fakegitlab.moment import stamp, stamp_or_none

Json = dict[str, object]
STATE_IDS = {"opened": 1, "closed": 2}
VISIBILITY_LEVELS = {"private": 0, "internal": 10, "public": 20}
TYPES = {"issue": "Issue", "task": "Task", "incident": "Incident", "ticket": "Ticket"}
_RELATIVE_IMAGE = re.compile(r"(!\[[^\]]*\]\()/")


def issue_url(base: str, issue: Issue) -> str:
    """Where a person reads the issue."""
    kind = "work_items" if issue.issue_type == "task" else "issues"
    return f"{base}/{issue.project.full_path}/-/{kind}/{issue.iid}"


def user_body(user: User) -> Json:
    """The `user` of an event: there is no `bot` in it (CONTRACT 1, sure)."""
    return {"id": user.id, "name": user.name, "username": user.username, "avatar_url": None, "email": "[REDACTED]"}


def project_body(base: str, project: Project) -> Json:
    """The `project` of an event."""
    web, ssh = f"{base}/{project.full_path}", _ssh(base, project)
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "web_url": web,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": f"{web}.git",
        "namespace": project.group.name,
        "visibility_level": VISIBILITY_LEVELS[project.visibility],
        "path_with_namespace": project.full_path,
        "default_branch": project.default_branch,
        "ci_config_path": None,
        "homepage": web,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": f"{web}.git",
    }


def _ssh(base: str, project: Project) -> str:
    host = base.split("://", 1)[-1].split(":")[0].split("/")[0]
    return f"git@{host}:{project.full_path}.git"


def repository_body(base: str, project: Project) -> Json:
    """The `repository` of an event."""
    return {
        "name": project.name,
        "url": _ssh(base, project),
        "description": project.description,
        "homepage": f"{base}/{project.full_path}",
    }


def label_body(label: Label) -> Json:
    """A label, as in `labels` and `changes.labels`."""
    in_group = isinstance(label.owner, Group)
    return {
        "id": label.id,
        "title": label.title,
        "color": label.color,
        "project_id": None if in_group else label.owner.id,
        "created_at": stamp(label.created_at),
        "updated_at": stamp(label.updated_at),
        "template": False,
        "description": label.description,
        "type": "GroupLabel" if in_group else "ProjectLabel",
        "group_id": label.owner.id if in_group else None,
    }


def absolute_images(base: str, project: Project, text: str | None) -> str | None:
    """Relative image links made absolute, which is why a webhook's description must not be written back."""
    return text and _RELATIVE_IMAGE.sub(rf"\g<1>{base}/{project.full_path}/", text)


def issue_attributes(base: str, issue: Issue) -> Json:
    """The issue as `object_attributes` (without `action`) or beside a note."""
    return _columns(base, issue) | {
        "type": TYPES.get(issue.issue_type, issue.issue_type.title()),
        "url": issue_url(base, issue),
        "total_time_spent": issue.time_spent,
        "time_change": 0,
        "human_total_time_spent": None,
        "human_time_change": None,
        "human_time_estimate": None,
        "assignee_ids": [user.id for user in issue.assignees],
        "assignee_id": issue.assignees[0].id if issue.assignees else None,
        "labels": [label_body(label) for label in issue.labels],
        "state": issue.state,
        "severity": "unknown",
        "customer_relations_contacts": [],
    }


def _columns(base: str, issue: Issue) -> Json:
    """What GitLab sends as it is stored."""
    return {
        "author_id": issue.author.id,
        "closed_at": stamp_or_none(issue.closed_at),
        "confidential": issue.confidential,
        "created_at": stamp(issue.created_at),
        "description": absolute_images(base, issue.project, issue.description),
        "discussion_locked": issue.discussion_locked,
        "due_date": issue.due_date and issue.due_date.isoformat(),
        "start_date": issue.start_date and issue.start_date.isoformat(),
        "id": issue.id,
        "iid": issue.iid,
        "last_edited_at": stamp_or_none(issue.last_edited_at),
        "last_edited_by_id": issue.last_edited_by and issue.last_edited_by.id,
        "milestone_id": issue.milestone and issue.milestone.id,
        "moved_to_id": issue.moved_to and issue.moved_to.id,
        "duplicated_to_id": issue.duplicated_to and issue.duplicated_to.id,
        "project_id": issue.project.id,
        "relative_position": issue.relative_position,
        "state_id": STATE_IDS[issue.state],
        "time_estimate": issue.time_estimate,
        "title": issue.title,
        "updated_at": stamp(issue.updated_at),
        "updated_by_id": issue.updated_by and issue.updated_by.id,
        "weight": issue.weight,
        "health_status": issue.health_status,
    }


CHANGEABLE = (
    "title",
    "description",
    "state_id",
    "closed_at",
    "updated_at",
    "updated_by_id",
    "last_edited_at",
    "last_edited_by_id",
    "confidential",
    "discussion_locked",
    "due_date",
    "start_date",
    "weight",
    "type",
    "duplicated_to_id",
    "moved_to_id",
    "milestone_id",
    "health_status",
    "time_estimate",
    "total_time_spent",
    "relative_position",
    "labels",
    "assignees",
)


def photograph(base: str, issue: Issue) -> Json:
    """What `changes` is later computed from."""
    attributes = issue_attributes(base, issue) | {"assignees": [user_body(user) for user in issue.assignees]}
    return {name: attributes[name] for name in CHANGEABLE}


def differences(before: Json, after: Json) -> Json:
    """`changes`: `{field: {previous, current}}`; lists are compared as sets of ids."""
    return {
        name: {"previous": before[name], "current": after[name]}
        for name in CHANGEABLE
        if _comparable(before[name]) != _comparable(after[name])
    }


def _comparable(value: object) -> object:
    return {one["id"] for one in value} if isinstance(value, list) else value


def opening(issue: Issue) -> Json:
    """`changes` of an issue that was just created."""
    values: Json = {
        "author_id": issue.author.id,
        "created_at": stamp(issue.created_at),
        "iid": issue.iid,
        "project_id": issue.project.id,
        "title": issue.title,
    }
    changes: Json = {name: {"previous": None, "current": value} for name, value in values.items()}
    if issue.labels:
        changes["labels"] = {"previous": [], "current": [label_body(label) for label in issue.labels]}
    return changes


def issue_event(base: str, actor: User, issue: Issue, action: str, changes: Json, all_work_items: bool = False) -> Json:
    """An issue or work item event; `assignees` is absent when there are none.

    With `all_work_items` even issues come as `work_item`, as reported of 17.7 (CONTRACT 1, documented).
    """
    kind = "issue" if issue.issue_type == "issue" and not all_work_items else "work_item"
    labels = [label_body(label) for label in issue.labels]
    body: Json = {
        "object_kind": kind,
        "event_type": f"confidential_{kind}" if issue.confidential else kind,
        "user": user_body(actor),
        "project": project_body(base, issue.project),
        "object_attributes": issue_attributes(base, issue) | {"action": action},
        "labels": labels,
        "changes": changes,
        "repository": repository_body(base, issue.project),
    }
    if issue.assignees:
        body["assignees"] = [user_body(user) for user in issue.assignees]
    return body


def note_attributes(base: str, note: Note) -> Json:
    """A note, without `action`."""
    return {
        "attachment": None,
        "author_id": note.author.id,
        "change_position": None,
        "commit_id": None,
        "created_at": stamp(note.created_at),
        "discussion_id": note.discussion_id,
        "id": note.id,
        "internal": note.internal,
        "line_code": None,
        "note": note.body,
        "noteable_id": note.issue.id,
        "noteable_type": "Issue",
        "original_position": None,
        "position": None,
        "project_id": note.issue.project.id,
        "resolved_at": None,
        "resolved_by_id": None,
        "resolved_by_push": None,
        "st_diff": None,
        "system": note.system,
        "type": note.type,
        "updated_at": stamp(note.updated_at),
        "updated_by_id": note.updated_by and note.updated_by.id,
        "description": absolute_images(base, note.issue.project, note.body),
        "url": f"{issue_url(base, note.issue)}#note_{note.id}",
    }


def note_event(base: str, actor: User, note: Note, action: str) -> Json:
    """A comment event; internal ones and those on confidential issues are `confidential_note`."""
    project = note.issue.project
    confidential = note.internal or note.issue.confidential
    attributes = note_attributes(base, note)
    address = attributes.pop("url")
    return {
        "object_kind": "note",
        "event_type": "confidential_note" if confidential else "note",
        "user": user_body(actor),
        "project_id": project.id,
        "project": project_body(base, project),
        "object_attributes": attributes | {"action": action, "url": address},
        "repository": repository_body(base, project),
        "issue": issue_attributes(base, note.issue),
    }


def emoji_event(base: str, actor: User, award: Award, target: Issue | Note, action: str) -> Json:
    """A reaction was given (`award`) or taken back (`revoke`)."""
    issue = target.issue if isinstance(target, Note) else target
    address = issue_url(base, issue) + (f"#note_{target.id}" if isinstance(target, Note) else "")
    body: Json = {
        "object_kind": "emoji",
        "event_type": action,
        "user": user_body(actor),
        "project_id": issue.project.id,
        "project": project_body(base, issue.project),
        "object_attributes": {
            "user_id": award.user.id,
            "created_at": stamp(award.created_at),
            "id": award.id,
            "name": award.name,
            "awardable_type": "Note" if isinstance(target, Note) else "Issue",
            "awardable_id": target.id,
            "updated_at": stamp(award.created_at),
            "action": action,
            "awarded_on_url": address,
        },
    }
    if isinstance(target, Note):
        body["note"] = note_attributes(base, target)
    return body | {"issue": issue_attributes(base, issue)}


def milestone_event(base: str, milestone: Milestone, action: str) -> Json:
    """A project's milestone was made (`create`), closed (`close`) or activated again (`reopen`)."""
    project = milestone.owner
    assert isinstance(project, Project)
    return {
        "object_kind": "milestone",
        "event_type": "milestone",
        "project": project_body(base, project),
        "object_attributes": {
            "id": milestone.id,
            "iid": milestone.iid,
            "title": milestone.title,
            "description": milestone.description,
            "state": milestone.state,
            "created_at": stamp(milestone.created_at),
            "updated_at": stamp(milestone.updated_at),
            "due_date": milestone.due_date and milestone.due_date.isoformat(),
            "start_date": milestone.start_date and milestone.start_date.isoformat(),
            "group_id": None,
            "project_id": project.id,
        },
        "action": action,
    }


def token_event(base: str, token: Token, place: Project | Group) -> Json:
    """A project's or group's access token dies soon (CONTRACT 1, documented)."""
    where: Json = {"project": project_body(base, place)} if isinstance(place, Project) else {"group": group_body(place)}
    attributes: Json = {
        "user_id": token.user.id,
        "created_at": stamp(token.created_at),
        "id": token.id,
        "name": token.name,
        "expires_at": token.expires_at and token.expires_at.isoformat(),
        "last_used_at": stamp_or_none(token.last_used_at),
    }
    named: Json = {"object_kind": "access_token"}
    return named | where | {"object_attributes": attributes, "event_name": "expiring_access_token"}


def group_body(group: Group) -> Json:
    """The `group` of an event."""
    return {
        "group_name": group.name,
        "group_path": group.path,
        "group_id": group.id,
        "full_path": group.full_path,
    }


def sorted_labels(labels: Iterable[Label]) -> list[Label]:
    """By title, as GitLab shows them."""
    return sorted(labels, key=lambda label: label.title)
