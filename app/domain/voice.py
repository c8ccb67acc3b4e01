"""What we have said on an issue so far: one note a topic (promise 7), whoever of our bot users wrote it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.envelope import Place, seal, unseal
from app.domain.issue import Issue, Note, Snapshot, User
from app.domain.plan import EditNote, PostNote, Say, Write

HANDLED = "handled"
"""Where a note's state keeps the ids of comments whose commands were carried out, whatever its topic."""

HANDLED_KEPT = 40
"""How many of them are kept, the newest."""

_GHOST = "ghost"
"""Where GitLab moves the notes and events of a deleted user (CONTRACT 10)."""


@dataclass(frozen=True, slots=True)
class Bot:
    """Us: the user our token belongs to now, and those our earlier tokens belonged to (CONTRACT 10)."""

    id: int
    username: str
    retired: frozenset[int] = frozenset()

    def is_us(self, user: User | None) -> bool:
        """Whether this user is us, now or before."""
        return user is not None and (user.id == self.id or user.id in self.retired)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are and how we sign: GitLab's base URL, our users, and the signing keys, the newest first."""

    instance: str
    bot: Bot
    keys: tuple[bytes, ...] = field(repr=False)

    def place(self, issue: Issue) -> Place:
        """Where our notes on this issue stand."""
        return Place(self.instance, issue.project_id, issue.ref.iid)

    def hear(self, snapshot: Snapshot) -> "Voice":
        """What we have said on this issue."""
        return listen(snapshot.notes, self.place(snapshot.issue), self.keys, self.bot)

    def sign(self, text: str, say: Say, note: "OurNote | None", issue: Issue) -> Write:
        """The write that says it: an edit of our note, or a new note that names the one it succeeds."""
        state = dict(say.state)
        if note and (say.anew or not note.editable):
            state["succeeds"] = note.id
        elif note and "succeeds" in note.state:
            state["succeeds"] = note.state["succeeds"]
        body = seal(text, say.topic, say.template, state, self.place(issue), self.keys[0])
        in_place = note is not None and note.editable and not say.anew
        if note and in_place:
            return EditNote(say.topic, note.id, body)
        return PostNote(say.topic, body, say.internal, say.reply_to)


@dataclass(frozen=True, slots=True)
class OurNote:
    """A note of ours. `editable` is false when an earlier bot user wrote it (editing it needs Maintainer).

    `intact` is false when somebody changed its visible text since.
    """

    id: int
    template: str
    state: Mapping[str, object]
    editable: bool
    intact: bool

    @property
    def open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state.get("open") is True

    def says(self, say: Say) -> bool:
        """Whether it says this already, in our words."""
        return self.intact and self.template == say.template and _kept(self.state) == _kept(say.state)


@dataclass(frozen=True, slots=True)
class Voice:
    """Our note for each topic; `doubled` are notes of ours to be taken away: later ones on a topic that a race made,
    and earlier ones in whose place another stands. `handled` are the comments whose commands were carried out.
    """

    notes: Mapping[str, OurNote]
    doubled: tuple[int, ...] = ()
    by_ghost: bool = False
    handled: tuple[int, ...] = ()

    def carried_out(self, note_id: int) -> bool:
        """Whether the commands of this comment were carried out. What is older than all we keep surely was."""
        full = len(self.handled) >= HANDLED_KEPT
        return note_id in self.handled or (full and note_id < self.handled[0])

    def on(self, topic: str) -> OurNote | None:
        """Our note on this topic, if we have spoken."""
        return self.notes.get(topic)


def listen(notes: Iterable[Note], place: Place, keys: tuple[bytes, ...], bot: Bot) -> Voice:
    """Find our notes among all notes. Only notes by us, or by the ghost of a deleted bot, can count.

    One that another names as its predecessor counts no more, whoever wrote them. Of several left on one topic by our
    present user the oldest stays; else the newest by an earlier one counts.
    """
    found = list(_recognised(notes, place, keys, bot))
    succeeded = {ours.state.get("succeeds") for _, ours, _ in found}
    by_us = {ours.state.get("succeeds") for _, ours, _ in found if ours.editable}
    replaced = tuple(ours.id for _, ours, _ in found if ours.id in by_us and ours.editable)
    present: dict[str, list[OurNote]] = {}
    former: dict[str, OurNote] = {}
    for topic, ours, _ in found:
        if ours.id in succeeded:
            continue
        if ours.editable:
            present.setdefault(topic, []).append(ours)
        else:
            former[topic] = ours
    doubled = tuple(n.id for several in present.values() for n in several[1:])
    by_ghost = any(ghost for _, _, ghost in found)
    counting = {**former, **{topic: several[0] for topic, several in present.items()}}
    return Voice(counting, replaced + doubled, by_ghost, _handled(ours for _, ours, _ in found))


def _handled(notes: Iterable[OurNote]) -> tuple[int, ...]:
    """What all our notes say was carried out, the newest last; those that another took the place of too. Where one
    keeps as many as it may, all that is older than its first was carried out, and others need not tell of it.
    """
    lists = [note.state.get(HANDLED) for note in notes]
    kept = [[i for i in ids if isinstance(i, int)] for ids in lists if isinstance(ids, list)]
    full = max((min(ids) for ids in kept if len(ids) >= HANDLED_KEPT), default=0)
    return tuple(sorted({i for ids in kept for i in ids if i >= full}))


def _recognised(
    notes: Iterable[Note], place: Place, keys: tuple[bytes, ...], bot: Bot
) -> Iterator[tuple[str, OurNote, bool]]:
    """Each note of ours with its topic, the oldest first, and whether the ghost has it now."""
    for note in sorted(notes, key=lambda n: n.id):
        ghost = note.author.username == _GHOST
        if note.system or not (ghost or bot.is_us(note.author)):
            continue
        envelope = unseal(note.body, place, keys)
        if envelope is not None:
            mine = note.author.id == bot.id
            found = OurNote(note.id, envelope.template, envelope.state, editable=mine, intact=envelope.intact)
            yield envelope.topic, found, ghost


def ours(user: User | None, bot: Bot, voice: Voice) -> bool:
    """Whether a label event is our own: by us, or by the ghost where a note of ours shows we were there."""
    return bot.is_us(user) or (user is not None and user.username == _GHOST and voice.by_ghost)


def _kept(state: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in state.items() if key not in ("succeeds", HANDLED)}
