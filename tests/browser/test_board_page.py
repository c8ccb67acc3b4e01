"""What people do on the board page, and what they see."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from app.fakegitlab.model import Issue
from tests.browser.conftest import Witness
from tests.browser.pod import Pod

HOSTILE = """<script>document.title = "stolen"</script>
<img src="http://203.0.113.9/x.png" onerror="document.title='stolen'">

Hello @ken, <b style="position:fixed">bold?</b> <!-- sounding-board:v1 hidden -->

[press](javascript:document.title='stolen') [or](data:text/html,x) ![pic](http://203.0.113.9/y.png)

<style>body { display: none }</style>

| a | b |
|:--|--:|
| 1 | ~"status::new" |
"""

AT_THE_RIGHT_END = """() => {
  const board = document.getElementById("board");
  return board.scrollLeft > 0 && board.scrollLeft + board.clientWidth >= board.scrollWidth - 20;
}"""


def column(page: Page, title: str) -> Locator:
    """A list by its heading: a status, or Open or Closed."""
    return page.locator(".list", has=page.locator(".list__head", has_text=re.compile(rf"{title}", re.IGNORECASE)))


def card(page: Page, issue: Issue) -> Locator:
    """An issue's card."""
    return page.locator(f'#board .card[data-iid="{issue.iid}"]')


def drag(page: Page, what: Locator, where: Locator, drop: bool = True) -> None:
    """Press, carry in steps, let go: as a hand does it."""
    what.scroll_into_view_if_needed()
    start, end = what.bounding_box(), where.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 80, steps=12)
    if drop:
        page.mouse.up()


def moved(page: Page) -> None:
    """Wait until the server has answered the move."""
    expect(page.locator("#announcer")).to_contain_text("Moved #")


def test_a_mouse_drags_a_card_to_another_list_and_the_api_agrees(board: Page, pod: Pod) -> None:
    drag(board, card(board, pod.chat), column(board, "reviewed"))

    moved(board)
    expect(column(board, "reviewed").locator(".card")).to_have_text(re.compile("Chat should cite"))
    expect(column(board, "new").locator(".list__count")).to_contain_text("1")
    expect(board.locator("#announcer")).to_have_text("Moved #1 to Reviewed.")
    assert pod.rest_issue(pod.chat) == (["status::reviewed"], "opened")


def test_a_drag_to_closed_and_back_to_open_strips_the_board_s_labels(board: Page, pod: Pod) -> None:
    board.set_viewport_size({"width": 2000, "height": 900})
    drag(board, card(board, pod.chat), column(board, "Closed"))
    moved(board)
    assert pod.rest_issue(pod.chat) == ([], "closed")

    drag(board, card(board, pod.chat), column(board, "Open"))
    expect(board.locator("#announcer")).to_contain_text("Moved #1 to Open.")
    assert pod.rest_issue(pod.chat) == ([], "opened")
    expect(column(board, "Open").locator(".card")).to_have_count(1)


def test_the_board_scrolls_when_a_card_is_held_at_its_edge(board: Page, pod: Pod) -> None:
    board.set_viewport_size({"width": 800, "height": 700})
    box = card(board, pod.chat).bounding_box()
    assert box is not None
    board.mouse.move(box["x"] + 40, box["y"] + 20)
    board.mouse.down()
    board.mouse.move(790, 300, steps=5)
    board.wait_for_function(AT_THE_RIGHT_END)
    board.mouse.up()

    moved(board)
    assert pod.rest_issue(pod.chat) == ([], "closed")


def test_a_card_can_be_put_between_two_others(board: Page, pod: Pod) -> None:
    third = pod.add("Approval rules per directory")
    expect(card(board, third)).to_be_visible()
    box = card(board, pod.trains).bounding_box()
    start = card(board, third).bounding_box()
    assert box is not None
    assert start is not None
    board.mouse.move(start["x"] + 40, start["y"] + 20)
    board.mouse.down()
    board.mouse.move(box["x"] + 40, box["y"] + 10, steps=6)
    board.mouse.up()

    moved(board)
    order = [issue.iid for issue in pod.world.cards(pod.people["ken"], pod.board, pod.board.lists[0])]
    assert order == [pod.chat.iid, third.iid, pod.trains.iid]
    numbers = column(board, "new").locator(".card__number")
    expect(numbers).to_have_text(["#1", "#3", "#2"])


