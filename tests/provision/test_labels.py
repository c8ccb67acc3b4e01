"""Labels are made, changed, renamed, merged and retired as the taxonomy says, and nothing else is touched."""

from app.domain.provision import Act, Change, Difference, Where
from tests.provision.label_town import GREY, Told, Town, label

RED = "#ff0000"


def only(changes: tuple[Change, ...]) -> Change:
    """The one change there is."""
    (change,) = changes
    return change


def settled(town: Town, told: Told) -> None:
    """Everything was made."""
    assert told.problem is None
    assert len(told.done) == len(told.plan.pending)


# What it costs.

SIXTY = tuple(label(f"theme::{n}") for n in range(60))


def test_sixty_labels_cost_sixty_one_calls_then_one_and_two_where_one_colour_differs(town: Town) -> None:
    assert town.applies(*SIXTY).problem is None
    assert len(town.calls()) == 61

    assert town.applies(*SIXTY).acts == []
    assert town.calls() == ["GET /projects/:id/labels"]

    town.own()["theme::7"].color = RED
    assert town.applies(*SIXTY).acts == [("change", "theme::7")]
    assert town.calls() == ["GET /projects/:id/labels", "PUT /projects/:id/labels/:label_id"]
    assert town.own()["theme::7"].color == GREY


def test_more_than_a_hundred_labels_are_read_page_by_page(town: Town) -> None:
    many = [label(f"theme::{n}") for n in range(120)]
    for one in many:
        town.has(one.title)
    town.calls()

    assert town.applies(*many).acts == []
    assert town.calls() == ["GET /projects/:id/labels"] * 2


# Made and changed.


def test_a_new_label_is_shown_with_its_line_and_made_with_all_its_fields(town: Town) -> None:
    town.lines = {"label:area::ai": Where("label_taxonomy.yml", 12)}

    told = town.applies(label("area::ai", color=RED, about="The AI pod."))

    assert only(told.plan.changes).act is Act.CREATE
    assert only(told.plan.changes).where == Where("label_taxonomy.yml", 12)
    assert only(told.plan.changes).differences == (
        Difference("color", "", RED),
        Difference("description", "", "The AI pod."),
    )
    made = town.own()["area::ai"]
    assert (made.color.lower(), made.description) == (RED, "The AI pod.")


def test_a_drifted_label_is_told_field_by_field_and_only_those_are_written(town: Town) -> None:
    town.has("area::ai", color=RED, about="")
    town.has("area::agile")

    change = only(town.plans(label("area::ai"), label("area::agile")))

    assert (change.act, change.name) == (Act.CHANGE, "area::ai")
    assert change.differences == (
        Difference("color", RED, GREY),
        Difference("description", "", "About area::ai."),
    )


def test_a_colour_in_capitals_is_the_same_colour(town: Town) -> None:
    town.has("area::ai", color=GREY.upper())

    assert town.plans(label("area::ai")) == ()


def test_a_label_that_was_archived_by_hand_comes_back(town: Town) -> None:
    town.has("area::ai").archived = True

    told = town.applies(label("area::ai"))

    assert only(told.plan.changes).differences == (Difference("archived", "yes", "no"),)
    assert not town.own()["area::ai"].archived


def test_what_is_not_declared_is_left_alone(town: Town) -> None:
    mine = town.has("my own label", color=RED)

    settled(town, town.applies(label("area::ai")))

    assert (mine.title, mine.color, mine.archived, mine.deleted) == ("my own label", RED, False, False)


def test_a_title_that_is_another_labels_number_hits_only_its_own_label(town: Town) -> None:
    other = town.has("area::ai")
    clash = f"{other.id}"
    town.has(clash, color=RED)

    settled(town, town.applies(label("area::ai"), label(clash)))

    assert {title: one.color for title, one in town.own().items()} == {"area::ai": GREY, clash: GREY}
    assert town.own()[clash].id != other.id


# Other people's labels.


