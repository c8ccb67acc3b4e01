"""The operator issue: what does not belong on one request is told here, in one living note a topic (workflow 3.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from threading import Lock

from app.domain.issue import Ref, Snapshot
from app.domain.plan import DeleteNote, Say
from app.domain.subject import TokenExpiry
from app.domain.voice import Identity, OurNote
from app.services.ports import IssueReader, IssueWriter, Wording

FORGOTTEN_AFTER = timedelta(hours=1)
"""A burst that ended this long ago is told afresh, not added to."""

WARNED = (7, 30, 60)
"""So many days before, GitLab warns (CONTRACT 1, Notes)."""

NAMED_AT_MOST = 50
NAMES_AT_MOST = 8_000
"""Characters of names in one note, so that its state fits into the envelope (20,000); the rest is counted."""


@dataclass(frozen=True, slots=True)
class OperatorIssue:
    """Writes to the operator issue. Without one (`issue` None) the journal alone keeps what happened."""

    reader: IssueReader
    writer: IssueWriter
    wording: Wording
    identity: Identity
    issue: Ref | None
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def burst(self, person: str, ref: Ref, at: datetime) -> None:
        """Add a put-back of a burst to the one summary about it."""
        self._add("burst", f"burst {person}", {"person": person}, str(ref), at)

    def token_expires(self, expiry: TokenExpiry, at: datetime) -> datetime | None:
        """GitLab warned that an access token runs out: one note a token, in new words once a threshold.

        Returns the instant from which the token no longer works, when the note is looked at again.
        """
        if self.issue is None:
            return None
        ends = datetime.combine(expiry.expires, time(), UTC) if expiry.expires else None
        over = ends is not None and ends <= at
        data = _told_of(expiry, at, self.identity.instance, over=over)
        state = {"open": not over, "warned": data["warned"], "day": data["day"]}
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            topic = f"token {expiry.where}{f'#{expiry.token}' if expiry.token else ''}"
            note = self.identity.hear(snapshot).on(topic)
            self._say(snapshot, note, Say(topic, "token_expires", data, state))
        return None if over else ends

    def unsaid(self, refs: Sequence[Ref]) -> None:
        """Name the requests that wait for the next run; with none left, an earlier list is settled."""
        if self.issue is None:
            return
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            note = self.identity.hear(snapshot).on("unsaid")
            if refs:
                listed = _listed(map(str, refs))
                self._say(snapshot, note, Say("unsaid", "unsaid", listed, {"open": True, **listed}))
            elif note and note.open:
                self._say(snapshot, note, Say("unsaid", "unsaid_settled", {}, {"open": False}))

    def states(self) -> Mapping[str, Mapping[str, object]]:
        """What each of our notes keeps, by topic: three calls."""
        if self.issue is None:
            return {}
        voice = self.identity.hear(self.reader.snapshot(self.issue))
        return {topic: note.state for topic, note in voice.notes.items()}

    def tell(self, say: Say) -> None:
        """Bring the note of a topic to this. What was never told of is not settled; what is told of once more after it
        was settled is told in a new note, as GitLab notifies nobody of an edit, and the old one goes.
        """
        if self.issue is None:
            return
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            voice = self.identity.hear(snapshot)
            note = voice.on(say.topic)
            for doubled in voice.doubled:
                self.writer.apply(self.issue, DeleteNote(doubled))
            anew = say.anew and note is not None
            self._say(snapshot, note, replace(say, anew=anew))
            if note and anew and note.editable:
                self.writer.apply(self.issue, DeleteNote(note.id))

    def _add(self, template: str, topic: str, data: dict[str, object], item: str, at: datetime) -> None:
        """Put one more thing on the list of this topic, or begin a new list where the last is long over."""
        if self.issue is None:
            return
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            note = self.identity.hear(snapshot).on(topic)
            named, more = _so_far(note, at)
            if item not in named:
                listed = _listed([*named, item], more)
                self._say(snapshot, note, Say(topic, template, {**data, **listed}, {**listed, "at": at.isoformat()}))

    def _say(self, snapshot: Snapshot, note: OurNote | None, say: Say) -> None:
        if note is None or not note.says(say):
            text = self.wording.note(say.template, say.data, None)
            self.writer.apply(snapshot.issue.ref, self.identity.sign(text, say, note, snapshot.issue))


def _told_of(expiry: TokenExpiry, at: datetime, instance: str, *, over: bool) -> dict[str, object]:
    left = (expiry.expires - at.date()).days if expiry.expires else None
    warned = next((days for days in WARNED if left is not None and left <= days), None)
    place = f"groups/{expiry.where}" if expiry.group else expiry.where
    return {
        "name": expiry.name,
        "where": expiry.where,
        "day": expiry.expires.isoformat() if expiry.expires else None,
        "warned": warned,
        "over": over,
        "page": f"{instance}/{place}/-/settings/access_tokens",
    }


def _so_far(note: OurNote | None, at: datetime) -> tuple[list[str], int]:
    """What the list of a topic names, and how many more it counts."""
    state = note.state if note else {}
    since, named, more = state.get("at"), state.get("items"), state.get("more")
    fresh = isinstance(since, str) and at - datetime.fromisoformat(since) < FORGOTTEN_AFTER
    if not fresh or not isinstance(named, list) or not isinstance(more, int):
        return [], 0
    return [str(item) for item in named], more


def _listed(items: Iterable[str], more: int = 0) -> dict[str, object]:
    """As many names as fit into one note, and the number of the others."""
    named: list[str] = []
    for item in items:
        fits = len(named) < NAMED_AT_MOST and sum(map(len, named)) + len(item) <= NAMES_AT_MOST
        if fits:
            named.append(item)
        else:
            more += 1
    return {"items": named, "more": more}