def test_escape_puts_a_dragged_card_back(board: Page, pod: Pod) -> None:
    drag(board, card(board, pod.chat), column(board, "reviewed"), drop=False)
    expect(board.locator(".card--ghost")).to_be_visible()

    board.keyboard.press("Escape")
    board.mouse.up()

    expect(board.locator(".card--ghost")).to_have_count(0)
    expect(column(board, "new").locator(".card")).to_have_count(2)
    expect(board.locator("#drawer")).to_be_hidden()
    assert pod.rest_issue(pod.chat) == (["status::new"], "opened")


def test_the_keyboard_walks_the_cards_and_moves_one(board: Page, pod: Pod) -> None:
    card(board, pod.chat).focus()
    board.keyboard.press("ArrowDown")
    expect(card(board, pod.trains)).to_be_focused()

    board.keyboard.press("m")
    menu = board.get_by_role("menu", name="Move #2 to")
    expect(menu.get_by_role("menuitem")).to_have_text(["Open", "Newhere", "Reviewed", "Accepted", "Roadmap", "Closed"])
    board.keyboard.press("a")
    board.keyboard.press("Enter")

    moved(board)
    expect(column(board, "accepted").locator(".card")).to_be_focused()
    assert pod.rest_issue(pod.trains) == (["status::accepted"], "opened")

    board.keyboard.press("m")
    board.keyboard.press("End")
    board.keyboard.press("Enter")
    expect(board.locator("#announcer")).to_contain_text("Moved #2 to Closed.")
    assert pod.rest_issue(pod.trains) == ([], "closed")


def test_the_move_menu_button_works_and_escape_returns_to_the_card(board: Page, pod: Pod) -> None:
    card(board, pod.chat).get_by_role("button", name="Move #1").click()
    expect(board.get_by_role("menu")).to_be_visible()
    board.keyboard.press("Escape")
    expect(board.get_by_role("menu")).to_have_count(0)
    expect(card(board, pod.chat)).to_be_focused()

    card(board, pod.chat).get_by_role("button", name="Move #1").click()
    board.get_by_role("menuitem", name="Open").click()
    moved(board)
    assert pod.rest_issue(pod.chat) == ([], "opened")


def test_view_as_changes_who_acts_and_is_remembered(board: Page, pod: Pod) -> None:
    switch = board.get_by_label("View as")
    assert switch.locator("option").all_inner_texts() == [
        "Jane Sand — SA",
        "Ken Ito — SME · AI",
        "Priya Menon — PM · AI",
        "Gus Guest — Guest",
    ]
    switch.select_option("priya")
    expect(board).to_have_url(re.compile("as=priya"))
    drag(board, card(board, pod.chat), column(board, "accepted"))
    moved(board)
    assert pod.chat.label_events[-1].user is pod.people["priya"]

    board.goto(f"{pod.url}/")
    expect(board.get_by_label("View as")).to_have_value("priya")


def test_who_may_not_move_sees_the_card_return_with_the_reason(board: Page, pod: Pod, witness: Witness) -> None:
    witness.allowed = ("403",)
    board.get_by_label("View as").select_option("gus")
    drag(board, card(board, pod.chat), column(board, "reviewed"))

    expect(board.locator(".toast")).to_contain_text("#1 stays in New: 403 Forbidden")
    expect(column(board, "new").locator(".card")).to_have_count(2)


def test_a_confidential_card_shows_only_to_those_who_may_see_it(board: Page, pod: Pod) -> None:
    secret = pod.world.create_issue(pod.people["priya"], pod.project, "A quiet request", confidential=True)
    expect(card(board, secret)).to_contain_text("Confidential")
    board.get_by_label("View as").select_option("gus")
    expect(card(board, secret)).to_have_count(0)


def test_hostile_markdown_is_shown_and_does_nothing(board: Page, pod: Pod) -> None:
    issue = pod.add('<img src=x onerror="document.title=1">', description=HOSTILE)
    pod.world.add_note(pod.people["jane"], issue, HOSTILE)
    card(board, issue).click()
    drawer = board.get_by_role("dialog")

    expect(drawer.locator(".drawer__title")).to_have_text('<img src=x onerror="document.title=1">')
    expect(drawer.locator(".md")).to_have_count(2)
    for block in drawer.locator(".md").all():
        expect(block).to_contain_text('document.title = "stolen"')
        expect(block.locator("script, style, img, b, iframe, [style]:not(.label), [onerror]")).to_have_count(0)
        links = block.locator("a")
        expect(links).to_have_text(["http://203.0.113.9/x.png", "Picture: pic"])
        assert {link.get_attribute("target") for link in links.all()} == {"_blank"}
        expect(block.locator(".mention")).to_have_text("@ken")
        expect(block.locator(".label")).to_have_text("statusnew")
        expect(block).not_to_contain_text("sounding-board:v1")
    expect(board).to_have_title(re.compile("^Feedback"))


