"""Agendas: each made once, kept up to date until its meeting begins, then a record, closed later (agendas 4.1, 4.4).

A run costs two calls for an agenda on which nothing happened, and what `Compose` and `Documents` cost where it is
written anew. Several may run at once: the text is merged, and what a tick asks for is done once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.agenda import LABEL
from app.domain.agenda_blocks import as_they_stand, behind, others, replaced, requests_in, week, with_ticks
from app.domain.agenda_due import Due, Stage, refreshed
from app.domain.agenda_heeded import NIGHTLY, Heeded, How, Idle, Listed, Tended
from app.domain.agenda_heeding import (
    acts_closed,
    called_off,
    heeded_until,
    leaves_no_trace,
    night_of,
    older_numbers,
    was_open,
)
from app.domain.agenda_state import AgendaState, outcome_of, short
from app.domain.document import News, Wanted
from app.domain.document_marker import DocumentName, bound, marked, with_marker
from app.domain.failure import Overtaken
from app.domain.issue import Issue, Ref
from app.domain.journal import Entry
from app.domain.managed_blocks import Block, composed
from app.domain.managed_merge import items_in, items_wanted, merge
from app.domain.passed_on import MAY_PASS, edited_between, editors, prints
from app.domain.plan import Finding, Verdict
from app.domain.program import Program
from app.domain.roster import Role
from app.domain.sheets import home_of
from app.domain.taxonomy import Mode, Taxonomy
from app.domain.tick_decisions import Became
from app.domain.voice import Identity
from app.services.agendas_port import ClosesOut, Composes, Documents, Door, Heeds
from app.services.ports import Journal

RULE = "agendas"
FOOTER = "footer"
"""The last block of a meeting: behind it stands when it was frozen."""

AGAIN = 3
"""How often one run tends an agenda that other runs write at the same moment."""

MADE_WITHIN = timedelta(days=60)
"""Before this nobody can have made an agenda of a meeting that is due: the earliest comes 15 business days before."""


@dataclass(slots=True)
class _Run:
    """One agenda in one run: what is known, and what came together so far."""

    due: Due
    issue: Issue
    listed: Listed
    now: datetime
    heeded: Heeded
    how: How
    did: list[str]

    @property
    def state(self) -> AgendaState:
        """What its marker is to keep."""
        return self.heeded.state

    def keeps(self, **news: object) -> None:
        """Let the marker keep something more."""
        self.heeded = replace(self.heeded, state=replace(self.state, **news))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Agendas:
    """Tends agendas, each alone."""

    documents: Documents
    door: Door
    compose: Composes
    heed: Heeds
    decisions: ClosesOut
    journal: Journal
    identity: Identity
    taxonomy: Taxonomy
    program: Program

    def tend(self, due: Due, issue: Issue | None, listed: Listed, now: datetime, how: How = NIGHTLY) -> Tended | None:
        """Do what this instant asks for; None where that is nothing. `issue` is the meeting's agenda as it was read,
        `listed` gives all agendas. Where another run was there first, all is looked at again as that left it: what was
        done is done already. Raises Temporary, Permanent.
        """
        for _ in range(AGAIN - 1):
            try:
                return self._tend(due, issue, listed, now, how)
            except Overtaken:
                issue = self.door.read(issue.ref) if issue else None
        return self._tend(due, issue, listed, now, how)

    def _tend(self, due: Due, issue: Issue | None, listed: Listed, now: datetime, how: How) -> Tended | None:
        mode = self._mode(due)
        if mode is Mode.OFF or not self.compose.knows(due.meeting.kind):
            return None
        looks = replace(how, dry=how.dry or mode is Mode.OBSERVE)
        if issue is None:
            done = (
                self._made(due, listed, now, looks) if due.makes or (how.asked and due.stage is Stage.AHEAD) else None
            )
        elif self.taxonomy.paused_label in issue.labels or (
            issue.state == "closed" and not self._acts(due, issue, how)
        ):
            done = None
        else:
            done = self._tended(due, issue, listed, now, looks, ticks=mode is not Mode.GUIDE)
        if done is None:
            return None
        done = replace(done, watched=mode is Mode.OBSERVE)
        if done.did and not how.dry and not (done.watched and how.whole and _told_tonight(due, now)):
            self._remember(done, due, now)
        return done

    def _acts(self, due: Due, issue: Issue, how: How) -> bool:
        mark = marked(issue, self.identity)
        return not how.asked and acts_closed(AgendaState.of(mark.state if mark else {}), due, issue)

    def why_not(self, due: Due, issue: Issue | None) -> Idle:
        """Why nothing is written, though somebody asked for it."""
        if self._mode(due) is Mode.OFF or not self.compose.knows(due.meeting.kind):
            return Idle.OFF
        if issue is None:
            return Idle.TOO_LATE
        if issue.state == "closed":
            return Idle.CLOSED
        return Idle.PAUSED if self.taxonomy.paused_label in issue.labels else Idle.OVER

    def _mode(self, due: Due) -> Mode:
        modes = self.taxonomy.rules.get(RULE)
        return modes.for_area(due.meeting.area) if modes else Mode.OFF

    def _made(self, due: Due, listed: Listed, now: datetime, how: How) -> Tended:
        whole = self.compose.whole(due, Heeded(AgendaState()), listed, now, now)
        did = ("made",) if now < due.meeting.start else ("made late",)
        project = home_of(due.meeting, self.program)
        if how.dry:
            return Tended(whole.title, f"{project}, a new issue", did, composed(whole.first, str(due.name)))
        calling = whole.calling if due.calls else ()
        wanted = Wanted(project, due.name, whole.title, (LABEL,), whole.layout, calling, now - MADE_WITHIN)
        standing = self.documents.ensure(wanted, listed())
        if not standing.created:
            did = ("found again",)
        return Tended(whole.title, str(standing.issue.ref), did, standing.issue.description, standing.issue)

    def _tended(self, due: Due, issue: Issue, listed: Listed, now: datetime, how: How, *, ticks: bool) -> Tended | None:
        mark = marked(issue, self.identity)
        state = AgendaState.of(mark.state if mark else {})
        if not how.last and (due.meeting.period in state.over or not (due.makes or _is_there(due, issue))):
            return None
        heeded = self.heed.look(issue, state, due, now, how, ticks=ticks)
        run = _Run(due, heeded.issue or issue, listed, now, heeded, how, list(heeded.did))
        if not how.dry:
            self._let_pass(run, state)
        over = due.stage >= Stage.OVER and due.meeting.period not in run.state.over
        if over and ticks and was_open(run.issue, due.meeting) and _is_there(due, run.issue):
            self._closed_out(run)
        return self._written(run, self._blocks(run))

    def _let_pass(self, run: _Run, before: AgendaState) -> None:
        """The PM's tick lets those sentences pass that stand there, unless somebody else edited behind it. A sentence
        that is new below an old tick waits for another. Edits behind it are of no matter where the last look saw the
        same sentences. Two calls where the PM ticked just now.
        """
        items = items_in(run.issue.description, str(run.due.name))
        seen = prints(items)
        run.did += ["sentences read"] if run.how.whole and seen != before.seen else []
        run.keeps(seen=seen)
        told = outcome_of(run.state.told.get(MAY_PASS, {}))
        if told is None:  # Nobody ticked, or a full marker has let the sentence about it go: what passed, passed.
            return
        if told.kind is not Became.DONE:
            run.keeps(passed=frozenset())
            return
        why = None
        if told != outcome_of(before.told.get(MAY_PASS, {})):
            items = items_in(self.door.read(run.issue.ref).description, str(run.due.name))
            activity, note = self.door.activity(run.issue.ref), heeded_until(run.state.told[MAY_PASS])
            stood = prints(items) == before.seen and not edited_between(activity, before.heard, note, self.identity.bot)
            alone = stood or all(self._lets_pass(run, who) for who in editors(activity, told.at))
            why = "words" if not alone else None if prints(items) else "nothing"
            run.keeps(passed=prints(items))
        elif prints(items) - run.state.passed:
            why = "words"
        if why:
            untold = replace(told, kind=Became.REFUSED, box=" ", data={**told.data, "why": why})
            run.keeps(passed=frozenset(), told={**run.state.told, MAY_PASS: untold.to_state()})
            run.keeps(ticked=run.state.ticked - {short(MAY_PASS)})
            run.heeded = replace(run.heeded, boxes={**run.heeded.boxes, MAY_PASS: " "}, anything=True)
            run.did.append("sentences not let pass")

    def _lets_pass(self, run: _Run, who: str) -> bool:
        """Whether somebody's edits change nothing that the PM did not mean: ours, and the PM's own."""
        meeting = run.due.meeting
        pm = Role.PM in self.program.roster.roles_at(who, meeting.area, run.now)
        return pm or who.casefold() == self.identity.bot.username.casefold()

    def _blocks(self, run: _Run) -> tuple[Block, ...]:
        """What it is to say: composed anew until the meeting begins, a record from then on."""
        due, mine = run.due, week(run.due.meeting)
        standing = as_they_stand(run.issue.description, str(due.name))
        there = _is_there(due, run.issue)
        by = _called_off(run)
        if by:
            standing = replaced(standing, self.compose.called_off(due.meeting, by), behind(standing, f"{mine}header"))
        elif self._anew(run, there=there):
            return self._composed(run, standing, mine, there=there)
        elif there and self._freezes(run):
            standing = self._frozen(run, standing, mine)
        if there and not by and run.heeded.drafts and due.stage is Stage.HELD:
            standing = self._with_drafts(run, standing, f"{mine}verbal")
        if run.heeded.owed is None:
            return standing
        return with_ticks(standing, self.compose.ticks(run.heeded, due.meeting))

    def _with_drafts(self, run: _Run, standing: tuple[Block, ...], name: str) -> tuple[Block, ...]:
        """A record too lists the requests that are told in its meeting."""
        if name not in {block.name for block in standing}:
            return standing
        whole = self.compose.whole(run.due, run.heeded, run.listed, run.now, run.issue.created_at)
        return replaced(standing, next(block for block in whole.blocks if block.name == name))

    def _composed(self, run: _Run, standing: Sequence[Block], mine: str, *, there: bool) -> tuple[Block, ...]:
        """All of this meeting's blocks, before those of others in the same issue. Who is new there is called once."""
        due, period = run.due, run.due.meeting.period
        whole = self.compose.whole(due, run.heeded, run.listed, run.now, run.issue.created_at)
        run.did += ["up to date on its day"] if self._on_its_day(run) and there else []
        run.keeps(night=refreshed(due.meeting, run.now))
        calls = due.calls and not there and run.issue.created_at < due.times.created
        calls = calls and period not in run.state.called
        if not there:
            run.did.append("made" if run.now < due.meeting.start else "made late")
            run.keeps(called=run.state.called | {period})
        called = {block.name: block for block in whole.calling} if calls else {}
        blocks = tuple(called.get(block.name, block) for block in whole.blocks)
        return (*blocks, *others(standing, mine, blocks))

    def _on_its_day(self, run: _Run) -> bool:
        """Whether this is the first run of the meeting's own day: it is kept even without news, so that the record can
        tell of which day its numbers are.
        """
        meeting, night = run.due.meeting, refreshed(run.due.meeting, run.now)
        last = refreshed(meeting, meeting.start)
        return night == last and night_of(run.state, meeting, run.issue) < last

    def _frozen(self, run: _Run, standing: tuple[Block, ...], mine: str) -> tuple[Block, ...]:
        """From its start on an agenda is a record, and says so, and of which night where the last ones were missed."""
        run.did.append("frozen")
        run.keeps(frozen=run.state.frozen | {run.due.meeting.period})
        older = older_numbers(run.state, run.due.meeting, run.issue)
        words = self.compose.frozen(run.due.meeting, of=older)
        return replaced(standing, words, behind(standing, f"{mine}{FOOTER}"))

    def _anew(self, run: _Run, *, there: bool) -> bool:
        """Whether it is composed anew: for the night, because people did something, or because it is not there yet."""
        if run.issue.state == "closed":
            return False
        if not there:
            return run.due.makes
        if run.due.stage > Stage.OPEN:
            return False
        night = night_of(run.state, run.due.meeting, run.issue)
        return run.how.asked or run.heeded.anything or night < refreshed(run.due.meeting, run.now)

    def _freezes(self, run: _Run) -> bool:
        meeting = run.due.meeting
        late = run.issue.created_at >= meeting.start or run.issue.state == "closed"
        return run.due.stage > Stage.OPEN and meeting.period not in run.state.frozen and not late

    def _closed_out(self, run: _Run) -> None:
        """Its requests are told what came of it, if it was held."""
        run.keeps(over=run.state.over | {run.due.meeting.period})
        if run.how.dry:
            run.did.append("over: its requests are told what came of it")
            return
        told = self.decisions.close_out(run.due.meeting, run.issue.ref, _asked_about(run), run.now)
        run.did.append(
            f"over: {told} {'request' if told == 1 else 'requests'} told what came of it" if told else "over"
        )

    def _written(self, run: _Run, blocks: tuple[Block, ...]) -> Tended:
        name, text = run.due.name, run.issue.description
        settled = frozenset(key for key, told in run.state.told.items() if leaves_no_trace(key, told))
        merged = merge(text, blocks, str(name), run.heeded.boxes, settled)
        if merged.text != text and not run.did:
            run.did.append("refreshed")
        ends = run.issue.state == "opened" and _ends(run)
        run.did += ["closed"] if ends else []
        issue = run.issue
        if run.did and not run.how.dry:
            news = News(blocks, run.heeded.boxes, settled, run.state.to_state())
            issue = self.documents.rewrite(issue, name, news).issue
            if ends:
                self._close(run, issue, name)
        return Tended(issue.title, str(issue.ref), tuple(run.did), merged.text, issue)

    def _close(self, run: _Run, written: Issue, name: DocumentName) -> None:
        """Close it. That it was closed is written with it, so that who reopens a meeting called off is heard."""
        fresh = self.door.read(written.ref)
        if marked(fresh, self.identity) != marked(written, self.identity):
            raise Overtaken(f"{written.ref} was written by another run at the same moment; it is closed later.")
        run.keeps(over=run.state.over | {run.due.meeting.period})
        line = bound(name, self.identity, fresh, run.state.to_state())
        self.door.describe(fresh.ref, with_marker(fresh.description, line), close=True)

    def _remember(self, done: Tended, due: Due, now: datetime) -> None:
        ref = done.issue.ref if done.issue else Ref(home_of(due.meeting, self.program), 0)
        verdict = Verdict.OBSERVED if done.watched else Verdict.REPORTED
        said = f"{'would be ' if done.watched else ''}{', '.join(done.did)}: {done.title}"
        self.journal.record([Entry(now, ref, done.watched, finding=Finding(RULE, verdict, said))])


