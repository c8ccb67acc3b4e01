"""A held move finishes itself, exactly once, whatever happens to the service, its webhooks or its token."""

# ruff: noqa: E501 - notes are pinned as people read them

from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.fakegitlab.model import Issue
from tests.scenarios.living import READY, Living, enforced, living

NO_THEME = READY.replace(' ~"theme::ai::chat"', "")


def held(house: Living) -> Issue:
    """Ken reviewed a request without a theme; his move is held."""
    issue = house.stage.files("sa.jane", "SAML", NO_THEME)
    house.stage.quiet()
    house.stage.drags("sme.ken", issue, "status::reviewed")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert "hold::open" in house.stage.titles(issue)
    house.said(issue)
    return issue


def times_reviewed(house: Living, issue: Issue) -> int:
    """How often our bots moved it to Reviewed."""
    bots = {user for user in house.world.users.values() if user.username.startswith("sounding-board")}
    events = [e for e in issue.label_events if e.user in bots and e.action == "add"]
    return sum(e.label.title == "status::reviewed" for e in events)


def methods(house: Living) -> list[str]:
    """The calls to GitLab, in order."""
    return [call.method for call in house.world.calls]


def done(house: Living, issue: Issue) -> None:
    """It is over, once."""
    assert house.statuses(issue) == {"status::reviewed"}
    assert "hold::open" not in house.stage.titles(issue)
    assert times_reviewed(house, issue) == 1
    assert len(house.said(issue)) == 1


def test_dana_picks_the_theme_and_the_move_is_made_for_ken(house: Living) -> None:
    issue = held(house)
    house.world.reset_calls()
    house.stage.labels("sme.dana", issue, "theme::ai::chat")
    house.stage.quiet()
    done(house, issue)
    assert house.heard(issue) == snapshot(
        [
            """\
Done: I moved it from **New** to **Reviewed** for `sme.ken`.

- [x] ~~Theme~~ from `sme.dana`. Thank you!\
"""
        ]
    )
    assert methods(house)[:5] == ["GET", "GET", "GET", "PUT", "PUT"]
    assert set(methods(house)[5:]) <= {"GET"}


def test_what_no_webhook_told_the_sweep_finds_by_its_label(house: Living) -> None:
    issue = held(house)
    with house.deaf():
        house.stage.labels("sme.dana", issue, "theme::ai::chat")
        swept = house.sweeps(since=bootstrap.utc_now() + timedelta(days=1))
        assert [ref.iid for ref, _ in swept.planned] == [issue.iid]
        assert house.sweeps().planned == ()
    done(house, issue)


def test_the_service_and_the_sweep_finish_it_once(house: Living) -> None:
    issue = held(house)
    house.stage.labels("sme.dana", issue, "theme::ai::chat")
    house.sweeps()
    house.stage.quiet()
    assert house.sweeps().planned == ()
    done(house, issue)


def test_a_service_that_was_restarted_finishes_what_it_held_before(tmp_path: Path) -> None:
    """All it needs is in GitLab: a process with an empty disk goes on."""
    with living(tmp_path / "first", enforced()) as house:
        issue = held(house)
        with house.deaf():
            house.stage.labels("sme.dana", issue, "theme::ai::chat")
            empty = tmp_path / "second"
            empty.mkdir()
            house.sweeps(data_dir=empty)
        done(house, issue)


def test_a_new_token_is_a_new_user_and_finishes_it_too(house: Living) -> None:
    issue, world = held(house), house.world
    new = world.add_user("sounding-board-2", "Sounding Board", bot=True)
    world.add_member(house.stage.project, new, "planner")
    with house.deaf():
        house.stage.labels("sme.dana", issue, "theme::ai::chat")
        swept = house.sweeps(gitlab_token=new.token, retired_bot_ids={house.stage.bot.id})
        assert (len(swept.planned), swept.failed) == (1, ())
        assert house.sweeps(gitlab_token=new.token, retired_bot_ids={house.stage.bot.id}).planned == ()
    assert (house.statuses(issue), times_reviewed(house, issue)) == ({"status::reviewed"}, 1)


