"""What quick actions do to an issue (CONTRACT 8), as a change to be applied like any other."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.fakegitlab import access, labels
from app.fakegitlab.model import Issue, IssueChange, Label, User
from app.fakegitlab.quick_actions import Command
from app.fakegitlab.state import State

_LABEL = re.compile(r'~?"([^"]+)"|~?(\S+)')
_ISSUE = re.compile(r"#(\d+)")
NO_STATE = frozenset({"subscribe", "unsubscribe", "todo", "done"})


@dataclass(slots=True)
class Effects:
    """What the commands ask for; `changes` and `remarks` are what the API tells the caller."""

    change: IssueChange = field(default_factory=IssueChange)
    awards: list[str] = field(default_factory=list)
    duplicate_of: Issue | None = None
    related: list[Issue] = field(default_factory=list)
    changes: dict[str, object] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether at least one command applied."""
        return bool(self.remarks)


@dataclass(slots=True)
class _Bench:
    state: State
    actor: User
    issue: Issue
    effects: Effects

    @property
    def may_plan(self) -> bool:
        return access.may_set_metadata(self.actor, self.issue.project)

    def add(self, name: str, found: list[Label]) -> None:
        """Merge labels into `add_labels`, `remove_labels` or `labels`."""
        known: list[str | Label] = list(self.effects.change.get(name, []))  # type: ignore[call-overload]
        self.effects.change[name] = known + found  # type: ignore[literal-required]

    def say(self, remark: str, **changes: object) -> None:
        """The command applied."""
        self.effects.remarks.append(remark)
        self.effects.changes |= changes


def interpret(state: State, actor: User, issue: Issue, commands: list[Command]) -> Effects:
    """What these commands, by this person, on this issue, come to. Those not permitted do nothing.

    A command GitLab knows but the stand-in does not is recorded in `unknown_calls`, so that tests can fail on it.
    """
    bench = _Bench(state, actor, issue, Effects())
    for command in commands:
        if command.name in NO_STATE:
            bench.say(f"/{command.name}")
        elif command.name in _ACTIONS:
            _ACTIONS[command.name](bench, command.argument)
        else:
            state.unknown_calls.append(f"quick action /{command.name}")
    return bench.effects


def _labels(bench: _Bench, text: str) -> list[Label]:
    """Only labels that exist: a quick action creates none."""
    found = []
    for quoted, word in _LABEL.findall(text):
        title = quoted or word
        label = labels.find(bench.issue.project, title)
        if label is None and title.isdigit():
            label = bench.state.labels.get(int(title))
        if label is not None:
            found.append(label)
    return found


def _label(bench: _Bench, text: str) -> None:
    found = _labels(bench, text)
    if found and bench.may_plan:
        bench.add("add_labels", found)
        bench.say(f"Added {_names(found)}.", add_label_ids=[label.id for label in found])


def _unlabel(bench: _Bench, text: str) -> None:
    found = _labels(bench, text) if text else list(bench.issue.labels)
    if found and bench.may_plan:
        bench.add("remove_labels", found)
        bench.say(f"Removed {_names(found)}.", remove_label_ids=[label.id for label in found])


def _relabel(bench: _Bench, text: str) -> None:
    found = _labels(bench, text)
    if found and bench.may_plan:
        bench.add("labels", found)
        bench.say(f"Replaced all labels with {_names(found)}.", label_ids=[label.id for label in found])


def _names(found: list[Label]) -> str:
    names = " ".join(f'~"{label.title}"' for label in found)
    return f"{names} label{'s' if len(found) > 1 else ''}"


def _close(bench: _Bench, _text: str) -> None:
    if bench.issue.state == "opened" and access.may_update(bench.actor, bench.issue):
        bench.effects.change["state_event"] = "close"
        bench.say("Closed this issue.", state_event="close")


def _reopen(bench: _Bench, _text: str) -> None:
    if bench.issue.state == "closed" and access.may_update(bench.actor, bench.issue):
        bench.effects.change["state_event"] = "reopen"
        bench.say("Reopened this issue.", state_event="reopen")


def _people(bench: _Bench, text: str) -> list[User]:
    names = {bench.actor.username if word == "me" else word.removeprefix("@") for word in text.split()}
    return [user for user in bench.state.users.values() if user.username in names]


def _assign(bench: _Bench, text: str) -> None:
    people = _people(bench, text)
    if people and bench.may_plan:
        everybody = list(dict.fromkeys([*bench.issue.assignees, *people]))
        chosen = everybody if bench.state.tier == "premium" else people[:1]
        bench.effects.change["assignee_ids"] = [user.id for user in chosen]
        names = ", ".join(f"@{user.username}" for user in people)
        bench.say(f"Assigned {names}.", assignee_ids=[user.id for user in chosen])


