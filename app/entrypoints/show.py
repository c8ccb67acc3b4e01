"""How commands show things on a terminal: plain lines that also read well in a CI log."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from app.domain.case import Case
from app.domain.inbox import DeadLetter, Waiting
from app.domain.issue import Ref
from app.domain.journal import Entry
from app.domain.ours import CARRIED, LEDGER
from app.domain.plan import Carry, ChangeLabels, Deed, DeleteNote, Draft, EditNote, Finding, PostNote, React
from app.domain.planned import Planned
from app.entrypoints.request_shown import request_lines


def explanation(ref: Ref, planned: Planned) -> Iterator[str]:
    """What the rules say about an issue, and why."""
    if planned.case is None:
        yield f"{ref} is no request: it is not an issue of a request project, or it is a document of the program."
        return
    yield from _state(planned.case)
    yield "Rules:"
    yield from (f"  {finding_line(f)}" for f in planned.plan.findings)
    if not planned.plan.findings:
        yield "  nothing to say"
    if planned.plan.look_again_at:
        yield f"Looks again at {planned.plan.look_again_at:%Y-%m-%d %H:%M:%S} UTC."
    yield "Would write:" if planned.writes else "Would write nothing."
    for write in planned.writes:
        yield from (f"  {line}" for line in write_lines(write))


def _state(case: Case) -> Iterator[str]:
    issue, history = case.snapshot.issue, case.history
    current = f"in {case.status_name(history.current)}" if history.current else "without a status"
    state = "open" if issue.state == "opened" else "closed"
    yield f"{issue.ref} is {state}, {current}; area {case.area or 'unknown'}."
    if history.last:
        step = history.last
        yield (
            f"Judged: {step.mover} moved it from {case.status_name(step.source)} to "
            f"{case.status_name(step.target)} on {step.event.at:%Y-%m-%d %H:%M} UTC."
        )
    else:
        yield f"No move is to be judged; it stands in {case.status_name(history.stood)}."
    yield from request_lines(case)


def finding_line(finding: Finding) -> str:
    """One line of what a rule made of what it saw."""
    arrow = f" [{finding.before or '-'} -> {finding.after or '-'}]" if finding.before or finding.after else ""
    who = f" ({finding.who})" if finding.who else ""
    return f"{finding.rule}: {finding.verdict}{arrow}{who}: {finding.because}"


def write_lines(write: Deed) -> Iterator[str]:
    """What a write does; notes with their visible text."""
    match write:
        case ChangeLabels(add=add, remove=remove):
            yield f"labels: {' '.join([*(f'+{t}' for t in sorted(add)), *(f'-{t}' for t in sorted(remove))])}"
        case PostNote(topic=topic, body=body):
            yield f"note on '{topic}':"
            yield from (f"  | {line}".rstrip() for line in _printable(topic, body))
        case EditNote(topic=topic, note_id=note_id, body=body):
            yield f"note {note_id} on '{topic}' becomes:"
            yield from (f"  | {line}".rstrip() for line in _printable(topic, body))
        case DeleteNote(note_id=note_id):
            yield f"note {note_id} is taken away: another says it"
        case React(note_id=note_id, name=name):
            yield f"comment {note_id} gets the reaction {name}"
        case Carry(to=to, lines=lines):
            yield f"customers kept on {to} as those of a duplicate: {len(lines)}"
        case Draft(note_id=note_id, asker=asker):
            yield f"a request drafted from comment {note_id} of {asker.username}"
        case _ as unreachable:
            assert_never(unreachable)


def _printable(topic: str, body: str) -> list[str]:
    """What a terminal may show of a note: a ledger may hold amounts that the readers of a log are not to see."""
    return ["(not shown: for the members of the project)"] if topic in (LEDGER, CARRIED) else visible(body)


def visible(body: str) -> list[str]:
    """The lines of a note that people see."""
    return body.partition("\n\n<!-- sounding-board:")[0].splitlines()


def journal_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The journal of an issue, as given."""
    for entry in entries:
        head = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC{' dry' if entry.dry else ''}"
        if entry.finding:
            yield f"{head}  {finding_line(entry.finding)}"
        if entry.write:
            yield f"{head}  {_would(entry.write) if entry.dry else _did(entry.write, entry.note_id)}"
        if not entry.finding and not entry.write:
            yield f"{head}  looked at, nothing to say"
        if entry.deliveries:
            yield f"{'':23}  because of {', '.join(entry.deliveries)}"


def _did(write: Deed, note_id: int | None) -> str:
    match write:
        case ChangeLabels():
            return f"changed {''.join(write_lines(write))}"
        case PostNote(topic=topic):
            return f"posted note {note_id} on '{topic}'"
        case EditNote(topic=topic, note_id=edited):
            return f"edited note {edited} on '{topic}'"
        case DeleteNote(note_id=deleted):
            return f"took away note {deleted}; another says it"
        case React(note_id=answered, name=name):
            return f"reacted to comment {answered} with {name}"
        case Carry(to=to):
            return f"saw to the customers of this duplicate on {to}"
        case Draft(note_id=asked, asker=asker):
            return f"drafted a request from comment {asked} of {asker.username}"
        case _ as unreachable:
            assert_never(unreachable)


def _would(write: Deed) -> str:
    match write:
        case ChangeLabels():
            return f"would change {''.join(write_lines(write))}"
        case PostNote(topic=topic):
            return f"would post a note on '{topic}'"
        case EditNote(topic=topic, note_id=edited):
            return f"would edit note {edited} on '{topic}'"
        case DeleteNote(note_id=deleted):
            return f"would take away note {deleted}; another says it"
        case React(note_id=answered, name=name):
            return f"would react to comment {answered} with {name}"
        case Carry(to=to):
            return f"would see to the customers of this duplicate on {to}"
        case Draft(note_id=asked, asker=asker):
            return f"would draft a request from comment {asked} of {asker.username}"
        case _ as unreachable:
            assert_never(unreachable)


def waiting_line(waiting: Waiting) -> str:
    """One subject that waits."""
    times = "once" if waiting.attempts == 1 else f"{waiting.attempts} times"
    tried = f", tried {times}: {waiting.reason}" if waiting.attempts else ""
    return f"waiting  {waiting.subject.key}  due {waiting.due:%Y-%m-%d %H:%M:%S} UTC{tried}"


def dead_line(letter: DeadLetter) -> str:
    """One subject that was given up."""
    return f"dead     {letter.subject.key}  since {letter.died_at:%Y-%m-%d %H:%M:%S} UTC: {letter.reason}"
