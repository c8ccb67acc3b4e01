"""What every agenda begins and ends with: everybody's clocks, at a glance, late items, and what happens next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from inline_snapshot import snapshot

from app.domain.agenda import Section
from app.domain.agendas.parts_clock import ALLOWED, Waiting, business_days, waiting
from app.domain.agendas.parts_glance import glance
from app.domain.agendas.parts_header import header, title
from app.domain.agendas.parts_late import footer, is_late, late, nominated
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.picture import Card, Picture
from tests.agendas.pictures import HOME, WORDING, card, day, picture, shipped

NEXT = "pm-review::next"


def said(section: Section, *, calling: bool = False) -> str:
    return WORDING.agenda(section.template, section.data, "ai", calling=calling)


MORNING = datetime(2026, 3, 11, 13, tzinfo=UTC)
"""Six o'clock where the PM review of AI is set: in Los Angeles."""


def review(*of: Card, first: bool = False, now: datetime | None = None) -> Picture:
    """The PM review of AI on 18 March, at 19:00 UTC; the last one was on 18 February."""
    found = picture(MeetingKind.PM_REVIEW, *of, area="ai", first=first)
    return replace(found, now=now) if now else found


def test_the_header_says_what_when_on_all_clocks_who_hosts_and_where_to_look() -> None:
    found = review()
    assert title(found) == "PM/SME review: AI · 2026-03-18"
    assert (
        said(header(found, {"decisions": 5, "updates": 1, "promises": 0}, 28))
        == """\
# PM/SME review: AI · Wed 18 Mar 2026 · 19:00–19:45 UTC

> :busts_in_silhouette: **Hosts** `@lead.ai` (area lead) · `@pm.ai` (PM)
>
> :bookmark_tabs: [Board](https://gitlab.example.com/sme/customer-feedback/-/boards?label_name[]=area%3A%3Aai) · \
SME Area Pod: sme/customer-feedback#392+ · Last time: sme/customer-feedback#361+ · Next time: Wed 15 Apr
>
> `12:00` us-west · `14:00` commercial · `15:00` us-east, partners-pubsec · `19:00` neur · `20:00` seur, dach-meta · \
`03:00+1` apac (night slot; 1st of this series this quarter)

**5 decisions wanted · 1 update to relay · 28 of 45 min planned**"""
    )


def links(of: Picture) -> str:
    """The line of links."""
    return next(line for line in said(header(of)).split("\n") if ":bookmark_tabs:" in line)


def test_its_own_board_comes_before_that_of_all_areas() -> None:
    found = replace(review(), boards={"Customer feedback": 1, "AI": 2})
    assert "[Board](https://gitlab.example.com/sme/customer-feedback/-/boards/2?label_name[]=area%3A%3Aai) · " in links(
        found
    )
    assert "/-/boards/1?label_name[]=area%3A%3Aai) · " in links(replace(found, boards={"Customer feedback": 1}))
    corner = picture(MeetingKind.CORNER, region="apac")
    assert "/-/boards/1?label_name[]=region%3A%3Aapac) · " in links(replace(corner, boards=found.boards))
    assert "/-/boards/1) · " in links(replace(picture(MeetingKind.LEADERS), boards=found.boards))


def test_it_links_to_the_areas_top_requests_and_to_the_calendar_that_the_program_publishes() -> None:
    found = replace(review(first=True), top=Ref("sme/customer-feedback", 12), held=())
    cadence = replace(found.program.cadence, calendars="https://sme.gitlab.io/program")
    found = replace(found, program=replace(found.program, cadence=cadence))
    assert links(found) == snapshot("""\
> :bookmark_tabs: [Board](https://gitlab.example.com/sme/customer-feedback/-/boards?label_name[]=area%3A%3Aai) · \
[Calendar](https://sme.gitlab.io/program/area-ai.ics) · sme/customer-feedback#12+ · Next time: Wed 15 Apr\
""")
    corner = replace(picture(MeetingKind.CORNER, region="apac"), program=found.program)
    assert "[Calendar](https://sme.gitlab.io/program/region-apac.ics)" in links(corner)
    assert "[Calendar](https://sme.gitlab.io/program/program.ics)" in links(
        replace(picture(MeetingKind.LEADERS), program=found.program)
    )


