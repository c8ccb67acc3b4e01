"""What becomes of a block when people type in it, tick, move, halve and copy it: each case told whole."""

import time

import pytest

from app.domain.managed_blocks import Block, composed
from app.domain.managed_lines import TO_WRITE, answers, item, slot
from app.domain.managed_merge import LIMIT, items_in, items_wanted, merge
from tests.agenda.paper import DOCUMENT, blocks, decisions, paper, updates


def shown(text: str) -> list[str]:
    """The lines people see: without the markers' prints, the hidden keys and blank lines."""
    bare = []
    for line in text.split("\n"):
        words = line.split("hash=")[0] if "sb:begin" in line else line
        while "<!-- sb:item" in words:
            start = words.index("<!-- sb:item")
            words = words[:start] + words[words.index("-->", start) + 4 :]
        bare.append(words.rstrip())
    return [line for line in bare if line]


def refreshed(text: str, version: int = 0) -> str:
    """After one refresh; a second one changes nothing."""
    text = merge(text, blocks(version), DOCUMENT).text
    assert merge(text, blocks(version), DOCUMENT).text == text
    return text


def test_a_block_says_what_it_is_and_people_see_what_they_expect() -> None:
    assert paper().split("\n")[2] == (
        "<!-- sb:begin decisions hash=3d5f294cb1f2 lines=Ltlmn_uG8yLq8tBWj8shzEtALvbZ00876jIfUfbZx9 -->"
    )
    assert shown(paper()) == [
        "# AI · review",
        "<!-- sb:begin decisions",
        "## 1 · Decisions wanted",
        "### #412+ · 0 days",
        "70 points, four customers",
        "- [ ] Accept — owner: … target: …",
        "- [ ] Decline — reason: …",
        "### #397+ · 2 days left",
        "- [ ] Accept",
        "<!-- sb:end -->",
        "<!-- sb:begin updates",
        "## 2 · Updates to relay",
        "| request | customers | sentence |",
        "|---|--:|---|",
        "| #352+ | 0 | _(to write)_ |",
        "| #340+ | 3 | _(to write)_ |",
        "<!-- sb:end -->",
        "## Actions",
        "- [ ]",
        "## Notes",
        "Said in the room:",
    ]


def test_without_news_the_text_is_the_same_to_the_last_character() -> None:
    assert merge(paper(), blocks(), DOCUMENT).text == paper()
    windows = paper().replace("\n", "\r\n")
    assert merge(windows, blocks(), DOCUMENT).text == windows
    assert merge(paper().strip() + "  ", blocks(), DOCUMENT).text == paper().strip() + "  "


def test_new_numbers_are_written_around_what_people_typed_ticked_and_filled_in() -> None:
    text = paper().replace("- [ ] Accept", "* [X] Accept", 1).replace("target: …", "target: 18.9")
    text = text.replace("reason: …", "no: see !12 - or - not").replace(TO_WRITE, "Now \\| soon", 1)
    text = text.replace("70 points, four customers", "70 points, four customers\nBig bank first!\n- [ ] ask Ken")
    assert shown(refreshed(text, 1)) == [
        "# AI · review",
        "<!-- sb:begin decisions",
        "## 1 · Decisions wanted",
        "### #412+ · 1 days",
        "71 points, four customers",
        "- [x] Accept — owner: … target: 18.9",
        "- [ ] Decline — no: see !12 - or - not",
        "### #397+ · 2 days left",
        "- [ ] Accept",
        "<!-- sb:end -->",
        "<!-- sb:begin updates",
        "## 2 · Updates to relay",
        "| request | customers | sentence |",
        "|---|--:|---|",
        "| #352+ | 1 | Now \\| soon |",
        "| #340+ | 3 | _(to write)_ |",
        "<!-- sb:end -->",
        "## Kept from edits",
        "Typed under *Decisions wanted*:",
        "> Big bank first!",
        "> - [ ] ask Ken",
        "## Actions",
        "- [ ]",
        "## Notes",
        "Said in the room:",
    ]