def test_ken_thinks_better_of_it(house: Living) -> None:
    issue = held(house)
    house.stage.says("sme.ken", issue, "cancel")
    house.stage.quiet()
    assert house.heard(issue) == snapshot(
        ["~~I had kept a move of this card.~~ `sme.ken` let go of it, so the card stays in **New**."]
    )
    (comment,) = [note for note in issue.notes if note.body == "cancel"]
    assert [(award.name, award.user) for award in comment.awards] == [("white_check_mark", house.stage.bot)]
    house.stage.labels("sme.dana", issue, "theme::ai::chat")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}


def test_lena_the_lead_overrides_and_it_is_in_the_journal(house: Living) -> None:
    issue = held(house)
    house.stage.says("lead.ai", issue, "@sounding-board override the customer decides tomorrow")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::reviewed"}
    assert house.heard(issue) == snapshot(
        [
            "`lead.ai` overrode the rules, so I moved it from **New** to **Reviewed**, as `sme.ken` had done. The reason stands in their comment.",
            """\
@sa.jane, a request in **Reviewed** needs something that is not here yet (@sme.dana can help):

- [ ] **Theme**: Product managers read requests theme by theme. Pick a label: ~"theme::ai::chat" · ~"theme::ai::code-suggestions" · ~"theme::ai::vulnerability"

Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.\
""",
        ]
    )
    assert [line for line in house.journal(issue) if "overrode" in line] == snapshot(
        ["moves: overridden [status::new -> status::reviewed] (sme.ken): lead.ai overrode the rules with a reason"]
    )


def test_omar_may_not_and_hears_why(house: Living) -> None:
    issue = held(house)
    house.stage.says("sa.omar", issue, "@sounding-board override because I would like it")
    house.stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert house.heard(issue)[1:] == snapshot(
        ["@sa.omar, `override` is for the area lead, the PM or the program lead, so I left things as they are."]
    )


@pytest.fixture
def proposed(house: Living) -> Issue:
    """Ken proposes to accept a reviewed request."""
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.assigns("pm.ai", issue, "pm.ai")
    stage.quiet()
    stage.drags("sme.ken", issue, "status::accepted")
    stage.quiet()
    assert house.statuses(issue) == {"status::reviewed"}
    house.said(issue)
    return issue


def test_priya_the_pm_agrees_with_a_thumb(house: Living, proposed: Issue) -> None:
    assert house.heard(proposed) == snapshot(
        [
            """\
@sme.ken, I put this card back in **Reviewed**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, `sme.ken` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until Mon 9 Mar, 09:00 UTC.

Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.\
"""
        ]
    )
    house.world.reset_calls()
    house.stage.reacts("pm.ai", proposed, "proposes it", "thumbsup")
    house.stage.quiet()
    assert house.statuses(proposed) == {"status::accepted"}
    assert house.heard(proposed) == snapshot(
        ["Done: I moved it from **Reviewed** to **Accepted by PMs** for `sme.ken`, as `pm.ai` agreed."]
    )
    assert methods(house)[:6] == ["GET", "GET", "GET", "GET", "PUT", "PUT"]


def test_a_thumb_that_no_webhook_told_is_found_by_the_sweep(house: Living, proposed: Issue) -> None:
    with house.deaf():
        house.stage.reacts("pm.ai", proposed, "proposes it", "thumbsup")
        house.sweeps(since=bootstrap.utc_now() + timedelta(days=1))
    assert house.statuses(proposed) == {"status::accepted"}
    house.said(proposed)


def test_a_thumb_of_omar_makes_nothing(house: Living, proposed: Issue) -> None:
    house.stage.reacts("sa.omar", proposed, "proposes it", "thumbsup")
    house.stage.quiet()
    assert house.statuses(proposed) == {"status::reviewed"}
