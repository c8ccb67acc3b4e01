"""A card dragged to Closed, or closed by hand, on its way: what became of it is asked once, and the answer counts."""

# ruff: noqa: E501 - notes are pinned as people read them

import pytest
from inline_snapshot import snapshot

from app.fakegitlab.model import Issue
from tests.scenarios.living import READY, Living


def closed_by_omar(house: Living) -> Issue:
    """A new request that Omar has dragged to Closed."""
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.stage.drags("sa.omar", issue, "closed")
    house.stage.quiet()
    return issue


def test_its_status_comes_back_it_stays_closed_and_the_closer_is_asked(house: Living) -> None:
    issue = closed_by_omar(house)
    assert issue.state == "closed"
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.omar, you closed this request while it was in **New**. Customers may ask what became of it. I left it closed. Please answer here with one of:

- `resolved`
- `declined: <reason>`, where the reason is one of `duplicate`, `already-possible`, `not-aligned`, `not-feasible`, `insufficient-demand`, `superseded`, `withdrawn` or `wrong-product`
- `duplicate of #<number>`

Closed by mistake? Reopen it, and it goes on in **New**.\
"""
        ]
    )


@pytest.mark.parametrize(
    ("answer", "labels"),
    [
        ("resolved", {"status::resolved"}),
        ("Declined: not aligned", {"status::declined", "declined::not-aligned"}),
        ("duplicate of #1", {"status::declined", "declined::duplicate"}),
    ],
)
def test_one_word_settles_it(house: Living, answer: str, labels: set[str]) -> None:
    issue = closed_by_omar(house)
    house.stage.says("sa.omar", issue, answer)
    house.stage.quiet()
    assert issue.state == "closed"
    assert house.stage.titles(issue) >= labels
    assert len(house.statuses(issue)) == 1
    status = "Resolved" if answer == "resolved" else "Declined"
    assert house.heard(issue) == [
        f"~~This request was closed on its way.~~ Settled: `sa.omar` answered, so it is in **{status}**."
    ]


def test_a_reason_that_is_no_reason_is_asked_for_again(house: Living) -> None:
    issue = closed_by_omar(house)
    house.stage.says("sa.omar", issue, "declined: because @all said so")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.omar, you closed this request while it was in **New**. Customers may ask what became of it. I left it closed.

I could not read `because @all said so` as a reason. Please answer here with one of:

- `resolved`
- `declined: <reason>`, where the reason is one of `duplicate`, `already-possible`, `not-aligned`, `not-feasible`, `insufficient-demand`, `superseded`, `withdrawn` or `wrong-product`
- `duplicate of #<number>`

Closed by mistake? Reopen it, and it goes on in **New**.\
"""
        ]
    )
    house.stage.says("sa.omar", issue, "declined: superseded")
    house.stage.quiet()
    assert house.stage.titles(issue) >= {"status::declined", "declined::superseded"}
    assert house.heard(issue) == snapshot(
        ["~~This request was closed on its way.~~ Settled: `sa.omar` answered, so it is in **Declined**."]
    )


def test_the_label_answers_as_well_as_the_word(house: Living) -> None:
    issue = closed_by_omar(house)
    house.stage.labels("sa.omar", issue, "status::declined", "declined::withdrawn")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::declined"}
    assert house.heard(issue) == snapshot(["~~This request was closed on its way.~~ Settled: it is in **Declined**."])


def test_a_passer_by_s_resolved_is_only_a_comment(house: Living) -> None:
    world, issue = house.world, closed_by_omar(house)
    world.add_member(house.stage.project, world.add_user("passer.by", "Passer By"), "reporter")
    before = house.heard(issue)
    house.stage.says("passer.by", issue, "resolved")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == before


def test_closed_by_mistake_and_reopened(house: Living) -> None:
    issue = closed_by_omar(house)
    house.stage.drags("sa.omar", issue, "open")
    house.stage.quiet()
    assert issue.state == "opened"
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        ["~~This request was closed on its way.~~ Settled: it is open again, in **New**."]
    )


def test_closed_with_the_button_keeps_its_status_and_is_asked_the_same(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.world.update_issue(house.world.user("sa.jane"), issue, state_event="close")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    (note,) = house.heard(issue)
    assert note.startswith("@sa.jane, you closed this request while it was in **New**")


def test_a_declined_card_dragged_to_closed_gets_its_status_back_in_silence(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.labels("pm.ai", issue, "declined::not-aligned")
    stage.says("pm.ai", issue, "Customer-safe: GitLab does not plan to support this protocol.")
    stage.drags("pm.ai", issue, "status::declined")
    stage.quiet()
    stage.drags("pm.ai", issue, "closed")
    stage.quiet()
    assert issue.state == "closed"
    assert house.statuses(issue) == {"status::declined"}
    assert house.said(issue) == []
