"""Declining, backlogging and stepping back: the reason is part of the move."""

# ruff: noqa: E501 - notes are pinned as people read them

from inline_snapshot import snapshot

from app.fakegitlab.model import Issue
from tests.scenarios.living import READY, Living


def accepted(house: Living) -> Issue:
    """A request that Priya has accepted."""
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.assigns("pm.ai", issue, "pm.ai")
    stage.drags("pm.ai", issue, "status::accepted")
    stage.quiet()
    return issue


def test_priya_declines_without_a_reason_then_with_one(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.drags("pm.ai", issue, "status::declined")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @pm.ai: I keep your move to **Declined**. The card is back in **New**, because something is not here yet.

Please add:

- [ ] **Reason to decline**: The customer deserves an honest answer. Pick a label: ~"declined::duplicate" · ~"declined::already-possible" · ~"declined::not-aligned" · ~"declined::not-feasible" · ~"declined::insufficient-demand" · ~"declined::superseded" · ~"declined::withdrawn" · ~"declined::wrong-product"
- [ ] **Customer-safe explanation**: It is the one sentence that solutions architects may pass on. For example `Customer-safe explanation: GitLab does not plan to support this protocol`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )
    stage.labels("pm.ai", issue, "declined::not-aligned")
    stage.says("pm.ai", issue, "Customer-safe: GitLab does not plan to support this protocol.")
    stage.drags("pm.ai", issue, "status::declined")
    stage.quiet()
    assert house.statuses(issue) == {"status::declined"}
    assert issue.state == "opened"
    assert house.heard(issue) == snapshot(
        ["~~There was a question about a move of this card.~~ Settled: `pm.ai` moved it from **New** to **Declined**."]
    )


def test_the_backlog_needs_a_reason_and_a_day_to_look_again(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.labels("pm.ai", issue, "backlog::capacity")
    stage.drags("pm.ai", issue, "status::backlog")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @pm.ai: I keep your move to **Backlog**. The card is back in **New**, because something is not here yet.

Please add:

- [ ] **Revisit date**: Feedback in the backlog is looked at again, never forgotten. For example `Revisit: 2026-06-30`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )
    stage.says("pm.ai", issue, "Revisit: 2027-06-30")
    stage.quiet()
    assert house.statuses(issue) == {"status::backlog"}
    assert house.heard(issue) == snapshot(
        [
            """\
Done: I moved it from **New** to **Backlog** for `pm.ai`.

- [x] ~~Revisit date~~ from `pm.ai`\
"""
        ]
    )


def test_a_step_back_wants_its_reason_in_a_comment_made_for_it(house: Living) -> None:
    issue, stage = accepted(house), house.stage
    stage.drags("pm.ai", issue, "status::reviewed")
    stage.quiet()
    assert house.statuses(issue) == {"status::accepted"}
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @pm.ai: I keep your move to **Reviewed**. The card is back in **Accepted by PMs**, because something is not here yet.

Please add:

- [ ] **Reason**: A step back takes back something that people count on. For example `Reason: the target release was moved and has no new date`

Anybody can answer in a comment here. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )
    stage.says("pm.ai", issue, "Reason: the team that would do it was given other work")
    stage.quiet()
    assert house.statuses(issue) == {"status::reviewed"}
    assert house.heard(issue) == snapshot(
        [
            """\
Done: I moved it from **Accepted by PMs** to **Reviewed** for `pm.ai`.

- [x] ~~Reason~~ from `pm.ai`\
"""
        ]
    )


def test_who_gives_the_reason_first_hears_nothing(house: Living) -> None:
    issue, stage = accepted(house), house.stage
    stage.says("pm.ai", issue, "Reason: the team that would do it was given other work")
    stage.drags("pm.ai", issue, "status::reviewed")
    stage.quiet()
    assert house.statuses(issue) == {"status::reviewed"}
    assert house.said(issue) == []


def test_ken_sends_it_back_and_says_what_is_missing(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.quiet()
    stage.says("sme.ken", issue, "Missing: which identity provider the customer uses")
    stage.drags("sme.ken", issue, "status::new")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot([])
    stage.says("sa.jane", issue, "They use Okta.")
    stage.quiet()
    assert house.heard(issue) == snapshot([])


def test_the_roadmap_wants_a_link_to_the_work_and_a_target(house: Living) -> None:
    issue, stage, world = accepted(house), house.stage, house.world
    stage.drags("em.ai", issue, "status::roadmap")
    stage.quiet()
    assert house.statuses(issue) == {"status::accepted"}
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @em.ai: I keep your move to **Added to Roadmap**. The card is back in **Accepted by PMs**, because something is not here yet.

Please add:

- [ ] **Product issue or epic**: The work has to be found from the request. For example `Product issue: https://gitlab.com/gitlab-org/gitlab/-/issues/1`
- [ ] **Target**: Customers are told when to expect it. For example `Target: 18.9`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )
    product = world.add_project(world.add_group("product"), "gitlab")
    world.add_member(product, world.user("em.ai"), "developer")
    world.add_member(product, world.user("sounding-board"), "guest")
    world.link_issues(world.user("em.ai"), issue, world.create_issue(world.user("em.ai"), product, "Sync SAML groups"))
    stage.says("em.ai", issue, "Target: 18.9")
    stage.quiet()
    assert house.statuses(issue) == {"status::roadmap"}
    assert house.heard(issue) == snapshot(
        [
            """\
Done: I moved it from **Accepted by PMs** to **Added to Roadmap** for `em.ai`.

- [x] ~~Product issue or epic~~
- [x] ~~Target~~ from `em.ai`\
"""
        ]
    )
