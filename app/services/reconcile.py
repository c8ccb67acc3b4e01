"""The straight line of one request: read, decide, word, write, remember (promises 1, 3, 4).

Webhook worker, sweep, dry run and `explain` all come through here; a dry run stops before writing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.account_book import AccountBook
from app.domain.case import Case, build, is_request, looks_for_duplicates, named_issues, needs_links, reactions_on
from app.domain.decide import decide
from app.domain.failure import Permanent
from app.domain.issue import Issue, Ref, Snapshot
from app.domain.journal import Entry
from app.domain.ours import BURST, BURST_MOVES, BURST_WITHIN, HELD, MOVE
from app.domain.plan import (
    Action,
    Carry,
    ChangeLabels,
    Deed,
    DeleteNote,
    Draft,
    Finding,
    Plan,
    PostNote,
    React,
    Say,
    Verdict,
)
from app.domain.planned import Planned
from app.domain.program import Program
from app.domain.taxonomy import Taxonomy
from app.domain.verbal import Document, in_their_name, is_document, plan_drafts
from app.domain.voice import Identity
from app.services.ports import Errands, IssueReader, IssueWriter, Journal, Likeness, Operator, Wording

NUDGED_ONCE_IN = timedelta(days=7)
"""Beyond direct answers, people hear from us at most this often (promise 7)."""


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
    likeness: Likeness
    errands: Errands
    book: AccountBook = field(default_factory=AccountBook)

    def plan(self, ref: Ref, now: datetime, known: Issue | None = None) -> Planned:
        """Read and decide: three calls, two where the issue is `known`, and one for each extra that the case needs."""
        if known is not None and not self._concerns_us(known, now):
            return Planned(None, Plan(), ())
        snapshot = self.reader.snapshot(ref, known)
        if not is_request(snapshot.issue, self.program):
            return self._document(snapshot, now)
        snapshot = replace(snapshot, issue=in_their_name(snapshot.issue, self.identity))
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

    def _concerns_us(self, issue: Issue, now: datetime) -> bool:
        """A request, or a document on which somebody may have said something lately."""
        lately = issue.updated_at > now - self.taxonomy.workflow.judged_for
        return is_request(issue, self.program) or (lately and is_document(issue, self.program))

    def _document(self, snapshot: Snapshot, now: datetime) -> Planned:
        """On a document only what people tell us to do counts."""
        if not is_document(snapshot.issue, self.program):
            return Planned(None, Plan(), ())
        plan = plan_drafts(Document(snapshot, self.taxonomy, self.program, self.identity), now)
        drafts = tuple(action for action in plan.actions if isinstance(action, Draft))
        return Planned(None, plan, drafts, snapshot.issue)

    def _with_extras(self, ref: Ref, snapshot: Snapshot, case: Case) -> Snapshot:
        """What only this case needs, one call each: links, the reactions on our note, whether a named issue exists."""
        if needs_links(case):
            snapshot = replace(snapshot, links=self.reader.links(ref))
        note_id = reactions_on(case)
        if note_id is not None:
            snapshot = replace(snapshot, awards=self.reader.awards(ref, note_id))
        named = named_issues(case)
        if named:
            found = {one: self.reader.look_at(one) for one in named}
            requests = frozenset(r for r, issue in found.items() if issue and is_request(issue, self.program))
            there = {one: issue is not None for one, issue in found.items()}
            snapshot = replace(snapshot, there=there, requests=requests)
        if looks_for_duplicates(case):
            snapshot = replace(snapshot, alike=self.likeness.alike(snapshot.issue, case.now))
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
        for write in planned.writes if person is None else self._told_in_summary(planned.writes, person, entry):
            self.journal.record([replace(entry, write=write, note_id=self._do(ref, write))])

    def _do(self, ref: Ref, deed: Deed) -> int | None:
        """Carry out one write, or one errand; the note's id for notes."""
        if isinstance(deed, Carry | Draft):
            self.errands.run(deed)
            return None
        return self.writer.apply(ref, deed)

    def _case(self, snapshot: Snapshot, now: datetime) -> Case:
        voice = self.identity.hear(snapshot)
        return build(snapshot, self.taxonomy, self.program, self.identity.bot, voice, now, self.book)

    def _word(self, case: Case, action: Action) -> Deed:
        match action:
            case Say():
                text = self.wording.note(action.template, action.data, case.area)
                return self.identity.sign(text, action, case.voice.on(action.topic), case.snapshot.issue)
            case ChangeLabels() | DeleteNote() | React() | Carry() | Draft():
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

    def _told_in_summary(self, writes: Sequence[Deed], person: str, entry: Entry) -> Sequence[Deed]:
        """What is left to write once the summary names this card: nothing goes back untold. Its line in the journal
        comes first, so that of processes that write the summary at once each knows what the others name.

        Where GitLab refuses the summary for good, the card says all itself. Raises Temporary.
        """
        summed_up = f"one of more than {BURST_MOVES} moves in five minutes, so there is no note here: "
        summed_up += f"the summary on {self.operator.issue} names it"
        self.journal.record([replace(entry, finding=Finding(BURST, Verdict.REPORTED, summed_up, who=person))])
        try:
            self.operator.burst(person, entry.ref, entry.at)
        except Permanent as problem:
            untold = f"the operator could not be told, so there is a note here: {problem}"
            self.journal.record([replace(entry, finding=Finding(BURST, Verdict.REFUSED, untold, who=person))])
            return writes
        return tuple(_unspoken(writes))


def _unspoken(writes: Sequence[Deed]) -> Iterator[Deed]:
    """The writes without the note on the move, and without the label that points to it."""
    for write in writes:
        match write:
            case PostNote(topic=topic) if topic == MOVE:
                continue
            case ChangeLabels(add, remove):
                yield ChangeLabels(add - {HELD}, remove)
            case _:
                yield write
