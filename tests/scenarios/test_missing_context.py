"""A request with gaps is asked for what is missing: once, all of it together, and anybody may answer."""

# ruff: noqa: E501 - notes are pinned as people read them

from inline_snapshot import snapshot

from tests.scenarios.living import GAPS, READY, Living


def test_jane_is_asked_once_and_answers_bit_by_bit_from_her_phone(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", GAPS)
    stage.quiet()
    assert stage.titles(issue) == {"status::new", "context::needed", "area::ai"}
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
- [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"
- [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
- [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
"""
        ]
    )

    stage.says("sa.jane", issue, "Use case: the platform team, for 900 developers\nRequest type: feature")
    stage.quiet()
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
- [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`

- [x] ~~Use case and who is affected~~
- [x] ~~Request type~~

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
"""
        ]
    )

    stage.says("sa.jane", issue, "Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT")
    stage.quiet()
    assert stage.titles(issue) == {"status::new", "context::ready", "area::ai"}
    assert house.heard(issue) == snapshot(
        [
            """\
Thank you! This request has the context it needs for now.

- [x] ~~Use case and who is affected~~
- [x] ~~Request type~~
- [x] ~~Customer~~\
"""
        ]
    )


def test_an_answer_nobody_can_read_is_asked_about_in_the_same_note(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", GAPS)
    stage.quiet()
    stage.says("sa.jane", issue, "Needed by: soon\nSeverity: very high")
    stage.quiet()
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):

- [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
- [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"
- [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. I could not read `very high`. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
- [ ] **Needed by**: A renewal or a closing date sets the pace. I could not read `soon`. For example `Needed by: 2026-03-31`

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
"""
        ]
    )
    assert issue.state == "opened"


def test_omar_fills_the_gaps_by_editing_the_description(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", GAPS)
    stage.quiet()
    house.world.update_issue(house.world.user("sa.omar"), issue, description=READY)
    stage.quiet()
    assert stage.titles(issue) == {"status::new", "context::ready", "area::ai", "theme::ai::chat"}
    assert house.heard(issue) == snapshot(
        [
            """\
Thank you! This request has the context it needs for now.

- [x] ~~Use case and who is affected~~
- [x] ~~Request type~~
- [x] ~~Customer~~
- [x] ~~Severity~~
- [x] ~~Needed by~~\
"""
        ]
    )


def test_ken_answers_with_labels(house: Living) -> None:
    missing = READY.replace("- [x] Feature", "").replace('~"area::ai"', "").replace("- Severity: blocker", "")
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", missing)
    stage.quiet()
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.jane, thank you for this request. Before product managers can work with it, this is missing:

- [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"
- [ ] **Area**: It decides which pod and which product manager look at the request. Pick a label: ~"area::ai" · ~"area::app-security" · ~"area::agile" · ~"area::dedicated"

Good to have now, needed before the review:

- [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
"""
        ]
    )
    stage.labels("sme.ken", issue, "area::ai", "type::feature", "severity::blocker")
    stage.quiet()
    assert "context::ready" in stage.titles(issue)
    assert house.heard(issue) == snapshot(
        [
            """\
Thank you! This request has the context it needs for now.

- [x] ~~Request type~~
- [x] ~~Area~~
- [x] ~~Severity~~\
"""
        ]
    )


def test_a_customer_s_name_in_the_title_is_never_echoed_and_a_stranger_may_answer(house: Living) -> None:
    world, stage = house.world, house.stage
    world.add_member(stage.project, world.add_user("new.colleague", "New Colleague"), "reporter")
    issue = stage.files("new.colleague", "Acme Bank wants SAML", READY.replace("## Problem", "## Other"))
    stage.quiet()
    (note,) = house.heard(issue)
    assert "Acme" not in note
    stage.says("new.colleague", issue, "Problem: people removed from SAML keep their access for a day")
    stage.quiet()
    assert house.heard(issue) == snapshot(
        [
            """\
Thank you! This request has the context it needs for now.

- [x] ~~Problem~~\
"""
        ]
    )


def test_what_a_status_needs_has_to_stay_there_for_three_days(house: Living) -> None:
    """For 72 hours after a move the status keeps its requirements (workflow 3.6)."""
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.assigns("pm.ai", issue, "pm.ai")
    stage.drags("pm.ai", issue, "status::accepted")
    stage.quiet()
    assert house.said(issue) == []
    house.world.update_issue(house.world.user("pm.ai"), issue, assignee_ids=[])
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    (note,) = house.heard(issue)
    assert note.startswith("Almost there, @pm.ai: I keep your move to **Accepted by PMs**.")
