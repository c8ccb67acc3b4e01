"""An operator merges a status label while the service listens: no card has moved, and nobody is spoken to."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app import bootstrap
from app.domain.issue import Ref
from app.domain.provision import Act, Limits
from app.gateways.gitlab_connect import connect
from app.services.provision import Provisioning
from app.services.provision_labels import ProvisionLabels
from tests.rules.test_merged_labels import NEW, OLD, renamed
from tests.scenarios.living import PROJECT, READY, Living, enforced, living


def merges(house: Living) -> list[Act]:
    """`apply` of the labels, by the operator; what was done."""
    found = house.configured
    with connect(house.gitlab.url, house.world.root.token) as doors:
        part = ProvisionLabels(doors.labels, found.taxonomy, found.program, {}, bootstrap.utc_now().date())
        provisioning = Provisioning([part], found.version)
        provisioning.plan(Limits())
        done = list(provisioning.carry_out())
    assert [one.problem for one in done if one.problem] == []
    return [one.change.act for one in done]


@pytest.mark.parametrize("tier", ["premium", "free"])
def test_a_merge_is_heard_as_no_move_and_time_in_status_goes_on(tmp_path: Path, tier: str) -> None:
    configured = enforced()
    configured = replace(configured, taxonomy=renamed(configured.taxonomy, NEW, OLD))
    with living(tmp_path, configured, tier="premium" if tier == "premium" else "free") as house:
        house.world.create_label(house.world.root, house.stage.project, OLD)
        issue = house.stage.files("sa.jane", "SAML", READY)
        house.stage.quiet()
        ken = house.world.user("sme.ken")
        house.world.update_issue(ken, issue, add_labels=[OLD], remove_labels=["status::new"])
        house.stage.quiet()
        moved = issue.label_events[-1].created_at

        assert merges(house)[-1] is Act.MERGE
        house.stage.quiet()

        assert house.statuses(issue) == {NEW}
        assert house.unread() == []
        assert house.sweeps().planned == ()
        with bootstrap.judging(house.settings, configured) as rules:
            case = rules.reconciler.plan(Ref(PROJECT, issue.iid), bootstrap.utc_now()).case
        assert case is not None
        assert case.history.present == (NEW,)
        assert case.history.entered is not None
        assert abs(case.history.entered - moved) < timedelta(seconds=0.01)
