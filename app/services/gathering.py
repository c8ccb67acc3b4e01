"""Reads all that one agenda is written from (agendas 4.1), before anybody thinks about it.

A picture costs a list call for each hundred open requests of the area (or of the program), one for those closed since
the last meeting, one for the boards, one for the area's Top Requests, and one read of notes for each request that the
kind wants to show in detail. Label events cost nothing while the cache is warm, else one read for each request.
Raises Temporary, Permanent: half a board is no board.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from app.domain import top_requests
from app.domain.account_book import AccountBook
from app.domain.case import Case, build, is_request
from app.domain.failure import Missing
from app.domain.issue import Issue, LabelEvent, Note, Ref, Snapshot
from app.domain.ledger import strongest_first
from app.domain.meeting import Meeting
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import last_before, meetings, neighbours
from app.domain.ours import LEDGER
from app.domain.picture import Card, Detail, Given, Picture, Sheet, Wants
from app.domain.program import Program
from app.domain.scored import Scored
from app.domain.sheets import home_of, sheets, that_stand
from app.domain.stays import card_of
from app.domain.taxonomy import Taxonomy
from app.domain.verbal import in_their_name
from app.domain.voice import Identity

AHEAD = timedelta(weeks=27)
"""How far a picture looks into the calendar: to the end of the next quarter, from any day of this one."""


class Listing(Protocol):
    """Lists the issues of a project; `titles` are labels, of which an issue has any."""

    def opened(self, project: str) -> Sequence[Issue]:
        """Every open issue."""
        ...

    def labelled(self, project: str, titles: Sequence[str]) -> Sequence[Issue]:
        """Open issues with any of these labels."""
        ...

    def closed_since(self, project: str, since: datetime, titles: Sequence[str] = ()) -> Sequence[Issue]:
        """Closed issues that changed since then; with any of these labels, where some are given."""
        ...


class Boards(Protocol):
    """Knows the boards of a project."""

    def numbered(self, project: str) -> Mapping[str, int]:
        """Their numbers in addresses, by name: one call."""
        ...


class Notes(Protocol):
    """Reads the notes of one issue."""

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        """Its notes alone: one call."""
        ...


class Histories(Protocol):
    """Knows the label events of issues, as far as they are of the program's labels."""

    def events(self, issues: Sequence[Issue], now: datetime) -> Mapping[Ref, tuple[LabelEvent, ...]]:
        """By issue, the oldest first; an issue that is gone meanwhile is not in it."""
        ...


NOTHING = Given()


