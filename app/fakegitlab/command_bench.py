"""What quick actions work with: the issue, who asks, and what is to come of it (CONTRACT 8, documented)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.fakegitlab import access
from app.fakegitlab.issue_change import IssueChange
from app.fakegitlab.model import Issue, Label, Project, User
from app.fakegitlab.state import State

_REFERENCE = re.compile(r"(?:([\w./-]+)#|#|https?://[^/\s]+/([\w./-]+?)/-/(?:issues|work_items)/)(\d+)")


@dataclass(slots=True)
class Effects:
    """What the commands ask for: a change like any other, and steps to take `after` it.

    `changes` and `remarks` are what the API tells the caller (`commands_changes`, `summary`).
    """

    change: IssueChange = field(default_factory=IssueChange)
    after: list[Callable[[], None]] = field(default_factory=list)
    changes: dict[str, object] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether at least one command had something to say; if none had, GitLab answers 400."""
        return bool(self.remarks)

    def finish(self) -> None:
        """Take the steps that are no change of fields."""
        steps, self.after = self.after, []
        for step in steps:
            step()


@dataclass(slots=True)
class Bench:
    """One text's commands at work."""

    state: State
    actor: User
    issue: Issue
    effects: Effects

    @property
    def may_plan(self) -> bool:
        """Labels, people, dates, links: planners and up."""
        return access.may_set_metadata(self.actor, self.issue.project)

    @property
    def may_update(self) -> bool:
        """Title and state of an issue that is there already: commands of a new description cannot."""
        return self.persisted and access.may_update(self.actor, self.issue)

    @property
    def persisted(self) -> bool:
        """Whether the issue is there already (in a new one's description some commands do nothing)."""
        return self.issue.id in self.state.issues

    def add(self, name: str, found: list[Label]) -> None:
        """Merge labels into `add_labels`, `remove_labels` or `labels`."""
        known: list[str | Label] = list(self.effects.change.get(name, []))  # type: ignore[call-overload]
        self.effects.change[name] = known + found  # type: ignore[literal-required]

    def say(self, remark: str, **changes: object) -> None:
        """The command applied, or tells why it did not; either way GitLab has something to say."""
        self.effects.remarks.append(remark)
        self.effects.changes |= changes

    def issues(self, text: str) -> list[Issue]:
        """The readable issues referred to: `#1`, `group/project#1`, or an address."""
        found = []
        for path, address_path, number in _REFERENCE.findall(text):
            project = self.project(path or address_path) if path or address_path else self.issue.project
            one = project.issues.get(int(number)) if project else None
            if one is not None and access.sees_issue(self.actor, one):
                found.append(one)
        return found

    def project(self, path: str) -> Project | None:
        """A readable project by full path, or by its name beside this one."""
        paths = (path, f"{self.issue.project.group.full_path}/{path}")
        found = next((one for one in self.state.projects.values() if one.full_path in paths), None)
        return found if found is not None and access.sees_project(self.actor, found) else None


Action = Callable[[Bench, str], None]
ACTIONS: dict[str, Action] = {}


def action(*names: str) -> Callable[[Action], Action]:
    """Register what `/name argument` does."""

    def register(function: Action) -> Action:
        ACTIONS.update(dict.fromkeys(names, function))
        return function

    return register


def sentence(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b, and c`, as Rails joins them."""
    many = list(words)
    if len(many) < 3:
        return " and ".join(many)
    return f"{', '.join(many[:-1])}, and {many[-1]}"