def test_at_its_first_meeting_it_links_to_no_other_and_says_only_what_it_was_given() -> None:
    text = said(header(replace(review(first=True), held=(), url="")))
    assert "> :bookmark_tabs: No board · Next time: Wed 15 Apr\n" in text
    assert "planned" not in text


def test_hosts_are_called_unless_it_is_to_be_quiet() -> None:
    assert "**Hosts** @lead.ai (area lead) · @pm.ai (PM)" in said(header(review()), calling=True)
    assert "**Hosts** `@lead.ai` (area lead) · `@pm.ai` (PM)" in said(header(review(), quiet=True), calling=True)


def test_nobody_hosts_a_meeting_nobody_has_the_role_for() -> None:
    found = review()
    text = said(header(replace(found, meeting=replace(found.meeting, hosts=()))))
    assert "**Hosts** nobody has this role yet" in text


def test_more_minutes_than_there_are_is_said() -> None:
    text = said(header(review(), {"decisions": 9}, 60))
    assert "**9 decisions wanted · 60 of 45 min planned**" in text
    assert ":warning: 15 minutes more than there are. The hosts may `defer #n`" in text


def test_a_moved_meeting_says_why_and_a_holiday_somewhere_is_shown_there() -> None:
    found = review()
    there = replace(found.meeting, moved_from=date(2026, 3, 17), because="Saint Patrick's Day")
    assert "> :calendar: Moved from Tue 17 Mar: Saint Patrick's Day.\n" in said(header(replace(found, meeting=there)))
    holiday = replace(found.meeting, start=datetime(2026, 7, 3, 14, tzinfo=UTC))
    assert "`10:00` us-east, partners-pubsec (Independence Day (observed) there)" in said(
        header(replace(found, meeting=holiday))
    )


def test_the_night_is_counted_over_the_quarter() -> None:
    session = picture(MeetingKind.EXCHANGE)
    assert "`23:00` apac (night slot; 2nd of this series this quarter)" in said(header(session))


def board() -> Picture:
    """Cards that came, went and waited since the last review."""
    blocker = {"severity::blocker"}
    return review(
        card(1, ("new", "2026-02-27")),
        card(2, ("new", "2026-02-02"), ("reviewed", "2026-02-20")),
        card(3, ("new", "2026-02-02"), ("reviewed", "2026-03-04"), labels=blocker),
        card(4, ("new", "2026-01-02"), ("reviewed", "2026-01-05"), ("accepted", "2026-01-12")),
        card(5, ("new", "2026-01-02"), ("declined", "2026-03-02"), closed="2026-03-10"),
        card(6, ("new", "2025-06-02"), ("backlog", "2025-06-10")),
        now=MORNING,
    )


def test_at_a_glance_counts_what_stands_where_and_since_last_time() -> None:
    assert (
        said(glance(board()))
        == """\
| | New | Reviewed | Accepted by PMs | Added to Roadmap | Resolved | Declined | Backlog |
|---|--:|--:|--:|--:|--:|--:|--:|
| today | 1 | 2 | 1 | 0 | 0 | 0 | 1 |
| since Wed 18 Feb | −2 | +2 | – | – | – | – | – |
| oldest, business days | 8 | :red_circle: 13 | 40 | – | – | – | 186 |"""
    )


def test_at_the_first_meeting_there_is_nothing_to_compare_with() -> None:
    text = said(glance(review(first=True)))
    assert "| today | 0 | 0 | 0 | 0 | 0 | 0 | 0 |\n| oldest" in text
    assert text.endswith("The first meeting of this kind: there is nothing to compare with.")