def test_more_words_typed_later_join_those_kept_before() -> None:
    once = refreshed(paper().replace("70 points", "Ha! 70 points"))
    twice = refreshed(once.replace("## 2 · Updates to relay", "## 2 · Updates to relay\nHo!"))
    at = twice.index("## Kept from edits")
    assert shown(twice[at:]) == [
        "## Kept from edits",
        "Typed under *Updates to relay*:",
        "> Ho!",
        "Typed under *Decisions wanted*:",
        "> Ha! 70 points, four customers",
        "## Actions",
        "- [ ]",
        "## Notes",
        "Said in the room:",
    ]


def test_a_moved_block_stays_where_people_put_it() -> None:
    start, end = paper().index("<!-- sb:begin updates"), paper().index("## Actions")
    moved = paper()[:start] + paper()[end:] + paper()[start:end]
    assert refreshed(moved) == moved
    heads = [line for line in shown(refreshed(moved, 1)) if line.startswith("## ")]
    assert heads == ["## 1 · Decisions wanted", "## Actions", "## Notes", "## 2 · Updates to relay"]


def test_a_copied_block_becomes_text_of_those_who_copied_it() -> None:
    start, end = paper().index("<!-- sb:begin updates"), paper().index("## Actions")
    text = refreshed(paper() + "\n" + paper()[start:end].replace(TO_WRITE, "My words", 1), 2)
    assert shown(text)[-6:] == [
        "Said in the room:",
        "## 2 · Updates to relay",
        "| request | customers | sentence |",
        "|---|--:|---|",
        "| #352+ | 0 | My words |",
        "| #340+ | 3 | _(to write)_ |",
    ]
    assert items_in(text, DOCUMENT)["352/say"].field == ""


def test_a_block_from_another_agenda_is_peoples_text() -> None:
    other = composed([decisions(7)], "pm-review ai 2026-02-18")
    pasted = paper() + other
    text = refreshed(pasted, 1)
    assert shown(text) == [*shown(paper(1)), *shown(other)]
    assert text.count("sb:item 412/accept") == 1


def test_without_its_end_a_block_ends_with_its_last_line() -> None:
    text = paper().replace("<!-- sb:end -->\n\n## Actions", "## Actions")
    assert shown(refreshed(text, 1)) == shown(paper(1))


def test_without_its_end_a_line_that_people_write_too_stays_theirs() -> None:
    text = paper().replace("|---|--:|---|\n", "").replace("<!-- sb:end -->\n\n## Actions", "## Actions")
    text += "| my | own | table |\n|---|--:|---|\n"
    assert shown(refreshed(text, 1)) == [*shown(paper(1)), "| my | own | table |", "|---|--:|---|"]


def test_an_end_pasted_into_a_block_does_not_end_it() -> None:
    text = paper().replace("70 points", "<!-- sb:end -->\nand so on\n70 points")
    lines = shown(refreshed(text, 1))
    assert [line for line in lines if not line.startswith((">", "Typed", "## Kept"))] == shown(paper(1))
    assert [line for line in lines if line.startswith(">")] == ["> `<!-- sb:end -->`", "> and so on"]


def test_an_item_shown_in_two_places_and_filled_in_twice_loses_neither() -> None:
    one = Block("one", f"| first | {slot('352/say')} |")
    two = Block("two", f"| second | {slot('352/say')} |")
    text = composed([one, two], DOCUMENT).replace(TO_WRITE, "In June", 1).replace(TO_WRITE, "In July", 1)
    lines = shown(merge(text, [one, two], DOCUMENT).text)
    assert [line for line in lines if "|" in line] == [
        "| first | In June |",
        "| second | In June |",
    ]
    assert lines[-2:] == ["Typed outside the sections:", "> In July"]


