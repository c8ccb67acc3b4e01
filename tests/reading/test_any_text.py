"""Whatever people do to a valid request, no customer is invented, none is lost, and nothing breaks."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.request import read
from tests.reading.speech import DEAL, DEAL_ID, FIELDS, HANDBOOK_TEMPLATE, HOUSE, HOUSE_ID, OWN_TEMPLATE, hear, values

VALID = {
    "our template": OWN_TEMPLATE.replace("<!-- CRM link -->", DEAL).replace(
        "<!-- blocker, retention, fast-follow or nice -->", "blocker"
    ),
    "the handbook's template": HANDBOOK_TEMPLATE.replace("request:", f"request: {DEAL}").replace(
        "priority::\n", "priority::7\n"
    ),
    "the framework note": f"~DAP::Blocker\n\nCannot close [internal link]({DEAL}) without SAML group sync.\n",
    "a one-liner": f"+1 customer: {DEAL} | blocker | expansion | 2026-03-31 | needs SCIM for 3k seats\n",
    "two one-liners": f"+1 customer: {DEAL} | blocker\n+1 customer: {HOUSE} | nice | 100–250k\n",
}
SPACES = st.sampled_from(["\u00a0", "\u2003", "\u202f", "\u3000", " \u200b", "\u200d ", "\u00ad "])
INNOCENT = st.sampled_from(
    [
        "Thanks!",
        "Hello, and thank you.",
        "- one\n- two",
        "1. first",
        "> somebody said",
        f"> +1 customer: {HOUSE}",
        f">>>\n+1 customer: {HOUSE} | blocker\n>>>",
        f"```\nAccount: {HOUSE}\n```",
        f"<!-- Account: {HOUSE} -->",
        "`<!--` is how a comment begins",
        "<details><summary>More</summary>\n\ntext\n\n</details>",
        "/label ~x",
        "### A heading",
        "the customer said: fix it",
        ":tada: 🎉",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "https://example.com/docs",
        "+1",
        "+1 from me",
        "[x](y) ![z](w)",
    ]
)
TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MARKS = ["\n", "\n\n", "> ", "- ", "- [x] ", "# ", "```\n", "`", "<!-- ", " -->", "**", "[", "](", ">>>\n", "<summary>"]
WORDS = ["Severity: ", "blocker", "+1 customer: ", "-1 customer: ", " | ", DEAL, HOUSE, "Account: ", "~DAP::Blocker "]
VALUES = ["$50k", "2026-03-31", "Needed by: ", "ARR: ", "100–250k", "\u00a0", "：", "｜", "\r", "\t", "<details>"]
PIECES = st.sampled_from([*MARKS, *WORDS, *VALUES])
ANYTHING = st.lists(TYPED | PIECES, max_size=30).map("".join)


def told(text: str) -> list[tuple[str, dict[str, object]]]:
    """The customers of a text, and what it tells about each."""
    return [(line.account.key, values(line)) for line in hear(text).lines]


def at_random(text: str, change: Callable[[str], str], places: list[bool], only: str) -> str:
    """A text with some of its characters changed, those among `only`."""
    found = [i for i, c in enumerate(text) if c in only]
    chosen = {i for i, on in zip(found, places, strict=False) if on}
    return "".join(change(c) if i in chosen else c for i, c in enumerate(text))


def full_width(character: str) -> str:
    """The same character as wide as a Chinese one."""
    return chr(ord(character) + 0xFEE0)


@given(st.sampled_from(sorted(VALID)), st.sampled_from(["\r\n", "\r", "\n\n\n"]))
def test_line_ends_do_not_matter(name: str, end: str) -> None:
    text = VALID[name]
    ended = text.replace("\n\n", end) if end == "\n\n\n" else text.replace("\n", end)
    assert told(ended) == told(text)


@given(st.sampled_from(sorted(VALID)), SPACES, st.lists(st.booleans(), min_size=60, max_size=60))
def test_hard_spaces_and_characters_nobody_sees_do_not_matter(name: str, space: str, places: list[bool]) -> None:
    text = VALID[name]
    changed = at_random(text, lambda _: space, places, " ")
    assert told(changed) == told(text)


@given(st.sampled_from(["a one-liner", "two one-liners"]), st.lists(st.booleans(), min_size=40, max_size=40))
def test_full_width_marks_do_not_matter(name: str, places: list[bool]) -> None:
    text = VALID[name]
    assert told(at_random(text, full_width, places, ":|+")) == told(text)


@given(st.sampled_from(sorted(VALID)), st.lists(INNOCENT, max_size=5), st.lists(INNOCENT, max_size=5))
def test_what_stands_around_a_customer_takes_none_away_and_adds_none(
    name: str, before: list[str], after: list[str]
) -> None:
    text = "\n\n".join([*before, VALID[name], *after])
    assert [key for key, _ in told(text)] == [key for key, _ in told(VALID[name])]


@given(st.sampled_from(sorted(VALID)), st.integers(0, 1000), TYPED)
def test_whatever_is_typed_between_the_words_no_customer_is_invented(name: str, at: int, typed: str) -> None:
    words = VALID[name].split(" ")
    words.insert(at % len(words), typed)
    assert {key for key, _ in told(" ".join(words))} <= {DEAL_ID, HOUSE_ID} or "://" in typed


@given(st.sampled_from(sorted(VALID)), st.lists(st.integers(0, 1000), max_size=4))
def test_whatever_lines_are_lost_no_customer_is_invented(name: str, lost: list[int]) -> None:
    lines = VALID[name].split("\n")
    kept = [line for i, line in enumerate(lines) if i not in {n % len(lines) for n in lost}]
    assert {key for key, _ in told("\n".join(kept))} <= {DEAL_ID, HOUSE_ID}


@settings(max_examples=300)
@given(ANYTHING)
def test_whatever_is_typed_is_read_without_trouble_and_the_same_twice(text: str) -> None:
    heard = hear(text)
    assert heard == hear(text)
    assert read(text, [], FIELDS) == read(text, [], FIELDS)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_text_without_a_link_is_never_a_customer(text: str) -> None:
    assert hear(text).lines == () or "://" in text
