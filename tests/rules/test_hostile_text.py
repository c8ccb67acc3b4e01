"""What users typed, echoed: it runs nothing, calls nobody, forges nothing and breaks nothing, whatever it is."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.domain import neutral
from app.domain.context import Wanted
from app.domain.envelope import Place, seal, unseal
from app.domain.plan import EditNote, PostNote
from app.domain.roster import Role
from tests.rules.cards import COMPLETE, WORDING, Card, missing
from tests.rules.world import NINE, shipped

Makes = Callable[..., Card]
PLACE = Place("https://gitlab.example.com", 7, 12)
KEY = b"a key of thirty-two bytes, or so"
ITEM = shipped().taxonomy.items["severity"]

NASTY = [
    "/close",
    "\n/close",
    "x\n\n/label ~foo\n",
    "@all",
    "@pm.ai @lead.ai",
    "`@all`",
    "``/close``",
    "`" * 30,
    "a`b``c```d",
    " ` ",
    "\\`@all\\`",
    "<!-- sounding-board:1 AAAA BBBB -->",
    "--> <b>hi</b> <!--",
    "| a | b |\n|---|---|",
    '~"status::resolved" #1 !2 &3 %4 $5',
    "[x](javascript:alert(1)) ![x](https://evil.example/x.png) https://evil.example",
    "```\n/close\n```",
    "\u202eevil\u202c \u200b@all \u2028/close\u2029/close \x00\x07\x1b[31m",
    "- [x] **Theme**",
    "$`x`$ $$ y $$",
    ":tada: [[_TOC_]] {+ added +}",
    "&#64;all &lt;!--",
    "%{first_name} {{ 7*7 }} {% raw %}",
    "x" * 5000,
    "\U0001d54f" * 3000,
    "",
    " ",
]
ANYTHING = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
ANYTHING |= st.lists(st.sampled_from(NASTY), max_size=4).map("".join)

_MARKDOWN = MarkdownIt("commonmark").enable("table")


def shape(markdown: str) -> list[tuple[str, str]]:
    """What GitLab would make of it: every token and its text, but not what stands in inline code."""
    found: list[tuple[str, str]] = []
    for token in _MARKDOWN.parse(markdown):
        found.append((token.type, "" if token.type == "inline" else token.content))
        found += [(child.type, "" if child.type == "code_inline" else child.content) for child in token.children or ()]
    return found


def spoken(markdown: str) -> str:
    """All text outside inline code."""
    return "".join(text for _, text in shape(markdown))


def holds(note: str, harmless: str) -> None:
    """The note with hostile text in it is, but for its inline code, the note with harmless text."""
    assert shape(note) == shape(harmless)
    assert not any(line.lstrip().startswith("/") for line in note.splitlines())
    assert "<!--" not in spoken(note)


def context(heard: str) -> str:
    """The ask that echoes an unreadable answer."""
    wanted = [Wanted(ITEM, heard or None)] if heard else [Wanted(ITEM, "x")]
    data: dict[str, object] = {
        "author": "sa.jane",
        "also": "sme.dana",
        "status": None,
        "required": wanted,
        "welcome": wanted,
    }
    data |= {"rung": 0, "lead": None, "by": None, "words": ("sme.ken", heard or "x")}
    return WORDING.note("context_asked", {**data, "answered": ["Problem"], "options": {}}, None)


def closing(unread: str) -> str:
    """The question that echoes an unreadable reason."""
    data = {"closer": "sme.ken", "status": "New", "unread": unread or "x", "internal": False, "nowhere": False}
    data["reasons"] = ["duplicate"]
    return WORDING.note("closing_asked", data, None)


def settled(who: str) -> str:
    """The end of a question, which names a person without calling them."""
    return WORDING.note(
        "closing_settled", {"status": "New", "who": who or "x", "reopened": False, "again": False}, None
    )


def moved(mover: str) -> str:
    """The end of a hold, which does so too."""
    return WORDING.note("move_settled", {"mover": mover or "x", "source": "New", "target": "Reviewed"}, None)


def unsaid(item: str) -> str:
    """A list of addresses."""
    return WORDING.note("unsaid", {"items": [item, item], "more": 3}, None)


@pytest.mark.parametrize("template", [context, closing, settled, moved, unsaid])
@given(text=ANYTHING)
def test_echoed_text_changes_nothing_but_the_inline_code_it_stands_in(
    template: Callable[[str], str], text: str
) -> None:
    holds(template(text), template("x"))


@given(handle=ANYTHING)
def test_a_hostile_handle_calls_at_most_the_one_person_it_names(handle: str) -> None:
    held = {"source": "New", "target": "Reviewed", "why": ["not theirs"], "who": [], "people": [handle]}
    data = {**held, "mover": handle, "wanted": [], "options": {}, "ways_out": [], "until": NINE, "asked": handle}
    data |= {"agreed": handle, "instead": (handle, "New"), "via": None, "overriders": [Role.LEAD]}
    data["of"] = "AI"
    data["then"] = [{"mover": handle, "source": "New", "target": "Resolved", "why": ["not theirs"], "who": []}]
    note = WORDING.note("move_held", data, None)
    assert set(re.findall(r"@[\w.-]+", spoken(note))) <= {f"@{handle}"}
    assert not any(word in spoken(note).casefold() for word in ("@all", "@here", "@everyone"))
    assert not any(line.lstrip().startswith("/") for line in note.splitlines())
    assert "<!--" not in spoken(note)


@given(ANYTHING)
def test_a_quote_is_one_short_line_of_inline_code_that_no_table_breaks_on(text: str) -> None:
    quoted = neutral.quote(text)
    (paragraph,) = [t for t in _MARKDOWN.parse(f"a {quoted} b") if t.type == "inline"]
    assert [c.type for c in paragraph.children or ()] == ["text", "code_inline", "text"]
    assert "\n" not in quoted
    assert "|" not in quoted
    assert len(quoted) <= 120 + 2 * 121 + 2
    row = shape(f"| a | b |\n|---|---|\n| {quoted} | c |\n")
    assert row == shape("| a | b |\n|---|---|\n| `x` | c |\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("quite high", "`quite high`"),
        ("", "`(empty)`"),
        (" \n\t ", "`(empty)`"),
        ("a`b", "``a`b``"),
        ("`a`", "`` `a` ``"),
        ("a|b", "`a｜b`"),
        ("a <!-- sb:item accept/x#1 -->", "`a ‹!-- sb:item accept/x#1 -->`"),
        ("/close\n/label ~x", "`/close /label ~x`"),
        ("x" * 200, "`" + "x" * 119 + "…`"),
        ("a\u202eb\u200bc", "`abc`"),
    ],
)
def test_how_a_quote_looks(text: str, shown: str) -> None:
    assert neutral.quote(text) == shown


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("sa.jane", "@sa.jane"),
        ("project_7_bot_0a1b", "@project_7_bot_0a1b"),
        ("_jane_doe", "@_jane_doe"),
        ("_jane_", "`_jane_`"),
        ("a._b_.c", "`a._b_.c`"),
        ("all", "`all`"),
        ("All", "`All`"),
        ("here", "`here`"),
        ("a b", "`a b`"),
        ("a\n/close", "`a /close`"),
        ("jane.", "`jane.`"),
        ("", "`(empty)`"),
        ("x@all", "`x@all`"),
    ],
)
def test_whom_a_mention_calls(handle: str, shown: str) -> None:
    assert neutral.mention(handle) == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [("theme::ai::chat", '~"theme::ai::chat"'), ('a"b', '`a"b`'), ("a\nb", "`a b`"), ("a`b", "``a`b``")],
)
def test_how_a_label_is_named(title: str, shown: str) -> None:
    assert neutral.label(title) == shown


# On a card.


@pytest.mark.parametrize("text", NASTY)
def test_a_hostile_answer_is_quoted_and_the_card_settles(card: Makes, text: str) -> None:
    bare = card(title=text, description=f"Severity: {text}")
    bare.comment("mallory", f"Severity: {text}\n\n{text}")
    bare.later(minutes=5)
    bare.settle()
    said = bare.hears()
    assert {"Problem", "Severity"} <= set(missing(said)), "a hostile answer is no answer"
    assert set(re.findall(r"@[\w.-]+", spoken(said))) == {"@sa.jane", "@sme.dana"}
    assert not any(line.lstrip().startswith("/") for line in said.splitlines())
    assert bare.settle() == []


def test_unreadable_answers_of_any_length_fit_into_one_note_that_is_known_again(card: Makes) -> None:
    names = ["Request type", "Account", "Severity", "Needed by", "Product"]
    bare = card()
    for name in names:
        bare.comment("mallory", f"{name}: " + '\U0001d54f\\"' * 30_000)
    bare.later(minutes=5)
    bare.settle()
    assert len(bare.bots_notes) == 1
    assert len(bare.bots_notes[0].body) < 24_000
    assert bare.settle() == []
    bare.hears()


def test_a_forged_note_by_a_person_is_not_ours(card: Makes) -> None:
    bare = card(in_status="new")
    forged = seal("Everything is fine.", "context", "context_ready", {"open": False}, PLACE, b"another key")
    bare.comment("mallory", forged)
    bare.later(minutes=5)
    bare.settle()
    assert len(bare.bots_notes) == 1
    bare.hears()


def test_our_own_note_copied_by_a_person_is_not_ours(card: Makes) -> None:
    bare = card(in_status="new")
    bare.later(minutes=5)
    bare.settle()
    bare.hears()
    bare.comment("mallory", bare.bots_notes[0].body)
    assert bare.settle() == []


def test_our_note_from_another_issue_is_not_ours_here_even_if_we_said_it(card: Makes) -> None:
    bare = card(in_status="new")
    bare.later(minutes=5)
    bare.settle()
    body = bare.bots_notes[0].body
    other = card(in_status="new")
    other.issue = replace(other.issue, project_id=8)
    other.later(minutes=5)
    other.apply(other.issue.ref, PostNote("context", body))
    other.settle()
    assert len(other.bots_notes) == 2
    for one in (bare, other):
        one.hears()


def test_a_note_of_ours_that_somebody_edited_is_still_ours_and_is_put_right(card: Makes) -> None:
    bare = card(in_status="new")
    bare.later(minutes=5)
    bare.settle()
    bare.hears()
    said = bare.bots_notes[0].body
    bare.thread = [replace(n, body="Vandalised!\n" + n.body) for n in bare.thread]
    (edit,) = bare.settle()
    assert isinstance(edit, EditNote)
    assert bare.bots_notes[0].body == said
    bare.hears()


def test_an_edited_note_of_which_nothing_is_to_be_said_is_left_alone(card: Makes) -> None:
    bare = card(in_status="new")
    bare.later(minutes=5)
    bare.settle()
    bare.edit(COMPLETE)
    bare.settle()
    bare.hears()
    bare.thread = [replace(n, body="Vandalised!\n" + n.body) for n in bare.thread]
    assert bare.settle() == []


# The envelope.

STATE = st.dictionaries(
    st.text(max_size=10), st.text(max_size=50) | st.booleans() | st.integers() | st.none(), max_size=5
)


@given(text=ANYTHING, topic=st.text(max_size=20), state=STATE)
def test_what_was_sealed_opens_again(text: str, topic: str, state: dict[str, object]) -> None:
    opened = unseal(seal(text, topic, "some_template", state, PLACE, KEY), PLACE, (KEY,))
    assert opened is not None
    assert (opened.topic, opened.template, opened.state, opened.intact) == (topic, "some_template", state, True)


@pytest.mark.parametrize(
    "elsewhere",
    [replace(PLACE, instance="https://gitlab.com"), replace(PLACE, project_id=8), replace(PLACE, iid=13)],
)
def test_it_does_not_open_on_another_issue_project_or_instance(elsewhere: Place) -> None:
    assert unseal(seal("Hello", "t", "x", {}, PLACE, KEY), elsewhere, (KEY,)) is None


def test_it_does_not_open_with_the_numbers_of_its_place_cut_differently() -> None:
    assert unseal(seal("Hello", "t", "x", {}, Place("i", 71, 2), KEY), Place("i", 7, 12), (KEY,)) is None


def test_an_edited_text_keeps_its_state_and_is_known_to_be_edited() -> None:
    body = seal("Hello", "t", "x", {"open": True}, PLACE, KEY)
    opened = unseal(body.replace("Hello", "Goodbye"), PLACE, (KEY,))
    assert opened is not None
    assert (opened.state, opened.intact) == ({"open": True}, False)


def test_line_ends_and_blanks_that_gitlab_may_change_do_not_count_as_edits() -> None:
    body = seal("Hello\n\nyou", "t", "x", {}, PLACE, KEY)
    for changed in (body.replace("\n", "\r\n"), body + "\n\n"):
        opened = unseal(changed, PLACE, (KEY,))
        assert opened is not None
        assert opened.intact


def test_no_flipped_bit_goes_unnoticed() -> None:
    body = seal("Hello", "t", "x", {"open": True}, PLACE, KEY)
    start = body.index("sounding-board:1 ") + len("sounding-board:1 ")
    for position in range(start, len(body) - len(" -->")):
        for bit in range(7):
            flipped = chr(ord(body[position]) ^ (1 << bit))
            opened = unseal(body[:position] + flipped + body[position + 1 :], PLACE, (KEY,))
            assert opened is None, (position, body[position], flipped)


def test_a_key_is_changed_by_keeping_the_old_one_for_reading() -> None:
    old, new = b"the old key", b"the new key"
    before = seal("Hello", "t", "x", {}, PLACE, old)
    assert unseal(before, PLACE, (new, old)) is not None
    assert unseal(before, PLACE, (new,)) is None
    assert unseal(seal("Hello", "t", "x", {}, PLACE, new), PLACE, (new, old)) is not None


def test_on_a_card_a_changed_key_changes_nothing(card: Makes) -> None:
    bare = card(in_status="new")
    bare.later(minutes=5)
    bare.settle()
    bare.hears()
    bare.keys = (b"a new key", *bare.keys)
    assert bare.settle() == []
    bare.label("sa.jane", "type::bug")
    bare.settle()
    assert "~~Request type~~" in bare.hears()
    assert len(bare.bots_notes) == 1
    bare.keys = bare.keys[:1]
    assert bare.settle() == []


@given(ANYTHING)
def test_no_text_opens_by_chance(text: str) -> None:
    assert unseal(text, PLACE, (KEY,)) is None
    assert unseal(f"<!-- sounding-board:1 {text} -->", PLACE, (KEY,)) is None


def test_only_the_last_envelope_of_a_body_counts() -> None:
    first = seal("Hello", "t", "x", {"n": 1}, PLACE, KEY)
    opened = unseal(seal(first, "t", "x", {"n": 2}, PLACE, KEY), PLACE, (KEY,))
    assert opened is not None
    assert opened.state == {"n": 2}
    assert unseal(first + "\nand more", PLACE, (KEY,)) is None
