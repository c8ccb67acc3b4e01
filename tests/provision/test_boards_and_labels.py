"""Labels and boards in one plan: what a rename, a merge or an empty project does to the lists."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest

from app.domain.provision import Act, Limits
from app.domain.taxonomy import Taxonomy
from app.services.provision import Done, Provisioning
from app.services.provision_labels import ProvisionLabels
from tests.provision.program_town import PLACES, TITLES, Town, titles, town

TODAY = date(2026, 11, 20)


@pytest.fixture
def here() -> Iterator[Town]:
    """On Premium, with boards and labels as declared."""
    with town() as found:
        run(found)
        yield found


def run(here: Town) -> list[Done]:
    """One apply of labels and boards."""
    with here.doors() as doors:
        labels = ProvisionLabels(doors.labels, here.taxonomy, here.program, PLACES, TODAY)
        provisioning = Provisioning([labels, here.parts(doors)["boards"]], "v")
        plan = provisioning.plan(Limits())
        assert plan.refusals == ()
        done = list(provisioning.carry_out())
    assert [one.problem for one in done if one.problem] == []
    return done


def acts(done: list[Done]) -> list[tuple[str, str]]:
    """What was done, by kind."""
    return [(one.change.kind.value, one.change.act.value) for one in done]


def retitled(taxonomy: Taxonomy, heirs: Mapping[str, str]) -> Taxonomy:
    """The taxonomy in which labels have other titles, and say which they had."""
    scopes = tuple(
        replace(
            scope,
            labels=tuple(
                replace(one, title=heirs[one.title], previously=(one.title,)) if one.title in heirs else one
                for one in scope.labels
            ),
        )
        for scope in taxonomy.scopes
    )
    statuses = tuple(replace(one, title=heirs.get(one.title, one.title)) for one in taxonomy.workflow.statuses)
    return replace(taxonomy, scopes=scopes, workflow=replace(taxonomy.workflow, statuses=statuses))


def lists(here: Town) -> dict[int, str]:
    """The lists of a board, by id, from the left."""
    return {one.id: one.label.title for one in here.board("AI").lists}


def test_a_project_without_labels_gets_labels_then_boards_in_one_plan() -> None:
    with town() as here:
        for label in list(here.project.labels.values()):
            here.world.delete_label(here.world.root, label)
        done = acts(run(here))
        assert done == [("labels", "create")] * (len(done) - 2) + [("boards", "create")] * 2
        assert titles(here.board("AI").lists) == list(TITLES)
        assert run(here) == []


def test_a_renamed_status_keeps_its_list(here: Town) -> None:
    before = lists(here)
    here.taxonomy = retitled(here.taxonomy, {"status::reviewed": "status::calibrated"})
    assert acts(run(here)) == [("labels", "rename")]
    assert lists(here) == {i: "status::calibrated" if t == "status::reviewed" else t for i, t in before.items()}
    assert run(here) == []


def test_an_area_renamed_keeps_its_board_narrowed(here: Town) -> None:
    label = here.world.label(here.project, "area::ai")
    here.world.rename_label(here.world.root, label, "area::machine-learning")
    scopes = tuple(
        replace(
            scope,
            labels=tuple(
                replace(one, previously=("area::machine-learning",)) if one.title == "area::ai" else one
                for one in scope.labels
            ),
        )
        for scope in here.taxonomy.scopes
    )
    here.taxonomy = replace(here.taxonomy, scopes=scopes)
    assert acts(run(here)) == [("labels", "rename")]
    assert [one.title for one in here.board("AI").labels] == ["area::ai"]
    assert run(here) == []


@pytest.mark.parametrize(
    "heirs",
    [
        {"status::reviewed": "status::accepted", "status::accepted": "status::agreed"},
        {"status::reviewed": "status::accepted", "status::accepted": "status::reviewed"},
    ],
    ids=["chain", "swap"],
)
def test_titles_that_change_hands_leave_each_list_its_cards_and_move_none(here: Town, heirs: Mapping[str, str]) -> None:
    before = lists(here)
    here.taxonomy = retitled(here.taxonomy, heirs)
    assert {kind for kind, _ in acts(run(here))} == {"labels"}
    assert run(here) == []
    assert set(before) <= set(lists(here))
    order = [heirs.get(title, title) for title in TITLES]
    assert [title for title in lists(here).values() if title in order] == order


def test_a_merged_status_gets_its_list_and_the_old_one_is_left_to_people(here: Town) -> None:
    here.world.create_label(here.world.root, here.project, "status::calibrated", "#6b4fbb")
    here.taxonomy = retitled(here.taxonomy, {"status::reviewed": "status::calibrated"})
    assert ("boards", Act.CREATE.value) in acts(run(here))
    assert [one for one in acts(run(here)) if one[0] == "boards"] == []
    assert titles(here.board("AI").lists)[1:3] == ["status::calibrated", "status::reviewed"]


def test_boards_of_a_project_use_the_labels_of_its_group() -> None:
    with town() as here:
        for label in list(here.project.labels.values()):
            here.world.delete_label(here.world.root, label)
        here.world.add_member(here.project.group, here.world.user("olga"), "maintainer")
        here.program = replace(here.program, labels_in="sme")
        run(here)
        assert {one.label.owner for one in here.board("AI").lists} == {here.project.group}
        assert run(here) == []
        here.taxonomy = retitled(here.taxonomy, {"status::reviewed": "status::calibrated"})
        assert acts(run(here)) == [("labels", "rename")]
        assert run(here) == []
