"""The bot got another user: its earlier notes are succeeded, not doubled, and its moves are still its own."""

from inline_snapshot import snapshot

from tests.scenarios.living import READY, Living


def test_a_retired_bot_s_note_is_succeeded_by_one_note_of_the_new_bot(house: Living) -> None:
    stage, world = house.stage, house.world
    issue = stage.files("sa.jane", "SAML", READY.replace(' ~"theme::ai::chat"', ""))
    stage.quiet()
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.quiet()
    assert len(house.said(issue)) == 1
    new = world.add_user("sounding-board-2", "Sounding Board", bot=True)
    world.add_member(stage.project, new, "planner")
    with house.deaf():
        settled = house.sweeps(gitlab_token=new.token, retired_bot_ids={stage.bot.id})
        assert settled.planned == ()
        stage.labels("sme.ken", issue, "theme::ai::chat")
        swept = house.sweeps(gitlab_token=new.token, retired_bot_ids={stage.bot.id})
        assert (len(swept.planned), swept.notes, swept.failed) == (1, 1, ())
        assert house.sweeps(gitlab_token=new.token, retired_bot_ids={stage.bot.id}).planned == ()
    assert len(house.said(issue)) == 1
    (note,) = [note for note in issue.notes if note.author is new and not note.system]
    assert note.body.partition("\n\n<!--")[0] == snapshot(
        """\
Done: I moved it from **New** to **Reviewed** for `sme.ken`.

- [x] ~~Theme~~ from `sme.ken`\
"""
    )
    assert house.statuses(issue) == {"status::reviewed"}
