"""A GitLab made of single answers, for what a well-behaved one never does. Its good side is the stand-in's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx

from app.domain.issue import Ref
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect

URL = "https://gitlab.example"
TOKEN = "glpat-quite-secret"
REF = Ref("acme/feedback", 12)
ISSUES = "/api/v4/projects/acme%2Ffeedback/issues"
ISSUE = f"{ISSUES}/12"
NOON = 1_790_000_000.0


def no_sleep(seconds: float) -> None:
    """A gateway that sleeps here has failed."""
    raise AssertionError(f"slept {seconds} s")


@contextmanager
def wired(budget: Budget | None = None) -> Iterator[tuple[respx.MockRouter, GitLab]]:
    """The routes to be answered, and doors that lead there. A call without a route fails."""
    with (
        respx.mock(base_url=URL, assert_all_called=False) as routes,
        connect(URL, TOKEN, budget or Budget(sleep=no_sleep), version="1.2.3", clock=lambda: NOON) as gitlab,
    ):
        yield routes, gitlab


def issue_body(**fields: Any) -> dict[str, Any]:
    """An issue as GitLab 19 answers."""
    return {
        "id": 84,
        "iid": 12,
        "project_id": 4,
        "title": "Export to CSV",
        "description": "Please",
        "state": "opened",
        "created_at": "2026-05-28T06:17:50.385Z",
        "updated_at": "2026-05-28T07:00:00.000Z",
        "closed_at": None,
        "closed_by": None,
        "labels": ["status::new", "area::ai"],
        "milestone": None,
        "assignees": [],
        "author": {"id": 18, "username": "eileen", "name": "Eileen", "state": "active"},
        "confidential": False,
        "issue_type": "issue",
        **fields,
    }


def note_body(note_id: int, **fields: Any) -> dict[str, Any]:
    """A comment."""
    return {
        "id": note_id,
        "body": f"comment {note_id}",
        "author": {"id": 18, "username": "eileen"},
        "created_at": "2026-05-28T06:20:00.000Z",
        "updated_at": "2026-05-28T06:20:00.000Z",
        "system": False,
        "internal": False,
        **fields,
    }


def event_body(event_id: int, **fields: Any) -> dict[str, Any]:
    """A label put on."""
    return {
        "id": event_id,
        "user": {"id": 18, "username": "eileen"},
        "created_at": "2026-05-28T06:18:00.000Z",
        "action": "add",
        "label": {"id": 1, "name": "status::new"},
        **fields,
    }


def ok(body: object, **headers: str) -> httpx.Response:
    """200 with JSON."""
    return httpx.Response(200, json=body, headers=headers)