def test_a_comment_is_posted_as_the_person_and_the_draft_survives_other_people(board: Page, pod: Pod) -> None:
    card(board, pod.chat).click()
    box = board.get_by_label("Add a comment")
    box.fill("Two more accounts ask for")
    pod.world.add_note(pod.bot, pod.chat, "**Almost there**")

    comment = board.locator(".comment", has_text="Almost there")
    expect(comment.locator(".badge--bot")).to_have_text("Bot")
    expect(box).to_have_value("Two more accounts ask for")

    board.get_by_role("button", name="Close issue").click()
    expect(card(board, pod.chat)).to_be_focused()
    board.keyboard.press("Enter")
    expect(box).to_have_value("Two more accounts ask for")
    box.press_sequentially(" this.")
    board.get_by_label("Make this an internal note").check()
    board.get_by_role("button", name="Comment", exact=True).click()

    expect(board.locator(".comment--internal")).to_contain_text("Two more accounts ask for this.")
    expect(box).to_have_value("")
    note = pod.chat.notes[-1]
    assert (note.author.username, note.body, note.internal) == ("ken", "Two more accounts ask for this.", True)


def test_the_drawer_tells_the_history_and_follows_references(board: Page, pod: Pod) -> None:
    pod.world.add_note(pod.people["jane"], pod.chat, f"See also #{pod.trains.iid}.")
    pod.drag(pod.people["ken"], pod.chat, "new", "reviewed")
    pod.world.update_issue(pod.people["priya"], pod.chat, state_event="close")
    board.goto(f"{pod.url}/sme-program/customer-feedback/-/issues/1?as=ken")
    drawer = board.get_by_role("dialog")

    expect(drawer.locator(".event__words")).to_have_text(
        [
            re.compile("^Jane Sandadded.*new.*label"),
            re.compile("^Ken Itomoved.*new→.*reviewed"),
            re.compile("^Priya Menonclosed this issue"),
        ]
    )
    drawer.get_by_role("link", name="#2").click()
    expect(drawer.locator(".drawer__title")).to_have_text(pod.trains.title)
    expect(board).to_have_url(re.compile("show=2"))


def test_a_card_that_the_bot_puts_back_flies_back_and_says_why(board: Page, pod: Pod) -> None:
    drag(board, card(board, pod.chat), column(board, "reviewed"))
    moved(board)
    pod.world.add_note(pod.bot, pod.chat, "Put back, because nobody wrote down the outcome.")
    pod.drag(pod.bot, pod.chat, "reviewed", "new")

    expect(column(board, "new").locator(".card--flash")).to_have_attribute("data-iid", "1")
    notice = board.locator(".toast", has_text="sounding-board moved #1 back to New — see the comment")
    notice.get_by_role("button", name="Open").click()
    expect(board.get_by_role("dialog")).to_contain_text("nobody wrote down the outcome")


def test_what_other_people_do_appears_by_itself(board: Page, pod: Pod) -> None:
    pod.drag(pod.people["priya"], pod.trains, "new", "roadmap")
    expect(column(board, "roadmap").locator(".card")).to_have_text(re.compile("Merge trains"))
    pod.world.update_issue(pod.people["priya"], pod.trains, title="Merge trains wait for ever")
    expect(card(board, pod.trains)).to_contain_text("wait for ever")


def test_a_lost_server_is_said_and_found_again(board: Page, pod: Pod, witness: Witness) -> None:
    witness.allowed = ("ERR_INTERNET_DISCONNECTED", "net::ERR")
    expect(board.locator("#lost")).to_be_hidden()
    board.context.set_offline(True)
    board.get_by_label("View as").select_option("jane")
    expect(board.locator("#lost")).to_contain_text("Lost the board; trying again…")
    pod.add("Written while the line was cut")

    board.context.set_offline(False)
    expect(board.locator(".card", has_text="Written while the line was cut")).to_be_visible()
    expect(board.locator("#lost")).to_be_hidden()


