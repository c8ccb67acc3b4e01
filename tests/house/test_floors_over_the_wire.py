"""Calls only go down in a whole installation, from the webhook that comes in to the note that goes out."""

from pathlib import Path

from tests.house.floors import watching
from tests.scenarios.living import READY, enforced, living


def test_calls_only_go_down_while_a_card_is_dragged_over_the_wire(tmp_path: Path) -> None:
    with watching() as calls, living(tmp_path, enforced()) as house:
        issue = house.stage.files("sa.jane", "SAML", READY)
        house.stage.quiet()
        house.stage.drags("sa.omar", issue, "status::resolved")
        house.stage.quiet()
        assert house.statuses(issue) == {"status::new"}
        assert len(house.said(issue)) == 1
    floors = {(call.from_floor, call.to_floor) for call in calls}
    assert {
        ("entrypoints", "bootstrap"),
        ("bootstrap", "services"),
        ("services", "gateways"),
        ("services", "domain"),
        ("gateways", "domain"),
        ("fakegitlab", "fakegitlab"),
    } <= floors
    # The test hands the stand-in its clock; the stand-in knows nothing of the house.
    up = {str(call) for call in calls if call.goes_up()}
    assert up - {"fakegitlab.clock.Clock.__call__ -> bootstrap.utc_now"} == set()
