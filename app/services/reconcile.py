"""The straight line of one request: read, decide, word, write, remember (promises 1, 3, 4).

Webhook worker, sweep, dry run and `explain` all come through here; a dry run stops before writing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.account_book import AccountBook
from app.domain.case import Case, build, is_request, named_issues, needs_links, reactions_on
from app.domain.decide import decide
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue, Ref, Snapshot
from app.domain.journal import Entry
from app.domain.ours import HELD, MOVE
from app.domain.plan import Action, ChangeLabels, DeleteNote, Finding, Plan, PostNote, React, Say, Verdict, Write
from app.domain.planned import Planned
from app.domain.program import Program
from app.domain.taxonomy import Taxonomy
from app.domain.voice import Identity
from app.services.ports import IssueReader, IssueWriter, Journal, Operator, Wording

NUDGED_ONCE_IN = timedelta(days=7)
"""Beyond direct answers, people hear from us at most this often (promise 7)."""

BURST_MOVES = 10
BURST_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Brings one request to where the rules want it. Made once, used from several threads."""

    reader: IssueReader
    writer: IssueWriter
    wording: Wording
    journal: Journal
    operator: Operator
    taxonomy: Taxonomy
    program: Program
    identity: Identity
    book: AccountBook = field(default_factory=AccountBook)

    def plan(self, ref: Ref, now: datetime, known: Issue | None = None) -> Planned:
        """Read and decide: three calls, two where the issue is `known`, and one for each extra that the case needs."""
        if known is not None and not is_request(known, self.program):
            return Planned(None, Plan(), ())
        snapshot = self.reader.snapshot(ref, known)
        if not is_request(snapshot.issue, self.program):
            return Planned(None, Plan(), ())
        case = self._case(snapshot, now)
        whole = self._with_extras(ref, snapshot, case)
        if whole is not snapshot:
            case = self._case(whole, now)
        plan = decide(case)
        nudged = self._nudged(plan, ref, now)
        if nudged:
            case = replace(case, nudged=nudged)
            plan = decide(case)
        return Planned(case, plan, tuple(self._word(case, action) for action in plan.actions))

    def _with_extras(self, ref: Ref, snapshot: Snapshot, case: Case) -> Snapshot:
        """What only this case needs, one call each: links, the reactions on our note, whether a named issue exists."""
        if needs_links(case):
            snapshot = replace(snapshot, links=self.reader.links(ref))
        note_id = reactions_on(case)
        if note_id is not None:
            snapshot = replace(snapshot, awards=self.reader.awards(ref, note_id))
        named = named_issues(case)
        if named:
            snapshot = replace(snapshot, there={one: self.reader.exists(one) for one in named})
        return snapshot

    def run(self, ref: Ref, now: datetime, deliveries: tuple[str, ...] = (), dry: bool = False) -> Planned:
        """Plan and, unless dry, write. Raises Temporary or Permanent; what was written before stays journalled."""
        planned = self.plan(ref, now)
        self.carry_out(ref, planned, now, dry=dry, deliveries=deliveries)
        return planned

    def carry_out(
        self, ref: Ref, planned: Planned, now: datetime, *, dry: bool, deliveries: tuple[str, ...] = ()
    ) -> None:
        """Write what was planned, in order, and remember each finding and write; of an event that asked for neither,
        that it was looked at. A sweep looks at everything, so it leaves no such line.
        """
        entry = Entry(now, ref, dry, deliveries=deliveries)
        if deliveries and not planned.plan.findings and not planned.writes:
            self.journal.record([entry])
            return
        findings = [replace(entry, finding=f) for f in planned.plan.findings]
        if dry:
            self.journal.record([*findings, *(replace(entry, write=w) for w in planned.writes)])
            return
        self.journal.record(findings)
        person = self._bursting(planned)
        for write in planned.writes if person is None else _unspoken(planned.writes):
            note_id = self.writer.apply(ref, write)
            self.journal.record([replace(entry, write=write, note_id=note_id)])
        if person is not None:
            self._tell_of_burst(person, entry)

    def _case(self, snapshot: Snapshot, now: datetime) -> Case:
        voice = self.identity.hear(snapshot)
        known = frozenset(self.book.entries)
        case = build(snapshot, self.taxonomy, self.program, self.identity.bot, voice, now, known)
        return replace(case, book=self.book)

    def _word(self, case: Case, action: Action) -> Write:
        match action:
            case Say():
                text = self.wording.note(action.template, action.data, case.area)
                return self.identity.sign(text, action, case.voice.on(action.topic), case.snapshot.issue)
            case ChangeLabels() | DeleteNote() | React():
                return action

    def _nudged(self, plan: Plan, ref: Ref, now: datetime) -> frozenset[str]:
        """Of those whom this plan reminds, who was reminded elsewhere this week; best effort, by the journal."""
        reminded = {f.who for f in plan.findings if f.verdict is Verdict.REMINDED and f.who}
        since = now - NUDGED_ONCE_IN
        return frozenset(who for who in reminded if self.journal.reminded(who, since, but=ref))

    def _bursting(self, planned: Planned) -> str | None:
        """Who moved this card as one of many: that is told in one summary, best effort, from the journal (3.6).

        Where nobody reads summaries, or the card has a note about its moves already, the card's own note says it.
        """
        if self.operator.issue is None or planned.case is None or planned.case.voice.on(MOVE):
            return None
        for finding in planned.plan.findings:
            if finding.verdict is not Verdict.PUT_BACK or finding.who is None or finding.moved_at is None:
                continue
            if self.journal.moves_by(finding.who, finding.moved_at - BURST_WITHIN, finding.moved_at) > BURST_MOVES:
                return finding.who
        return None

    def _tell_of_burst(self, person: str, entry: Entry) -> None:
        """The card is back already; that its summary could not be written must not send it round again."""
        try:
            self.operator.burst(person, entry.ref, entry.at)
        except (Temporary, Permanent) as problem:
            untold = Finding("burst", Verdict.REPORTED, f"the operator could not be told: {problem}", who=person)
            self.journal.record([replace(entry, finding=untold)])


def _unspoken(writes: tuple[Write, ...]) -> Iterator[Write]:
    """The writes without the note on the move, and without the label that points to it."""
    for write in writes:
        match write:
            case PostNote(topic=topic) if topic == MOVE:
                continue
            case ChangeLabels(add, remove):
                yield ChangeLabels(add - {HELD}, remove)
            case _:
                yield write
