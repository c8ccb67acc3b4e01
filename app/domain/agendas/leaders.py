"""The SME Leaders' agenda (S206-S216; agendas 4.2): cadences, calendar, coverage, rules, metrics, backlog.

The PM scorecard, new areas, overrides and points adjusted by hand are left out: nothing that is read tells of them.
"""

from datetime import UTC, date, datetime, time

from app.domain import dates
from app.domain.agenda import Agenda, Section
from app.domain.agendas.adherence import counted_since, held_and_planned
from app.domain.agendas.attendance import attendance, seats
from app.domain.agendas.coverage import coverage, ending
from app.domain.agendas.flow import BACKLOG, REVIEWED, began, decisions, friction, steps, time_in_status, ways
from app.domain.agendas.folding import folded, shorter
from app.domain.agendas.parts_actions import ACTIONS, NOTES, carried
from app.domain.agendas.parts_clock import ALLOWED, BLOCKERS_DECIDED
from app.domain.agendas.parts_header import header, title
from app.domain.agendas.parts_late import footer
from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.meeting_conflicts import conflict_sentences, holiday_sentences
from app.domain.meeting_fairness import night_shares
from app.domain.meetings import meetings
from app.domain.picture import Card, Detail, Picture
from app.domain.quarter_page import quarter_picture, quarter_table

READ_AT_MOST = 40
"""Requests of the backlog whose revisit dates are read: two calls each."""
_CADENCES, _CALENDAR, _COVERAGE, _RULES, _METRICS, _BACKLOG = 10, 10, 10, 5, 15, 10
REVISIT = "revisit"


def wants(picture: Picture) -> tuple[Ref, ...]:
    """The backlog, the longest there first."""
    return tuple(card.ref for card in picture.in_status(BACKLOG)[:READ_AT_MOST] if not card.issue.confidential)


def agenda(picture: Picture) -> Agenda:
    """The whole agenda. It is never empty: there is always a next quarter."""
    sections = [_cadences(picture), _calendar(picture), _coverage(picture)]
    sections += [section for section in (_rules(picture),) if section]
    sections += [_metrics(picture), _backlog(picture)]
    top = header(picture, {"actions": len(picture.actions)}, sum(section.minutes for section in sections))
    table = seats(picture)
    return Agenda(
        title=title(picture),
        layout=(top, *sections, attendance(table), carried(picture), ACTIONS, NOTES, footer(picture)),
    )


def _cadences(picture: Picture) -> Section:
    """Held against planned."""
    data = {"minutes": _CADENCES, "since": counted_since(picture), "rows": held_and_planned(picture)}
    return Section("cadences", "leaders_cadences", data, _CADENCES)


def _calendar(picture: Picture) -> Section:
    """The next quarter, who is needed twice at once, and who has the nights. A full description loses the picture."""
    found, program = _next_quarter(picture), picture.program
    quarter = program.cadence.fiscal_year.quarter_of(picture.meeting.start.date()).following
    data = {
        "minutes": _CALENDAR,
        "quarter": str(quarter),
        "table": tuple(quarter_table(program, quarter, found)),
        "picture": tuple(quarter_picture(program, quarter, found)),
        "conflicts": (*conflict_sentences(found), *holiday_sentences(program, found)),
        "nights": [share for share in night_shares(program, found) if share.nights],
    }
    return Section("calendar", "leaders_calendar", data, _CALENDAR, ({**data, "picture": ()},))


def _next_quarter(picture: Picture) -> tuple[Meeting, ...]:
    year = picture.program.cadence.fiscal_year
    following = year.quarter_of(picture.meeting.start.date()).following
    first, last = (datetime.combine(year.start(q), time(), UTC) for q in (following, following.following))
    return meetings(picture.program, first, last)


def _coverage(picture: Picture) -> Section:
    """Seats, and terms that end within a quarter."""
    data = {"minutes": _COVERAGE, **coverage(picture), "ending": ending(picture)}
    return Section("coverage", "leaders_coverage", data, _COVERAGE)


def _rules(picture: Picture) -> Section | None:
    """What waits on a rule now; nothing where nothing does."""
    rows = friction(picture)
    return Section("friction", "leaders_friction", {"minutes": _RULES, "rows": rows}, _RULES) if rows else None


def _metrics(picture: Picture) -> Section:
    """What label events tell of the time since last time."""
    found = steps(picture)
    data = {
        "minutes": _METRICS,
        "since": began(picture),
        "allowed": ALLOWED[REVIEWED],
        "blockers": BLOCKERS_DECIDED,
        "decisions": decisions(picture, found),
        "statuses": time_in_status(picture, found),
        "ways": ways(picture, found),
    }
    return Section("metrics", "leaders_metrics", data, _METRICS)


def _backlog(picture: Picture) -> Section:
    """What is looked at again before the next SME Leaders meeting, by its date; what has none is looked at now."""
    here = [(card, _revisit(picture, card)) for card in picture.in_status(BACKLOG)]
    until = picture.next_one.start.date() if picture.next_one else picture.meeting.start.date()
    due = sorted(
        ((card, on) for card, on in here if on is None or on <= until),
        key=lambda pair: (pair[1] or date.max, pair[0].entered, str(pair[0].ref)),
    )
    rows = [_row(picture, card, on) for card, on in due]
    minutes = _BACKLOG * bool(rows)
    data = {"minutes": minutes, "until": until, "later": len(here) - len(due), "today": picture.meeting.start.date()}
    return Section(
        "backlog", "leaders_backlog", {**data, **folded(rows)}, minutes, shorter(picture, data, rows, BACKLOG)
    )


def _row(picture: Picture, card: Card, on: date | None) -> dict[str, object]:
    if card.issue.confidential:
        return {"ref": str(card.ref), "confidential": True}
    detail, names = picture.details.get(card.ref), {area.key: area.name for area in picture.program.areas}
    return {
        "ref": str(card.ref),
        "confidential": False,
        "area": names.get(card.area or ""),
        "reason": card.label("backlog"),
        "since": card.entered,
        "on": on,
        "read": detail is not None,
        "newly": _newly(detail) if detail else None,
    }


def _revisit(picture: Picture, card: Card) -> date | None:
    detail = picture.details.get(card.ref)
    told = detail.case.facts.get(REVISIT) if detail else None
    return dates.day(told.value) if told and told.readable else None


def _newly(detail: Detail) -> int:
    """Accounts that came since it is in the backlog: they are the evidence to take it out again (T13)."""
    return detail.case.context.new_accounts(detail.card.entered)
