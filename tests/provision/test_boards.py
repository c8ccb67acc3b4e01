"""Boards by plan and apply: what an operator is shown, and what then stands in GitLab."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.program import Board as BoardOfProgram
from app.domain.program import Project
from app.domain.provision import Act
from app.domain.taxonomy import Taxonomy
from tests.gateways.gitlab_wire import wired
from tests.provision.program_town import PATH, TITLES, Town, pending, titles, told, town


@pytest.fixture
def here() -> Iterator[Town]:
    """On Premium."""
    with town() as found:
        yield found


def test_an_empty_project_gets_its_boards_with_all_their_lists(here: Town) -> None:
    lists = "status::new, status::reviewed, status::accepted, status::roadmap, status::resolved, status::declined, "
    assert told(here.plan("boards")) == [
        f"create Customer feedback in {PATH} (program.yml:30): the project has no board of this name",
        f"  lists: nothing → {lists}status::backlog",
        f"create AI in {PATH} (program.yml:31): the project has no board of this name",
        "  shows: nothing → issues with area::ai",
        f"  lists: nothing → {lists}status::backlog",
    ]
    assert [one.problem for one in here.apply("boards")] == [None, None]
    assert titles(here.board("AI").lists) == titles(here.board("Customer feedback").lists) == list(TITLES)
    assert [label.title for label in here.board("AI").labels] == ["area::ai"]
    assert here.board("Customer feedback").labels == []


def test_a_second_apply_reads_once_and_writes_nothing(here: Town) -> None:
    here.apply("boards")
    here.calls()
    plan = here.plan("boards")
    assert (plan.changes, plan.as_declared) == ((), {plan.kinds[0]: 2})
    assert here.apply("boards") == []
    assert here.calls() == ["GET /projects/:id/boards"] * 2


def test_a_cold_apply_asks_for_labels_once_looks_for_each_board_and_makes_each_thing_with_one_call(here: Town) -> None:
    here.apply("boards")
    lists = ["POST /projects/:id/boards/:board_id/lists"] * len(TITLES)
    assert here.calls() == [
        "GET /projects/:id/boards",
        "GET /projects/:id/labels",
        "GET /projects/:id/boards",
        "POST /projects/:id/boards",
        *lists,
        "GET /projects/:id/boards",
        "POST /projects/:id/boards",
        "PUT /projects/:id/boards/:board_id",
        *lists,
    ]


def test_a_list_out_of_order_is_moved_once_and_told_by_what_it_stands_after(here: Town) -> None:
    here.apply("boards")
    board = here.board("AI")
    board.lists.append(board.lists.pop(1))
    for position, one in enumerate(board.lists):
        one.position = position
    ids = {one.id for one in board.lists}
    here.calls()
    assert told(here.plan("boards")) == [
        f"move AI: status::reviewed in {PATH} (label_taxonomy.yml:11): the order of the workflow",
        "  stands after: status::backlog → status::new",
    ]
    here.apply("boards")
    assert titles(board.lists) == list(TITLES)
    assert {one.id for one in board.lists} == ids
    assert [call for call in here.calls() if not call.startswith("GET")] == [
        "PUT /projects/:id/boards/:board_id/lists/:list_id"
    ]


def test_a_new_status_comes_to_its_place_and_lists_that_are_not_ours_stay(here: Town) -> None:
    lists = ["area::agile", *TITLES[:1], "area::ai", *TITLES[2:], "area::dedicated"]
    board = here.add_board("Customer feedback", lists)
    plan = here.plan("boards")
    assert told(plan)[:2] == [
        f"create Customer feedback: status::reviewed in {PATH} (label_taxonomy.yml:11): each status has its list",
        "  stands after: nothing → status::new",
    ]
    here.apply("boards")
    assert titles(board.lists) == ["area::agile", *TITLES[:2], "area::ai", *TITLES[2:], "area::dedicated"]
    assert here.plan("boards").changes == ()


def test_a_status_at_the_end_needs_no_move(here: Town) -> None:
    here.add_board("Customer feedback", [*TITLES[:-1], "area::ai"])
    here.add_board("AI", TITLES, ["area::ai"])
    here.apply("boards")
    assert [call for call in here.calls() if not call.startswith("GET")] == [
        "POST /projects/:id/boards/:board_id/lists"
    ]
    assert here.plan("boards").changes == ()


def test_boards_and_lists_that_nobody_declared_are_left_alone(here: Town) -> None:
    here.apply("boards")
    here.add_board("Development", ["area::ai", "region::apac"])
    here.add_board("Somebody's own", TITLES[::-1])
    assert here.plan("boards").changes == ()


def test_a_board_narrowed_otherwise_is_told_field_by_field(here: Town) -> None:
    here.add_board("Customer feedback", TITLES, ["area::ai"])
    here.add_board("AI", TITLES, ["area::agile", "region::apac"])
    assert told(here.plan("boards")) == [
        f"change Customer feedback in {PATH} (program.yml:30): a board without an area shows all",
        "  shows: issues with area::ai → all issues",
        f"change AI in {PATH} (program.yml:31): its area",
        "  shows: issues with area::agile and region::apac → issues with area::ai",
    ]
    here.apply("boards")
    assert [label.title for label in here.board("AI").labels] == ["area::ai"]
    assert here.board("Customer feedback").labels == []


def test_on_free_boards_are_made_and_not_narrowed_which_is_told_once() -> None:
    with town("free") as here:
        plan = here.plan("boards")
        assert told(plan)[0] == (
            f"report AI in {PATH} (program.yml:30): GitLab Free cannot narrow a board to an area, "
            "so these boards show the requests of all areas"
        )
        assert pending(plan) == [(Act.CREATE, "Customer feedback"), (Act.CREATE, "AI")]
        here.apply("boards")
        assert here.board("AI").labels == []
        assert [change.act for change in here.plan("boards").changes] == [Act.REPORT]


def test_premium_in_the_file_and_free_in_gitlab_is_a_clear_sentence() -> None:
    with town("free") as here:
        here.program = replace(here.program, tier=here.program.tier.PREMIUM)
        first, second = here.apply("boards")
        assert first.problem is None
        assert second.problem == (
            f"The board AI is made, and not all of it: GitLab said yes and did not narrow the board AI of {PATH}. "
            "On GitLab Free it cannot: then write `tier: free` in program.yml."
        )


def without(taxonomy: Taxonomy, gone: str) -> Taxonomy:
    """The taxonomy with one status less."""
    flow = taxonomy.workflow
    return replace(taxonomy, workflow=replace(flow, statuses=tuple(s for s in flow.statuses if s.title != gone)))


def test_the_list_of_a_retired_status_is_reported_and_taken_away_only_when_allowed(here: Town) -> None:
    here.apply("boards")
    here.taxonomy = without(here.taxonomy, "status::declined")
    assert told(here.plan("boards"))[0] == (
        f"report Customer feedback: status::declined in {PATH} (program.yml:30): no status of the workflow has this "
        "label; the list is left as it is (--allow-delete takes it away, and touches no issue)"
    )
    assert here.apply("boards") == []
    here.deletes = True
    assert pending(here.plan("boards")) == [
        (Act.DELETE, "Customer feedback: status::declined"),
        (Act.DELETE, "AI: status::declined"),
    ]
    here.apply("boards")
    assert "status::declined" not in titles(here.board("AI").lists)
    assert here.plan("boards").changes == ()


def renamed(taxonomy: Taxonomy, old: str, new: str) -> Taxonomy:
    """The taxonomy in which a label has another title, and says which it had."""
    scopes = tuple(
        replace(
            scope,
            labels=tuple(replace(x, title=new, previously=(old,)) if x.title == old else x for x in scope.labels),
        )
        for scope in taxonomy.scopes
    )
    statuses = tuple(replace(s, title=new) if s.title == old else s for s in taxonomy.workflow.statuses)
    return replace(taxonomy, scopes=scopes, workflow=replace(taxonomy.workflow, statuses=statuses))


def test_a_label_renamed_in_the_same_plan_is_no_change_of_a_board(here: Town) -> None:
    here.apply("boards")
    here.taxonomy = renamed(here.taxonomy, "status::reviewed", "status::calibrated")
    here.calls()
    assert here.plan("boards").changes == ()
    assert here.calls() == ["GET /projects/:id/boards", "GET /projects/:id/labels"]
    here.world.rename_label(here.world.root, here.world.label(here.project, "status::reviewed"), "status::calibrated")
    assert here.plan("boards").changes == ()
    assert here.calls() == ["GET /projects/:id/boards"]


def test_a_merged_label_leaves_a_list_that_is_reported_and_its_heir_gets_one(here: Town) -> None:
    here.apply("boards")
    here.taxonomy = renamed(here.taxonomy, "status::reviewed", "status::calibrated")
    here.world.create_label(here.world.root, here.project, "status::calibrated", "#123456")
    lines = told(here.plan("boards"))
    assert lines[:3] == [
        f"create Customer feedback: status::calibrated in {PATH} (program.yml:30): each status has its list",
        "  stands after: nothing → status::new",
        f"report Customer feedback: status::reviewed in {PATH} (program.yml:30): its cards are in status::calibrated "
        "now; the list is left as it is (--allow-delete takes it away, and touches no issue)",
    ]
    here.apply("boards")
    assert titles(here.board("AI").lists)[:3] == ["status::new", "status::calibrated", "status::reviewed"]


def test_a_board_that_looks_like_ours_under_another_name_is_pointed_out(here: Town) -> None:
    here.add_board("Feedback of customers", TITLES)
    assert told(here.plan("boards"))[0] == (
        f"report Feedback of customers in {PATH} (program.yml:30): program.yml does not name it, and it has all our "
        "lists; if it is Customer feedback, rename one of the two"
    )


def test_of_two_boards_of_one_name_the_oldest_is_kept(here: Town) -> None:
    here.apply("boards")
    here.add_board("AI", [])
    plan = here.plan("boards")
    assert told(plan) == [
        f"report AI in {PATH} (program.yml:31): there are 2 boards of this name; only the oldest is kept in order"
    ]
    assert plan.pending == ()


def test_without_their_labels_boards_are_not_begun(here: Town) -> None:
    here.world.delete_label(here.world.root, here.world.label(here.project, "status::roadmap"))
    (done,) = here.apply("boards")
    assert done.problem == f"The label status::roadmap is not there in {PATH} yet; apply the kind labels first."
    assert here.project.boards == {}


def test_a_planner_may_apply_boards_and_a_guest_reads_why_not(here: Town) -> None:
    (refused,) = here.apply("boards", who="gus")
    assert refused.problem is not None
    assert refused.problem.startswith("GitLab does not let our token do this (POST /projects/sme/customer-feedback/")
    assert here.project.boards == {}
    assert [one.problem for one in here.apply("boards", who="paul")] == [None, None]


def test_a_list_that_another_run_made_a_moment_ago_is_taken_as_made(here: Town) -> None:
    board = here.add_board("Customer feedback", TITLES[:-1])
    here.add_board("AI", TITLES, ["area::ai"])
    with here.doors() as doors:
        part = here.parts(doors)["boards"]
        (step,) = part.draft().steps
        here.world.add_list(here.world.root, board, here.world.label(here.project, TITLES[-1]))
        part.make(step)
    assert titles(board.lists) == list(TITLES)


def test_a_board_gone_meanwhile_is_a_clear_sentence(here: Town) -> None:
    board = here.add_board("AI", TITLES[:-1], ["area::ai"])
    here.add_board("Customer feedback", TITLES)
    with here.doors() as doors:
        part = here.parts(doors)["boards"]
        (step,) = part.draft().steps
        here.world.delete_board(here.world.root, board)
        with pytest.raises(Exception, match=f"^The board AI of {PATH} is gone; plan again\\.$"):
            part.make(step)


def test_a_board_broken_off_says_so_and_the_next_apply_finishes(here: Town) -> None:
    here.program = replace(here.program, projects=(Project(PATH, (BoardOfProgram("AI", "ai"),)),))
    here.world.faults.rate_limit(retry_after=7, path="/lists")
    (done,) = here.apply("boards")
    assert done.problem is not None
    assert done.problem.startswith("The board AI is made, and not all of it: GitLab asks us to slow down (POST ")
    assert pending(here.plan("boards"))[0] == (Act.CREATE, "AI: status::new")
    here.apply("boards")
    assert here.plan("boards").changes == ()


@pytest.mark.parametrize("loses", [False, True], ids=["refused", "answer lost"])
def test_broken_off_at_any_call_the_next_apply_finishes(here: Town, loses: bool) -> None:
    """The n-th write of each run goes wrong, n growing; boards are made once, lists are in order."""
    nth = 0

    def strike() -> None:
        nonlocal nth
        nth += 1
        skipped = here.world.faults
        skipped.drop_fields("nothing", count=nth)
        if loses:
            skipped.lose_answer(count=1, methods=("POST", "PUT"))
        else:
            skipped.server_error(count=1, methods=("POST", "PUT"))

    assert here.until_done("boards", strike) >= 3
    assert titles(here.board("AI").lists) == titles(here.board("Customer feedback").lists) == list(TITLES)
    assert here.plan("boards").changes == ()
    assert len(here.project.boards) == 2


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (403, "GitLab does not let our token do this (PUT "),
        (404, "There is nothing to be seen there (PUT "),
        (409, "GitLab is in trouble (PUT "),
        (503, "GitLab is in trouble (PUT "),
    ],
)
def test_a_move_that_gitlab_does_not_make_ends_the_apply_there_and_the_next_goes_on(
    here: Town, status: int, says: str
) -> None:
    here.apply("boards")
    board = here.board("Customer feedback")
    board.lists.reverse()
    for position, one in enumerate(board.lists):
        one.position = position
    here.world.faults.drop_fields("nothing", count=2, path="/lists/")
    here.world.faults.server_error(status=status, methods=("PUT",))
    done = here.apply("boards")
    assert [one.problem is None for one in done] == [True, True, False]
    assert str(done[-1].problem).startswith(says)
    assert len(here.plan("boards").pending) == len(TITLES) - 1 - 2
    here.apply("boards")
    assert titles(board.lists) == list(TITLES)


def test_lists_of_people_and_milestones_are_not_ours_and_stay() -> None:
    """Premium has them; their `label` is null (lib/api/entities/list.rb)."""
    lists: list[dict[str, object]] = [{"id": 1, "label": None, "assignee": {"id": 7}, "position": 0}]
    lists += [{"id": 2, "label": {"id": 5, "name": "status::new"}, "position": 1}]
    body = {"id": 3, "name": "AI", "lists": lists}
    with wired() as (routes, doors):
        routes.get("/api/v4/projects/acme%2Ffeedback/boards").respond(json=[body])
        (board,) = doors.boards.boards("acme/feedback")
    assert [(one.id, one.title, one.position) for one in board.lists] == [(1, None, 0), (2, "status::new", 1)]
