"""The ARR Driver (S87, S128, S137-S141; agendas 4.2): by theme, what revenue asks for, and which of it is taken up.

How sure a theme is, and how the map looked a quarter ago, are left out: no label and no note tells them.
"""

from collections.abc import Sequence

from app.domain.agenda import Agenda, Section
from app.domain.agendas import arr_rows as rows
from app.domain.agendas.arr_rows import Row
from app.domain.agendas.attendance import attendance, seats
from app.domain.agendas.folding import CUT_AT, folded, listed, shorter
from app.domain.agendas.money_map import MoneyMap, money_map, theme_of
from app.domain.agendas.parts_actions import ACTIONS, NOTES, carried
from app.domain.agendas.parts_header import header, title
from app.domain.agendas.parts_late import footer
from app.domain.agendas.promises import BROKEN, Promise, State, promises
from app.domain.issue import Ref
from app.domain.picture import Card, Picture
from app.domain.scoring import NOMINATED

READ_AT_MOST = 60
"""Requests whose customers are read, a call each. The money map adds up the accounts of them all, so that these are
more than are shown one by one: where nothing is nominated, a run still costs these sixty calls.
"""
LEAST, MOST = 2, 8
"""Minutes for one decision."""
_MAP, _PROMISES, _BLOCKERS, _LAST = 5, 5, 5, 5
BLOCKER, FAST_FOLLOW = "severity::blocker", "severity::fast-follow"
_GRAVE = (BLOCKER, "severity::retention", FAST_FOLLOW)


def wants(picture: Picture) -> tuple[Ref, ...]:
    """What is nominated first, then who was on the way here, then by severity, then by priority."""
    here = [card for card in picture.cards if card.issue.state == "opened"]
    return tuple(card.ref for card in sorted(here, key=_rank)[:READ_AT_MOST])


def _rank(card: Card) -> tuple[object, ...]:
    severity, driver = card.label("severity"), card.label("arr-driver")
    grave = _GRAVE.index(severity) if severity in _GRAVE else len(_GRAVE)
    band = card.label("priority") or "priority::9"
    return NOMINATED not in card.issue.labels, driver is None, grave, band, card.ref.project, card.ref.iid


def agenda(picture: Picture) -> Agenda:
    """The whole agenda."""
    worth, asked, promised = money_map(picture), rows.asked(picture), promises(picture)
    blocked, last = rows.blockers(picture, worth), rows.taken_up(picture)
    broken = [one for one in promised if one.state in BROKEN]
    fixed = _MAP + _PROMISES * bool(promised) + _BLOCKERS * bool(blocked) + _LAST * bool(last)
    sections = (
        _map(picture, worth),
        _themes(picture, worth, asked),
        _promises(picture, promised),
        _blockers(picture, worth, blocked),
        _decisions(picture, asked, fixed),
        _last(picture, last),
    )
    table = seats(picture, {card.area for card in asked if card.area})
    open_ = sum(rows.decided(picture, card) is None for card in asked)
    counts = {"decisions": open_, "promises": len(broken), "blockers": len(blocked)}
    top = header(picture, counts, sum(section.minutes for section in sections))
    return Agenda(
        title=title(picture),
        layout=(top, *sections, attendance(table), carried(picture), ACTIONS, NOTES, footer(picture, NOMINATED)),
        empty=not (asked or blocked or broken or last or picture.actions),
    )


def _map(picture: Picture, worth: MoneyMap) -> Section:
    """Themes by what they are worth, with the accounts that came since last time."""
    open_now = sum(card.issue.state == "opened" for card in picture.cards)
    data = {
        "minutes": _MAP,
        "rows": worth.rows(),
        "total": worth.total(),
        "risk": rows.at_risk(picture, worth),
        "read": len(worth.details),
        "open": open_now,
        "unknown": worth.unknown,
        "at_least": 0 if worth.desk.inline else picture.taxonomy.numbers.totals_from,
        "since": picture.since if picture.previous else None,
    }
    return Section("money-map", "arr_driver_money_map", data, _MAP)


def _themes(picture: Picture, worth: MoneyMap, asked: Sequence[Card]) -> Section:
    """What is nominated, theme by theme, the theme with the most ARR first; confidential requests last of all."""
    hidden = [str(card.ref) for card in asked if card.issue.confidential]
    found: dict[str | None, list[Row]] = {str(row["theme"]): [] for row in worth.rows() if row["theme"]}
    for card in asked:
        if not card.issue.confidential:
            found.setdefault(theme_of(card, picture), []).append(rows.request(picture, card))
    link = listed(picture, NOMINATED)
    full, *less = (
        {"hidden": hidden, "themes": [{"theme": t, **folded(of, keep, link)} for t, of in found.items() if of]}
        for keep in (None, *CUT_AT)
    )
    return Section("themes", "arr_driver_themes", full, shorter=tuple(less))


def _promises(picture: Picture, promised: Sequence[Promise]) -> Section:
    """What was promised by a date: broken ones apart, then the rest by date."""
    states = [one.state for one in promised]
    kept, late = states.count(State.KEPT), states.count(State.LATE)
    waiting = [rows.promise(picture, one) for one in promised if one.state is State.OPEN]
    broken = [rows.promise(picture, one) for one in promised if one.state in BROKEN]
    minutes = _PROMISES * bool(promised)
    numbers = {"minutes": minutes, "kept": kept, "late": late, "since": picture.since}
    data = {**numbers, "broken": folded(broken), **folded(waiting)}
    cut = zip(shorter(picture, data, waiting, FAST_FOLLOW), shorter(picture, {}, broken, FAST_FOLLOW), strict=True)
    less = tuple({**open_, "broken": apart} for open_, apart in cut)
    return Section("promises", "arr_driver_promises", data, minutes, less)


def _blockers(picture: Picture, worth: MoneyMap, found: list[Row]) -> Section:
    """Deals of this quarter that cannot close."""
    minutes = _BLOCKERS * bool(found)
    data = {"minutes": minutes, "until": rows.quarter_end(picture), "all": rows.blocked_deals(picture, worth)}
    less = shorter(picture, data, found, BLOCKER)
    return Section("blockers", "arr_driver_blockers", {**data, **folded(found)}, minutes, less)


def _decisions(picture: Picture, asked: Sequence[Card], taken: int) -> Section:
    """A box to select and a box for *not now* under each nominated request, in the time that is left."""
    left = int(picture.meeting.length.total_seconds() // 60) - taken
    waiting = sum(rows.decided(picture, card) is None for card in asked)
    each = max(LEAST, min(MOST, left // max(1, waiting)))
    found = [rows.decision(picture, card, each) for card in asked]
    minutes = sum(rows.minutes_for(picture, card, each) for card in asked)
    less = shorter(picture, {"minutes": minutes}, found, NOMINATED)
    return Section("decisions", "arr_driver_decisions", {"minutes": minutes, **folded(found)}, minutes, less)


def _last(picture: Picture, found: list[Row]) -> Section:
    """What became of what was selected before."""
    minutes = _LAST * bool(found)
    data = {"minutes": minutes, "aside": rows.put_aside(picture), "since": picture.since}
    less = shorter(picture, data, found, rows.SELECTED)
    return Section("last-decisions", "arr_driver_last", {**data, **folded(found)}, minutes, less)
