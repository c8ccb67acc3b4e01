"""What a list and label events tell of one request, as a card: where it stood from when to when, and who moved it.

No notes are read for it, so it judges nobody: what rules think of a move is the business of `history`. A title that
another has replaced counts as that one, as there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from app.domain.history import area_of
from app.domain.issue import Issue, LabelEvent
from app.domain.picture import Card, Stay
from app.domain.taxonomy import Taxonomy
from app.domain.voice import Bot


def card_of(issue: Issue, events: Iterable[LabelEvent], taxonomy: Taxonomy, bot: Bot) -> Card:
    """The card of an issue, under the present titles of its labels.

    A card without a status stays where it was last, as for the rules. What we put back within the time that a held move
    may wait was no stay, and did not interrupt the one before.
    """
    known = sorted((event for event in events if event.label), key=attrgetter("id"))
    labels = frozenset(taxonomy.current(title) for title in issue.labels)
    stays = _stays(issue, known, taxonomy, bot)
    return Card(replace(issue, labels=labels), area_of(labels), stays, _put_on(known, labels, taxonomy.successors))


@dataclass(slots=True)
class _Walk:
    """Where the walk through the events has come to. `ours` tells of each stay whether we brought the card there."""

    present: list[str]
    stays: list[Stay] = field(default_factory=list)
    ours: list[bool] = field(default_factory=list)

    def to(self, status: str, event: LabelEvent, *, by_us: bool) -> None:
        """The card stands in `status` from now on."""
        if self.stays:
            self.stays[-1] = replace(self.stays[-1], until=event.at)
        self.stays.append(Stay(status, event.at, None, event.user.username if event.user else None))
        self.ours.append(by_us)

    def back(self) -> None:
        """The card never left where it was before."""
        self.stays.pop()
        self.ours.pop()
        self.stays[-1] = replace(self.stays[-1], until=None)


def _stays(issue: Issue, known: list[LabelEvent], taxonomy: Taxonomy, bot: Bot) -> tuple[Stay, ...]:
    flow = taxonomy.workflow
    titles = {status.title for status in flow.statuses}
    moves = [event for event in known if taxonomy.current(event.label or "") in titles]
    before = _before_events(moves, {t for t in issue.labels if taxonomy.current(t) in titles})
    walk = _Walk(before, [Stay(taxonomy.current(title), None, None, None) for title in before[-1:]], [False])
    for event in moves:
        _present(walk.present, event)
        status = taxonomy.current(walk.present[-1]) if walk.present else None
        if status is None or (walk.stays and walk.stays[-1].status == status):
            continue
        by_us, last = bot.is_us(event.user), walk.stays[-1] if walk.stays else None
        returns = by_us and len(walk.stays) > 1 and walk.stays[-2].status == status and not walk.ours[-1]
        if returns and last and last.since and event.at - last.since <= flow.hold_for:
            walk.back()
        else:
            walk.to(status, event, by_us=by_us)
    return tuple(walk.stays)


def _present(present: list[str], event: LabelEvent) -> None:
    """Of several statuses at once the newest counts."""
    title = event.label or ""
    if title in present:
        present.remove(title)
    if event.action == "add":
        present.append(title)


def _before_events(moves: list[LabelEvent], here: set[str]) -> list[str]:
    """Statuses older than the events GitLab keeps: first seen leaving, or here without any event."""
    first: dict[str, str] = {}
    for event in moves:
        first.setdefault(event.label or "", event.action)
    return sorted(t for t, action in first.items() if action == "remove") + sorted(here - first.keys())


def _put_on(known: list[LabelEvent], labels: frozenset[str], successors: Mapping[str, str]) -> dict[str, datetime]:
    """Since when it has its labels. One that its successor takes the place of has not been taken off."""
    since: dict[str, datetime] = {}
    left: dict[str, tuple[str, datetime]] = {}
    on: dict[str, set[str]] = {}
    for event in known:
        title = event.label or ""
        now_called = successors.get(title, title)
        here = on.setdefault(now_called, set())
        if event.action == "add":
            old, before = left.pop(now_called, (title, event.at))
            if not here:
                since[now_called] = before if old != title and old in successors else event.at
            here.add(title)
            continue
        here.discard(title)
        if not here and now_called in since:
            left[now_called] = (title, since.pop(now_called))
    return {title: at for title, at in since.items() if title in labels}
