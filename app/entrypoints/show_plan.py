"""How a plan and its making are told: plain lines for a terminal and a CI log, Markdown for a merge request.

Names come from GitLab and are anybody's: on a terminal they are one line without control characters, in Markdown
inline code, so that they run nothing, mention nobody and link no issue (promise 9).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.domain.failure import Left
from app.domain.merge_note import MOST_MARKDOWN
from app.domain.neutral import plain, quote
from app.domain.provision import (
    ISSUES_A_MINUTE,
    NAMED,
    Act,
    Change,
    Difference,
    Kind,
    Provision,
    Refusal,
    counted,
    fold,
    issues_told,
)
from app.domain.saved_plan import Moved
from app.services.provision import Done

FOLDED = 20
"""So many changes of a kind and act are listed where a list is folded."""

FEW = 5
"""So many new things of a kind are told field by field."""

MANY = 50
"""A merge that touches more issues than this takes long enough to be announced."""

NEW = frozenset({Act.CREATE, Act.REPORT})
"""What a terminal folds: whatever touches something that exists is listed whole there."""

_SENTENCE = 600
_SIGNS = {
    Act.CREATE: "+",
    Act.CHANGE: "~",
    Act.RENAME: "→",
    Act.MERGE: "⇒",
    Act.MOVE: "↕",
    Act.RETIRE: "⊘",
    Act.DELETE: "-",
    Act.REPORT: "!",
}
_LEFT = "left to people"
Echo = Callable[[str, int], str]
"""Makes somebody's text harmless, and cuts it to a length."""


def plan_lines(provision: Provision) -> Iterator[str]:
    """The whole plan for a terminal: each kind with its changes, then the numbers, then why it is refused."""
    for kind in provision.kinds:
        changes = provision.of(kind)
        if changes:
            yield f"{kind}:"
            yield from (f"  {line}" for line in _folded(changes))
            yield ""
    yield headline(provision)
    yield from (f"  {line}" for line in kind_lines(provision))
    if provision.refusals:
        yield "Refused, so nothing of it is made:"
        yield from (f"  {_refusal(stop, plain)}" for stop in provision.refusals)


