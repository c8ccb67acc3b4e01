"""The operator issue: what does not belong on one request is told here, in one living note a topic (workflow 3.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from threading import Lock
from typing import Protocol

from app.domain.failure import Temporary
from app.domain.issue import Ref, Snapshot
from app.domain.ours import BURST
from app.domain.plan import DeleteNote, Say
from app.domain.subject import TokenExpiry
from app.domain.voice import Identity, OurNote, Voice
from app.services.ports import IssueReader, IssueWriter, Wording

FORGOTTEN_AFTER = timedelta(hours=1)
"""A burst that ended this long ago is told afresh, not added to."""

ATTEMPTS = 4
"""How often one run writes a list that other processes write at the same moment."""

WARNED = (7, 30, 60)
"""So many days before, GitLab warns (CONTRACT 1, Notes)."""

NAMED_AT_MOST = 50
NAMES_AT_MOST = 8_000
"""Characters of names in one note, so that its state fits into the envelope (20,000); the rest is counted."""


class Unspoken(Protocol):
    """The part of the journal that this asks."""

    def unspoken(self, username: str, since: datetime) -> tuple[Ref, ...]:
        """The cards that went back after moves of this person since then and got no note of their own."""
        ...


@dataclass(frozen=True, slots=True)
class OperatorIssue:
    """Writes to the operator issue. Without one (`issue` None) the journal alone keeps what happened.

    Several processes may write at once, and GitLab has no lock: one may write over another's note with what it read
    before. A note that says how things stand is then right again with its next write. A list that grows is read again
    after each write, and must have all that the journal has, where each process writes a name before it reads the note:
    so whoever writes last finds the names of all others.
    """

    reader: IssueReader
    writer: IssueWriter
    wording: Wording
    identity: Identity
    issue: Ref | None
    journal: Unspoken
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def burst(self, person: str, ref: Ref, at: datetime) -> None:
        """Name a card that goes back in a burst in the one summary about it; the journal has its line already.

        The list begins anew where the last is long over. One call where it is named (of three), five to name it.
        Raises Temporary too where other processes keep writing over it.
        """
        if self.issue is None:
            return
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            for _ in range(ATTEMPTS):
                voice = self.identity.hear(snapshot)
                note = voice.on(f"{BURST} {person}")
                say = self._summary(note, person, ref, at)
                if say is None and not voice.doubled:
                    return
                if say is not None:
                    self._say(snapshot, note, say)
                self._tidy(voice)
                snapshot = replace(snapshot, notes=self.reader.notes(self.issue))
        raise Temporary(f"Others keep writing to the summary on {self.issue}; it is tried again.", retry_after=5.0)

    def _summary(self, note: OurNote | None, person: str, ref: Ref, at: datetime) -> Say | None:
        """What the summary has to say so that all are named; None where they are."""
        named, more, since = _so_far(note, at)
        wanted = dict.fromkeys([*named, *map(str, self.journal.unspoken(person, since)), str(ref)])
        listed = _listed(wanted, more)
        if listed == {"items": named, "more": more}:
            return None
        state = {**listed, "at": at.isoformat(), "since": since.isoformat()}
        return Say(f"{BURST} {person}", "burst", {"person": person, **listed}, state)

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
            voice = self.identity.hear(snapshot)
            self._tidy(voice)
            self._say(snapshot, voice.on(topic), Say(topic, "token_expires", data, state))
        return None if over else ends

    def unsaid(self, refs: Sequence[Ref]) -> None:
        """Name the requests that wait for the next run; with none left, an earlier list is settled."""
        if self.issue is None:
            return
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            voice = self.identity.hear(snapshot)
            note = voice.on("unsaid")
            self._tidy(voice)
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
            self._tidy(voice)
            anew = say.anew and note is not None
            self._say(snapshot, note, replace(say, anew=anew))
            if note and anew and note.editable:
                self.writer.apply(self.issue, DeleteNote(note.id))

    def _tidy(self, voice: Voice) -> None:
        """Take away the notes that two processes posted at once."""
        if self.issue is not None:
            for doubled in voice.doubled:
                self.writer.apply(self.issue, DeleteNote(doubled))

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


def _so_far(note: OurNote | None, at: datetime) -> tuple[list[str], int, datetime]:
    """What a list names, how many more it counts, and since when names belong to it."""
    state = note.state if note else {}
    last, since, named, more = (state.get(key) for key in ("at", "since", "items", "more"))
    afresh = at - FORGOTTEN_AFTER
    fresh = isinstance(last, str) and datetime.fromisoformat(last) > afresh
    if not fresh or not isinstance(named, list) or not isinstance(more, int):
        return [], 0, afresh
    return [str(item) for item in named], more, datetime.fromisoformat(since) if isinstance(since, str) else afresh


def _listed(items: Iterable[str], counted: int = 0) -> dict[str, object]:
    """As many names as fit into one note, and the number of the others, no less than were `counted` before."""
    named: list[str] = []
    more = 0
    for item in items:
        fits = len(named) < NAMED_AT_MOST and sum(map(len, named)) + len(item) <= NAMES_AT_MOST
        if fits:
            named.append(item)
        else:
            more += 1
    return {"items": named, "more": max(more, counted)}
