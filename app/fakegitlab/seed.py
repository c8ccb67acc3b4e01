"""Fills a world: nothing but a project to begin with, or the demo's program with a past."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.fakegitlab.model import Board, Issue, Project, User
from app.fakegitlab.world import World

STORY = Path(__file__).parent / "worlds" / "demo.toml"
STATUSES = ("new", "reviewed", "accepted", "roadmap", "resolved", "declined", "backlog")
AREAS = {"ai": "AI", "app-security": "App Security", "agile": "Agile", "dedicated": "Dedicated"}
GROUP, PROJECT = "sme", "customer-feedback"
BOT = "sounding-board"
LabelLine = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made: the project, its first board, the bot, and everybody by username."""

    project: Project
    board: Board
    bot: User
    people: Mapping[str, User]


def demo_labels() -> list[LabelLine]:
    """The demo's own labels as (title, colour, description)."""
    return [(one["title"], one["color"], one["description"]) for one in _read()["labels"]]


def empty_world(world: World) -> Seeded:
    """The project with its bot, and an empty board; no labels, no requests."""
    with world.lock, world.silently():
        return _place(world, {})


def demo_world(world: World, labels: Sequence[LabelLine] | None = None) -> Seeded:
    """A program in full swing: people, labels, boards, requests whose moves lie days back. Fires no webhooks.

    `labels` are (title, colour, description); without them the demo's own are used.
    """
    story = _read()
    with world.lock, world.silently():
        with world.at(world.now() - timedelta(days=120)):
            people = {one["username"]: _person(world, one) for one in story["people"]}
            seeded = _place(world, people)
            for one in story["people"]:
                world.add_member(seeded.project, people[one["username"]], one["level"])
            for title, color, description in labels if labels is not None else demo_labels():
                world.create_label(world.root, seeded.project, title, color, description)
            _columns(world, seeded.project, seeded.board)
            _area_boards(world, seeded.project)
            _operator_issue(world, seeded, story["operator"])
        for request in sorted(story["requests"], key=lambda one: -one["days"]):
            _request(world, seeded, request)
    return seeded


def _read() -> dict[str, Any]:
    return tomllib.loads(STORY.read_text(encoding="utf-8"))


def _person(world: World, one: Mapping[str, str]) -> User:
    user = world.add_user(one["username"], one["name"])
    user.role = one["role"]
    return user


def _place(world: World, people: dict[str, User]) -> Seeded:
    group = world.add_group(GROUP, "SME Program")
    project = world.add_project(group, PROJECT, "Customer Feedback", description="SME feedback requests")
    bot = world.add_user(BOT, "Sounding Board", bot=True)
    world.add_member(project, bot, "reporter")
    board = world.create_board(world.root, project, "Customer feedback")
    return Seeded(project, board, bot, people)


def _columns(world: World, project: Project, board: Board) -> None:
    for status in STATUSES:
        world.add_list(world.root, board, world.label(project, f"status::{status}"))


def _area_boards(world: World, project: Project) -> None:
    """A board per area, scoped by its label: on Premium only (CONTRACT 5, documented)."""
    if world.tier == "free":
        return
    for area, name in AREAS.items():
        board = world.create_board(world.root, project, name, [world.label(project, f"area::{area}")])
        _columns(world, project, board)


def _operator_issue(world: World, seeded: Seeded, one: Mapping[str, str]) -> None:
    author, text = seeded.people[one["author"]], one["description"].strip()
    world.create_issue(author, seeded.project, one["title"], description=text, labels=["program-doc::operator"])


def _request(world: World, seeded: Seeded, one: Mapping[str, Any]) -> Issue:
    """File it in the past, let it be moved and spoken about on the days the story gives."""
    now, people = world.now(), seeded.people
    with world.at(now - timedelta(days=one["days"])):
        titles = ["status::new", f"area::{one['area']}", *one["labels"]]
        author, text = people[one["author"]], description(one)
        issue = world.create_issue(author, seeded.project, one["title"], description=text, labels=list(titles))
    steps = [(days, "move", who, to) for to, who, days in one.get("moves", [])]
    steps += [(note["days"], "note", note["author"], note["body"]) for note in one.get("notes", [])]
    for days, kind, who, what in sorted(steps, key=lambda step: -step[0]):
        with world.at(now - timedelta(days=days)):
            if kind == "note":
                world.add_note(people[who], issue, what)
            else:
                _move(world, people[who], issue, what)
    if "assignee" in one:
        with world.at(issue.updated_at):
            world.update_issue(people[one["assignee"]], issue, assignee_ids=[people[one["assignee"]].id])
    return issue


def _move(world: World, actor: User, issue: Issue, status: str) -> None:
    old = [label.title for label in issue.labels if label.title.startswith("status::")]
    world.update_issue(actor, issue, add_labels=[f"status::{status}"], remove_labels=list(old))


def description(one: Mapping[str, str]) -> str:
    """The request template, filled in as far as the story goes."""
    kinds = [f"- [{'x' if kind == one.get('type') else ' '}] {kind}" for kind in ("Feature", "Enhancement", "Bug")]
    parts = [
        ("## Problem", [one.get("problem", "")]),
        ("## Use case and who is affected", [one.get("use_case", "")]),
        ("## Request type", ["\n".join(kinds)]),
        ("## Customer", [_lines(one, CUSTOMER)]),
        ("<details><summary>More, if you have it (asked for later)</summary>", [_lines(one, MORE), "</details>"]),
        ("## Desired outcome", [one.get("outcome", "")]),
    ]
    return "\n\n".join(piece for heading, pieces in parts for piece in (heading, *pieces) if piece)


CUSTOMER = {"account": "Account or opportunity", "severity": "Severity", "needed_by": "Needed by"}
MORE = {
    "arr": "ARR at stake",
    "arr_type": "ARR type",
    "subscription": "Subscription",
    "product": "Deployment",
    "workaround": "Current solution for this problem",
    "impact": "Impact to the customer of not having this",
    "competitors": "Competitors",
    "csm": "CSM to mention",
}


def _lines(one: Mapping[str, str], names: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {one.get(key, '')}".rstrip() for key, name in names.items())
