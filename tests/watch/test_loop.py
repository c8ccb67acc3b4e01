"""From a change of a note to the answer in it: through GitLab, its webhook, the inbox, a worker and back."""

from contextlib import closing
from pathlib import Path

from app import bootstrap
from app.bootstrap import kept
from app.domain.subject import Watch
from app.entrypoints.loop import NO_ISSUE, proved
from tests.scenarios.living import enforced, living, settings_for


def test_a_living_service_answers(tmp_path: Path) -> None:
    with living(tmp_path, enforced()) as house:
        assert proved(house.settings, within=20) == (
            True,
            "Webhooks arrive: a change of sme/customer-feedback#1 was heard of, and answered there.",
        )
        house.stage.quiet()
        (answer,) = house.heard(house.operator)
        assert answer.startswith("Webhooks reach the service: it heard of the change of this note on ")


def test_webhooks_that_get_lost_are_seen_and_once_they_arrive_the_note_is_answered(tmp_path: Path) -> None:
    with living(tmp_path, enforced()) as house:
        with house.deaf():
            assert proved(house.settings, within=1) == (
                False,
                "Webhooks do not reach the service, or it does not work: of a change of sme/customer-feedback#1 nobody "
                "has heard in 1 s. `sounding-board status` and `sounding-board check --online` look further.",
            )
        house.world.add_note(house.world.user("lead.ai"), house.operator, "I have mended the proxy.")
        house.stage.quiet()
        (answer,) = house.heard(house.operator)
        assert answer.startswith("Webhooks reach the service: ")


def test_the_service_itself_goes_on_its_rounds(tmp_path: Path) -> None:
    with living(tmp_path, enforced()) as house, closing(kept.inbox_beside(house.settings)) as view:
        house.stage.waits("the first round is due", lambda: [w.subject for w in view.waiting(5)] == [Watch()])


def test_without_an_operator_issue_that_has_a_webhook_nothing_can_be_proved(tmp_path: Path) -> None:
    with living(tmp_path / "kept", enforced()) as house:
        (tmp_path / "program").mkdir()
        for file in ("program.yml", "label_taxonomy.yml"):
            text = (bootstrap.SHIPPED / file).read_text()
            (tmp_path / "program" / file).write_text(
                "\n".join(line for line in text.splitlines() if not line.startswith("operator_issue:"))
            )
        settings = settings_for(house.gitlab.url, house.world, tmp_path / "kept", config_dir=tmp_path / "program")
        assert proved(settings, within=1) == (False, NO_ISSUE)
