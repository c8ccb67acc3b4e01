"""The journal's lines as JSON and back. A note's text is kept short here: the note itself is in GitLab."""

import json
from datetime import datetime
from typing import Any, assert_never

from app.domain.issue import Ref, User
from app.domain.journal import Entry
from app.domain.ours import BURST, CARRIED, LEDGER
from app.domain.plan import Carry, ChangeLabels, Deed, DeleteNote, Draft, EditNote, Finding, PostNote, React, Verdict

LONGEST_TEXT = 2_000


def to_json(entry: Entry) -> str:
    """What an entry says beyond its place and time."""
    return json.dumps(
        {
            "finding": _finding(entry.finding) if entry.finding else None,
            "write": _write(entry.write) if entry.write else None,
            "note_id": entry.note_id,
            "deliveries": entry.deliveries,
        }
    )


def is_unspoken(text: str) -> bool:
    """Whether an entry says that a card goes back without a note of its own, as a summary tells of it."""
    finding = json.loads(text)["finding"]
    return finding is not None and (finding["rule"], finding["verdict"]) == (BURST, Verdict.REPORTED)


def from_json(text: str, at: datetime, ref: Ref, dry: bool) -> Entry:
    """The entry again."""
    said = json.loads(text)
    finding, write = said["finding"], said["write"]
    return Entry(
        at,
        ref,
        dry,
        _read_finding(finding) if finding else None,
        _read_write(write) if write else None,
        said["note_id"],
        tuple(said["deliveries"]),
    )


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "verdict": finding.verdict,
        "because": _short(finding.because),
        "before": finding.before,
        "after": finding.after,
        "who": finding.who,
        "event_id": finding.event_id,
        "moved_at": finding.moved_at.isoformat() if finding.moved_at else None,
    }


def _read_finding(said: dict[str, Any]) -> Finding:
    moved_at = said.get("moved_at")
    read = {"verdict": Verdict(said["verdict"]), "moved_at": datetime.fromisoformat(moved_at) if moved_at else None}
    return Finding(**{**said, **read})


def _write(write: Deed) -> dict[str, object]:
    match write:
        case PostNote(topic, body, internal, reply_to):
            told = {"topic": topic, "body": _kept(topic, body), "internal": internal, "reply_to": reply_to}
            return {"kind": "post note", **told}
        case EditNote(topic, note_id, body):
            return {"kind": "edit note", "topic": topic, "note_id": note_id, "body": _kept(topic, body)}
        case ChangeLabels(add, remove):
            return {"kind": "labels", "add": sorted(add), "remove": sorted(remove)}
        case DeleteNote(note_id):
            return {"kind": "delete note", "note_id": note_id}
        case React(note_id, name):
            return {"kind": "react", "note_id": note_id, "name": name}
        case Carry(source, to):
            return {"kind": "carry", "source": _address(source), "to": _address(to)}
        case Draft(source, note_id, number, asker, at):
            by = {"id": asker.id, "username": asker.username, "at": at.isoformat()}
            return {"kind": "draft", "source": _address(source), "note_id": note_id, "number": number, **by}
        case _:
            assert_never(write)


def _read_write(said: dict[str, Any]) -> Deed:
    match said["kind"]:
        case "post note":
            return PostNote(said["topic"], said["body"], said.get("internal", False), said.get("reply_to"))
        case "edit note":
            return EditNote(said["topic"], said["note_id"], said["body"])
        case "labels":
            return ChangeLabels(frozenset(said["add"]), frozenset(said["remove"]))
        case "delete note":
            return DeleteNote(said["note_id"])
        case "react":
            return React(said["note_id"], said["name"])
        case "carry":
            return Carry(_ref(said["source"]), _ref(said["to"]))
        case "draft":
            asker, at = User(said["id"], said["username"]), datetime.fromisoformat(said["at"])
            return Draft(_ref(said["source"]), said["note_id"], said["number"], asker, at, "")
        case kind:
            raise ValueError(f"the journal holds a kind of write that this version does not know: {kind!r}")


def _address(ref: Ref) -> list[object]:
    return [ref.project, ref.iid]


def _ref(address: list[Any]) -> Ref:
    return Ref(address[0], address[1])


def _kept(topic: str, body: str) -> str:
    """A ledger may hold amounts, which the journal's readers need not be allowed to see (promise 11)."""
    return "" if topic == LEDGER or topic.startswith(CARRIED) else _short(body)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