def _told_tonight(due: Due, now: datetime) -> bool:
    """Whether a run of this night has told already what is only observed: nothing is done, so it stays news."""
    return refreshed(due.meeting, now) == refreshed(due.meeting, now - timedelta(hours=1))


def _is_there(due: Due, issue: Issue) -> bool:
    """Whether the issue has this meeting's agenda: several weeks share one."""
    mine = week(due.meeting)
    return any(block.name.startswith(mine) for block in as_they_stand(issue.description, str(due.name)))


def _asked_about(run: _Run) -> tuple[Ref, ...]:
    """The requests on this meeting's agenda, of several in the issue; none where it was called off."""
    blocks = as_they_stand(run.issue.description, str(run.due.name))
    mine = (block for block in blocks if block.name.startswith(week(run.due.meeting)))
    return () if _called_off(run) else requests_in(items_wanted(mine))


def _called_off(run: _Run) -> str | None:
    return called_off(run.state, run.due.meeting)


def _ends(run: _Run) -> bool:
    """Whether it is to be closed: its days are over, or its only meeting was called off and nobody reopened it."""
    meeting = run.due.meeting
    off = not week(meeting) and _called_off(run) is not None and meeting.period not in run.state.over
    return off or (run.due.stage is Stage.DONE and run.how.last)
