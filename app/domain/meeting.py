"""One meeting, as a value: what, when, and who."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.domain.cadence import MeetingKind

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")


def slug(text: str) -> str:
    """A text as part of an identifier or a file's name; no two texts have the same."""
    if _SLUG.fullmatch(text):
        return text
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("-")


@dataclass(frozen=True, slots=True)
class Series:
    """Meetings that follow each other: a kind, of an area (pods and reviews) or a region (Corners)."""

    kind: MeetingKind
    area: str | None = None
    region: str | None = None

    @property
    def key(self) -> str:
        """How the series is called in identifiers, like `pod-ai`."""
        return "-".join(slug(part) for part in (self.kind, self.area, self.region) if part)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that is planned.

    `period` names which of its series it is (`FY27-M02`, `FY27-Q1`, `FY27-W05`); a PM review has the period of its pod.
    `start` is aware, on the clocks of the time zone it was set in. People are handles, as the roster has them at
    `start`: `hosts`, `attendees` who are needed too, and those who are `invited`. `moved_from` is the day it would be
    held on but for `because` (in plain words). `uid` never changes while the series and the period exist.
    """

    series: Series
    title: str
    period: str
    start: datetime
    length: timedelta
    hosts: tuple[str, ...]
    attendees: tuple[str, ...]
    invited: tuple[str, ...]
    uid: str
    moved_from: date | None = None
    because: str = ""

    @property
    def kind(self) -> MeetingKind:
        """Which of the six it is."""
        return self.series.kind

    @property
    def area(self) -> str | None:
        """The area whose meeting it is."""
        return self.series.area

    @property
    def region(self) -> str | None:
        """The region whose meeting it is."""
        return self.series.region

    @property
    def end(self) -> datetime:
        """The instant it is over, on the same clocks as `start`."""
        return (self.start.astimezone(UTC) + self.length).astimezone(self.start.tzinfo)

    @property
    def needed(self) -> tuple[str, ...]:
        """Everybody who has to be there."""
        return tuple(dict.fromkeys((*self.hosts, *self.attendees)))

    def runs_at(self, instant: datetime) -> bool:
        """Whether it is held at this instant."""
        return self.start <= instant < self.end


def fingerprint(meeting: Meeting) -> str:
    """Changes whenever anything changes that somebody would have to be told: 16 hexadecimal digits."""
    told = (
        meeting.title,
        meeting.start.isoformat(),
        str(meeting.start.tzinfo),
        str(meeting.length),
        *("|".join(people) for people in (meeting.hosts, meeting.attendees, meeting.invited)),
        str(meeting.moved_from),
        meeting.because,
    )
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]
