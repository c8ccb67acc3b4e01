"""What webhooks missed is found by the sweep; what both tell is done once."""

from inline_snapshot import snapshot

from app.entrypoints.webhook import PATH
from tests.scenarios.living import GAPS, READY, SIGNING_TOKEN, Living


def test_a_card_dragged_while_the_service_sleeps_is_found_by_the_sweep(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    with house.deaf():
        stage.drags("sa.omar", issue, "status::resolved")
        unheard = stage.files("sa.jane", "SCIM", GAPS)
    assert house.statuses(issue) == {"status::resolved"}
    shown = house.sweeps(dry=True)
    assert [str(ref) for ref, _ in shown.planned] == ["sme/customer-feedback#2", "sme/customer-feedback#3"]
    assert house.statuses(issue) == {"status::resolved"}
    with house.deaf():
        swept = house.sweeps()
        assert (swept.seen, len(swept.planned), swept.notes, swept.failed) == (3, 2, 2, ())
        assert house.statuses(issue) == {"status::new"}
        assert stage.titles(unheard) == {"status::new", "context::needed", "area::ai"}
        assert house.sweeps().planned == ()
    (put_back,), (asked,) = house.heard(issue), house.heard(unheard)
    assert put_back.startswith("@sa.omar, I put this card back in **New**")
    assert asked.startswith("@sa.jane, thank you for this request.")


def test_a_sweep_says_at_most_thirty_things_and_names_the_rest_to_the_operator(house: Living) -> None:
    with house.deaf():
        issues = [house.stage.files("sa.jane", f"Request {number}", GAPS) for number in range(33)]
        first = house.sweeps()
        assert (first.notes, len(first.waiting)) == (30, 3)
        assert house.heard(house.operator) == snapshot(
            [
                """\
One run may post 30 notes, and there was more to say. These requests wait for the next run:

- `sme/customer-feedback#32`
- `sme/customer-feedback#33`
- `sme/customer-feedback#34`\
"""
            ]
        )
        second = house.sweeps()
        assert (second.notes, second.waiting) == (3, ())
        assert house.heard(house.operator) == snapshot(
            ["~~There was more to say than one run may post.~~ Settled: nothing waits any more."]
        )
    assert [len(house.said(issue)) for issue in issues] == [1] * 33


def test_a_group_s_hook_and_a_project_s_hook_tell_the_same_and_it_is_said_once(house: Living) -> None:
    stage, world = house.stage, house.world
    hook = next(iter(stage.project.hooks.values()))
    assert hook.url.endswith(PATH)
    world.add_hook(world.root, stage.project.group, hook.url, signing_token=SIGNING_TOKEN)
    issue = stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.drags("sa.omar", issue, "status::resolved")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    assert len(house.said(issue)) == 1
    assert len([call for call in world.calls if call.method == "POST"]) == 1


def test_a_service_and_a_sweep_at_the_same_time_say_it_once(house: Living) -> None:
    issues = [house.stage.files("sa.jane", f"Request {number}", GAPS) for number in range(6)]
    swept = house.sweeps()
    house.stage.quiet()
    assert swept.failed == ()
    assert [len(house.said(issue)) for issue in issues] == [1] * 6
    assert house.sweeps().planned == ()