@dataclass(frozen=True, slots=True)
class Gathering:
    """Reads the board for a meeting."""

    listing: Listing
    boards: Boards
    reader: Notes
    histories: Histories
    identity: Identity
    taxonomy: Taxonomy
    program: Program
    book: AccountBook = field(default_factory=AccountBook)

    def previous(self, meeting: Meeting, agendas: Sequence[Issue]) -> Sheet | None:
        """The last meeting of the series before this one, with its agenda; None where it has none."""
        last = last_before(self.program, meeting.series, meeting.start)
        return next(iter(sheets((last,) if last else (), agendas, self.identity)), None)

    def picture(self, meeting: Meeting, now: datetime, wants: Wants, given: Given = NOTHING) -> Picture:
        """Everything the agenda of a meeting is written from, at this instant."""
        last, following = neighbours(self.program, meeting)
        since = last.start if last else None
        issues = self._requests(meeting.area, since)
        events = self.histories.events(issues, now)
        project = home_of(meeting, self.program)
        picture = Picture(
            meeting=meeting,
            now=now,
            since=since,
            taxonomy=self.taxonomy,
            program=self.program,
            home=project,
            amounts=self.program.amounts(project),
            cards=tuple(self._card(issue, events[issue.ref]) for issue in issues if issue.ref in events),
            actions=given.actions,
            previous=self.previous(meeting, given.agendas),
            earlier=self._earlier(meeting, given.agendas),
            next_one=following,
            held=self._held(meeting, since, now, given.agendas),
            coming=tuple(m for m in meetings(self.program, now, now + AHEAD) if m.uid != meeting.uid),
            nominations_close=agenda_times(self.program, meeting).nominations_close,
            parked=given.parked,
            timeboxes=given.timeboxes,
            made=given.made,
            url=self.identity.instance,
            boards=self.boards.numbered(project),
            top=self._top(meeting.area, project),
        )
        return replace(picture, details=self._details(picture, wants, {i.ref: i for i in issues}, events))

    def _requests(self, area: str | None, since: datetime | None) -> tuple[Issue, ...]:
        """Open requests of the area, or of the program, and those closed since; the oldest first, each once."""
        titles = self._titles(area) if area else ()
        found: dict[Ref, Issue] = {}
        for project in (project.path for project in self.program.projects):
            opened = self.listing.labelled(project, titles) if area else self.listing.opened(project)
            closed = self.listing.closed_since(project, since, titles) if since else ()
            # What was closed between the two lists is in both: the later reading counts.
            found |= {issue.ref: issue for issue in (*opened, *(one for one in closed if _closed_after(one, since)))}
        requests = (in_their_name(issue, self.identity) for issue in found.values() if is_request(issue, self.program))
        return tuple(sorted(requests, key=lambda issue: (issue.created_at, issue.id)))

    def _top(self, area: str | None, project: str) -> Ref | None:
        """The area's Top Requests, where that label is there."""
        if area is None or top_requests.LABEL not in self.taxonomy.titles:
            return None
        lists = self.listing.labelled(project, (top_requests.LABEL,))
        return next((issue.ref for issue, _ in top_requests.found(lists, area, self.identity)), None)

    def _titles(self, area: str) -> tuple[str, ...]:
        """The area's label, and those it has replaced: issues may have them still."""
        title = f"area::{area}"
        return (title, *(old for old, new in self.taxonomy.successors.items() if new == title))

    def _card(self, issue: Issue, events: Sequence[LabelEvent]) -> Card:
        return card_of(issue, events, self.taxonomy, self.identity.bot)

    def _earlier(self, meeting: Meeting, agendas: Sequence[Issue]) -> tuple[Sheet, ...]:
        before = meetings(self.program, meeting.start - AHEAD, meeting.start, [meeting.series])
        return that_stand(sheets(before, agendas, self.identity))

    def _held(
        self, meeting: Meeting, since: datetime | None, now: datetime, agendas: Sequence[Issue]
    ) -> tuple[Sheet, ...]:
        """The program's meetings since this series' last one, or in the last quarter, that had an agenda."""
        started = meetings(self.program, since or now - AHEAD / 2, now)
        others = (one for one in started if one.uid != meeting.uid and one.start != since)
        return that_stand(sheets(others, agendas, self.identity))

    def _details(
        self,
        picture: Picture,
        wants: Wants,
        issues: Mapping[Ref, Issue],
        events: Mapping[Ref, tuple[LabelEvent, ...]],
    ) -> Mapping[Ref, Detail]:
        """The notes of those that are wanted, one call each; one that is gone meanwhile is left out."""
        cards = {card.ref: card for card in picture.cards}
        details: dict[Ref, Detail] = {}
        for ref in dict.fromkeys(ref for ref in wants(picture) if ref in cards):
            try:
                notes = self.reader.notes(ref)
            except Missing:
                continue
            case = self._case(Snapshot(issues[ref], events[ref], notes), picture.now)
            details[ref] = Detail(cards[ref], case, strongest_first(case.reading.lines), _scored(case))
        return details

    def _case(self, snapshot: Snapshot, now: datetime) -> Case:
        voice = self.identity.hear(snapshot)
        return build(snapshot, self.taxonomy, self.program, self.identity.bot, voice, now, self.book)


def _closed_after(issue: Issue, since: datetime | None) -> bool:
    return since is None or (issue.closed_at is not None and issue.closed_at > since)


def _scored(case: Case) -> Scored | None:
    """What the last `score` found, as the ledger of the request keeps it."""
    note = case.voice.on(LEDGER)
    return Scored.from_state(note.state.get("scored")) if note else None
