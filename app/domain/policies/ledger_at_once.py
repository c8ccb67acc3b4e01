"""A customer line that was told, edited or withdrawn is in the request's own ledger at once (requests 2.4, 2.7).

Whoever told it sees so by a reaction. Shares and points stay as the last `score` left them. A move alone changes no
customer, and a lawful move writes nothing (workflow 3.6): what the ledger says of the next status follows later.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from app.domain.case import SILENT, Case, Ruling
from app.domain.ledger_note import READ_KEPT, already_read, desk, gives_away, ledger_of
from app.domain.ours import LEDGER, NUMBERS
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.receipt import ever_here

NAME = NUMBERS
READ_AT_ONCE = 30
"""Comments that get a reaction in one run; the others get theirs in the next."""
SOON = timedelta(minutes=1)
_SEEN = "white_check_mark"


def rule(case: Case) -> Ruling:
    """Bring the ledger up to date, and mark the comments it was read from."""
    unread = tuple(_unread(case))
    now = unread[:READ_AT_ONCE]
    say = ledger_of(case, case.book, read=now)
    if say is None or not _matters(case, say):
        return SILENT
    accounts = say.state["accounts"]
    if gives_away(say, desk(case.snapshot.issue.ref.project, case.taxonomy, case.program, case.book)):
        because = "the ledger is not written: it would show a customer's name or an exact amount"
        return Ruling(findings=(Finding(NAME, Verdict.REPORTED, because),))
    return Ruling(
        says=(say,),
        findings=(Finding(NAME, Verdict.REPORTED, f"the ledger has {accounts} account{'' if accounts == 1 else 's'}"),),
        reactions=tuple(React(note, _SEEN) for note in now),
        look_again_at=case.now + SOON if len(unread) > len(now) else None,
    )


def _unread(case: Case) -> Iterator[int]:
    """Comments with customer lines, of people who were not shown yet that we read them."""
    since = case.taxonomy.workflow.effective_from
    read = already_read(case.voice.on(LEDGER))
    full = len(read) >= READ_KEPT
    for note in case.comments:
        heard = case.reading.heard.get(note.id)
        known = note.id in read or (full and note.id < read[0])
        counts = heard and any(line.withdrawn is None or ever_here(case, line) for line in heard.lines)
        if counts and not known and note.created_at >= since:
            yield note.id


def _matters(case: Case, say: Say) -> bool:
    """Whether it is worth a write. A first ledger is for open requests with a customer told since the rules took
    effect; `score` begins those of the others.
    """
    note, since = case.voice.on(LEDGER), case.taxonomy.workflow.effective_from
    if note is None:
        lately = any(line.at >= since for line in case.reading.lines)
        return case.snapshot.issue.state == "opened" and lately
    if not note.intact or note.template != say.template:
        return True
    skipped = {"scored"} | ({"missing"} if _next(note.state) != _next(say.state) else set())
    return any(note.state.get(key) != wish for key, wish in say.state.items() if key not in skipped)


def _next(state: Mapping[str, object]) -> object:
    """The status that a ledger's list of what is missing is about."""
    missing = state.get("missing")
    return missing[0] if isinstance(missing, list) and missing else None
