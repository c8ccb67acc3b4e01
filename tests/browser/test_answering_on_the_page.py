"""What people do inside an issue on the page: react, tick, write behind a box."""

from playwright.sync_api import Page, expect

from tests.browser.pod import Pod
from tests.browser.test_board_page import card

ASKED = """## Decisions

- [ ] Accept <!-- sb:item accept/x#1 --> — owner: …
- [x] Reviewed

<!-- kept -->
"""


def test_a_thumb_is_given_and_taken_back_and_everybody_sees_whose_it_is(board: Page, pod: Pod) -> None:
    note = pod.world.add_note(pod.bot, pod.chat, "@priya, do you agree?")
    assert note is not None
    card(board, pod.chat).click()
    comment = board.locator(".comment", has_text="do you agree?")
    comment.get_by_role("button", name="React with thumbsup").click()

    mine = comment.get_by_role("button", name="thumbsup: Ken Ito")
    expect(mine).to_have_attribute("aria-pressed", "true")
    assert [(award.user.username, award.name) for award in note.awards] == [("ken", "thumbsup")]
    mine.click()
    expect(comment.get_by_role("button", name="React with thumbsup")).to_be_visible()
    assert note.awards == []


def test_a_box_is_ticked_in_place_and_gitlab_tells_by_whom(board: Page, pod: Pod) -> None:
    issue = pod.add("AI · review", description=ASKED)
    card(board, issue).click()
    drawer = board.get_by_role("dialog")
    drawer.get_by_role("checkbox", name="to do").check()

    expect(drawer.get_by_role("checkbox", name="done")).to_have_count(2)
    assert issue.description == ASKED.replace("- [ ] Accept", "- [x] Accept")
    told = [(note.author.username, note.body) for note in issue.notes if note.system]
    ticked = "marked the checklist item **Accept <!-- sb:item accept/x#1 --> — owner: …** as completed"
    assert told == [("ken", ticked)]


def test_a_description_is_edited_as_a_text_and_a_refresh_does_not_take_it_away(board: Page, pod: Pod) -> None:
    issue = pod.add("AI · review", description=ASKED)
    card(board, issue).click()
    drawer = board.get_by_role("dialog")
    drawer.get_by_role("button", name="Edit description").click()
    text = drawer.get_by_role("textbox", name="Description")
    expect(text).to_have_value(ASKED)
    text.fill(ASKED.replace("owner: …", "owner: Priya"))
    pod.world.add_note(pod.bot, issue, "Something new meanwhile.")
    expect(text).to_have_value(ASKED.replace("owner: …", "owner: Priya"))
    drawer.get_by_role("button", name="Save changes").click()

    expect(drawer).to_contain_text("owner: Priya")
    expect(drawer.locator(".comment")).to_contain_text("Something new meanwhile.")
    assert issue.description == ASKED.replace("owner: …", "owner: Priya")


def test_who_may_only_read_finds_nothing_to_press(board: Page, pod: Pod) -> None:
    issue = pod.add("AI · review", description=ASKED)
    card(board, issue).click()
    drawer = board.get_by_role("dialog")
    expect(drawer.get_by_role("button", name="Edit description")).to_be_visible()
    board.get_by_role("button", name="Close issue").click()
    board.get_by_label("View as").select_option("gus")
    card(board, issue).click()

    expect(drawer.get_by_role("checkbox", name="to do")).to_be_disabled()
    expect(drawer.get_by_role("button", name="Edit description")).to_have_count(0)
