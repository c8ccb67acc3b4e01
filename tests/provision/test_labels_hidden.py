"""Labels live in a group, and a project or a group between has one of the same title: there it hides the group's."""

import pytest

from app.domain.provision import Act, Kind
from app.fakegitlab import model as fake
from tests.provision.label_town import EVERYTHING, Town, label

GROUP, PROJECT = "GET /groups/:id/labels", "GET /projects/:id/labels"


def told(town: Town, title: str) -> str:
    """Why a title waits for people, once."""
    wanted = (label("status::new"), label("status::fresh", "status::old"))
    (change,) = [one for one in town.plans(*wanted, labels_in=town.top.path) if one.name == title]
    assert (change.act, change.place, change.unmet) == (Act.REPORT, town.top.path, True)
    return change.because


@pytest.fixture(params=["project", "pods"])
def holder(town: Town, request: pytest.FixtureRequest) -> fake.Project | fake.Group:
    """Where the label that hides the group's is: in the project, or in the group between."""
    found: fake.Project | fake.Group = getattr(town, request.param)
    return found


def has(town: Town, title: str, owner: fake.Project | fake.Group) -> None:
    """A label below."""
    town.world.create_label(town.world.root, owner, title, "#ffffff", "By hand.")


def test_a_label_that_hides_the_groups_is_told_though_the_group_has_it(
    town: Town, holder: fake.Project | fake.Group
) -> None:
    has(town, "status::new", holder)
    for title in ("status::new", "status::fresh"):
        town.has(title, town.top)

    assert told(town, "status::new") == (
        f"{holder.full_path} has this label of its own, which hides the group's; give it another name there, put the "
        "group's on its issues, then delete it"
    )
    with town.provisioning(label("status::new"), label("status::fresh"), labels_in=town.top.path) as provisioning:
        plan = provisioning.plan(EVERYTHING)
    assert (plan.unmet, plan.as_declared, plan.refusals) == (1, {Kind.LABELS: 1}, ())


def test_the_cure_ends_it(town: Town) -> None:
    has(town, "status::new", town.pods)
    town.has("status::new", town.top)
    issue = town.files("status::new")
    hiding = next(one for one in town.pods.labels.values())
    town.world.rename_label(town.world.root, hiding, "once new")
    town.world.update_issue(town.olga, issue, add_labels=["status::new"])
    town.world.delete_label(town.world.root, hiding)

    assert town.plans(label("status::new"), labels_in=town.top.path) == ()
    assert [one.owner for one in issue.labels] == [town.top]


def test_a_label_that_would_hide_the_groups_is_not_promoted_to_the_wrong_group(
    town: Town, holder: fake.Project | fake.Group
) -> None:
    town.has("status::fresh", town.top)
    has(town, "status::new", holder)

    assert told(town, "status::new") == (
        f"{holder.full_path} has this label of its own, which would hide the group's; give it another name there, "
        "apply again, put the group's on its issues, then delete it"
    )
    assert town.own(town.top).keys() == {"status::fresh"}


def test_a_rename_that_would_leave_issues_behind_is_refused(town: Town, holder: fake.Project | fake.Group) -> None:
    has(town, "status::new", holder)
    town.has("status::new", town.top)
    town.files("status::new")

    with town.provisioning(label("status::fresh", "status::new"), labels_in=town.top.path) as provisioning:
        plan = provisioning.plan(EVERYTHING)

    assert [(change.act, change.name) for change in plan.changes] == [
        (Act.RENAME, "status::fresh"),
        (Act.REPORT, "status::new"),
    ]
    assert [(stop.message, stop.flag) for stop in plan.refusals] == [
        (
            f"~status::new of {town.top.path} is to become ~status::fresh, and {holder.full_path} has ~status::new of "
            "its own, which hides the group's: its issues would stay behind. Clear that up there first.",
            None,
        )
    ]


def test_a_former_title_that_stayed_behind_below_is_told_until_it_is_archived(
    town: Town, holder: fake.Project | fake.Group
) -> None:
    for title in ("status::new", "status::fresh"):
        town.has(title, town.top)
    has(town, "status::old", holder)

    assert told(town, "status::old") == (
        f"{holder.full_path} has this label of its own, and ~status::fresh replaces it; put ~status::fresh on its "
        "issues, then archive it there"
    )
    next(one for one in holder.labels.values()).archived = True
    wanted = (label("status::new"), label("status::fresh", "status::old"))
    assert town.plans(*wanted, labels_in=town.top.path) == ()


def test_whose_it_is_costs_a_call_only_where_a_group_between_hides_something(town: Town) -> None:
    wanted = label("status::new"), label("status::fresh")
    has(town, "of their own", town.pods)
    town.has("status::new", town.top)
    town.calls()
    assert town.plans(label("status::new"), labels_in=town.top.path) == ()
    assert town.calls() == [GROUP, PROJECT]
    has(town, "status::fresh", town.pods)
    town.has("status::fresh", town.top)
    town.calls()
    assert [one.name for one in town.plans(*wanted, labels_in=town.top.path)] == ["status::fresh"]
    assert town.calls() == [GROUP, PROJECT, GROUP]
