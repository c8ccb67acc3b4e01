"""People's work in flight when the taxonomy changes: which open requests the new rules would find wanting.

Each request is judged as it stands, by the old rules and by the new ones: what both miss is no news.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.domain.case import is_request
from app.domain.context import WORTH, Context
from app.domain.envelope import looks_sealed
from app.domain.history import area_of
from app.domain.issue import Issue, Note, Ref, Snapshot
from app.domain.program import Program
from app.domain.provision import Act, Change, Kind, Where
from app.domain.request import read_request
from app.domain.taxonomy import Item, Predicate, Source, Taxonomy

_INCOMPLETE = "be incomplete"


@dataclass(frozen=True, slots=True)
class Revision:
    """The taxonomy before and after a change, the program after it, and the instant they are compared at.

    `name` is how people call the state before, such as `main`.
    """

    name: str
    old: Taxonomy
    new: Taxonomy
    program: Program
    now: datetime

    @property
    def leaving(self) -> Mapping[str, str]:
        """Labels in use before and not after, statuses apart, by their title before, each as `carry a label that …`."""
        statuses = {status.title for status in self.old.workflow.statuses}
        before, after = _out_of_use(self.old, self.now.date()), _out_of_use(self.new, self.now.date())
        found = {}
        for title in sorted(self.old.titles - statuses - before.keys()):
            present = self.new.current(title)
            if present in after:
                found[title] = f"carry a label that was in use until {after[present]}"
            elif present not in self.new.titles:
                found[title] = "carry a label that is in label_taxonomy.yml no more"
        return found

    @property
    def matters(self) -> bool:
        """Whether any request at all could be judged otherwise than before."""
        old, new = self.old, self.new
        same = (old.workflow.statuses, old.items, old.fields) == (new.workflow.statuses, new.items, new.fields)
        return not same or bool(self.leaving)


@dataclass(frozen=True, slots=True)
class Affected:
    """Requests of one project that carry `label`, and what they all would do, as `be incomplete …`."""

    label: str
    refs: tuple[Ref, ...]
    because: str


def requests(issues: Iterable[Issue], program: Program) -> tuple[Issue, ...]:
    """The open requests among issues."""
    return tuple(issue for issue in issues if issue.state == "opened" and is_request(issue, program))


def newly_missing(revision: Revision, issue: Issue, notes: Sequence[Note] = ()) -> tuple[str, ...]:
    """Titles of the items that its status requires by the new rules and that the old ones did not miss.

    Links and the account book are not read: what these may tell is never said to be missing.
    """
    before = _missing(revision.old, issue, notes, revision)
    after = _missing(revision.new, issue, notes, revision)
    return tuple(title for key, title in after.items() if key not in before)


def _missing(taxonomy: Taxonomy, issue: Issue, notes: Sequence[Note], revision: Revision) -> Mapping[str, str]:
    """What the status of a request requires and is not there, by key, with titles."""
    issue = replace(issue, labels=frozenset(map(taxonomy.current, issue.labels)))
    standing = [status for status in taxonomy.workflow.statuses if status.title in issue.labels]
    if len(standing) != 1:
        return {}
    spoken = tuple(note for note in notes if not note.system and not looks_sealed(note.body))
    prompts = tuple(item.why for item in taxonomy.items.values())
    reading = read_request(issue, spoken, taxonomy.fields, prompts)
    snapshot, area = Snapshot(issue, (), spoken), area_of(issue.labels)
    context = Context(snapshot, reading.facts, taxonomy, revision.program, area, revision.now, reading)
    found = (wanted.item for wanted in context.wanted(standing[0].requires))
    return {item.key: item.title for item in found if not _told_by_book(item)}


def _told_by_book(item: Item) -> bool:
    return Predicate(Source.LINE, WORTH) in item.met_by


def _out_of_use(taxonomy: Taxonomy, today: date) -> Mapping[str, date]:
    return {one.title: one.retire_after for one in taxonomy.labels if one.retire_after and one.retire_after < today}


def affected(
    revision: Revision, open_requests: Sequence[Issue], lacking: Mapping[Ref, tuple[str, ...]]
) -> tuple[Affected, ...]:
    """What becomes of a project's open requests. `lacking` is what each newly misses, by the notes too."""
    groups: dict[tuple[str, str], list[Ref]] = {}
    for issue in open_requests:
        for key in _effects(revision, issue, lacking.get(issue.ref, ())):
            groups.setdefault(key, []).append(issue.ref)
    return tuple(Affected(label, tuple(refs), because) for (label, because), refs in sorted(groups.items()))


def _effects(revision: Revision, issue: Issue, lacks: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    new, statuses = revision.new, {status.title: status for status in revision.old.workflow.statuses}
    for title in sorted(issue.labels & statuses.keys()):
        status = new.workflow.status(new.current(title))
        if status is None:
            yield (
                title,
                "stand in a status that is there no more; say in `previously` what it became, or move them first",
            )
        elif lacks:
            yield status.title, f"{_INCOMPLETE} in {status.name}, without {', '.join(lacks)}"
    for title in sorted(issue.labels & revision.leaving.keys()):
        yield title, revision.leaving[title]


def reports(
    revision: Revision,
    project: str,
    found: Iterable[Affected],
    open_requests: int,
    unread: int,
    places: Mapping[str, Where],
) -> tuple[Change, ...]:
    """What a plan tells about them, and writes nothing for. So many incomplete ones are `unread`: their comments, which
    may tell what is missing, were too many to read.
    """
    doubt = f" ({unread} of them judged without their comments)" if unread else ""
    return tuple(
        Change(
            Kind.LABELS,
            Act.REPORT,
            project,
            one.label,
            where=places.get(f"label:{revision.new.current(one.label)}"),
            because=f"unlike in {revision.name}, {len(one.refs)} of {open_requests} open requests would {one.because}"
            + (doubt if one.because.startswith(_INCOMPLETE) else ""),
            issues=len(one.refs),
            named=tuple(map(str, one.refs)),
        )
        for one in found
    )
