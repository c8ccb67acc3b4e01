"""An agenda put into words: the board is read, its kind says what is to be told, the templates say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Protocol

from app.domain import tick_lines
from app.domain.agenda import Agenda, Section
from app.domain.agenda_actions import open_actions
from app.domain.agenda_blocks import cancel_key, week
from app.domain.agenda_due import Due, Stage
from app.domain.agenda_heeded import Composed, Heeded, Listed
from app.domain.agenda_state import outcome_of
from app.domain.agendas.kinds import Kind
from app.domain.cadence import MeetingKind
from app.domain.issue import Issue
from app.domain.managed_blocks import Block
from app.domain.meeting import Meeting
from app.domain.picture import Given, Picture, Sheet, Wants

FROZEN = "frozen"
"""The block that says since when an agenda is a record."""
CANCEL = "cancel"
"""The block with the proposal to call an empty meeting off."""


class Gathers(Protocol):
    """Reads the board for a meeting."""

    def previous(self, meeting: Meeting, agendas: Sequence[Issue]) -> Sheet | None:
        """The last meeting of the series, with its agenda."""
        ...

    def picture(self, meeting: Meeting, now: datetime, wants: Wants, given: Given) -> Picture:
        """Everything the agenda is written from."""
        ...


class AgendaWording(Protocol):
    """The sentences of agendas."""

    def agenda(self, template: str, data: Mapping[str, object], area: str | None, *, calling: bool = False) -> str:
        """The text of a block."""
        ...


@dataclass(frozen=True, slots=True)
class Compose:
    """Composes agendas; for a kind of meeting that is not among `kinds` there is none."""

    gathering: Gathers
    wording: AgendaWording
    kinds: Mapping[MeetingKind, Kind]

    def knows(self, kind: MeetingKind) -> bool:
        """Whether there is an agenda of this kind."""
        return kind in self.kinds

    def whole(self, due: Due, heeded: Heeded, listed: Listed, now: datetime, made: datetime) -> Composed:
        """A meeting's agenda at this instant. `listed` gives all agendas, `heeded` is what people did on this one, and
        `made` is when its issue was.

        Raises Temporary, Permanent.
        """
        meeting, kind, agendas = due.meeting, self.kinds[due.meeting.kind], listed()
        before = self.gathering.previous(meeting, agendas)
        actions = open_actions(before.issue.description) if before else ()
        given = Given(agendas, actions, heeded.state.parked, heeded.state.timeboxes, made)
        agenda = kind.agenda(self.gathering.picture(meeting, now, kind.wants, given))
        if agenda.empty and due.may_cancel:
            agenda = _with(agenda, Section(CANCEL, CANCEL, {"key": cancel_key(meeting), "start": meeting.start}))
        layout = [
            part if isinstance(part, str) else self._block(part, meeting, now, calling=False) for part in agenda.layout
        ]
        layout += [self.frozen(meeting, now)] if due.stage > Stage.OPEN else []
        first = next((n for n, part in enumerate(layout, 1) if isinstance(part, Block)), 0)
        for words in self.ticks(heeded, meeting):
            place = first if words.name == tick_lines.NAME else len(layout)
            layout.insert(place, words)
        calling = tuple(self._block(section, meeting, now, calling=True) for section in agenda.sections)
        return Composed(agenda.title, tuple(layout), calling, agenda.empty)

    def ticks(self, heeded: Heeded, meeting: Meeting) -> tuple[Block, ...]:
        """What became of the ticks, a line each, and what the meeting left open, if anything."""
        told = [outcome for one in heeded.state.told.values() if (outcome := outcome_of(one))]
        return tuple(
            Block(said.name, self.wording.agenda(said.template, said.data, meeting.area))
            for said in tick_lines.sections(told, heeded.owed or ())
        )

    def called_off(self, meeting: Meeting, who: str) -> Block:
        """That a meeting is not held, and who said so."""
        text = self.wording.agenda("called_off", {"who": who}, meeting.area)
        return Block(f"{week(meeting)}{CANCEL}", text)

    def frozen(self, meeting: Meeting, late: datetime | None = None, of: date | None = None) -> Block:
        """That its numbers are a record from the start on, or, if it was made `late`, of that day; or `of` the day on
        which it was refreshed last. Nothing is read.
        """
        data = {"start": meeting.start.astimezone(UTC), "late": late, "of": of}
        text = self.wording.agenda("frozen", data, meeting.area)
        return Block(f"{week(meeting)}{FROZEN}", text)

    def _block(self, section: Section, meeting: Meeting, now: datetime, *, calling: bool) -> Block:
        said = (
            self.wording.agenda(section.template, {"today": now.date(), **data}, meeting.area, calling=calling)
            for data in (section.data, *section.shorter)
        )
        text, *shorter = said
        return Block(f"{week(meeting)}{section.name}", text, tuple(shorter))


def _with(agenda: Agenda, section: Section) -> Agenda:
    """With one more section, behind the first."""
    layout = list(agenda.layout)
    first = next((n for n, part in enumerate(layout, 1) if isinstance(part, Section)), 0)
    layout.insert(first, section)
    return replace(agenda, layout=tuple(layout))