def test_a_twin_in_other_capitals_is_not_made_but_told_with_the_cure(town: Town) -> None:
    town.has("Status::New")

    change = only(town.plans(label("status::new")))

    assert (change.act, change.name) == (Act.REPORT, "status::new")
    assert change.because == (
        "~Status::New is there, which differs only by its capitals; `previously: [Status::New]` renames it and keeps "
        "its issues"
    )
    settled(town, town.applies(label("status::new", "Status::New")))
    assert set(town.own()) == {"status::new"}


def test_a_groups_label_will_do_where_it_is_as_declared(town: Town) -> None:
    town.has("area::ai", town.top)

    assert town.plans(label("area::ai")) == ()


def test_a_groups_label_that_differs_is_told_with_its_groups(town: Town) -> None:
    town.has("area::ai", town.pods, color=RED)

    change = only(town.plans(label("area::ai")))

    assert (change.act, change.differences) == (Act.REPORT, (Difference("color", RED, GREY),))
    top, pods = town.top.path, town.pods.full_path
    assert change.because == (
        f"it belongs to one of the groups {pods}, {top} and cannot be changed from here; change it there"
    )


def test_labels_of_a_subgroup_are_kept_there_and_those_above_are_told(town: Town) -> None:
    town.has("area::ai", town.top, color=RED)
    town.has("area::agile", town.pods, color=RED)
    wanted = [label("area::ai"), label("area::agile"), label("area::new")]

    told = town.applies(*wanted, labels_in=town.pods.full_path)

    assert told.acts == [("create", "area::new"), ("change", "area::agile"), ("report", "area::ai")]
    assert told.plan.changes[-1].because == (
        f"it belongs to the group {town.top.path} and cannot be changed from here; change it there"
    )
    assert {title: one.color for title, one in town.own(town.pods).items()} == {"area::agile": GREY, "area::new": GREY}
    assert town.own() == {}


def test_a_group_whose_labels_are_as_declared_costs_one_call_and_one_for_each_project(town: Town) -> None:
    settled(town, town.applies(*SIXTY, labels_in=town.pods.full_path))
    town.calls()

    assert town.applies(*SIXTY, labels_in=town.pods.full_path).acts == []
    assert town.calls() == ["GET /groups/:id/labels", "GET /projects/:id/labels"]


def test_a_projects_label_is_to_be_promoted_before_its_group_gets_the_same(town: Town) -> None:
    town.has("area::ai")

    told = town.applies(label("area::ai"), label("area::agile"), labels_in=town.pods.full_path)

    assert told.acts == [("create", "area::agile"), ("report", "area::ai")]
    assert told.plan.changes[-1].because == (
        f"{town.project.full_path} has this label of its own, which would hide the group's; promote it there "
        "(Manage, Labels, Promote to group label), which keeps its issues"
    )


# New titles.


def test_a_rename_keeps_the_label_its_issues_and_lists_and_brings_its_new_fields(town: Town) -> None:
    old = town.has("status::triage", color=RED)
    board = town.world.create_board(town.olga, town.project, "Board")
    column = town.world.add_list(town.olga, board, old)
    issue, closed = town.files("status::triage"), town.files("status::triage", closed=True)
    town.calls()

    told = town.applies(label("status::new", "status::triage", about="About status::triage."))

    change = only(told.plan.changes)
    assert (change.act, change.name, change.issues) == (Act.RENAME, "status::new", 2)
    assert change.because == "~status::triage is `previously` of ~status::new"
    assert change.differences == (
        Difference("title", "status::triage", "status::new"),
        Difference("color", RED, GREY),
    )
    assert town.calls() == ["GET /projects/:id/labels", "PUT /projects/:id/labels/:label_id"]
    assert town.titles(issue) == town.titles(closed) == ["status::new"]
    assert column.label is old
    assert town.plans(label("status::new", "status::triage", about="About status::triage.")) == ()


