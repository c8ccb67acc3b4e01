"""How GitLab's REST API writes an issue (rest_examples; OpenAPI 19.4, documented)."""

import re

from app.fakegitlab.api.answer import encode
from app.fakegitlab.api.milestone_shapes import milestone
from app.fakegitlab.api.shapes import label_basic, user_basic
from app.fakegitlab.durations import human
from app.fakegitlab.model import Group, Issue, User
from app.fakegitlab.moment import stamp, stamp_or_none
from app.fakegitlab.payloads import Json, issue_url
from app.fakegitlab.state import State
from app.fakegitlab.subscriptions import subscribed

_TASK = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[([ xX])\]\s", re.MULTILINE)


def issue_bytes(state: State, issue: Issue) -> bytes:
    """An issue's JSON as in lists, kept until it or a name in it changes."""
    if issue.fragment is None or issue.fragment[0] != state.names_epoch:
        issue.fragment = (state.names_epoch, encode(issue_in_list(state, issue)))
    return issue.fragment[1]


def issue_in_list(state: State, issue: Issue) -> Json:
    """An issue as in lists: labels are titles."""
    parts = (_issue_facts(state, issue), _issue_people(state, issue), _issue_counts(state, issue))
    return parts[0] | parts[1] | parts[2] | _issue_addresses(state, issue)


def _issue_facts(state: State, issue: Issue) -> Json:
    return {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": issue.project.id,
        "title": issue.title,
        "description": issue.description,
        "state": issue.state,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp_or_none(issue.closed_at),
        "labels": [one.title for one in issue.labels],
        "milestone": milestone(state, issue.milestone) if issue.milestone else None,
        "type": issue.issue_type.upper(),
        "due_date": issue.due_date and issue.due_date.isoformat(),
        "start_date": issue.start_date and issue.start_date.isoformat(),
        "confidential": issue.confidential,
        "discussion_locked": issue.discussion_locked,
        "issue_type": issue.issue_type,
        "weight": issue.weight,
        "health_status": issue.health_status,
        "severity": "UNKNOWN",
        "moved_to_id": issue.moved_to and issue.moved_to.id,
        "imported": False,
        "imported_from": "none",
    }


def _issue_people(state: State, issue: Issue) -> Json:
    people = [user_basic(state, user) for user in issue.assignees]
    return {
        "author": user_basic(state, issue.author),
        "assignees": people,
        "assignee": people[0] if people else None,
        "closed_by": user_basic(state, issue.closed_by) if issue.closed_by else None,
    }


def _issue_counts(state: State, issue: Issue) -> Json:
    boxes = _TASK.findall(issue.description or "")
    return {
        "user_notes_count": sum(not note.system for note in issue.notes),
        "merge_requests_count": 0,
        "upvotes": sum(award.name == "thumbsup" for award in issue.awards),
        "downvotes": sum(award.name == "thumbsdown" for award in issue.awards),
        "time_stats": time_stats(issue),
        "task_completion_status": {"count": len(boxes), "completed_count": sum(box != " " for box in boxes)},
        "has_tasks": bool(boxes),
        "blocking_issues_count": _blocking(state, issue),
    }


def time_stats(issue: Issue) -> Json:
    """Estimated and spent seconds, also as people write them."""
    return {
        "time_estimate": issue.time_estimate,
        "total_time_spent": issue.time_spent,
        "human_time_estimate": human(issue.time_estimate),
        "human_total_time_spent": human(issue.time_spent),
    }


def _blocking(state: State, issue: Issue) -> int:
    """How many open issues wait for it."""
    blocked = (link.target for link in state.links.values() if link.source is issue and link.link_type == "blocks")
    return sum(one.state == "opened" for one in blocked)


def _issue_addresses(state: State, issue: Issue) -> Json:
    api, other = f"{state.base_url}/api/v4/projects", issue.duplicated_to
    own = f"{api}/{issue.project.id}/issues/{issue.iid}"
    return {
        "web_url": issue_url(state.base_url, issue),
        "_links": {
            "self": own,
            "notes": f"{own}/notes",
            "award_emoji": f"{own}/award_emoji",
            "project": f"{api}/{issue.project.id}",
            "closed_as_duplicate_of": f"{api}/{other.project.id}/issues/{other.iid}" if other else None,
        },
        "references": {
            "short": f"#{issue.iid}",
            "relative": f"#{issue.iid}",
            "full": f"{issue.project.full_path}#{issue.iid}",
        },
    }


def issue_alone(state: State, issue: Issue, viewer: User | None) -> bytes:
    """An issue asked for by itself: with `subscribed`, for whoever asks."""
    return issue_bytes(state, issue)[:-1] + b',"subscribed":%s}' % encode(subscribed(state, viewer, issue))


def issue_from_afar(state: State, issue: Issue, group: Group | None) -> bytes:
    """As in a list beyond its project: `references.relative` as seen from the group, or from nowhere
    (doc/api/issues.md, documented)."""
    near = group is issue.project.group
    path = issue.project.path if near else issue.project.full_path
    own, relative = f'"relative":"#{issue.iid}"'.encode(), encode(f"{path}#{issue.iid}")
    return issue_bytes(state, issue).replace(own, b'"relative":' + relative, 1)


def issue_with_label_details(state: State, issue: Issue) -> Json:
    """As in lists, with labels as objects (`with_labels_details`)."""
    return issue_in_list(state, issue) | {"labels": [label_basic(one) for one in issue.labels]}
