"""The main job in a real browser: a card dragged where it may not go comes back with its note; one that may, stays."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_board_page import card, column, drag
from tests.scenarios.living import COMPLETE, Living, enforced, living

WITHIN = 3_000
"""Milliseconds that a put-back may take (the promise is three seconds)."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """The whole installation, with the quiet period of the demo."""
    with living(tmp_path, enforced(), quiet_seconds=0.3) as found:
        yield found


def test_a_card_dragged_with_the_mouse_comes_back_with_its_note_and_another_stays(page: Page, house: Living) -> None:
    stage = house.stage
    bare = stage.files("sa.jane", "Chat forgets the language of the question", COMPLETE)
    whole = stage.files("sa.jane", "Removed SAML users keep access", COMPLETE)
    for issue in (bare, whole):
        stage.labels("sme.ken", issue, "area::ai")
    stage.labels("sme.ken", whole, "theme::ai::chat")
    stage.quiet()
    page.set_viewport_size({"width": 1900, "height": 900})
    page.goto(f"{house.gitlab.url}/?as=sme.ken")
    expect(column(page, "new").locator(".card")).to_have_count(2)

    drag(page, card(page, bare), column(page, "reviewed"))
    expect(page.locator("#announcer")).to_contain_text(f"Moved #{bare.iid} to Reviewed.")
    expect(column(page, "new").locator(f'.card[data-iid="{bare.iid}"]')).to_be_visible(timeout=WITHIN)

    card(page, bare).click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text(
        "Almost there, @sme.ken: I keep your move to Reviewed. "
        "The card is back in New, because something is not here yet."
    )
    expect(drawer).to_contain_text("Theme: Product managers read requests theme by theme.")
    page.keyboard.press("Escape")

    drag(page, card(page, whole), column(page, "reviewed"))
    expect(page.locator("#announcer")).to_contain_text(f"Moved #{whole.iid} to Reviewed.")
    stage.quiet()
    expect(column(page, "reviewed").locator(f'.card[data-iid="{whole.iid}"]')).to_be_visible()
    assert re.search("I keep your move to", house.said(bare)[0].body)
    assert house.said(whole) == []