def test_titles_move_on_in_a_chain(town: Town) -> None:
    issues = {title: town.files(town.has(title).title) for title in ("s::a", "s::b", "s::c")}
    chain = (label("s::b", "s::a"), label("s::c", "s::b"), label("s::d", "s::c"))

    told = town.applies(*chain)

    assert told.acts == [("rename", "s::d"), ("rename", "s::c"), ("rename", "s::b")]
    assert {title: town.titles(issue) for title, issue in issues.items()} == {
        "s::a": ["s::b"],
        "s::b": ["s::c"],
        "s::c": ["s::d"],
    }
    assert town.plans(*chain) == ()


def test_two_labels_change_places_over_a_name_in_between(town: Town) -> None:
    first = town.files(town.has("s::a", about="First").title)
    second = town.files(town.has("s::b", about="Second").title)
    swap = (label("s::a", "s::b", about="Second"), label("s::b", "s::a", about="First"))

    told = town.applies(*swap)

    assert [change.because for change in told.plan.changes] == [
        "it changes places with another label, so it needs a name in between",
        "~s::a is `previously` of ~s::b",
        "it was on its way to ~s::a",
    ]
    assert [change.name for change in told.plan.changes] == [
        "s::a (sounding-board: on its way to this name)",
        "s::b",
        "s::a",
    ]
    assert (town.titles(first), town.titles(second)) == (["s::b"], ["s::a"])
    assert town.plans(*swap) == ()


def test_labels_that_may_have_changed_places_already_are_left_alone(town: Town) -> None:
    town.has("s::a", color=RED, about="First")
    town.has("s::b", about="Second")

    told = town.applies(label("s::a", "s::b", about="Second"), label("s::b", "s::a", about="First"))

    assert told.acts == [("report", "s::a"), ("report", "s::b")]
    assert told.plan.changes[0].because == (
        "~s::a and ~s::b are to change places, and their colours and descriptions do not tell whether they have; take "
        "`previously` out where they have, rename them by hand where not"
    )


def test_a_label_that_may_be_its_own_successor_is_left_alone(town: Town) -> None:
    town.has("s::b")

    told = town.applies(label("s::b", "s::a"), label("s::c", "s::b"))

    assert told.acts == [("report", "s::c")]
    assert told.plan.changes[0].because == (
        "~s::b is there and may be this label or its own successor, which cannot be told; rename it by hand, or take "
        "it out of `previously`"
    )


def test_where_every_title_of_a_chain_is_there_the_first_is_left_alone(town: Town) -> None:
    for title in ("s::a", "s::b", "s::c"):
        town.has(title)

    told = town.applies(label("s::b", "s::a"), label("s::c", "s::b"))

    assert told.acts == [("report", "s::a")]
    assert told.plan.changes[0].because == (
        "~s::a, ~s::b and ~s::c are all there, so which of them became which cannot be told; move its issues by hand"
    )


def test_a_former_title_that_belongs_to_a_group_is_to_be_renamed_there(town: Town) -> None:
    town.has("s::old", town.top)

    change = only(town.plans(label("s::new", "s::old")))

    assert (change.act, change.name) == (Act.REPORT, "s::new")
    assert change.because == (
        f"~s::old belongs to one of the groups {town.pods.full_path}, {town.top.path}; rename it there, or take it "
        "out of `previously`"
    )


def test_a_new_title_in_another_scope_names_the_issues_that_then_have_two(town: Town) -> None:
    for title in ("triaged", "status::done"):
        town.has(title)
    town.files("triaged")
    both = town.files("triaged", "status::done")

    told = town.applies(label("status::reviewed", "triaged"), label("status::done"))

    assert told.acts == [("rename", "status::reviewed"), ("report", "triaged")]
    assert told.plan.changes[1].named == (f"{town.project.full_path}#{both.iid}",)
    assert told.plan.changes[1].because == (
        "as ~status::reviewed it stands beside another label of `status::` there; keep one of them"
    )
    assert town.titles(both) == ["status::done", "status::reviewed"]
