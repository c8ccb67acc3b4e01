"""The small GitLab as its users meet it in code: people act, rules answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar, Unpack

from app.fakegitlab import (
    awards,
    boards,
    drag,
    expiry,
    hook_settings,
    hooks,
    issues,
    labels,
    links,
    notes,
    people,
    places,
)
from app.fakegitlab.access import level, sees_issue, sees_note
from app.fakegitlab.clock import real_clock
from app.fakegitlab.drag import Column
from app.fakegitlab.issue_change import IssueChange, IssueFields
from app.fakegitlab.limits import Limits
from app.fakegitlab.model import (
    Award,
    Board,
    BoardList,
    Group,
    Hook,
    Issue,
    IssueLink,
    Label,
    Note,
    Project,
    Token,
    User,
)
from app.fakegitlab.outbox import Delivery
from app.fakegitlab.state import State, Tier

T = TypeVar("T")


class World(State):
    """State and rules, without HTTP. Every method takes the lock; refusals are `Refused(status, body)`.

    `tier` decides about scoped labels (CONTRACT 2, documented); `now` is where `clock` takes its time from (aware
    UTC); `limits` True enforces GitLab.com's rate limits, or those given.
    """

    def __init__(
        self,
        tier: Tier = "premium",
        now: Callable[[], datetime] = real_clock,
        base_url: str = "http://127.0.0.1:8929",
        root_token: str | None = None,
        limits: Limits | bool = False,
    ) -> None:
        super().__init__(tier, now, base_url, Limits() if limits is True else limits or None)
        self.root = people.add(self, "root", "Administrator", root_token, bot=False, admin=True)

    def add_user(self, username: str, name: str, token: str | None = None, bot: bool = False) -> User:
        """A new account with a token."""
        with self.lock:
            return people.add(self, username, name, token, bot)

    def add_token(
        self, user: User, value: str | None = None, scopes: Sequence[str] = ("api",), expires_at: date | None = None
    ) -> Token:
        """One more token for an account; `scopes` such as `("read_api",)`."""
        with self.lock:
            return people.add_token(self, user, value, scopes, expires_at)

    def revoke_token(self, token: str) -> None:
        """The token no longer works; what the account wrote stays its own for now."""
        with self.lock:
            people.revoke(self, token)

    def delete_user(self, user: User) -> None:
        """Delete an account; what it wrote goes to the ghost user."""
        with self.lock:
            people.delete(self, user)

    def add_group(
        self, path: str, name: str | None = None, parent: Group | None = None, visibility: str = "private"
    ) -> Group:
        """A new group."""
        with self.lock:
            group = Group(self.next_id("group"), name or path, path, parent, visibility, self.now())
            self.groups[group.id] = group
            return group

    def add_project(
        self,
        group: Group,
        path: str,
        name: str | None = None,
        visibility: str = "private",
        description: str | None = None,
    ) -> Project:
        """A new, empty project."""
        with self.lock:
            project = Project(self.next_id("project"), name or path, path, group, visibility, self.now(), description)
            self.projects[project.id] = project
            return project

    def add_member(self, place: Project | Group, user: User, level: int | str) -> None:
        """Make somebody a member: `guest` 10, `planner` 15, `reporter` 20, … `owner` 50; 0 ends it."""
        with self.lock:
            people.set_level(self, place, user, level)

    def level(self, user: User, project: Project) -> int:
        """The access level, inherited ones included; 0 for strangers."""
        return level(user, project)

    def members(self, project: Project) -> list[tuple[User, int]]:
        """Direct and inherited members with their highest level."""
        with self.lock:
            return people.members(project, self.users)

    def user(self, username: str) -> User:
        """By username; KeyError for nobody."""
        with self.lock:
            return _one(self.users, lambda user: user.username == username, username)

    def project(self, full_path: str) -> Project:
        """By `group/project`; KeyError for none."""
        with self.lock:
            return _one(self.projects, lambda project: project.full_path == full_path, full_path)

    def label(self, project: Project, title: str) -> Label:
        """By exact title, of the project or its groups; KeyError for none."""
        with self.lock:
            found = labels.find(project, title)
        if found is None:
            raise KeyError(title)
        return found

    def create_label(
        self,
        actor: User,
        owner: Project | Group,
        title: str,
        color: str = labels.DEFAULT_COLOR,
        description: str | None = None,
    ) -> Label:
        """A new label of a project or a group."""
        with self.lock:
            return labels.create(self, actor, owner, title, color, description)

    def rename_label(self, actor: User, label: Label, title: str) -> Label:
        """A new title: keeps id, links and lists; no issue event fires."""
        with self.lock:
            return labels.update(self, actor, label, new_title=title)

    def delete_label(self, actor: User, label: Label) -> None:
        """Delete a label with its lists and links."""
        with self.lock:
            labels.delete(self, actor, label)

    def create_board(self, actor: User, owner: Project | Group, name: str, scope: Sequence[Label] = ()) -> Board:
        """A new board without lists."""
        with self.lock:
            return boards.create(self, actor, owner, name, scope)

    def delete_board(self, actor: User, board: Board) -> None:
        """Delete a board; the last one is replaced by "Development"."""
        with self.lock:
            boards.delete(self, actor, board)

    def add_list(self, actor: User, board: Board, label: Label) -> BoardList:
        """A list for a label, at the end."""
        with self.lock:
            return boards.add_list(self, actor, board, label)

    def cards(self, viewer: User | None, board: Board, column: Column) -> list[Issue]:
        """The issues in a list as this person sees them, in board order; closed ones newest first."""
        with self.lock:
            return boards.cards(self, viewer, board, column)

    def drag(
        self,
        actor: User,
        board: Board,
        issue: Issue,
        from_list: Column,
        to_list: Column,
        before: Issue | None = None,
        after: Issue | None = None,
    ) -> Issue:
        """Drag a card to just below `before` and just above `after` (CONTRACT 5, sure)."""
        with self.lock:
            return drag.drag(self, actor, board, issue, from_list, to_list, before, after)

    def create_issue(self, actor: User, project: Project, title: str, **fields: Unpack[IssueFields]) -> Issue:
        """A new issue."""
        with self.lock:
            return issues.create(self, actor, project, IssueChange(title=title, **fields))

    def update_issue(self, actor: User, issue: Issue, **change: Unpack[IssueChange]) -> Issue:
        """Change an issue as `PUT` does."""
        with self.lock:
            return issues.update(self, actor, issue, change)

    def delete_issue(self, actor: User, issue: Issue) -> None:
        """Delete an issue."""
        with self.lock:
            issues.delete(self, actor, issue)

    def sees(self, viewer: User | None, thing: Issue | Note) -> bool:
        """Whether this person may read an issue or a note."""
        with self.lock:
            issue = thing.issue if isinstance(thing, Note) else thing
            return sees_issue(viewer, issue) and (not isinstance(thing, Note) or sees_note(viewer, thing))

    def add_note(
        self, actor: User, issue: Issue, body: str, internal: bool = False, created_at: datetime | None = None
    ) -> Note | None:
        """Comment; None when the text held quick actions only."""
        with self.lock:
            return notes.add(self, actor, issue, body, internal, created_at).note

    def edit_note(self, actor: User, note: Note, body: str) -> Note | None:
        """Change a comment; None when only quick actions were left, and the note with them is gone."""
        with self.lock:
            return notes.edit(self, actor, note, body).note

    def delete_note(self, actor: User, note: Note) -> None:
        """Delete a comment."""
        with self.lock:
            notes.delete(self, actor, note)

    def award(self, actor: User, target: Issue | Note, name: str) -> Award:
        """React with an emoji."""
        with self.lock:
            return awards.give(self, actor, target, name)

    def revoke_award(self, actor: User, target: Issue | Note, award: Award) -> None:
        """Take a reaction back."""
        with self.lock:
            awards.take_back(self, actor, target, award)

    def link_issues(self, actor: User, source: Issue, target: Issue, link_type: str = "relates_to") -> IssueLink:
        """Link two issues."""
        with self.lock:
            return links.create(self, actor, source, target, link_type)

    def add_hook(
        self,
        actor: User,
        owner: Project | Group,
        url: str,
        token: str | None = None,
        signing_token: str | None = None,
        events: Mapping[str, bool] | None = None,
    ) -> Hook:
        """A webhook; without `events` it hears issues, notes (confidential ones too) and reactions."""
        with self.lock:
            change = hook_settings.HookChange(url=url, token=token or "", signing_token=signing_token or "")
            return hook_settings.create(self, actor, owner, change, events or hook_settings.ALL_WE_KNOW)

    def resend(self, delivery: Delivery) -> None:
        """ "Resend Request": the same id and body, a renewed timestamp."""
        with self.lock:
            hooks.resend(self, delivery)

    def advance(self, **step: float) -> None:
        """Move the clock on (`days=30, hours=1, …`) and let happen what time alone makes happen."""
        with self.lock:
            self.clock.advance(timedelta(**step))
            self.time_passed()

    def time_passed(self) -> None:
        """What GitLab does by itself every night: reminders of dying tokens, delayed deletions, ends of memberships."""
        with self.lock:
            expiry.remind(self)
            places.daily(self)

    def reset_calls(self) -> None:
        """Forget which API requests were served."""
        with self.lock:
            self.calls.clear()


def _one(table: Mapping[int, T], fits: Callable[[T], bool], name: str) -> T:
    for thing in table.values():
        if fits(thing):
            return thing
    raise KeyError(name)