@pytest.mark.parametrize(
    ("of", "clock"),
    [
        (card(1, ("reviewed", "2026-03-04")), Waiting(5, 5, "")),
        (card(1, ("reviewed", "2026-03-02")), Waiting(7, 3, "")),
        (card(1, ("reviewed", "2026-02-27")), Waiting(8, 2, "yellow")),
        (card(1, ("reviewed", "2026-02-25")), Waiting(10, 0, "yellow")),
        (card(1, ("reviewed", "2026-02-24")), Waiting(11, -1, "red")),
        (card(1, ("reviewed", "2026-03-04"), labels={"severity::blocker"}), Waiting(5, 0, "yellow")),
        (card(1, ("reviewed", "2026-02-24"), put_on={"context::needed": "2026-02-26"}), Waiting(2, 8, "")),
        (card(1, ("reviewed", "2026-03-04"), put_on={"context::needed": "2026-03-02"}), Waiting(0, 10, "")),
        (card(1, ("roadmap", "2025-02-24")), Waiting(261, None, "")),
    ],
)
def test_a_clock_runs_in_business_days_and_stops_while_context_is_missing(of: Card, clock: Waiting) -> None:
    found = waiting(review(of, now=MORNING), of)
    assert found == clock


def test_days_are_counted_without_holidays_of_those_who_meet() -> None:
    assert business_days(review(), day("2026-05-22"), day("2026-05-26")) == 1


def nominations() -> Picture:
    """Two in time, one after the last day, which is Friday 13 March."""
    return review(
        card(1, ("new", "2026-02-02"), put_on={NEXT: "2026-03-02"}),
        card(2, ("new", "2026-02-02"), put_on={NEXT: "2026-03-14"}),
        card(3, ("new", "2026-02-02"), labels={NEXT}),
        card(4, ("new", "2026-02-02"), put_on={NEXT: "2026-03-14"}, closed="2026-03-15"),
    )


def test_what_is_nominated_after_the_last_day_is_a_late_item() -> None:
    found = nominations()
    assert [one.ref.iid for one in nominated(found, NEXT)] == [1, 3]
    assert [one.ref.iid for one in late(found, NEXT)] == [2]
    assert not is_late(replace(found, nominations_close=None), found.cards[1], NEXT)


def test_the_footer_tells_late_items_what_is_parked_and_what_becomes_of_the_text() -> None:
    found = replace(nominations(), parked=frozenset({Ref(HOME, 9)}), made=day("2026-03-12"))
    assert (
        said(footer(found, NEXT))
        == """\
---

<sub>Late items (after Fri 13 Mar): sme/customer-feedback#2+ · Parked: sme/customer-feedback#9+ · Made Thu 12 Mar · \
Refreshed nightly, frozen at the start · Closes Sat 28 Mar · Commands: `refresh` · `defer #n` · `timebox #n 10`</sub>"""
    )


def test_the_footer_of_one_made_late_claims_no_day_before_and_no_refresh() -> None:
    found = review()
    late = replace(found, now=found.meeting.start + timedelta(days=4), made=found.meeting.start + timedelta(days=4))
    assert said(footer(late)) == "---\n\n<sub>Closes Sat 28 Mar · Commands: `refresh`</sub>"
    assert said(Section("frozen", "frozen", {"start": found.meeting.start, "late": late.now, "of": None})) == (
        "<sub>:warning: Made late, Sun 22 Mar, after the meeting began: numbers as of then, not as of the meeting; "
        "boxes still act until this agenda is closed.</sub>"
    )
    assert said(
        Section("frozen", "frozen", {"start": found.meeting.start.astimezone(UTC), "late": None, "of": None})
    ) == (
        "<sub>:lock: Frozen at the start, Wed 18 Mar 19:00 UTC: the numbers are a record; boxes still act until this "
        "agenda is closed.</sub>"
    )


def test_the_footer_is_the_same_all_night_and_the_next_night() -> None:
    found = review()
    assert said(footer(found)) == said(footer(replace(found, now=found.now + timedelta(hours=30))))


def test_every_status_with_a_clock_is_one_of_the_board() -> None:
    assert set(ALLOWED) <= {status.title for status in shipped()[0].workflow.statuses}
