"""Errands: what a run has to do on another issue, or on one that is not there yet.

Others may be at the same issue: what we say there is read again after it was written, and said again where it is gone;
an issue is looked for before it is created and listed again afterwards (design: there is no idempotency key).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from app.domain import carried
from app.domain.carried import carried_say
from app.domain.case import is_request
from app.domain.failure import Missing, Temporary
from app.domain.issue import Issue, Note, Ref, Snapshot
from app.domain.plan import Carry, DeleteNote, Draft, Errand, Say
from app.domain.program import Program
from app.domain.taxonomy import Taxonomy
from app.domain.verbal import drafted_say, is_of, labels_of, sealed, title_of, words_of
from app.domain.voice import Identity, OurNote
from app.services.ports import IssueWriter, Wording

TRIES = 3


class Reader(Protocol):
    """Reads one issue, or its notes: one call each."""

    def issue(self, ref: Ref) -> Issue:
        """The issue alone."""
        ...

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """Its notes alone."""
        ...


class Drafts(Protocol):
    """Issues that we create."""

    def made_by(self, project: str, author: int, since: datetime) -> Sequence[Issue]:
        """Issues by this user created since then, by number."""
        ...

    def create(self, project: str, title: str, text: str, labels: Sequence[str]) -> Issue:
        """A new issue."""
        ...

    def describe(self, ref: Ref, text: str, *, close: bool = False) -> None:
        """Another description."""
        ...


@dataclass(frozen=True, slots=True)
class Errands:
    """Runs errands, each so that running it again changes nothing."""

    reader: Reader
    writer: IssueWriter
    drafts: Drafts
    wording: Wording
    identity: Identity
    taxonomy: Taxonomy
    program: Program

    def run(self, errand: Errand) -> None:
        """Do it. Raises Temporary, Permanent; running it again goes on where it stopped."""
        match errand:
            case Carry():
                self._carry(errand)
            case Draft():
                self._draft(errand)
            case _ as unreachable:
                assert_never(unreachable)

    def _carry(self, errand: Carry) -> None:
        """The request may be gone, paused, or none: then nobody's customers are kept there."""
        try:
            issue = self.reader.issue(errand.to)
        except Missing:
            return
        if not is_request(issue, self.program) or self.taxonomy.paused_label in issue.labels:
            return
        amounts, edges = self.program.amounts(errand.to.project), self.taxonomy.numbers.bands
        self._say(issue, carried.topic(errand.source), lambda note: carried_say(errand, note, amounts, edges))

    def _say(self, issue: Issue, topic: str, wanted: Callable[[OurNote | None], Say | None]) -> None:
        """Bring our note to what is wanted, and look again whether another process wrote over it, or beside it."""
        for _ in range(TRIES):
            voice = self.identity.hear(Snapshot(issue, (), self.reader.notes(issue.ref)))
            note = voice.on(topic)
            say = wanted(note)
            for doubled in voice.doubled:
                self.writer.apply(issue.ref, DeleteNote(doubled))
            if say is None or (note and note.says(say)):
                return
            text = self.wording.note(say.template, say.data, None)
            self.writer.apply(issue.ref, self.identity.sign(text, say, note, issue))
        raise Temporary(f"Somebody else keeps writing to our note on {issue.ref}; it is tried again.", retry_after=5.0)

    def _draft(self, draft: Draft) -> None:
        source = self.reader.issue(draft.source)
        say = drafted_say(draft, str(self._made(draft)) if draft.sentence else None)
        self._say(source, say.topic, lambda _: say)

    def _made(self, draft: Draft) -> Ref:
        """The draft: the one that is there, else a new one; of two that a race made, the lower number stays."""
        there = self._there(draft)
        if there:
            return there[0].ref
        text = self.wording.note("draft_request", words_of(draft), draft.area)
        body = sealed(text, draft, self.identity)
        made = self.drafts.create(draft.source.project, title_of(draft), body, labels_of(draft, self.taxonomy))
        first = (*self._there(draft), made)[0].ref
        if first != made.ref:
            moved = self.wording.note("draft_moved", {"ref": str(first)}, draft.area)
            self.drafts.describe(made.ref, moved, close=True)
        return first

    def _there(self, draft: Draft) -> tuple[Issue, ...]:
        since = self.drafts.made_by(draft.source.project, self.identity.bot.id, draft.at)
        found = (issue for issue in since if is_of(issue, draft, self.identity))
        return tuple(sorted(found, key=lambda issue: issue.ref.iid))
