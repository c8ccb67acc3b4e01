"""A board with its lists and cards, as one person may see it (CONTRACT 5, sure)."""

from app.fakegitlab.access import sees_note
from app.fakegitlab.boards import cards
from app.fakegitlab.model import Board, BoardList, Group, Issue, LabelEvent, Project, StateEvent, User
from app.fakegitlab.moment import stamp
from app.fakegitlab.page.looks import Json, issue_path, label, person
from app.fakegitlab.state import State

MOST_CARDS = 200
MOST_CLOSED = 50


def board_json(state: State, board: Board, reader: User | None) -> Json:
    """Everything the page draws of a board; the caller holds the world's lock."""
    return {
        "id": board.id,
        "name": board.name,
        "project": _owner(board),
        "tier": state.tier,
        "boards": [{"id": one.id, "name": one.name, "url": board_path(one)} for one in board.owner.boards.values()],
        "lists": _lists(state, board, reader),
        "version": state.changes.version,
    }


def board_path(board: Board) -> str:
    """Where the page of a board is."""
    kind = "groups/" if isinstance(board.owner, Group) else ""
    return f"/{kind}{board.owner.full_path}/-/boards/{board.id}"


def _owner(board: Board) -> Json:
    owner = board.owner
    above = owner.group.name if isinstance(owner, Project) else None
    return {"id": owner.id, "path": owner.full_path, "name": owner.name, "namespace": above}


def _lists(state: State, board: Board, reader: User | None) -> list[Json]:
    out: list[Json] = []
    if not board.hide_backlog_list:
        out.append({"id": "open", "title": "Open", **_cards(state, board, "open", reader)})
    for one in sorted(board.lists, key=lambda each: each.position):
        about = {**label(one.label), "id": one.id}
        out.append({**about, **_cards(state, board, one, reader)})
    if not board.hide_closed_list:
        out.append({"id": "closed", "title": "Closed", **_cards(state, board, "closed", reader)})
    return out


def _cards(state: State, board: Board, column: BoardList | str, reader: User | None) -> Json:
    issues = cards(state, reader, board, column)
    most = MOST_CLOSED if column == "closed" else MOST_CARDS
    return {"count": len(issues), "cards": [_card(issue, reader) for issue in issues[:most]]}


def _card(issue: Issue, reader: User | None) -> Json:
    comments = [note for note in issue.notes if not note.system and sees_note(reader, note)]
    return {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": issue.project.id,
        "title": issue.title,
        "web_url": issue_path(issue),
        "labels": [label(one) for one in sorted(issue.labels, key=lambda each: each.title)],
        "author": person(issue.author),
        "assignees": [person(one) for one in issue.assignees],
        "confidential": issue.confidential,
        "notes_count": len(comments),
        "updated_at": stamp(issue.updated_at),
        "relative_position": issue.relative_position,
        "last_change": _last_change(issue),
    }


def _last_change(issue: Issue) -> Json | None:
    """Who last changed a label or the state: tells a card that a bot put back."""
    events: list[LabelEvent | StateEvent] = [*issue.label_events[-1:], *issue.state_events[-1:]]
    if not events:
        return None
    last = max(events, key=lambda event: event.created_at)
    return {"id": f"{type(last).__name__}-{last.id}", "username": last.user.username, "bot": last.user.bot}
