"""Labels and boards in one plan: what a rename, a merge or an empty project does to the lists."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from app.domain.provision import Act, Limits
from app.domain.taxonomy import Taxonomy
from app.services.provision import Done, Provisioning
from tests.provision.program_town import TITLES, Town, titles, town


@pytest.fixture
def here() -> Iterator[Town]:
    """On Premium, with boards and labels as declared."""
    with town() as found:
        run(found)
        yield found


def run(here: Town) -> list[Done]:
    """One apply of labels and boards."""
    with here.doors() as doors:
        parts = here.parts(doors)
        provisioning = Provisioning([parts["labels"], parts["boards"]], "v")
        plan = provisioning.plan(Limits(deletions=9))
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


def also_called(taxonomy: Taxonomy, title: str, former: str) -> Taxonomy:
    """The taxonomy in which one label says of one more title that it had it."""
    scopes = tuple(
        replace(
            scope,
            labels=tuple(
                replace(one, previously=(*one.previously, former)) if one.title == title else one
                for one in scope.labels
            ),
        )
        for scope in taxonomy.scopes
    )
    return replace(taxonomy, scopes=scopes)


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


def test_of_two_former_titles_the_list_of_the_one_in_use_lives_on(here: Town) -> None:
    """The other one was retired long ago: for boards as for labels, it is not the one that is renamed."""
    here.world.create_label(here.world.root, here.project, "status::looked-at", "#6b4fbb")
    here.world.add_list(here.world.root, here.board("AI"), here.world.label(here.project, "status::looked-at"))
    here.world.create_issue(here.world.root, here.project, "In use", labels=["status::looked-at"])
    here.world.label(here.project, "status::reviewed").archived = True
    living = next(i for i, title in lists(here).items() if title == "status::looked-at")
    here.taxonomy = retitled(here.taxonomy, {"status::reviewed": "status::calibrated"})
    here.taxonomy = also_called(here.taxonomy, "status::calibrated", "status::looked-at")
    here.deletes = True

    plan = here.plan("boards")
    assert [one.name for one in plan.changes if one.act is Act.DELETE] == [
        "Customer feedback: status::reviewed",
        "AI: status::reviewed",
    ]
    run(here)

    assert lists(here)[living] == "status::calibrated"
    assert [title for title in lists(here).values() if title not in TITLES] == ["status::calibrated"]
    assert run(here) == []


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


@pytest.mark.parametrize("gone", ["status::new", "status::accepted", "status::backlog"])
def test_a_status_whose_label_was_deleted_gets_its_list_back_where_it_stood(here: Town, gone: str) -> None:
    """GitLab takes a label's lists away with it, and leaves a gap among the positions of the others."""
    here.world.delete_label(here.world.root, here.world.label(here.project, gone))
    assert acts(run(here)) == [("labels", "create"), ("boards", "create"), ("boards", "create")]
    for name in ("Customer feedback", "AI"):
        assert titles(here.board(name).lists) == list(TITLES)
    assert run(here) == []


def test_a_list_whose_label_hides_the_groups_is_not_said_to_be_empty(here: Town) -> None:
    here.world.create_label(here.world.root, here.project.group, "status::calibrated", "#6b4fbb")
    here.world.add_member(here.project.group, here.world.user("olga"), "maintainer")
    here.program = replace(here.program, labels_in="sme")
    here.taxonomy = retitled(here.taxonomy, {"status::reviewed": "status::calibrated"})
    told = [one.because for one in here.plan("boards").changes if one.name == "AI: status::reviewed"]
    assert told == [
        "no status of the workflow has this label; the list is left as it is (--allow-delete takes it away, and "
        "touches no issue)"
    ]
