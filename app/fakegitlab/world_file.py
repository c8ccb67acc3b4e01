"""A world written down in YAML: `python -m app.fakegitlab --seed world.yml`.

    users:
      - {username: sam, name: Sam Expert, token: glpat-sam, admin: false, bot: false}
    groups:
      - path: sme                       # `sme/emea` for a subgroup of a group above it
        name: SME Program
        visibility: private             # private, internal, public
        members: {sam: reporter}        # username: guest, planner, reporter, developer, maintainer, owner
        labels: [{title: "status::new", color: "#428bca", description: Just filed}]
        hooks: [{url: "http://127.0.0.1:9000/hook", token: hush, signing_token: whsec_..., events: [issues_events]}]
    projects:
      - path: sme/customer-feedback
        name: Customer Feedback
        description: What customers ask for
        boards: [{name: Customer feedback, lists: ["status::new", "status::reviewed"]}]
        # members, labels, hooks and visibility as in a group
        issues:
          - title: Bulk export
            author: sam
            description: Please.
            labels: ["status::new"]
            assignees: [sam]
            confidential: false
            days_ago: 3                 # when it was filed
            notes: [{author: sam, body: Any news?, internal: false, days_ago: 1}]
            closed: false

Nothing in it fires webhooks. Everything is made by the administrator or the person named, so GitLab's rules hold.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from app.fakegitlab.hook_settings import ALL_WE_KNOW, EVENTS
from app.fakegitlab.model import LEVELS, Group, Project
from app.fakegitlab.refusal import Refused
from app.fakegitlab.world import World

Days = Annotated[float, Field(ge=0, le=36_500)]


class NotAWorld(ValueError):
    """The file cannot be read as a world; the text says where."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SeedUser(_Part):
    """A person or a bot."""

    username: str
    name: str = ""
    token: str | None = None
    bot: bool = False
    admin: bool = False


class SeedLabel(_Part):
    """A label of a group or project."""

    title: str
    color: str = "#6699cc"
    description: str | None = None


class SeedHook(_Part):
    """A webhook; without `events` it hears issues, notes (confidential ones too) and reactions."""

    url: str
    token: str | None = None
    signing_token: str | None = None
    events: list[str] = []


class SeedBoard(_Part):
    """A board with its label lists, in order."""

    name: str
    lists: list[str] = []


class SeedNote(_Part):
    """A comment."""

    author: str
    body: str
    internal: bool = False
    days_ago: Days = 0


class SeedIssue(_Part):
    """An issue with its comments."""

    title: str
    author: str = "root"
    description: str | None = None
    labels: list[str] = []
    assignees: list[str] = []
    confidential: bool = False
    issue_type: Literal["issue", "incident", "task"] = "issue"
    days_ago: Days = 0
    notes: list[SeedNote] = []
    closed: bool = False


class SeedPlace(_Part):
    """What groups and projects have in common."""

    path: str
    name: str = ""
    visibility: Literal["private", "internal", "public"] = "private"
    members: dict[str, str] = {}
    labels: list[SeedLabel] = []
    hooks: list[SeedHook] = []


class SeedProject(SeedPlace):
    """A project, by its full path."""

    description: str | None = None
    boards: list[SeedBoard] = []
    issues: list[SeedIssue] = []


class SeedWorld(_Part):
    """The whole file."""

    users: list[SeedUser] = []
    groups: list[SeedPlace] = []
    projects: list[SeedProject] = []


def seed_from(world: World, path: Path) -> None:
    """Fill the world from a file; raises NotAWorld for one that cannot be read or that GitLab's rules refuse."""
    try:
        told = SeedWorld.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, YAMLError, ValidationError) as problem:
        raise NotAWorld(f"{path.name}: {problem}") from None
    try:
        with world.lock, world.silently():
            _fill(world, told)
    except (Refused, KeyError) as problem:
        raise NotAWorld(f"{path.name}: {problem!r} cannot be") from None


def _fill(world: World, told: SeedWorld) -> None:
    for one in told.users:
        user = world.add_user(one.username, one.name or one.username, one.token, one.bot)
        user.admin = one.admin
    for group in told.groups:
        above, _, path = group.path.rpartition("/")
        parent = _group(world, above) if above else None
        _furnish(world, world.add_group(path, group.name or None, parent, group.visibility), group)
    for project in told.projects:
        above, _, path = project.path.rpartition("/")
        made = world.add_project(
            _group(world, above), path, project.name or None, project.visibility, project.description
        )
        _furnish(world, made, project)
        for board in project.boards:
            new = world.create_board(world.root, made, board.name)
            for title in board.lists:
                world.add_list(world.root, new, world.label(made, title))
        for issue in sorted(project.issues, key=lambda each: -each.days_ago):
            _file(world, made, issue)


def _group(world: World, full_path: str) -> Group:
    for group in world.groups.values():
        if group.full_path == full_path:
            return group
    raise KeyError(full_path)


def _furnish(world: World, place: Group | Project, told: SeedPlace) -> None:
    for username, level in told.members.items():
        world.add_member(place, world.user(username), LEVELS[level])
    for label in told.labels:
        world.create_label(world.root, place, label.title, label.color, label.description)
    for hook in told.hooks:
        unknown = set(hook.events) - set(EVENTS)
        if unknown:
            raise KeyError(unknown.pop())
        events = dict.fromkeys(hook.events, True) if hook.events else ALL_WE_KNOW
        world.add_hook(world.root, place, hook.url, hook.token, hook.signing_token, {"push_events": False} | events)


def _file(world: World, project: Project, told: SeedIssue) -> None:
    now, author = world.now(), world.user(told.author)
    with world.at(now - timedelta(days=told.days_ago)):
        issue = world.create_issue(
            author,
            project,
            told.title,
            description=told.description,
            labels=list(told.labels),
            assignee_ids=[world.user(one).id for one in told.assignees],
            confidential=told.confidential,
            issue_type=told.issue_type,
        )
    for note in sorted(told.notes, key=lambda each: -each.days_ago):
        with world.at(now - timedelta(days=note.days_ago)):
            world.add_note(world.user(note.author), issue, note.body, note.internal)
    if told.closed:
        world.update_issue(author, issue, state_event="close")
