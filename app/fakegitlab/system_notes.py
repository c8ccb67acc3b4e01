"""The notes GitLab writes itself; they fire no webhooks, and label changes make none (CONTRACT 1, 4, documented)."""

import re

from app.fakegitlab.durations import human
from app.fakegitlab.model import Issue, Note, Project, User
from app.fakegitlab.state import State

_TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)$", re.MULTILINE)


class Before:
    """What an issue looked like before a change, as far as system notes speak of it."""

    def __init__(self, issue: Issue) -> None:
        self.title = issue.title
        self.description = issue.description
        self.confidential = issue.confidential
        self.due_date = issue.due_date
        self.locked = bool(issue.discussion_locked)
        self.assignees = list(issue.assignees)
        self.estimate = issue.time_estimate
        self.spent = issue.time_spent


def reference(issue: Issue, place: Project) -> str:
    """`#12`, from a project beside it `project#12`, from afar `group/project#12`."""
    if issue.project is place:
        return f"#{issue.iid}"
    beside = issue.project.group is place.group
    return f"{issue.project.path if beside else issue.project.full_path}#{issue.iid}"


def discussion_id(state: State) -> str:
    """Forty hexadecimal digits."""
    return f"{state.next_id('discussion') * 0x9E3779B97F4A7C15F39CC0605CEDC834:040x}"[-40:]


def add(state: State, actor: User, issue: Issue, body: str) -> None:
    """Write one; the issue's `updated_at` stays."""
    now = state.now()
    note = Note(state.next_id("note"), issue, actor, body, now, now, discussion_id(state), system=True)
    state.notes[note.id] = note
    issue.notes.append(note)


def tell(state: State, actor: User, issue: Issue, old: Before) -> None:
    """One system note for each thing that is different now."""
    for sentence in _sentences(issue, old):
        add(state, actor, issue, sentence)


def _sentences(issue: Issue, old: Before) -> list[str]:
    told = []
    if issue.title != old.title:
        told.append(f"changed title from **{{-{old.title}-}}** to **{{+{issue.title}+}}**")
    if issue.description != old.description:
        told += _ticked(old.description or "", issue.description or "") or ["changed the description"]
    if issue.confidential != old.confidential:
        told.append("made the issue confidential" if issue.confidential else "made the issue visible to everyone")
    if issue.due_date != old.due_date:
        day = issue.due_date
        told.append(f"changed due date to {day:%B} {day.day}, {day.year}" if day else "removed due date")
    if bool(issue.discussion_locked) != old.locked:
        told.append(f"{'unlocked' if old.locked else 'locked'} the discussion in this issue")
    arrived = [f"@{user.username}" for user in issue.assignees if user not in old.assignees]
    left = [f"@{user.username}" for user in old.assignees if user not in issue.assignees]
    if arrived or left:
        parts = ["assigned to " + ", ".join(arrived)] * bool(arrived) + ["unassigned " + ", ".join(left)] * bool(left)
        told.append(" and ".join(parts))
    return told + _times(issue, old)


def _times(issue: Issue, old: Before) -> list[str]:
    told = []
    if issue.time_estimate != old.estimate:
        wanted = human(issue.time_estimate)
        told.append(f"changed time estimate to {wanted}" if wanted else "removed time estimate")
    if issue.time_spent == 0 and old.spent:
        told.append("removed time spent")
    elif issue.time_spent != old.spent:
        verb = "added" if issue.time_spent > old.spent else "subtracted"
        told.append(f"{verb} {human(abs(issue.time_spent - old.spent))} of time spent")
    return told


def _ticked(before: str, after: str) -> list[str]:
    """Checklist items whose box alone changed (CONTRACT 12, guess)."""
    old, new = _TASK.findall(before), _TASK.findall(after)
    if [text for _, text in old] != [text for _, text in new]:
        return []
    return [
        f"marked the checklist item **{text}** as {'incomplete' if box == ' ' else 'completed'}"
        for (was, _), (box, text) in zip(old, new, strict=True)
        if (was == " ") != (box == " ")
    ]
