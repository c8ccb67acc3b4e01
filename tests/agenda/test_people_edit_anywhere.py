"""People edit a description anywhere between refreshes; nothing they typed goes, and no news writes nothing."""

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.kept_edits import HEADING
from app.domain.managed_merge import merge
from tests.agenda.paper import DOCUMENT, KEYS, blocks, paper

TOKEN = re.compile(r"typed\d+end")
"""What a person typed: found again whatever is around it."""

LOOK_ALIKES = (
    "<!-- sb:end -->",
    "<!-- sb:begin decisions hash=6f1c -->",
    "<!-- sb:begin decisions hash=000000000000 lines= -->",
    "<!-- sb:begin",
    "sb:end -->",
    "<!-- typed",
    "```",
    "~~~~",
    "> quoted",
    "/close",
    "<details>",
    HEADING,
    "---",
    "|---|--:|---|",
    "- [x] Accept",
    "- [ ] Accept <!-- sb:item 412/accept -->",
    "",
)

place = st.floats(0, 1, exclude_max=True)
edit = st.one_of(
    st.tuples(st.just("line"), place, st.sampled_from(["", "/close ", "- [x] ", "> ", "## ", "| ", "    ", "```"])),
    st.tuples(st.just("words"), place, st.just("")),
    st.tuples(st.just("split"), place, st.just("")),
    st.tuples(st.just("retype"), place, st.just("")),
    st.tuples(st.just("delete lines"), place, st.integers(1, 6)),
    st.tuples(st.just("delete letters"), place, st.integers(1, 40)),
    st.tuples(st.just("move"), place, place),
    st.tuples(st.just("copy"), place, place),
    st.tuples(st.just("copy many"), place, place),
    st.tuples(st.just("paste"), place, st.sampled_from(LOOK_ALIKES)),
    st.tuples(st.just("tick"), place, st.just("")),
    st.tuples(st.just("crlf"), place, st.sampled_from(["\r\n", "\n"])),
    st.tuples(st.just("refresh"), place, st.integers(0, 3)),
)


def edited(text: str, what: str, where: float, more: object, number: int) -> str:
    """The text after one edit by a person."""
    lines, word = text.split("\n"), f"typed{number}end"
    row, letter = int(where * (len(lines) + 1)), int(where * (len(text) + 1))
    match what:
        case "line":
            lines.insert(row, f"{more}{word}")
        case "paste":
            lines.insert(row, str(more))
        case "words":
            return f"{text[:letter]}{word}{text[letter:]}"
        case "split":
            return f"{text[:letter]}\n{text[letter:]}"
        case "retype" if lines[row : row + 1]:
            third = len(lines[row]) // 3
            lines[row] = f"{lines[row][:third]}{word}{lines[row][2 * third :]}"
        case "delete lines":
            assert isinstance(more, int)
            del lines[row : row + more]
        case "delete letters":
            assert isinstance(more, int)
            return text[:letter] + text[letter + more :]
        case "move" if lines[row : row + 1]:
            assert isinstance(more, float)
            line = lines.pop(row)
            lines.insert(int(more * (len(lines) + 1)), line)
        case "copy" | "copy many":
            assert isinstance(more, float)
            copied = lines[row : row + (1 if what == "copy" else 14)]
            at = int(more * (len(lines) + 1))
            lines[at:at] = copied
        case "tick":
            boxes = [i for i, line in enumerate(lines) if "[ ]" in line]
            for i in boxes[int(where * len(boxes)) :][:1]:
                lines[i] = lines[i].replace("[ ]", "[x]", 1)
        case "crlf":
            return text.replace("\r\n", "\n").replace("\n", str(more))
    return "\n".join(lines)


def typed(text: str) -> Counter[str]:
    """Each thing people typed, as often as it stands there."""
    return Counter(TOKEN.findall(text))


@settings(max_examples=400, deadline=None)
@given(st.lists(edit, max_size=14), st.integers(0, 3))
def test_whatever_people_do_their_words_stay_as_often_as_they_typed_them(
    edits: list[tuple[str, float, object]], version: int
) -> None:
    text = paper()
    for number, (what, where, more) in enumerate([*edits, ("refresh", 0.0, version)]):
        if what != "refresh":
            text = edited(text, what, where, more, number)
            continue
        assert isinstance(more, int)
        before = text
        text = merge(before, blocks(more), DOCUMENT).text
        assert typed(text) == typed(before)
        assert merge(text, blocks(more), DOCUMENT).text == text
        assert text.count(f"### #412+ · {more} days") >= 1


keyed = st.tuples(
    st.sampled_from(["insert", "paste", "tick", "untick", "move", "crlf", "refresh"]), place, place, st.integers(0, 3)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(keyed, max_size=14))
def test_a_tick_follows_its_item_wherever_its_line_goes(edits: list[tuple[str, float, float, int]]) -> None:
    text, ticked = paper(), dict.fromkeys(KEYS, False)
    for number, (what, where, target, version) in enumerate([*edits, ("refresh", 0.0, 0.0, 1)]):
        lines = text.split("\n")
        key = KEYS[int(where * len(KEYS))]
        row = next(i for i, line in enumerate(lines) if f"sb:item {key}" in line)
        at = int(target * (len(lines) + 1))
        match what:
            case "insert" | "paste":
                pasted = [alike for alike in LOOK_ALIKES if "sb:item" not in alike]
                lines.insert(at, f"typed{number}end" if what == "insert" else pasted[version * 4])
            case "tick" | "untick":
                lines[row] = re.sub(r"\[[ x]\]", "[x]" if what == "tick" else "[ ]", lines[row], count=1)
                ticked[key] = what == "tick"
            case "move":
                line = lines.pop(row)
                lines.insert(min(at, len(lines)), line)
        text = "\n".join(lines)
        if what == "crlf":
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        if what == "refresh":
            text = merge(text, blocks(version), DOCUMENT).text
            boxes = {k: re.findall(rf"^\s*[-*] \[(.)\].*sb:item {k}\b", text, re.MULTILINE) for k in KEYS}
            assert boxes == {k: ["x" if ticked[k] else " "] for k in KEYS}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(place, st.integers(0, 3)), max_size=12))
def test_a_description_grows_by_what_was_typed_and_no_more(typing: list[tuple[float, int]]) -> None:
    text = paper()
    for number, (where, version) in enumerate(typing):
        text = merge(edited(text, "line", where, "", number), blocks(version), DOCUMENT).text
    for version in (0, 1, 2, 0):
        text = merge(text, blocks(version)[:1], DOCUMENT).text
        text = merge(text, blocks(version), DOCUMENT).text
    assert len(text) <= len(paper()) + 40 + 60 * len(typing)
