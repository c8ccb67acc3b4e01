"""How `explain` shows the reading of a request: what was told and where, its customers, what is missing, who waits.

Of what people typed only the names of fields are shown, and amounts are bands for every project: a terminal and a CI
log have readers of their own (promise 11).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.domain.case import Case
from app.domain.context import Wanted
from app.domain.hold import kept
from app.domain.ledger import strongest_first
from app.domain.ledger_note import Desk, desk, shown
from app.domain.numbers import Amounts
from app.domain.ours import CONTEXT
from app.domain.request import Told, Where

NAMED_AT_MOST = 20
"""Customers that are listed; the others are counted."""


def request_lines(case: Case) -> Iterator[str]:
    """The request as it was read, line by line."""
    yield from _told(case)
    yield from _customers(case)
    yield from _missing(case)
    yield from _waits(case)


def _told(case: Case) -> Iterator[str]:
    yield "Told:" if case.facts else "Told: nothing."
    names = {f.key: f.names[0] for f in case.taxonomy.fields}
    for key, fact in case.facts.items():
        yield f"  {names.get(key, key)}: {_where(fact)}{'' if fact.readable else ', cannot be read'}"


def _where(fact: Told) -> str:
    match fact.where:
        case Where.DESCRIPTION:
            return "in the description"
        case Where.ISSUE:
            return "by the milestone"
        case Where.NOTE:
            on = f" of {fact.at:%Y-%m-%d %H:%M} UTC" if fact.at else ""
            return f"in {'an internal' if fact.internal else 'a'} comment{on}"


def _customers(case: Case) -> Iterator[str]:
    lines = strongest_first(case.reading.lines)
    yield f"Customers: {len(lines)}." if not lines else f"Customers: {len(lines)}, amounts as bands:"
    for row, line in zip(shown(_bands(case), lines[:NAMED_AT_MOST]), lines, strict=False):
        account = str(row["account"]).partition("]")[0].strip("[")
        where = "the description" if line.note_id is None else f"comment {line.note_id}"
        told = (account, row["kind"], row["severity"], row["arr"], row["needed_by"])
        yield f"  {' · '.join(map(str, told))} · by {row['who']} in {where}"
    if len(lines) > NAMED_AT_MOST:
        yield f"  and {len(lines) - NAMED_AT_MOST} more"


def _bands(case: Case) -> Desk:
    at = desk(case.snapshot.issue.ref.project, case.taxonomy, case.program, case.book)
    return replace(at, amounts=Amounts.BANDS)


def _missing(case: Case) -> Iterator[str]:
    """For each status that a step leads to, what it still takes."""
    flow = case.taxonomy.workflow
    here = flow.status(case.history.stood)
    if here:
        yield f"Missing in {here.name}: {_listed(case.context.wanted(here.requires))}"
    for status in flow.statuses:
        steps = [] if status is here else list(flow.steps(case.history.stood, status.title))
        plain = [move for move in steps if not flow.overrides(move)]
        if plain:
            keys = flow.needed(status.title, plain[0]) + plain[0].requires
            wanted = case.context.wanted(keys, since=case.history.entered)
            yield f"Missing before {status.name}: {_listed(wanted)}"


def _listed(wanted: Iterable[Wanted]) -> str:
    return ", ".join(w.item.title for w in wanted) or "nothing"


def _waits(case: Case) -> Iterator[str]:
    hold, asked = kept(case), case.voice.on(CONTEXT)
    if hold:
        mover = f" of {hold.mover}" if hold.mover else ""
        yield (
            f"Held: the move{mover} from {case.status_name(hold.source)} to {case.status_name(hold.target)}, until "
            f"{hold.until:%Y-%m-%d %H:%M} UTC; waits for {_awaited(case, hold.missing, proposed=hold.proposed)}."
        )
    if asked and asked.open:
        since = str(asked.state.get("since"))[:10]
        yield f"Asked: {asked.state.get('of')} since {since}, reminded {asked.state.get('rung') or 0} times."


def _awaited(case: Case, missing: Iterable[str], *, proposed: bool) -> str:
    titles = [case.taxonomy.items[key].title for key in missing if key in case.taxonomy.items]
    return ", ".join([*(["somebody who may make it"] if proposed else []), *titles]) or "a word on the way"
