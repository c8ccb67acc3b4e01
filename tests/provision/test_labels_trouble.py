"""What goes wrong in the middle of an apply: said in a sentence, nothing taken for done; the next run finishes."""

from collections.abc import Callable, Iterator

import pytest

from app.domain.failure import Permanent
from app.fakegitlab import model as fake
from tests.provision.label_town import EVERYTHING, GREY, Town, label

RED = "#ff0000"
WANTED = (label("area::ai"), label("area::agile"))


@pytest.fixture(autouse=True)
def all_well_again(town: Town) -> Iterator[None]:
    """No fault outlives its test."""
    yield
    town.world.faults.clear()


def problem_when(town: Town, meanwhile: Callable[[], object]) -> str | None:
    """What stops an apply of `WANTED` when something happens between plan and apply."""
    with town.provisioning(*WANTED) as provisioning:
        provisioning.plan(EVERYTHING)
        meanwhile()
        return next((one.problem for one in provisioning.carry_out() if one.problem), None)


def guest(town: Town) -> fake.User:
    """Somebody who may look and no more."""
    user = town.world.add_user(f"robin-{len(town.world.users)}", "Robin")
    town.world.add_member(town.project, user, "guest")
    return user


def test_a_token_without_rights_makes_nothing_and_is_told_what_it_needs(town: Town) -> None:
    told = town.applies(*WANTED, user=guest(town))

    path = f"/projects/{town.project.full_path}/labels"
    assert told.problem is not None
    assert told.problem.startswith(
        f"GitLab does not let our token do this (POST {path} at 127.0.0.1 answered 403: 403 Forbidden)."
    )
    assert len(told.done) == 1
    assert town.own() == {}


def test_asked_to_slow_down_in_the_middle_it_stops_and_the_next_run_goes_on(town: Town) -> None:
    one = town.has("area::agile", color=RED)
    town.world.faults.rate_limit(retry_after=7, methods=("PUT",), path="/labels/")

    told = town.applies(*WANTED)

    path = f"/projects/{town.project.full_path}/labels/{one.id}"
    assert told.problem == f"GitLab asks us to slow down (PUT {path} at 127.0.0.1 answered 429). It may work later."
    assert [done.problem is None for done in told.done] == [True, False]
    assert town.applies(*WANTED).acts == [("change", "area::agile")]
    assert one.color == GREY


def test_a_label_whose_making_was_not_heard_of_is_found_by_the_next_run(town: Town) -> None:
    town.world.faults.lose_answer(methods=("POST",), path="/labels")

    told = town.applies(*WANTED)

    assert told.problem is not None
    assert "Whether it was done is not known" in told.problem
    assert set(town.own()) == {"area::ai"}
    assert town.applies(*WANTED).acts == [("create", "area::agile")]


def test_a_label_is_made_only_when_the_one_that_replaces_it_is_there(town: Town) -> None:
    """Without it, it would pass for one that still has to move on."""
    wanted = (label("area::ai"), label("s::new", "s::old"), label("s::old", "s::older"))

    with town.provisioning(*wanted) as provisioning:
        provisioning.plan(EVERYTHING)
        batches = []
        while coming := provisioning.coming:
            batches.append([change.name for change in coming])
            provisioning.make_next()

    assert batches == [["area::ai"], ["s::new"], ["s::old"]]


def test_labels_that_replace_each_other_in_a_circle_are_made_to_the_end_by_the_next_run(town: Town) -> None:
    """What was made looks as declared, so it is not taken for one that still has to move on."""
    circle = (label("s::a", "s::c"), label("s::b", "s::a"), label("s::c", "s::b"))
    town.world.faults.lose_answer(methods=("POST",), path="/labels")

    assert town.applies(*circle).problem is not None
    assert set(town.own()) == {"s::a"}

    assert town.applies(*circle).acts == [("create", "s::b"), ("create", "s::c")]
    assert town.plans(*circle) == ()


def test_one_of_a_circle_that_may_still_have_to_move_on_keeps_its_looks(town: Town) -> None:
    town.has("s::a", color=RED)
    circle = (label("s::a", "s::b"), label("s::b", "s::a"))

    told = town.applies(*circle)

    assert [(change.name, change.because) for change in told.plan.changes] == [
        (
            "s::b",
            "~s::a is there and may be this label or its own successor, which cannot be told; rename it by hand, or "
            "take it out of `previously`",
        ),
        ("s::a", "it may be ~s::b, which is not there and replaces it; rename it by hand where it is"),
    ]
    assert town.own()["s::a"].color == RED
    assert [change.name for change in town.plans(*circle)] == ["s::b", "s::a"]


def test_it_keeps_them_also_beside_another_label_that_may_have_to_move_on(town: Town) -> None:
    town.has("s::a", color=RED)
    wanted = (label("plain", "older"), label("s::b", "plain", "s::a"), label("s::a", "s::b", retired=True))

    told = town.applies(*wanted)

    assert told.acts == [("create", "plain"), ("report", "s::b"), ("report", "s::a")]
    assert [change.name for change in town.plans(*wanted)] == ["s::b", "s::a"]


def test_the_same_label_made_by_another_run_will_do(town: Town) -> None:
    assert problem_when(town, lambda: town.has("area::ai")) is None
    assert set(town.own()) == {"area::ai", "area::agile"}


def test_another_label_made_meanwhile_is_told(town: Town) -> None:
    assert problem_when(town, lambda: town.has("area::ai", color=RED)) == (
        f"Somebody made ~area::ai in {town.project.full_path} a moment ago, with another color. Plan again."
    )


def test_a_group_that_got_the_label_meanwhile_is_no_trouble(town: Town) -> None:
    assert problem_when(town, lambda: town.has("area::ai", town.top)) is None
    assert town.plans(*WANTED) == ()


def test_a_label_deleted_meanwhile_is_told_and_made_again_by_the_next_run(town: Town) -> None:
    one = town.has("area::ai", color=RED)
    town.has("area::agile")

    assert problem_when(town, lambda: town.world.delete_label(town.olga, one)) == (
        f"~area::ai is no label of {town.project.full_path} any more: it was deleted, or moved to a group. Plan again."
    )
    assert town.applies(*WANTED).acts == [("create", "area::ai")]


def test_fields_that_gitlab_drops_are_no_success(town: Town) -> None:
    town.has("area::ai", color=RED)
    town.has("area::agile")
    town.world.faults.drop_fields("color", path="/labels/")

    told = town.applies(*WANTED)

    assert told.problem == (
        f"GitLab said yes and kept ~area::ai of {town.project.full_path} otherwise: color is '#ff0000', not '#5c5b66'."
    )


def test_a_failed_list_of_issues_is_no_plan(town: Town) -> None:
    for title in ("s::old", "s::new"):
        town.has(title)
    town.files("s::old")
    path = f"/projects/{town.project.full_path.replace('/', '%2F')}/issues"
    town.world.faults.server_error(status=403, methods=("GET",), path=path)

    with town.provisioning(label("s::new", "s::old")) as provisioning:
        plan = provisioning.plan(EVERYTHING)

        with pytest.raises(Permanent, match="refused"):
            list(provisioning.carry_out())
    assert plan.changes == ()
    assert plan.refusals
