"""Lists and colours as `apply` made them, looked at in a real browser: what is drawn is what the taxonomy declares."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.provision import Limits
from app.services.provision import Provisioning
from tests.provision.program_town import TITLES, Town, town
from tests.scenarios.living import shipped

DECLARED = {label.title: label for label in shipped().taxonomy.labels}


@pytest.fixture
def here() -> Iterator[Town]:
    """A project without labels and boards, to which plan and apply are then put."""
    with town() as found:
        for label in list(found.project.labels.values()):
            found.world.delete_label(found.world.root, label)
        applied(found)
        yield found


def applied(here: Town) -> int:
    """One apply of labels and boards; how many changes were made."""
    with here.doors() as doors:
        parts = here.parts(doors)
        provisioning = Provisioning([parts["labels"], parts["boards"]], "v")
        assert provisioning.plan(Limits()).refusals == ()
        done = list(provisioning.carry_out())
    assert [one.problem for one in done if one.problem] == []
    return len(done)


def looked_at(page: Page, here: Town, name: str) -> None:
    """The page of a board, as Olga sees it."""
    page.set_viewport_size({"width": 2900, "height": 700})
    page.goto(f"{here.gitlab.url}/{here.project.full_path}/-/boards/{here.board(name).id}?as=olga")
    expect(page.locator(".list")).to_have_count(len(TITLES) + 2)


def drawn(pill: Locator, what: str = "background-color") -> str:
    """A colour as the browser has it."""
    return str(pill.evaluate("(one, what) => getComputedStyle(one).getPropertyValue(what)", what))


def rgb(title: str) -> str:
    """A declared colour as browsers write it."""
    red, green, blue = bytes.fromhex(DECLARED[title].color.removeprefix("#"))
    return f"rgb({red}, {green}, {blue})"


def as_declared(page: Page) -> None:
    """Each list in its place, in its colour, with its description."""
    lists = page.locator(".list")
    assert [one.strip().partition("\n")[0] for one in lists.locator(".list__title").all_inner_texts()] == [
        "Open",
        "Closed",
    ]
    for place, title in enumerate(TITLES, start=1):
        column = lists.nth(place)
        pill = column.locator(".list__head .label")
        expect(pill).to_have_attribute("data-label", title)
        expect(pill).to_have_attribute("title", DECLARED[title].description)
        assert drawn(pill.locator(".label__key")) == drawn(column, "border-top-color") == rgb(title)


def test_an_empty_project_gets_the_columns_of_the_workflow_in_their_colours(page: Page, here: Town) -> None:
    olga = here.world.user("olga")
    here.world.create_issue(olga, here.project, "A chat", labels=["status::new", "area::ai", "theme::ai::chat"])
    here.world.create_issue(olga, here.project, "A board", labels=["status::roadmap", "area::agile"])

    looked_at(page, here, "Customer feedback")

    as_declared(page)
    pills = page.locator(".card .label")
    titles = [str(pill.get_attribute("data-label")) for pill in pills.all()]
    assert sorted(set(titles)) == ["area::agile", "area::ai", "theme::ai::chat"]
    assert [drawn(pill.locator(".label__key")) for pill in pills.all()] == [rgb(title) for title in titles]
    looked_at(page, here, "AI")
    as_declared(page)
    expect(page.locator(".card")).to_have_count(1)


def test_what_somebody_painted_and_moved_is_as_declared_again(page: Page, here: Town) -> None:
    board = here.board("Customer feedback")
    here.world.label(here.project, "status::reviewed").color = "#ff00ff"
    with here.world.lock:
        board.lists.reverse()
        for position, one in enumerate(board.lists):
            one.position = position
    looked_at(page, here, "Customer feedback")
    second = page.locator(".list").nth(len(TITLES) - 1).locator(".list__head .label__key")
    assert drawn(second) == "rgb(255, 0, 255)"

    one_colour, moves = 1, len(TITLES) - 1
    assert applied(here) == one_colour + moves
    page.reload()

    expect(page.locator(".list")).to_have_count(len(TITLES) + 2)
    as_declared(page)
    assert applied(here) == 0
