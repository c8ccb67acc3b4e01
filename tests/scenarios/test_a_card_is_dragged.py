"""The main job: somebody drags a card, and sees what the rules make of it."""

# ruff: noqa: E501 - notes are pinned as people read them

from inline_snapshot import snapshot

from app.bootstrap import SHIPPED
from tests.scenarios.living import READY, Living

README = SHIPPED / "README.md"
NO_THEME = READY.replace(' ~"theme::ai::chat"', "").replace("- Deployment: self-managed\n", "")


def test_ken_the_sme_reviews_a_request_that_is_ready_and_hears_nothing(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    assert house.stage.titles(issue) == {"status::new", "context::ready", "area::ai", "theme::ai::chat"}
    house.stage.drags("sme.ken", issue, "status::reviewed")
    house.stage.quiet()
    assert house.stage.titles(issue) == {"status::reviewed", "context::ready", "area::ai", "theme::ai::chat"}
    assert house.said(issue) == []


def test_omar_an_sa_drags_to_where_only_the_pm_may_and_reads_who_can(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.stage.drags("sa.omar", issue, "status::accepted")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert "hold::open" in house.stage.titles(issue)
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.omar, I put this card back in **New**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, `sa.omar` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:00 UTC.

**Accepted by PMs** also needs:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can do that.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )


def test_ken_drags_to_where_no_step_leads(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    house.stage.drags("sme.ken", issue, "status::resolved")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
@sme.ken, I put this card back in **New**: there is no step from **New** to **Resolved**.

From **New** a card can go to:
- **Reviewed** (an SME of the area, the area lead or the PM)
- **Accepted by PMs** (the PM)
- **Declined** (the PM)
- **Backlog** (the PM)\
"""
        ]
    )


def test_something_is_missing_the_checklist_follows_and_the_move_completes_itself(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", NO_THEME)
    stage.quiet()
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @sme.ken: I keep your move to **Reviewed**. The card is back in **New**, because something is not here yet.

Please add:

- [ ] **Theme**: Product managers read requests theme by theme. Pick a label: ~"theme::ai::chat" · ~"theme::ai::code-suggestions" · ~"theme::ai::vulnerability"
- [ ] **Deployment**: What can be done, and when, differs between them. For example `Deployment: self-managed`

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )

    quoted = [line[2:] for line in README.read_text().splitlines() if line.startswith(">")]
    assert house.heard(issue)[0].startswith("\n".join(quoted))

    stage.says("sa.omar", issue, "Deployment: self-managed")
    stage.quiet()
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @sme.ken: I keep your move to **Reviewed**. The card is back in **New**, because something is not here yet.

Please add:

- [ ] **Theme**: Product managers read requests theme by theme. Pick a label: ~"theme::ai::chat" · ~"theme::ai::code-suggestions" · ~"theme::ai::vulnerability"

Anybody can answer: in a comment here, in the description, or with a label. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )

    stage.labels("sme.ken", issue, "theme::ai::chat")
    stage.quiet()
    assert house.statuses(issue) == {"status::reviewed"}
    assert "hold::open" not in stage.titles(issue)
    assert house.heard(issue) == snapshot(
        [
            """\
Done: I moved it from **New** to **Reviewed** for `sme.ken`.

- [x] ~~Theme~~ from `sme.ken`
- [x] ~~Deployment~~ from `sa.omar`. Thank you!\
"""
        ]
    )


def test_two_drags_in_a_row_do_not_go_round_a_rule(house: Living) -> None:
    """The first puts the card where Omar may not; from there the second would be lawful for somebody."""
    issue = house.stage.files("sa.jane", "SAML", READY)
    with house.deaf():
        house.stage.drags("sa.omar", issue, "status::reviewed")
    house.stage.drags("sa.omar", issue, "status::backlog")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.omar, I put this card back in **New**: the step to **Backlog** is for the PM to make. @pm.ai, `sa.omar` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:00 UTC.

**Backlog** also needs:

- [ ] **Reason for the backlog**: It says what the request waits for. Pick a label: ~"backlog::awaiting-demand" · ~"backlog::capacity" · ~"backlog::dependency" · ~"backlog::not-now"
- [ ] **Revisit date**: Feedback in the backlog is looked at again, never forgotten. For example `Revisit: 2026-06-30`

Anybody can answer: in a comment here, in the description, or with a label.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )


def test_priya_the_pm_accepts_in_one_go_and_nobody_is_told(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.assigns("pm.ai", issue, "pm.ai")
    stage.drags("pm.ai", issue, "status::accepted")
    stage.quiet()
    assert house.statuses(issue) == {"status::accepted"}
    assert house.said(issue) == []


def test_priya_forgets_to_put_her_name_on_it(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.drags("pm.ai", issue, "status::accepted")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
Almost there, @pm.ai: I keep your move to **Accepted by PMs**. The card is back in **New**, because something is not here yet.

Please add:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can do that. As soon as it is all here, I finish the move; nobody needs to drag the card again. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )


def test_a_pm_of_another_area_is_told_whose_step_it_is(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.assigns("pm.agile", issue, "pm.agile")
    stage.drags("pm.agile", issue, "status::accepted")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue) == snapshot(
        [
            """\
@pm.agile, I put this card back in **New**: the step to **Accepted by PMs** is for the PM of AI to make. @pm.ai, `pm.agile` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:00 UTC.

**Accepted by PMs** also needs:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can do that.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )


def test_the_third_time_the_card_is_left_to_people_and_that_is_said_once(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    for _ in range(2):
        stage.drags("sa.omar", issue, "status::accepted")
        stage.quiet()
        assert house.statuses(issue) == {"status::new"}
    stage.drags("sa.omar", issue, "status::accepted")
    stage.quiet()
    assert house.statuses(issue) == {"status::accepted"}
    assert house.heard(issue) == snapshot(
        [
            """\
@sa.omar, I have put this card back more than once in a short time, so now I leave it in **Accepted by PMs**, and the decision to you. What I still see: the step to **Accepted by PMs** is for the PM to make (here `pm.ai`).

Still missing:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Please agree on it here (`pm.ai` can decide); I will keep out of it.\
"""
        ]
    )
    stage.says("sa.omar", issue, "Thanks, we talk about it on Monday.")
    stage.quiet()
    assert len(house.said(issue)) == 1


def test_omar_takes_his_move_back_himself_and_nothing_is_said(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    with house.deaf():
        house.stage.drags("sa.omar", issue, "status::accepted")
        house.stage.drags("sa.omar", issue, "status::new")
    house.stage.says("sa.omar", issue, "Sorry, wrong card.")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.said(issue) == []


def test_the_program_lead_may_set_right_what_went_wrong_with_a_reason(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.says("program.lead", issue, "Reason: it was released last week already")
    stage.drags("program.lead", issue, "status::resolved")
    stage.quiet()
    assert house.statuses(issue) == {"status::resolved"}
    assert house.said(issue) == []