def _unassign(bench: _Bench, text: str) -> None:
    gone = _people(bench, text) if text else bench.issue.assignees
    if gone and bench.may_plan:
        left = [user.id for user in bench.issue.assignees if user not in gone]
        bench.effects.change["assignee_ids"] = left
        bench.say("Removed assignees.", assignee_ids=left)


def _due(bench: _Bench, text: str) -> None:
    day = _day(text, bench.state.now().date())
    if day and bench.may_plan:
        bench.effects.change["due_date"] = day
        bench.say(f"Set the due date to {day:%b} {day.day}, {day.year}.", due_date=day.isoformat())


def _day(text: str, today: date) -> date | None:
    named = {"today": today, "tomorrow": today + timedelta(days=1)}
    later = re.fullmatch(r"in (\d+) (day|week)s?", text)
    if text in named:
        return named[text]
    if later:
        return today + timedelta(days=int(later[1]) * (7 if later[2] == "week" else 1))
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", text) else None


def _remove_due_date(bench: _Bench, _text: str) -> None:
    if bench.issue.due_date and bench.may_plan:
        bench.effects.change["due_date"] = None
        bench.say("Removed the due date.", due_date=None)


def _confidential(bench: _Bench, _text: str) -> None:
    if not bench.issue.confidential and access.may_update(bench.actor, bench.issue):
        bench.effects.change["confidential"] = True
        bench.say("Made this issue confidential.", confidential=True)


def _title(bench: _Bench, text: str) -> None:
    if text and access.may_update(bench.actor, bench.issue):
        bench.effects.change["title"] = text
        bench.say(f'Changed the title to "{text}".', title=text)


def _lock(bench: _Bench, _text: str, locked: bool = True) -> None:
    if bool(bench.issue.discussion_locked) is not locked and bench.may_plan:
        bench.effects.change["discussion_locked"] = locked
        bench.say(f"{'Locked' if locked else 'Unlocked'} the discussion.", discussion_locked=locked)


def _other(bench: _Bench, text: str) -> Issue | None:
    match = _ISSUE.search(text)
    return bench.issue.project.issues.get(int(match[1])) if match else None


def _duplicate(bench: _Bench, text: str) -> None:
    other = _other(bench, text)
    if other and other is not bench.issue and access.may_update(bench.actor, bench.issue):
        bench.effects.duplicate_of = other
        bench.effects.change["state_event"] = "close"
        bench.say(f"Closed this issue. Marked as related to, and a duplicate of, #{other.iid}.", state_event="close")


def _relate(bench: _Bench, text: str) -> None:
    other = _other(bench, text)
    if other and other is not bench.issue and bench.may_plan:
        bench.effects.related.append(other)
        bench.say(f"Added #{other.iid} as a linked item related to this issue.")


def _board_move(bench: _Bench, text: str) -> None:
    """Works only if the project has exactly one board (CONTRACT 5)."""
    target, boards = _labels(bench, text), list(bench.issue.project.boards.values())
    if len(boards) != 1 or len(target) != 1 or not bench.may_plan:
        return
    columns = [one.label for one in boards[0].lists]
    if target[0] in columns:
        others = [label for label in bench.issue.labels if label in columns and label is not target[0]]
        bench.add("add_labels", target)
        bench.add("remove_labels", others)
        bench.say(f"Moved issue to {_names(target)} column in the board.", add_label_ids=[target[0].id])


def _react(bench: _Bench, text: str) -> None:
    name = text.strip().strip(":")
    if name:
        bench.effects.awards.append(name)
        bench.say(f"Toggled :{name}: emoji reaction.", emoji_award=name)


_ACTIONS: dict[str, Callable[[_Bench, str], None]] = {
    "label": _label,
    "labels": _label,
    "unlabel": _unlabel,
    "remove_label": _unlabel,
    "relabel": _relabel,
    "close": _close,
    "reopen": _reopen,
    "assign": _assign,
    "unassign": _unassign,
    "due": _due,
    "due_date": _due,
    "remove_due_date": _remove_due_date,
    "confidential": _confidential,
    "title": _title,
    "lock": _lock,
    "unlock": lambda bench, text: _lock(bench, text, locked=False),
    "duplicate": _duplicate,
    "relate": _relate,
    "link": _relate,
    "board_move": _board_move,
    "react": _react,
    "award": _react,
}