def test_without_its_beginning_a_block_is_known_by_its_lines() -> None:
    start = paper().index("<!-- sb:begin decisions")
    text = paper()[:start] + paper()[paper().index("## 1 ·") :]
    text = text.replace("- [ ] Accept", "- [x] Accept", 1).replace("target: …", "target: 18.9")
    assert refreshed(text) == paper().replace("- [ ] Accept", "- [x] Accept", 1).replace("target: …", "target: 18.9")


def test_a_line_moved_among_peoples_own_goes_back_with_its_tick() -> None:
    line = next(line for line in paper().split("\n") if "412/decline" in line)
    text = paper().replace(line + "\n", "") + line.replace("[ ]", "[x]").replace("reason: …", "too early") + "\n"
    assert refreshed(text) == paper().replace(
        line, line.replace("[ ]", "[x]").replace("reason: …", "too early").replace("— ", "— ")
    )


def test_a_retyped_decision_is_kept_and_the_decision_is_asked_again() -> None:
    text = refreshed(paper().replace("- [ ] Decline", "- [x] Decline for now"))
    assert items_in(text, DOCUMENT)["412/decline"].box == " "
    assert "> - [x] Decline for now — reason: …\n" in text


def test_words_typed_inside_a_hidden_key_stay_where_the_line_goes() -> None:
    line = next(line for line in paper().split("\n") if "412/decline" in line)
    mangled = line.replace("412/decline", "412/too-early")
    text = refreshed(paper().replace(line, mangled))
    assert f"> {mangled.replace('sb:item', 'sb:typed')}\n" in text
    assert line in text
    text = refreshed(paper() + mangled + "\n")
    assert text == paper() + mangled.replace("sb:item", "sb:typed") + "\n"
    assert items_in(text, DOCUMENT).keys() == items_in(paper(), DOCUMENT).keys()


def test_a_line_with_a_key_in_peoples_prose_is_left_alone_also_when_its_item_is_no_more() -> None:
    line = next(line for line in paper().split("\n") if "412/decline" in line)
    text = merge(f"So: {line}\n\n{paper()}", [updates()], DOCUMENT).text
    assert text.startswith(f"So: {line}\n")
    assert merge(text, [updates()], DOCUMENT).text == text


def test_words_in_a_second_key_behind_an_item_stay_behind_it() -> None:
    text = paper().replace("reason: …", "see <!-- sb:item too-early -->")
    assert refreshed(text) == text.replace("sb:item too-early", "sb:typed too-early")


def test_a_line_moved_among_peoples_own_whose_item_is_no_more_leaves_no_key() -> None:
    line = next(line for line in paper().split("\n") if "412/decline" in line)
    text = paper().replace(line + "\n", "") + line.replace("reason: …", "too early") + "\n"
    text = merge(text, [updates()], DOCUMENT).text
    assert "too early" in text
    assert "412/decline" not in text


def test_an_item_that_is_no_more_leaves_its_words_but_not_where_they_were_acted_on() -> None:
    text = paper().replace("- [ ] Accept", "- [x] Accept", 1).replace("target: …", "target: 18.9")
    assert "\nTyped behind *Accept*:\n\n> owner: … target: 18.9\n" in merge(text, [updates()], DOCUMENT).text
    assert "18.9" not in merge(text, [updates()], DOCUMENT, settled={"412/accept"}).text


def test_a_tick_that_may_not_stand_is_taken_back_and_its_words_stay() -> None:
    text = paper().replace("- [ ] Accept", "- [x] Accept", 1).replace("target: …", "target: 18.9")
    merged = merge(text, blocks(), DOCUMENT, boxes={"412/accept": " "})
    assert merged.text == text.replace("- [x]", "- [ ]", 1)
    assert merged.items["412/accept"].field == "owner: … target: 18.9"