def test_a_server_that_was_started_again_with_another_world_is_found(board: Page, pod: Pod, witness: Witness) -> None:
    witness.allowed = ("net::ERR", "401")
    pod.stop()
    expect(board.locator("#lost")).to_contain_text("Lost the board; trying again…")

    again = Pod(tokens="fresh")
    again.add("A request of the new world")
    with again.serve(port=pod.port):
        board.get_by_role("button", name="Try now").click()
        expect(board.locator(".card", has_text="A request of the new world")).to_be_visible()
        expect(board.locator("#lost")).to_be_hidden()
        drag(board, card(board, again.chat), column(board, "reviewed"))
        moved(board)
        assert again.chat.labels == [again.labels["reviewed"]]


SCROLLED_BACK = """() => new Promise(done => {
    const board = document.getElementById("board");
    let still = 0;
    const look = () => {
        still = board.scrollLeft === 0 ? still + 1 : 0;
        board.scrollLeft = 0;
        if (still > 15) done(); else requestAnimationFrame(look);
    };
    look();
})"""
"""A swipe goes on for a while after the finger has left; only then does the board stay where it is put."""


def test_a_finger_that_rests_lifts_a_card_and_a_finger_that_swipes_does_not(browser: Browser, pod: Pod) -> None:
    context = browser.new_context(viewport={"width": 700, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"{pod.url}/?as=ken")
    box = card(page, pod.chat).bounding_box()
    assert box is not None
    hand = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        where = [{"x": x, "y": y} for x, y in points]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    x, y = box["x"] + 40, box["y"] + 20
    touch("touchStart", (x, y))
    touch("touchMove", (x - 60, y))
    touch("touchMove", (x - 150, y))
    touch("touchEnd")
    expect(page.locator(".card--ghost")).to_have_count(0)
    page.evaluate(SCROLLED_BACK)

    touch("touchStart", (x, y))
    expect(page.locator(".card--ghost")).to_be_visible()
    touch("touchMove", (x - 100, y + 20))
    touch("touchMove", (120, 300))
    touch("touchEnd")
    moved(page)
    context.close()
    assert pod.rest_issue(pod.chat) == ([], "opened")


def test_a_phone_shows_one_list_at_a_time_and_nothing_overflows(board: Page, pod: Pod, tmp_path: Path) -> None:
    pod.add("Averylongword" * 19)
    pod.add("مطلوب دعم اللغة العربية 🚀")
    board.emulate_media(reduced_motion="reduce")
    board.set_viewport_size({"width": 390, "height": 844})
    expect(board.locator(".card")).to_have_count(4)
    board.screenshot(path=tmp_path / "phone.png")
    assert (tmp_path / "phone.png").stat().st_size > 0
    assert board.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]") == [390, 390]
    assert column(board, "new").evaluate("list => list.getBoundingClientRect().width") == 366

    card(board, pod.chat).click()
    expect(board.get_by_role("dialog")).to_be_visible()
    box = board.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}


def test_two_hundred_cards_and_a_megabyte_of_comment_do_not_break_the_page(board: Page, pod: Pod) -> None:
    with pod.world.silently():
        for number in range(250):
            pod.add(f"Request {number}", status="roadmap")
    pod.world.add_note(pod.people["jane"], pod.chat, "word " * 199_999)

    expect(column(board, "roadmap").locator(".card")).to_have_count(200)
    expect(column(board, "roadmap").locator(".list__count")).to_contain_text("250")
    expect(column(board, "roadmap").locator(".list__rest")).to_have_text("50 more not shown")
    card(board, pod.chat).click()
    expect(board.locator(".shortened")).to_have_text("Shortened: 60,000 of 999,995 characters are shown.")


def test_a_board_that_is_not_there_is_said_kindly(board: Page, pod: Pod, witness: Witness) -> None:
    witness.allowed = ("404",)
    board.goto(f"{pod.url}/sme-program/customer-feedback/-/boards/99?as=ken")
    expect(board.get_by_role("region")).to_have_text(
        "There is no such board here, or the person you view as may not see it. Go to the first board"
    )
    board.get_by_role("link", name="Go to the first board").click()
    expect(board.locator(".card")).to_have_count(2)


def test_the_page_says_that_it_is_not_gitlab(board: Page) -> None:
    expect(board.locator(".badge--standin")).to_have_text("Stand-in, not GitLab")
    expect(board.get_by_role("contentinfo")).to_have_text(
        "A stand-in that behaves like GitLab's issue boards; it is not GitLab, and nothing on it leaves this computer."
    )
    expect(board.locator("#crumbs li")).to_have_text(["SME Program", "Customer Feedback", "Issue boards"])
