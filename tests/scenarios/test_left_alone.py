"""What we never touch, and that we hear our own echo without a word."""

import pytest

from tests.scenarios.living import GAPS, READY, Living


@pytest.mark.parametrize("document", ["program-doc::operator", "program-doc::agenda"])
def test_documents_of_the_program_are_nobody_s_request(house: Living, document: str) -> None:
    stage, world = house.stage, house.world
    issue = world.create_issue(world.user("sa.jane"), stage.project, "Agenda", description=GAPS, labels=[document])
    stage.quiet()
    stage.drags("sa.omar", issue, "status::accepted")
    stage.drags("sa.omar", issue, "closed")
    stage.quiet()
    assert stage.titles(issue) == {document, "area::ai"}
    assert house.said(issue) == []
    assert house.sweeps().planned == ()


@pytest.mark.parametrize("kind", ["task", "incident", "test_case"])
def test_other_kinds_of_work_items_are_no_requests(house: Living, kind: str) -> None:
    stage, world = house.stage, house.world
    issue = world.create_issue(world.user("sa.jane"), stage.project, "Do it", description=GAPS, issue_type=kind)
    stage.labels("sa.omar", issue, "status::resolved")
    stage.says("sa.omar", issue, "Severity: blocker")
    stage.quiet()
    assert stage.titles(issue) == {"area::ai", "status::resolved"}
    assert house.said(issue) == []
    assert house.sweeps().planned == ()


def test_a_project_that_holds_no_requests_is_not_even_read(house: Living) -> None:
    stage, world = house.stage, house.world
    other = world.add_project(stage.project.group, "handbook")
    world.add_member(other, world.user("sa.jane"), "developer")
    hook = next(iter(stage.project.hooks.values()))
    world.add_hook(world.root, other, hook.url, signing_token=hook.signing_token)
    world.reset_calls()
    issue = world.create_issue(world.user("sa.jane"), other, "Typo", description=GAPS.partition("/label")[0])
    stage.quiet()
    assert list(world.calls) == []
    assert house.said(issue) == []


def test_a_confidential_request_is_a_request_like_any_other(house: Living) -> None:
    stage, world = house.stage, house.world
    issue = world.create_issue(world.user("sa.jane"), stage.project, "SAML", description=READY, confidential=True)
    stage.quiet()
    assert stage.titles(issue) >= {"status::new", "context::ready"}
    stage.drags("sa.omar", issue, "status::resolved")
    stage.quiet()
    assert house.statuses(issue) == {"status::new"}
    (note,) = house.said(issue)
    assert not note.internal


def test_an_event_that_asks_for_nothing_is_remembered_and_a_sweep_is_not(house: Living) -> None:
    stage, issue = house.stage, house.stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    before = house.journal_of_looks(issue)
    stage.says("sa.omar", issue, "We talked about this.")
    stage.quiet()
    assert house.sweeps().planned == ()
    assert house.journal_of_looks(issue) == [*before, "looked at, nothing to say"]


def test_labels_outside_our_scopes_stay_as_they_are(house: Living) -> None:
    stage, world = house.stage, house.world
    for title in ("customer::acme", "Deal Risk"):
        world.create_label(world.root, stage.project, title)
    issue = stage.files("sa.jane", "SAML", READY)
    stage.labels("sa.jane", issue, "customer::acme", "Deal Risk")
    stage.quiet()
    stage.drags("sa.omar", issue, "status::resolved")
    stage.quiet()
    assert stage.titles(issue) >= {"customer::acme", "Deal Risk", "status::new"}
    assert len(house.said(issue)) == 1


def test_reactions_and_small_talk_are_heard_in_silence(house: Living) -> None:
    stage, world = house.stage, house.world
    issue = stage.files("sa.jane", "SAML", READY)
    stage.quiet()
    world.reset_calls()
    world.award(world.user("sa.omar"), issue, "thumbsup")
    stage.says("sa.omar", issue, "My customer too. cc @pm.ai")
    stage.quiet()
    assert {call.method for call in world.calls} == {"GET"}
    assert house.said(issue) == []
