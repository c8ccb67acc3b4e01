"""What is due before and after a meeting, and who would have to be in two at once."""

from dataclasses import replace
from datetime import UTC, datetime, time

from app.domain.cadence import Cadence, Slot, Weekday
from app.domain.meeting import Meeting, Series
from app.domain.meeting_clocks import agenda_times, due_after
from app.domain.meeting_conflicts import conflict_lines, conflicts
from app.domain.meetings import meetings
from app.domain.program import Program
from app.domain.roster import Role, Term
from tests.cadence.town import (
    AREAS,
    ARR,
    CORNER,
    EXCHANGE,
    HABITS,
    MORE_AREAS,
    POD,
    REGIONS,
    REVIEW,
    days,
    instant,
    person,
    program,
    years,
)

UTC_SLOT = {
    kind: replace(habit, slots=(Slot(time(15), "Etc/UTC"),)) for kind, habit in HABITS.items() if kind is not CORNER
}
PLAIN = Cadence(habits={**HABITS, **UTC_SLOT})
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def held_on(town: Program, day: str, series: Series) -> Meeting:
    (found,) = meetings(town, instant(day), instant(f"{day}T23:59"), [series])
    return found


def test_the_agenda_of_a_review() -> None:
    """The example of the specification: made on 11 March at 06:00, late items after Friday 13 March."""
    town = program(cadence=PLAIN)
    review = held_on(town, "2026-03-18", Series(REVIEW, "ai"))
    times = agenda_times(town, review)
    assert times.created == instant("2026-03-11T06:00")
    assert times.nominations_close == instant("2026-03-14")
    assert times.cancel_proposed == instant("2026-03-16T06:00")
    assert times.frozen == review.start == instant("2026-03-18T15:00")
    assert times.closed == instant("2026-03-28T15:00")
    assert due_after(town, review, 2) == instant("2026-03-21")


def test_agendas_of_the_others() -> None:
    town = program(cadence=PLAIN)
    pod = agenda_times(town, held_on(town, "2026-03-04", Series(POD, "ai")))
    assert pod.created == instant("2026-02-25T06:00")
    assert pod.nominations_close is None
    driver = agenda_times(town, held_on(town, "2026-03-10", Series(ARR)))
    assert (driver.created, driver.nominations_close) == (instant("2026-02-17T06:00"), instant("2026-03-04"))
    exchange = agenda_times(town, held_on(town, "2026-03-05", Series(EXCHANGE)))
    assert exchange.created == instant("2026-02-19T06:00")


def test_a_corner_has_its_agenda_on_monday_morning_there() -> None:
    town = program()
    corner = held_on(town, "2026-03-10", Series(CORNER, region="apac"))
    assert agenda_times(town, corner).created == instant("2026-03-09T06:00", "Asia/Singapore")


def test_business_days_before_a_meeting_leave_out_the_hosts_holidays() -> None:
    """The lead of AI lives in Bavaria, its PM in Los Angeles; 14 and 25 May 2026 are holidays of one of them."""
    town = program(cadence=Cadence(regions=REGIONS, habits={**HABITS, **UTC_SLOT}))
    review = held_on(town, "2026-05-20", Series(REVIEW, "ai"))
    assert agenda_times(town, review).created == instant("2026-05-12T06:00")


def test_a_fifth_and_a_sixth_area_share_the_weeks_of_the_first_two() -> None:
    town = program({**AREAS, **MORE_AREAS}, PLAIN)
    pods = {key: days(years(town, 2026, 2030, Series(POD, key))) for key in ("ai", "app-security", *MORE_AREAS)}
    assert pods["cicd"] == pods["ai"]
    assert pods["observability"] == pods["app-security"]


def shared(town: Program) -> Program:
    """Somebody is SME of both areas that meet in the first week."""
    both = person("sme.both", "dach", Term(Role.SME, "ai"), Term(Role.SME, "cicd"))
    return replace(town, roster=replace(town.roster, people=(*town.roster.people, both)))


def test_people_whom_two_areas_share_are_found() -> None:
    town = shared(program({**AREAS, **MORE_AREAS}, PLAIN))
    found = conflicts(years(town, 2026, 2026))
    assert {(c.username, c.first.kind, c.second.kind) for c in found} == {
        ("sme.both", POD, POD),
        ("sme.both", REVIEW, REVIEW),
    }
    assert conflict_lines(town, NOW) == (
        "sme.both is needed in two meetings at once, on 2026-02-04 at 15:00 Etc/UTC and 5 times more: "
        "SME Area Pod: AI and SME Area Pod: CICD",
        "sme.both is needed in two meetings at once, on 2026-02-18 at 15:00 Etc/UTC and 5 times more: "
        "PM/SME review: AI and PM/SME review: CICD",
    )


def test_where_nobody_is_shared_nobody_is_warned() -> None:
    assert conflicts(years(program({**AREAS, **MORE_AREAS}, PLAIN), 2026, 2030)) == ()


def test_meetings_that_only_touch_are_no_conflict_and_guests_choose() -> None:
    """The driver ends as leaders begin, on the same day; a webinar needs only its host."""
    habits = {
        **PLAIN.habits,
        ARR: replace(PLAIN.habits[ARR], weeks=((2, 2),), slots=(Slot(time(14)),)),
        EXCHANGE: replace(PLAIN.habits[EXCHANGE], day=Weekday.WEDNESDAY),
    }
    leaders = next(kind for kind in habits if kind == "leaders")
    habits[leaders] = replace(habits[leaders], weeks=((2, 2),))
    assert conflicts(years(program(cadence=Cadence(habits=habits)), 2026, 2028)) == ()
