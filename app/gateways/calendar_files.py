"""Calendar files (RFC 5545) that people subscribe to or import again: each event keeps its UID, and an event that has
changed gets the next SEQUENCE. What was written before is the only memory; a file without changes stays as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event

from app.domain.cadence import KIND_NAMES
from app.domain.failure import Permanent
from app.domain.meeting import Meeting
from app.domain.neutral import plain
from app.gateways.calendar_zones import timezones

_CANCELLED, _CONFIRMED = "CANCELLED", "CONFIRMED"
_STAMPS = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
_IN_UTC = frozenset({"UTC", "Etc/UTC"})
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Subscription:
    """A calendar as it should be: its file's name, what it is called, all meetings from `since` on and before `until`,
    and what is told of people (by handle). `elsewhere` are meetings outside, by UID, where moved ones are looked for.
    """

    file: str
    name: str
    meetings: tuple[Meeting, ...]
    since: datetime
    until: datetime
    elsewhere: Mapping[str, Meeting]
    people: Mapping[str, str]


def write(folder: Path, subscription: Subscription, now: datetime) -> bool:
    """Bring a calendar file up to date; False when nothing has changed. Raises Permanent where files cannot be used."""
    path = folder / f"{subscription.file}.ics"
    try:
        before = path.read_bytes() if path.exists() else None
        text = calendar_text(subscription, before, now)
        if text == before:
            return False
        folder.mkdir(parents=True, exist_ok=True)
        # In one step, so that nobody who subscribes ever reads half a calendar.
        beside = path.with_suffix(".ics.new")
        beside.write_bytes(text)
        beside.replace(path)
    except OSError as error:
        raise Permanent(f"cannot write {path}: {error.strerror}") from error
    except ValueError as error:
        raise Permanent(f"{path} is no calendar that can be continued ({error}); move it away") from error
    return True


def calendar_text(subscription: Subscription, before: bytes | None, now: datetime) -> bytes:
    """The whole file, continuing what it was. Events of other times stay; those of this time that are planned no more
    are cancelled. Raises ValueError where the file before is no calendar.
    """
    old = {str(event["UID"]): event for event in _events(before)}
    planned = {meeting.uid: meeting for meeting in subscription.meetings}
    events = [_continued(meeting, subscription, old.get(uid), now) for uid, meeting in planned.items()]
    for uid, event in old.items():
        if uid in planned:
            continue
        if meeting := subscription.elsewhere.get(uid):
            events.append(_continued(meeting, subscription, event, now))
        elif subscription.since <= _start(event) < subscription.until and event.get("STATUS") != _CANCELLED:
            events.append(_cancelled(event, now))
        else:
            events.append(event)
    return _calendar(subscription, sorted(events, key=lambda event: (_start(event), str(event["UID"]))))


def _events(before: bytes | None) -> list[Event]:
    found = [one for one in Calendar.from_ical(before).walk("VEVENT") if isinstance(one, Event)] if before else []
    if any(name not in event for event in found for name in ("UID", "DTSTART")):
        raise ValueError("it has events that another program wrote")
    return found


def _start(event: Event) -> datetime:
    start = event.decoded("DTSTART")
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise ValueError(f"{event.get('UID')} starts at no instant")
    return start.astimezone(UTC)


def _calendar(subscription: Subscription, events: Iterable[Event]) -> bytes:
    calendar, told = Calendar(), list(events)
    calendar.add("prodid", "-//Sounding Board//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, plain(subscription.name))
    calendar.add("refresh-interval", timedelta(hours=12), parameters={"value": "DURATION"})
    zones = {event["DTSTART"].params["TZID"] for event in told if "TZID" in event["DTSTART"].params}
    years = [_start(event).year for event in told] or [subscription.since.year]
    for component in (*timezones(zones, min(years) - 1, max(years) + 1), *told):
        calendar.add_component(component)
    return bytes(calendar.to_ical())


def _continued(meeting: Meeting, subscription: Subscription, before: Event | None, now: datetime) -> Event:
    """The event as it was where it says the same; else the next in its sequence."""
    event = _event(meeting, subscription.people)
    if before is not None and _says(event) == _says(before):
        return before
    return _stamped(event, now, before)


def _cancelled(before: Event, now: datetime) -> Event:
    event = Event.from_ical(before.to_ical())
    assert isinstance(event, Event)
    event.pop("STATUS", None)
    event.add("status", _CANCELLED)
    return _stamped(event, now, before)


def _says(event: Event) -> bytes:
    """All of an event but when it was written."""
    told = Event.from_ical(event.to_ical())
    for stamp in _STAMPS:
        told.pop(stamp, None)
    return bytes(told.to_ical())


def _stamped(event: Event, now: datetime, before: Event | None) -> Event:
    for stamp in _STAMPS:
        event.pop(stamp, None)
    written = now.astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", written)
    event.add("last-modified", written)
    event.add("sequence", int(before.get("SEQUENCE", 0)) + 1 if before is not None else 0)
    return event


def _event(meeting: Meeting, people: Mapping[str, str]) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("summary", plain(meeting.title))
    event.add("dtstart", _instant(meeting.start))
    event.add("dtend", _instant(meeting.end))
    event.add("description", _description(meeting, people))
    event.add("categories", [KIND_NAMES[meeting.kind]])
    event.add("status", _CONFIRMED)
    return event


def _instant(instant: datetime) -> datetime:
    return instant.astimezone(UTC) if str(instant.tzinfo) in _IN_UTC else instant


def _description(meeting: Meeting, people: Mapping[str, str]) -> str:
    """Names and not addresses: a calendar that somebody imports must invite nobody."""
    groups = (("Hosts", meeting.hosts), ("Needed", meeting.attendees), ("Welcome", meeting.invited))
    lines = [f"{what}: {_names(handles, people)}" for what, handles in groups if handles]
    if meeting.moved_from:
        lines.append(f"Moved from {_day(meeting.moved_from)} ({plain(meeting.because)}).")
    return "\n".join(lines)


def _names(handles: tuple[str, ...], people: Mapping[str, str]) -> str:
    told = (f"{plain(people[handle])} ({handle})" if people.get(handle) else handle for handle in handles)
    return plain(", ".join(told), _LONGEST)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
