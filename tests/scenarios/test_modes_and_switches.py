"""How far we go: observe, guide, enforce; and the three switches that stop us."""

# ruff: noqa: E501 - notes are pinned as people read them

from dataclasses import replace
from pathlib import Path

from inline_snapshot import snapshot

from app.domain.taxonomy import Mode, Modes
from tests.scenarios.living import GAPS, READY, Living, enforced, living


def test_observe_writes_nothing_and_the_journal_tells_what_it_would_have_done(tmp_path: Path) -> None:
    with living(tmp_path, enforced(Mode.OBSERVE)) as house:
        stage, issue = house.stage, house.stage.files("sa.jane", "SAML", GAPS)
        stage.quiet()
        stage.drags("sa.omar", issue, "status::accepted")
        stage.quiet()
        stage.drags("sa.omar", issue, "closed")
        stage.quiet()
        assert [call for call in house.world.calls if call.method != "GET"] == []
        assert list(dict.fromkeys(house.journal(issue))) == snapshot(
            [
                "starting_status: observed [- -> status::new]: a new request starts here",
                "context: observed (sa.jane): missing: use_case, request_type, customer, severity, needed_by",
                "moves: observed [status::new -> status::accepted] (sa.omar): not theirs; incomplete: pm_owner, use_case, request_type, customer, theme, severity, arr, deployment, outcome",
                "one_status: observed [- -> status::accepted]: no status was left",
                "open_closed: observed (sa.omar): closed in status::accepted",
            ]
        )


def test_guide_leaves_the_card_where_it_is_and_says_what_it_sees(tmp_path: Path) -> None:
    with living(tmp_path, enforced(Mode.GUIDE)) as house:
        stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
        stage.quiet()
        stage.drags("sa.omar", issue, "status::accepted")
        stage.quiet()
        assert house.statuses(issue) == {"status::accepted"}
        assert house.heard(issue) == snapshot(
            [
                """\
@sa.omar, a note on the move to **Accepted by PMs**: the step to **Accepted by PMs** is for the PM to make (here `pm.ai`). I left the card where it is; please let them know in a comment.

**Accepted by PMs** also needs:

- [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.

Anybody can do that.

From **New** a card can go to:
- **Reviewed** (an SME of the area, the area lead or the PM)
- **Accepted by PMs** (the PM)
- **Declined** (the PM)
- **Backlog** (the PM)\
"""
            ]
        )
        stage.says("sa.omar", issue, "I know, @pm.ai asked me to.")
        stage.quiet()
        assert len(house.said(issue)) == 1


def test_one_area_enforces_while_the_others_only_watch(tmp_path: Path) -> None:
    configured = enforced(Mode.OBSERVE)
    modes = Modes(Mode.OBSERVE, {"ai": Mode.ENFORCE})
    flow = configured.taxonomy.workflow
    flow = replace(flow, modes=modes, moves=tuple(replace(move, modes=modes) for move in flow.moves))
    rules = dict.fromkeys(configured.taxonomy.rules, modes)
    with living(
        tmp_path, replace(configured, taxonomy=replace(configured.taxonomy, workflow=flow, rules=rules))
    ) as house:
        stage = house.stage
        ours, theirs = (
            stage.files("sa.jane", "SAML", READY.replace("area::ai", area)) for area in ("area::ai", "area::agile")
        )
        stage.labels("program.lead", theirs, "status::new")
        stage.quiet()
        for issue in (ours, theirs):
            stage.drags("sa.omar", issue, "status::accepted")
        stage.quiet()
        assert house.statuses(ours) == {"status::new"}
        assert [note.internal for note in house.said(ours)] == [True, False]  # its ledger, and the put-back
        assert house.statuses(theirs) == {"status::accepted"}
        assert house.said(theirs) == []


def test_the_pause_label_leaves_one_card_alone(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    stage.labels("lead.ai", issue, house.configured.taxonomy.paused_label)
    stage.quiet()
    stage.drags("sa.omar", issue, "status::resolved")
    stage.quiet()
    assert house.statuses(issue) == {"status::resolved"}
    assert house.said(issue) == []
    assert house.journal(issue)[-2:] == snapshot(
        [
            "pause: reported: the label sounding-board::paused switches us off here",
            "undo: undone (sa.omar): somebody took away what I had put on: status::new",
        ]
    )


def test_a_paused_service_looks_and_journals_and_writes_nothing(tmp_path: Path) -> None:
    with living(tmp_path, enforced(), paused=True) as house:
        stage, issue = house.stage, house.stage.files("sa.jane", "SAML", GAPS)
        stage.labels("sa.jane", issue, "status::new")
        stage.quiet()
        stage.drags("sa.omar", issue, "status::resolved")
        stage.quiet()
        assert [call for call in house.world.calls if call.method != "GET"] == []
        assert house.statuses(issue) == {"status::resolved"}
        assert house.journal(issue)[-4:] == snapshot(
            [
                "dry  context: asked (sa.jane): missing: use_case, request_type, customer, severity, needed_by",
                "dry  would post a note on 'move'",
                "dry  would post a note on 'context'",
                "dry  would change labels: +context::needed +status::new -status::resolved",
            ]
        )
