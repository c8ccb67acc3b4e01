"""What a PM review knows of earlier agendas, of questions and of what was told on a request."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from app.domain.agendas import pm_review
from app.domain.cadence import MeetingKind
from app.domain.managed_lines import items_of
from app.domain.picture import Card, Detail, Picture
from tests.agendas.pictures import (
    HOSTILE,
    NOW,
    WORDING,
    block,
    card,
    comment,
    customer,
    day,
    detail,
    meeting,
    picture,
    sheet,
)

REVIEWED = ("new", "2026-01-02"), ("reviewed", "2026-01-10", "lead.ai")


def review(*of: Card | Detail) -> Picture:
    return picture(MeetingKind.PM_REVIEW, *of, area="ai")


def lines(of: Picture, name: str, *, having: str) -> list[str]:
    return [line for line in block(pm_review.agenda(of), name, "ai").split("\n") if having in line]


def test_a_request_is_there_for_the_first_time_where_no_agenda_was_before() -> None:
    """The calendar alone has held nothing."""
    found = replace(review(detail(card(1, *REVIEWED), customer(1))), previous=None, earlier=())
    assert lines(found, "decisions", having="### ") == snapshot(
        ["### 1.1 · sme/customer-feedback#1+ · 8 min · :red_circle: decision overdue 35 business days"]
    )
    assert lines(found, "decisions", having=" time") == ["**First time here.**"]


def test_only_meetings_with_an_agenda_make_it_the_third_time() -> None:
    last = meeting(MeetingKind.PM_REVIEW, "ai", now=day("2026-02-01"))
    first = meeting(MeetingKind.PM_REVIEW, "ai", now=day("2026-01-01"))
    found = replace(review(detail(card(1, *REVIEWED), customer(1))), earlier=(sheet(first, 301), sheet(last, 361)))
    assert first.start < last.start < NOW
    assert lines(found, "decisions", having="### ") == snapshot(
        ["### 1.1 · sme/customer-feedback#1+ · 8 min · :red_circle: decision overdue 35 business days · 3rd time"]
    )
    assert lines(found, "decisions", having="Changed since") == ["**Changed since last time.** Nothing."]


def told(*rows: tuple[str, str]) -> dict[str, dict[str, object]]:
    """What the PM wrote behind boxes of an agenda on 6 March."""
    at = day("2026-03-06").isoformat()
    return {"discussed in pm-review/ai FY27-C1": {"told": [[field, value, "pm.ai", at] for field, value in rows]}}


ASKED = told(("what_is_missing", "How many seats are affected?"))
BACK = (*REVIEWED, ("new", "2026-03-06", "pm.ai"))


@pytest.mark.parametrize("stays", [BACK, (("new", "2026-01-02"),)])
def test_we_owe_the_pm_an_answer_whether_or_not_a_rule_asks_for_it(stays: tuple[tuple[str, str], ...]) -> None:
    nominated = {} if len(stays) > 1 else {"pm-review::next": "2026-03-01"}
    found = review(detail(card(15, *stays, put_on=nominated), ours=ASKED))
    assert found.cards[0].ref in pm_review.wants(replace(found, details={}))
    assert lines(found, "owed", having="#15") == snapshot(
        [
            "- `@sa.jane`: `How many seats are affected?`, for sme/customer-feedback#15+ (`@pm.ai` asked 2 business days ago)"
        ]
    )


def test_an_answer_that_was_given_is_owed_no_more() -> None:
    found = review(detail(card(15, *BACK), comment("Nine hundred.", at="2026-03-09"), ours=ASKED))
    assert "owed" not in [section.name for section in pm_review.agenda(found).sections]


def test_of_a_confidential_request_neither_the_question_nor_who_asks_is_told() -> None:
    found = review(detail(card(15, *BACK, confidential=True), ours=ASKED))
    assert lines(found, "owed", having="#15") == ["- sme/customer-feedback#15+"]


GONE = ("new", "2026-01-02"), ("reviewed", "2026-02-10")
TARGETED = told(("target", "19.9"))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (
            detail(card(1, *GONE, ("declined", "2026-03-06"), milestone="19.9"), ours=TARGETED),
            "Reviewed → **Declined**",
        ),
        (detail(card(1, *GONE, ("backlog", "2026-03-06")), ours=TARGETED), "Reviewed → **Backlog**"),
        (detail(card(1, *GONE, ("accepted", "2026-03-06")), ours=TARGETED), "Reviewed → **Accepted by PMs** `19.9`"),
        (
            detail(card(1, ("roadmap", "2026-01-02"), ("resolved", "2026-03-06")), comment("Release: 19.4, see docs")),
            "Added to Roadmap → **Resolved** `19.4, see docs`",
        ),
        (
            detail(card(1, ("new", "2026-02-20"), ("reviewed", "2026-02-22"), ("declined", "2026-03-06"))),
            "Reviewed → **Declined**",
        ),
        (detail(card(1, ("accepted", "2026-02-20"))), "new → **Accepted by PMs**"),
    ],
)
def test_an_update_tells_where_it_came_from_and_no_target_where_nothing_comes(of: Detail, expected: str) -> None:
    (row,) = lines(review(of), "updates", having="#1+")
    assert row.split(" | ")[1] == expected


def test_what_the_pm_wrote_behind_decline_stands_in_the_cell_until_somebody_writes_there() -> None:
    (row,) = lines(
        review(detail(card(1, *GONE, ("declined", "2026-03-06")), ours=told(("customer_safe", HOSTILE)))),
        "updates",
        having="#1+",
    )
    assert items_of(row)[0].field == ""
    assert row == snapshot(
        "| sme/customer-feedback#1+ | Reviewed → **Declined** | <!-- sb:item told/sme/customer-feedback#1/sentence ask=a60638 --> ``Never </details> ｜ `@all` ‹!-- sb:end --> [x](javascript:alert(1)) ~bug #1 /close`` | 0 | – |"
    )


def test_the_headline_counts_what_was_decided() -> None:
    made = card(1, created="2026-03-06").issue.created_at
    found = replace(review(card(8, *REVIEWED, ("accepted", "2026-03-07", "pm.ai"))), made=made)
    assert lines(found, "header", having="min planned") == snapshot(
        ["**1 decided · 1 update to relay · 2 of 45 min planned**"]
    )


def test_a_day_of_another_year_tells_its_year() -> None:
    header = next(one for one in pm_review.agenda(review()).sections if one.name == "header")
    for today in (NOW.date(), day("2025-12-31").date()):
        said = WORDING.agenda("header", {**header.data, "today": today}, None)
        assert said.partition(" · ")[2].startswith("Wed 18 Mar 2026 · 19:00")
    days = {"names": ["x"], "since": day("2025-12-18")}
    assert WORDING.agenda("quiet", {**days, "today": NOW.date()}, None) == snapshot(
        "Nothing this time (since Thu 18 Dec 2025): x."
    )
    assert WORDING.agenda("quiet", {**days, "today": day("2025-12-31").date()}, None) == snapshot(
        "Nothing this time (since Thu 18 Dec): x."
    )
