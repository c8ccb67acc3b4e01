"""Which subject does a webhook's body name? Tolerant of anything: the body is only a hint (promise 1, CONTRACT 1)."""

import re
from datetime import date
from enum import StrEnum
from typing import TypeGuard

from app.domain.issue import Ref
from app.domain.subject import Request, Subject, TokenExpiry

PATH = re.compile(r"[A-Za-z0-9_.+-]+(?:/[A-Za-z0-9_.+-]+)*", re.ASCII)
LONGEST_PATH = 1024
LARGEST_IID = 2**53
LONGEST_NAME = 80


class Ignored(StrEnum):
    """Why a delivery leads to nothing."""

    NOT_JSON = "the body is not JSON"
    TOO_MANY_PARTS = "the body has more parts than any delivery"
    NOT_AN_OBJECT = "the body is not a JSON object"
    KIND = "this kind of event is not listened to"
    NOT_AN_ISSUE = "it is not about an issue"
    NO_ADDRESS = "it does not say which issue"
    PROJECT = "the project does not hold requests"
    REPEATED = "this delivery was taken in before"


def subject_of(payload: object) -> Subject | Ignored:
    """The subject of a parsed body, or why there is none."""
    if not isinstance(payload, dict):
        return Ignored.NOT_AN_OBJECT
    match payload.get("object_kind"):
        case "issue" | "work_item":
            return _of_issue(payload)
        case "note":
            return _of_note(payload)
        case "emoji":
            return _of_part(payload)
        case "access_token":
            return _of_token(payload)
        case _:
            return Ignored.KIND


def _of_issue(payload: dict[str, object]) -> Subject | Ignored:
    """Old bodies of kind `issue` have no `type`; a `work_item` is an issue only if it says so."""
    issue = _part(payload, "object_attributes")
    kind = issue.get("type")
    if kind != "Issue" and not (kind is None and payload.get("object_kind") == "issue"):
        return Ignored.NOT_AN_ISSUE
    return _request(payload, issue)


def _of_note(payload: dict[str, object]) -> Subject | Ignored:
    if _part(payload, "object_attributes").get("noteable_type") != "Issue":
        return Ignored.NOT_AN_ISSUE
    return _of_part(payload)


def _of_part(payload: dict[str, object]) -> Subject | Ignored:
    """The issue beside a note or an emoji. Its `type` came with work items; where it is missing it is an issue."""
    issue = _part(payload, "issue")
    if not issue or issue.get("type") not in (None, "Issue"):
        return Ignored.NOT_AN_ISSUE
    return _request(payload, issue)


def _of_token(payload: dict[str, object]) -> Subject | Ignored:
    project, group = _part(payload, "project").get("path_with_namespace"), _part(payload, "group").get("full_path")
    where = project or group
    if not _is_path(where):
        return Ignored.NO_ADDRESS
    about = _part(payload, "object_attributes")
    number, day, name = about.get("id"), _day(about.get("expires_at")), about.get("name")
    if type(number) is not int or not 0 < number < LARGEST_IID or day is None:
        return TokenExpiry(where, group=not project)
    return TokenExpiry(where, not project, number, day, _one_line(name))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _one_line(value: object) -> str:
    """Part of a subject's key: printable, short, single spaces."""
    shown = "".join(c if c.isprintable() else " " for c in value[: LONGEST_NAME * 2]) if isinstance(value, str) else ""
    return " ".join(shown.split())[:LONGEST_NAME].rstrip()


def _request(payload: dict[str, object], issue: dict[str, object]) -> Subject | Ignored:
    project, iid = _part(payload, "project").get("path_with_namespace"), issue.get("iid")
    if not _is_path(project) or type(iid) is not int or not 0 < iid < LARGEST_IID:
        return Ignored.NO_ADDRESS
    return Request(Ref(project, iid))


def _part(payload: dict[str, object], name: str) -> dict[str, object]:
    part = payload.get(name)
    return part if isinstance(part, dict) else {}


def _is_path(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= LONGEST_PATH and PATH.fullmatch(value) is not None
