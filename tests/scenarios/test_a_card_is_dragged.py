"""The main job: somebody drags a card, and sees what the rules make of it."""

from tests.scenarios.living import COMPLETE, Living


def test_a_lawful_drag_costs_three_reads_and_nothing_is_written(house: Living) -> None:
    stage = house.stage
    issue = stage.files("sa.jane", "SAML", COMPLETE)
    stage.labels("sme.ken", issue, "area::ai", "theme::ai::chat")
    stage.quiet()
    assert stage.titles(issue) >= {"status::new", "context::ready"}
    house.world.reset_calls()
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.quiet()
    assert "status::reviewed" in stage.titles(issue)
    assert [call.method for call in house.world.calls] == ["GET", "GET", "GET"]
    for note in house.said(issue):
        print(note.body)
