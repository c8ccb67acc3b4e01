"""Comments: writing, changing and deleting them; quick actions in them (CONTRACT 1, 4, 8, 12, documented)."""

from dataclasses import dataclass, field
from datetime import datetime

from app.fakegitlab import access, commands, hooks, issues, todos
from app.fakegitlab.model import Issue, Note, User
from app.fakegitlab.quick_actions import extract
from app.fakegitlab.refusal import bad_request, forbidden, not_found
from app.fakegitlab.state import State
from app.fakegitlab.system_notes import discussion_id

LONGEST = 1_000_000


@dataclass(slots=True)
class Spoken:
    """What came of a comment: a note, or, when it held quick actions only, none (202)."""

    note: Note | None
    changes: dict[str, object] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def add(
    state: State,
    actor: User,
    issue: Issue,
    body: str,
    internal: bool = False,
    created_at: datetime | None = None,
    reply_to: str | None = None,
    threaded: bool = False,
) -> Spoken:
    """Comment on an issue; `internal` needs Planner, `reply_to` is a discussion id, `threaded` begins a discussion.

    Raises Refused 400 (empty, too long, quick actions that failed), 403, 404.
    """
    _may_speak(actor, issue, internal)
    text, found = extract(_checked(body))
    effects = commands.interpret(state, actor, issue, found)
    if found and not text:
        return _only_commands(state, actor, issue, effects)
    note = _written(state, actor, issue, text, internal, created_at, reply_to)
    note.type = "DiscussionNote" if threaded or reply_to else None
    todos.acted(state, actor, issue)
    todos.told(state, actor, issue, note, text)
    hooks.note_happened(state, actor, note, "create")
    issues.obey(state, actor, issue, effects)
    return Spoken(note, effects.changes, effects.remarks)


def _may_speak(actor: User, issue: Issue, internal: bool) -> None:
    access.require_issue(actor, issue)
    if internal or issue.discussion_locked:
        access.require_level(actor, issue.project, access.PLANNER)


def _checked(body: str) -> str:
    if not body.strip():
        raise bad_request('Note {:note=>["can\'t be blank"]}')
    if len(body) > LONGEST:
        raise bad_request('Note {:note=>["is too long (maximum is 1000000 characters)"]}')
    return body


def _only_commands(state: State, actor: User, issue: Issue, effects: commands.Effects) -> Spoken:
    """No note is made; if nothing applied it is a failure (CONTRACT 4, documented)."""
    if not effects.any:
        raise bad_request("Failed to apply commands.")
    issues.obey(state, actor, issue, effects)
    return Spoken(None, effects.changes, effects.remarks)


def _written(
    state: State, actor: User, issue: Issue, text: str, internal: bool, at: datetime | None, reply_to: str | None
) -> Note:
    thread = [note for note in issue.notes if note.discussion_id == reply_to] if reply_to else []
    if reply_to and not thread:
        raise not_found("Discussion")
    if any(note.system for note in thread):
        raise bad_request("Discussion can not be replied to.")
    for note in thread:
        note.type = "DiscussionNote"
    now = at if at and access.level(actor, issue.project) >= access.OWNER else state.now()
    thread_id = reply_to or discussion_id(state)
    note = Note(state.next_id("note"), issue, actor, text, now, now, thread_id)
    note.internal = thread[0].internal if thread else internal
    state.notes[note.id] = note
    issue.notes.append(note)
    issue.updated_at = max(issue.updated_at, now)
    state.touched(issue)
    return note


def edit(state: State, actor: User, note: Note, body: str) -> Spoken:
    """Change a comment: one's own, or with Maintainer another's; fires `update` (CONTRACT 1, 12, documented).

    New quick actions run; if nothing else is left the note goes.
    """
    _may_change(actor, note)
    text, found = extract(_checked(body))
    effects = commands.interpret(state, actor, note.issue, found)
    if found and not text:
        delete(state, actor, note)
        return _only_commands(state, actor, note.issue, effects)
    before = note.body
    if text != before:
        note.body, note.updated_at, note.updated_by = text, state.now(), actor
        note.issue.updated_at = max(note.issue.updated_at, note.updated_at)
        state.touched(note.issue)
        todos.told(state, actor, note.issue, note, text, before)
        hooks.note_happened(state, actor, note, "update")
    issues.obey(state, actor, note.issue, effects)
    return Spoken(note, effects.changes, effects.remarks)


def delete(state: State, actor: User, note: Note) -> None:
    """Delete a comment; no webhook tells (CONTRACT 1, sure)."""
    _may_change(actor, note)
    note.issue.notes.remove(note)
    del state.notes[note.id]
    state.touched(note.issue)


def _may_change(actor: User, note: Note) -> None:
    access.require_issue(actor, note.issue)
    if note.id not in {one.id for one in note.issue.notes} or not access.sees_note(actor, note):
        raise not_found("Note")
    if not access.may_change_note(actor, note):
        raise forbidden()
