"""One issue for the drawer: its text, its comments and what happened to it, as one person may see it."""

import re
from collections.abc import Iterator
from itertools import groupby

from app.fakegitlab.access import PLANNER, level, may_update, sees_note
from app.fakegitlab.model import Issue, Label, LabelEvent, Note, StateEvent, User
from app.fakegitlab.moment import stamp
from app.fakegitlab.page.looks import Json, issue_path, label, person
from app.fakegitlab.page.markdown import render
from app.fakegitlab.page.reader import Reader
from app.fakegitlab.scopes import scope
from app.fakegitlab.state import State

MOST_NOTES = 100
_BOLD = re.compile(r"\*\*(?:\{[-+])?(.+?)(?:[-+]\})?\*\*", re.DOTALL)
STATES = {"closed": ("closed", "closed this issue"), "reopened": ("open", "reopened this issue")}


def issue_json(state: State, issue: Issue, who: User | None) -> Json:
    """Everything the drawer shows; the caller has checked that `who` may see the issue."""
    planner = who is not None and level(who, issue.project) >= PLANNER
    with state.lock:
        notes = [note for note in issue.notes if not note.system and sees_note(who, note)]
        texts = [note.body for note in notes[-MOST_NOTES:]]
        answer: Json = {
            "now": stamp(state.now()),
            "issue": _head(issue),
            "labels": [label(one) for one in issue.labels],
            "notes": [_note(note, who) for note in notes[-MOST_NOTES:]],
            "notes_left_out": max(0, len(notes) - MOST_NOTES),
            "history": history(issue),
            "can_comment": who is not None and (planner or not issue.discussion_locked),
            "can_write_internal": planner,
            "can_edit": who is not None and may_update(who, issue),
            "description": issue.description or "",
        }
        description = issue.description
    reader = Reader(state, issue, who)
    shown: list[Json] = answer["notes"]  # type: ignore[assignment]
    for note, text in zip(shown, texts, strict=True):
        note["html"] = render(text, reader)
    return {**answer, "description_html": render(description, reader)}


def _head(issue: Issue) -> Json:
    return {
        "id": issue.id,
        "iid": issue.iid,
        "title": issue.title,
        "state": issue.state,
        "confidential": issue.confidential,
        "author": person(issue.author),
        "assignees": [person(one) for one in issue.assignees],
        "created_at": stamp(issue.created_at),
        "web_url": issue_path(issue),
    }


def _note(note: Note, who: User | None) -> Json:
    return {
        "id": note.id,
        "author": person(note.author),
        "created_at": stamp(note.created_at),
        "updated_at": stamp(note.updated_at),
        "internal": note.internal,
        "system": note.system,
        "bot": note.author.bot,
        "reactions": _reactions(note, who),
    }


def _reactions(note: Note, who: User | None) -> list[Json]:
    """Each kind of reaction once, in the order they came; `mine` is the reader's own, to take it back."""
    kinds = dict.fromkeys(award.name for award in note.awards)
    given = {name: [award for award in note.awards if award.name == name] for name in kinds}
    return [
        {
            "name": name,
            "people": [award.user.name for award in awards],
            "mine": next((award.id for award in awards if award.user is who), None),
        }
        for name, awards in given.items()
    ]


def history(issue: Issue) -> list[Json]:
    """Label events, state events and system notes as sentences, oldest first."""
    told = [*_label_sentences(issue), *_state_sentences(issue), *_system_sentences(issue)]
    return sorted(told, key=lambda one: str(one["created_at"]))


def _label_sentences(issue: Issue) -> Iterator[Json]:
    """The label events of one change, by one person at one instant, make one sentence."""
    for _, group in groupby(issue.label_events, key=lambda one: (one.user, one.created_at)):
        events = list(group)
        added = [one.label for one in events if one.action == "add"]
        removed = [one.label for one in events if one.action == "remove"]
        yield _sentence("label", events[0], events[0].user, label_parts(added, removed))


def label_parts(added: list[Label], removed: list[Label]) -> list[Json]:
    """`moved ~a → ~b` where a label replaced one of its scope, else what was added and what was removed."""
    if len(added) == len(removed) == 1 and scope(added[0].title) and scope(added[0].title) == scope(removed[0].title):
        return [{"text": "moved"}, _named(removed[0]), {"text": "→"}, _named(added[0])]
    parts: list[Json] = []
    for verb, labels in (("added", added), ("removed", removed)):
        if labels:
            parts += [{"text": f"and {verb}" if parts else verb}, *map(_named, labels)]
    return [*parts, {"text": "label" if len(added) + len(removed) == 1 else "labels"}]


def _named(one: Label) -> Json:
    return {"text": "a deleted label"} if one.deleted else {"label": label(one)}


def _state_sentences(issue: Issue) -> Iterator[Json]:
    for event in issue.state_events:
        kind, words = STATES[event.state]
        yield _sentence(kind, event, event.user, [{"text": words}])


def _system_sentences(issue: Issue) -> Iterator[Json]:
    for note in issue.notes:
        if note.system:
            yield _sentence("issue", note, note.author, system_parts(note.body))


def system_parts(body: str) -> list[Json]:
    """GitLab's own sentences set what matters in `**bold**`, a changed title as `**{-old-}**` and `**{+new+}**`."""
    plain_and_bold = _BOLD.split(body)
    parts: list[Json] = [{"text": words, "strong": at % 2 == 1} for at, words in enumerate(plain_and_bold)]
    return [part for part in parts if str(part["text"]).strip()]


def _sentence(kind: str, event: LabelEvent | StateEvent | Note, actor: User, parts: list[Json]) -> Json:
    return {"kind": kind, "created_at": stamp(event.created_at), "actor": person(actor), "parts": parts}