def test_a_section_that_comes_and_goes_leaves_no_trail() -> None:
    text = paper()
    for _ in range(3):
        without = merge(text, [decisions()], DOCUMENT).text
        assert "updates" not in without
        text = merge(without, blocks(), DOCUMENT).text
        assert text == paper()


def test_commands_typed_inside_a_block_do_not_run_when_the_service_writes() -> None:
    typed = paper().replace("70 points", "```\n/close\n```\n70 points").replace("Said in the room:", "/label ~bug")
    text = refreshed(typed, 1)
    assert "> /close" in text
    assert "\n\\/label ~bug\n" in text
    code = paper() + "```\n/close\n```\n"
    assert refreshed(code, 1).endswith("```\n/close\n```\n")


def test_a_command_alone_is_no_reason_to_write() -> None:
    text = paper() + "/close\n"
    assert merge(text, blocks(), DOCUMENT).text == text


def test_what_looks_like_a_marker_in_what_we_say_is_shown_as_code() -> None:
    block = Block("new", "Title:\n<!-- sb:end -->\nand more")
    text = composed([block, "## Notes"], DOCUMENT)
    assert shown(text)[1:5] == ["Title:", "`<!-- sb:end -->`", "and more", "<!-- sb:end -->"]
    assert merge(text, [block], DOCUMENT).text == text


def test_commands_in_what_we_say_do_not_run_and_are_no_edit() -> None:
    block = Block("new", "He said\n/close")
    text = merge("", [block], DOCUMENT).text
    assert "\n\\/close\n" in text
    assert merge(text, [block], DOCUMENT).text == text


def test_a_full_description_says_less_and_the_longest_block_first() -> None:
    long = Block("long", "x" * 700_000, ("folded " * 90_000, "See the board."))
    short = Block("short", "y" * 500_000, ("Also on the board.",))
    text = composed(["# Top", long, short], DOCUMENT)
    merged = merge("# Top\n", [long, short], DOCUMENT)
    assert not merged.too_long
    assert "See the board." in merged.text
    assert "y" * 500_000 in merged.text
    assert len(text) > LIMIT
    assert merge(merged.text, [long, short], DOCUMENT).text == merged.text
    assert merge("z" * LIMIT, [short], DOCUMENT).too_long


def test_five_hundred_items_take_a_moment_and_grow_by_the_line() -> None:
    def many(count: int) -> Block:
        return Block("many", "\n".join(item(f"{n}/accept", f"Request {n}", "owner: …") for n in range(count)))

    sizes = [len(composed([many(count)], DOCUMENT)) for count in (500, 1000, 2000)]
    assert sizes[2] - sizes[1] < 2.1 * (sizes[1] - sizes[0])
    text = composed([many(500), "## Notes\n" + "words\n" * 5000], DOCUMENT).replace(
        "[ ] Request 77 ", "[x] Request 77 "
    )
    began = time.perf_counter()
    assert merge(text, [many(501)], DOCUMENT).items["77/accept"].box == "x"
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("owner: … target: …", {}),
        ("owner: @pm.ai target: 18.9", {"owner": "@pm.ai", "target": "18.9"}),
        ("Owner:Ken, Target: …", {"owner": "Ken"}),
        ("because they asked", {}),
        ("target: a: b", {"target": "a: b"}),
    ],
)
def test_what_a_field_answers_to_each_name(field: str, told: dict[str, str]) -> None:
    assert answers(field, ("owner", "target")) == told


def test_keys_that_would_break_the_line_are_refused() -> None:
    for key in ("", "two words", "a-->", "<b>"):
        with pytest.raises(ValueError, match="not a key"):
            slot(key)
    with pytest.raises(ValueError, match="not a name"):
        Block("Two Words", "")


def test_the_items_we_ask_are_those_of_the_blocks() -> None:
    assert {key: each.label for key, each in items_wanted(blocks()).items()} == {
        "412/accept": "Accept",
        "412/decline": "Decline",
        "397/accept": "Accept",
        "352/say": "",
        "340/say": "",
    }