def plan_markdown(provision: Provision) -> list[str]:
    """The same for a note: the sentence and the refusals first, kinds to unfold; no longer than a note may be."""
    lines: list[str] = []
    for at_most in (FOLDED, FOLDED // 4, 0):
        lines = list(_markdown(provision, at_most))
        if sum(len(line) + 1 for line in lines) <= MOST_MARKDOWN:
            break
    return lines


def _markdown(provision: Provision, at_most: int) -> Iterator[str]:
    yield f"**{headline(provision)}**"
    if provision.refusals:
        yield from ("", "Refused, so nothing of it is made:", "")
        yield from (f"- {_refusal(stop, quote)}" for stop in provision.refusals)
    for kind in provision.kinds:
        yield ""
        if provision.of(kind):
            yield from (f"<details><summary>{kind}: {numbers(provision, kind)}</summary>", "")
            yield from _bullets(provision.of(kind), at_most)
            yield from ("", "</details>")
        else:
            yield f"{kind}: {numbers(provision, kind)}"
    yield from (f"\n{line}" for line in _unasked(provision))


def _folded(changes: Sequence[Change]) -> Iterator[str]:
    folded = fold(changes, FOLDED, NEW)
    for change in folded.shown:
        yield f"{_SIGNS[change.act]} {what(change)}{f' ({change.where})' if change.where else ''}"
        yield from (f"    {line}" for line in _details(change, changes, plain))
    yield from (f"… and {number} more {_to(act)}; `plan --json` lists all" for act, number in folded.more.items())


def _bullets(changes: Sequence[Change], at_most: int) -> Iterator[str]:
    folded = fold(changes, at_most)
    for change in folded.shown:
        yield f"- {what(change, quote)}{f' ({quote(str(change.where))})' if change.where else ''}"
        yield from (f"  - {line}" for line in _details(change, changes, quote))
    yield from (f"- … and {number} more {_to(act)}" for act, number in folded.more.items())


def what(change: Change, echo: Echo = plain) -> str:
    """`create status::new in group/project`, `rename status::triage → status::new in …`."""
    said = f"{_LEFT}:" if change.act is Act.REPORT else change.act.value
    name = echo(change.name, 255)
    for found in change.differences:
        if _renames(change, found):
            name = f"{echo(found.now, 255)} → {echo(found.wanted, 255)}"
    return f"{said} {name} in {echo(change.place, 255)}"


def _renames(change: Change, found: Difference) -> bool:
    return change.act in (Act.RENAME, Act.MERGE) and found.field == "title"


def _details(change: Change, among: Sequence[Change], echo: Echo) -> Iterator[str]:
    """What a line says beneath it. Of many new things the line of the configuration tells enough."""
    if change.act is Act.CREATE and sum(other.act is Act.CREATE for other in among) > FEW:
        return
    for found in change.differences:
        if change.act is Act.CREATE:
            yield f"{found.field}: {_value(found.wanted, echo)}"
        elif not _renames(change, found):
            yield f"{found.field}: {_value(found.now, echo)} → {_value(found.wanted, echo)}"
    if change.because:
        yield f"because {echo(change.because, _SENTENCE)}"
    if change.issues is None:
        yield "how many issues carry it could not be counted"
    elif change.issues or change.named:
        yield _touched(change, max(change.issues, len(change.named)), echo)


def _value(text: str, echo: Echo) -> str:
    return echo(text, 160) if text else "(nothing)"


def _touched(change: Change, number: int, echo: Echo) -> str:
    named = [echo(_short(name, change.place), 255) for name in change.named[:NAMED]]
    more = f" and {number - len(named)} more" if named and number > len(named) else ""
    verb = "concerns" if change.act is Act.REPORT else "touches"
    return f"{verb} {counted(number, 'issue')}{': ' if named else ''}{', '.join(named)}{more}"


def _short(issue: str, place: str) -> str:
    """An issue of the place that was just named is only a number."""
    return issue.removeprefix(place) if issue.startswith(f"{place}#") else issue


def headline(provision: Provision) -> str:
    """The plan in one sentence, or two."""
    pending, reports = len(provision.pending), len(provision.changes) - len(provision.pending)
    left = f" {counted(reports, 'thing')} {'is' if reports == 1 else 'are'} {_LEFT}." if reports else ""
    left += f" {unmet(provision)}" if provision.unmet else ""
    if pending:
        about = f", touching {issues_told(provision.pending)}" if provision.touched else ""
        return f"{counted(pending, 'change')} to make{about}.{left}"
    if provision.unseen:
        return f"Whether there is anything to do is not known: not everything could be looked at.{left}"
    return f"{'Nothing that `apply` can do.' if provision.unmet else 'Nothing to do.'}{left}"


def unmet(provision: Provision) -> str:
    """That it is not all as declared, and stays so until somebody does something."""
    things = counted(provision.unmet, "declared thing")
    if provision.unmet == 1:
        return f"{things} is not as declared and waits for people."
    return f"{things} are not as declared and wait for people."


def kind_lines(provision: Provision) -> Iterator[str]:
    """The numbers of each kind, also of those that need nothing; and which were not asked for."""
    yield from (f"{kind}: {numbers(provision, kind)}" for kind in provision.kinds)
    yield from _unasked(provision)


def _unasked(provision: Provision) -> Iterator[str]:
    unasked = [kind for kind in Kind if kind not in provision.kinds]
    if unasked:
        yield f"not asked for: {', '.join(unasked)}"


def numbers(provision: Provision, kind: Kind) -> str:
    """`2 to create, 1 left to people, 61 as declared`."""
    if kind in provision.unseen:
        return "could not be looked at"
    acts = [change.act for change in provision.of(kind)]
    found = [f"{acts.count(act)} {_to(act)}" for act in Act if act in acts]
    declared = provision.as_declared.get(kind, 0)
    return ", ".join([*found, *([f"{declared} as declared"] if declared else [])]) or "nothing declared"


def _to(act: Act) -> str:
    return _LEFT if act is Act.REPORT else f"to {act}"


def _refusal(stop: Refusal, echo: Echo) -> str:
    lifted = f" {stop.flag} lifts this." if stop.flag else ""
    return f"{echo(stop.message, _SENTENCE)}{lifted}"


def moved_lines(moved: Moved) -> Iterator[str]:
    """Why a saved plan is not applied, and what differs."""
    if moved.file:
        yield "The plan in this file is not the one that was made from what GitLab has, so nothing was written."
    else:
        who = "The configuration has changed" if moved.configuration else "GitLab is no longer as it was"
        yield f"{who} since this plan was made, so nothing was written."
    titles = ("Not in the file:", "In the file only:") if moved.file else ("New since then:", "No longer to be made:")
    for title, changes in zip(titles, (moved.new, moved.gone), strict=True):
        if changes:
            yield title
            yield from (f"  {line}" for line in _folded(changes))
    if not moved.new and not moved.gone:
        yield "The changes would be the same, but what they start from is not."
    yield "Make a new plan, look at it, and apply that one."


def announced(change: Change) -> str | None:
    """Said before a change that takes long: a merge writes each issue, whatever else is one call or a few."""
    if change.act is not Act.MERGE or change.issues is None or change.issues <= MANY:
        return None
    minutes = -(-change.issues // ISSUES_A_MINUTE)
    return f"{what(change)} touches {change.issues} issues; that takes about {counted(minutes, 'minute')}"


_OUTCOMES = {
    Left.UNDONE: "could not be made",
    Left.IN_PART: "was made in part",
    Left.UNKNOWN: "may have been made",
}


def made(done: Done) -> str:
    """A change after it was tried."""
    if done.problem:
        return f"{what(done.change)}: {_OUTCOMES[done.left]}. {plain(done.problem, _SENTENCE)}"
    return f"{what(done.change)}{f'; {plain(done.told, _SENTENCE)}' if done.told else ''}"


@dataclass(slots=True)
class Tally:
    """How far an apply came: what was made of each kind, and what became of the rest it was at."""

    provision: Provision
    made: Counter[Kind] = field(default_factory=Counter)
    failed: Counter[Left] = field(default_factory=Counter)
    under_way: int = 0

    def lines(self) -> Iterator[str]:
        """The end of an apply: the numbers of each kind, then those of all."""
        yield from (f"{kind}: {self._kind(kind)}" for kind in self.provision.kinds)
        yield self._all()

    def _kind(self, kind: Kind) -> str:
        acts = [change.act for change in self.provision.of(kind)]
        pending = len(acts) - acts.count(Act.REPORT)
        found = [f"{self.made[kind]} of {counted(pending, 'change')} made"] if pending else []
        found += [f"{acts.count(Act.REPORT)} {_LEFT}"] if Act.REPORT in acts else []
        declared = self.provision.as_declared.get(kind, 0)
        found += [f"{declared} as declared before"] if declared else []
        return ", ".join(found) or "nothing declared"

    def _all(self) -> str:
        total, done = len(self.provision.pending), self.made.total()
        told = f"{done} of {counted(total, 'change')} made"
        if done == total:
            return f"{told}."
        at = [f"{number} {left.value}" for left, number in sorted(self.failed.items(), key=lambda one: one[0].value)]
        at += [f"{self.under_way} {'was' if self.under_way == 1 else 'were'} under way"] if self.under_way else []
        rest = total - done - self.failed.total() - self.under_way
        return f"{', '.join([told, *at])}, {rest} not tried. `sounding-board apply` goes on from there."
