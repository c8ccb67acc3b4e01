"""Reading a request: what people wrote in any of the ways they write, and nothing that they did not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import blocks
from app.domain.blocks import READ_AT_MOST
from app.domain.issue import Note, User
from app.domain.request import COMMENTS_AT_MOST, Where, read, read_request
from tests.reading.speech import OWN_TEMPLATE as TEMPLATE
from tests.rules.cards import COMPLETE, PROBLEM, Card
from tests.rules.world import NINE, shipped

FIELDS = shipped().taxonomy.fields
LINK = "https://example.my.salesforce.com/0065g00000QwErT"


def told(description: str, *comments: str) -> dict[str, str]:
    """The readable fields and their values."""
    facts = read(description, [note(body, i) for i, body in enumerate(comments)], FIELDS)
    return {key: fact.value for key, fact in facts.items() if fact.readable}


def unreadable(description: str, *comments: str) -> dict[str, str]:
    """What was told and could not be read."""
    facts = read(description, [note(body, i) for i, body in enumerate(comments)], FIELDS)
    return {key: fact.value for key, fact in facts.items() if not fact.readable}


def note(body: str, minute: int = 0) -> Note:
    """Somebody's comment."""
    at = NINE + timedelta(minutes=minute)
    return Note(minute + 1, User(20, "sa.jane"), body, at, at)


def test_the_template_untouched_tells_nothing() -> None:
    assert read(TEMPLATE, [], FIELDS) == {}
    assert read(TEMPLATE.replace("\n", "\r\n"), [], FIELDS) == {}
    assert read("", [note(TEMPLATE)], FIELDS) == {}


def test_the_template_filled_in_tells_everything() -> None:
    filled = (
        TEMPLATE.replace("What can they not do? -->", f"What can they not do? -->\n{PROBLEM}")
        .replace("who is affected\n", "who is affected\nThe platform team,\nfor 900 developers.\n")
        .replace("- [ ] Enhancement", "- [x] Enhancement")
        .replace("<!-- CRM link -->", LINK)
        .replace("<!-- blocker, retention, fast-follow or nice -->", "Fast Follow")
        .replace("<!-- YYYY-MM-DD, or none -->", "2026-03-31")
        .replace("ARR at stake:", "ARR at stake: 120k USD")
        .replace("<!-- new, renewal or expansion -->", "renewal")
        .replace("Subscription:", "Subscription: Ultimate")
        .replace("<!-- self-managed, gitlab.com or GitLab Dedicated -->", "Self-Managed")
        .replace("Current solution for this problem:", "Current solution for this problem: a script")
        .replace("not having this:", "not having this: they leave")
        .replace("Competitors:", "Competitors: none")
        .replace("CSM to mention:", "CSM to mention: @csm")
        .replace("## Desired outcome\n", "## Desired outcome\nThey lose access at once.\n")
    )
    assert told(filled) == {
        "problem": PROBLEM,
        "use_case": "The platform team, for 900 developers.",
        "request_type": "Enhancement",
        "account": LINK,
        "severity": "Fast Follow",
        "needed_by": "2026-03-31",
        "arr": "120k USD",
        "arr_type": "renewal",
        "subscription": "Ultimate",
        "deployment": "Self-Managed",
        "workaround": "a script",
        "impact": "they leave",
        "competitors": "none",
        "csm": "@csm",
        "outcome": "They lose access at once.",
    }


def test_the_handbooks_feedback_template_is_read_as_it_is() -> None:
    assert told(
        "",
        f"""\
* **Link to request**: {LINK}
* **Subscription**: Premium
* **Product**: GitLab.com
* **Priority**: 7
* **Why interested**: their auditors ask for it
* **Problem they are trying to solve**: {PROBLEM}
* **Current solution for this problem**: a nightly script
* **Impact to the customer of not having this**: they fail the audit
* **PM to mention**: @pm.ai
* **CSM to mention**: @csm
""",
    ) == {
        "account": LINK,
        "subscription": "Premium",
        "deployment": "GitLab.com",
        "customer_priority": "7",
        "use_case": "their auditors ask for it",
        "problem": PROBLEM,
        "workaround": "a nightly script",
        "impact": "they fail the audit",
        "pm": "@pm.ai",
        "csm": "@csm",
    }


@pytest.mark.parametrize(
    "line",
    [
        "Severity: blocker",
        "severity : Blocker",
        "- Severity: blocker",
        "1. Severity: blocker",
        "- [ ] Severity: blocker",
        "- [x] **Severity:** blocker",
        "**Severity**: blocker",
        "__Severity:__ blocker",
        "_Severity_: blocker",
        "**Severity: blocker**",
        "Severity：blocker",
        "\u00a0Severity:\u00a0blocker",
        "\u200bSeve\u200brity: blocker",
        ":fire: Severity: blocker",
        "🔥 Severity: blocker",
        "Severity (required): blocker",
        "Severity: `blocker`",
        "`Severity: blocker`",
        "Severity: blocker <!-- for now -->",
        "Hello!\n\nSeverity: blocker\n\nThanks",
        "Hello!\nSeverity: blocker\nThanks",
        "## Severity\nblocker",
        "### Severity:\n\nblocker",
        "Severity\n---\nblocker",
        "## Severity\n- [ ] nice\n- [x] blocker",
    ],
)
def test_however_a_field_is_dressed_it_is_read(line: str) -> None:
    assert told(line)["severity"].casefold() == "blocker"


@pytest.mark.parametrize(
    "text",
    [
        "> Severity: blocker",
        "> > - Severity: blocker",
        "- > Severity: blocker",
        "```\nSeverity: blocker\n```",
        "~~~yaml\nSeverity: blocker\n~~~",
        "    Severity: blocker",
        "<!-- Severity: blocker -->",
        "<!--\nSeverity: blocker\n-->",
        "text <!-- Severity:\nblocker --> text",
        "<summary>Severity: blocker</summary>",
        "<details><summary>\nSeverity: blocker\n</summary></details>",
        "The severity: blocker",
        "The customer said: severity is blocker",
        "/label Severity: blocker",
        "Severity blocker",
        "Severity:",
        "Severity: ?",
        "Severity: TBD",
        "Severity: n/a",
        "Severity: -",
        "Severity: <blocker, retention>",
        "Severity: e.g. blocker",
        "## Severity\n- [ ] blocker\n- [ ] nice",
        "## Severity\n/label ~x",
        "# Severity: blocker",
    ],
)
def test_what_nobody_said_is_not_heard(text: str) -> None:
    assert "severity" not in read(text, [], FIELDS)


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("Severity: quite high", {"severity": "quite high"}),
        ("Needed by: Q3ish", {"needed_by": "Q3ish"}),
        ("Needed by: 2026-02-31", {"needed_by": "2026-02-31"}),
        ("Account: ACME", {"account": ""}),
        ("Account: 0065g00000QwErT", {"account": ""}),
        ("ARR: a lot", {"arr": "a lot"}),
        ("ARR: unknown", {"arr": "unknown"}),
        ("Problem: it is slow", {"problem": "it is slow"}),
        ("## Request type\n- [x] Feature\n- [x] Bug", {"request_type": "Feature Bug"}),
        ("Reason: because", {"reason": "because"}),
    ],
)
def test_what_cannot_be_read_is_told_apart_from_what_is_missing(line: str, heard: dict[str, str]) -> None:
    assert (told(line), unreadable(line)) == ({}, heard)


@pytest.mark.parametrize("value", ["none", "2026-03-31", "2026-03-31 (their renewal)"])
def test_a_date_may_be_none(value: str) -> None:
    assert told(f"Needed by: {value}") == {"needed_by": value}


@pytest.mark.parametrize(
    "value",
    [
        LINK,
        f"[the deal]({LINK})",
        f"<{LINK}>",
        f"Acme, {LINK}",
        "https://crm.example.com/deals/7",
    ],
)
def test_an_account_is_a_link_and_only_the_link_is_kept(value: str) -> None:
    assert told(f"Account: {value}")["account"] in (LINK, "https://crm.example.com/deals/7")


def test_a_text_runs_on_over_its_paragraph_and_ends_with_it() -> None:
    said = "Problem: people removed from the group\nkeep their access to GitLab\nSeverity: blocker\nThanks, Jane\n\nBye"
    assert told(said) == {"problem": "people removed from the group keep their access to GitLab", "severity": "blocker"}


def test_a_later_answer_wins_but_not_over_a_readable_one_when_it_is_nonsense() -> None:
    assert told("Severity: nice", "Severity: blocker", "Severity: retention")["severity"] == "retention"
    assert told("Severity: nice", "Severity: dunno")["severity"] == "nice"
    assert told("Severity: dunno", "Severity: nice")["severity"] == "nice"
    assert told("Severity: nice", "Severity: -")["severity"] == "nice"


def test_it_is_known_where_and_when_something_was_told() -> None:
    facts = read("Severity: nice", [note("Reason: the plan has changed", 5)], FIELDS, milestone="18.9")
    assert (facts["severity"].where, facts["severity"].at) == (Where.DESCRIPTION, None)
    assert (facts["reason"].where, facts["reason"].at) == (Where.NOTE, NINE + timedelta(minutes=5))
    assert (facts["target"].where, facts["target"].value) == (Where.ISSUE, "18.9")


def test_the_same_text_read_twice_gives_the_same() -> None:
    notes = [note("Severity: blocker"), note("Reason: we talked about it", 3)]
    assert read(COMPLETE, notes, FIELDS) == read(COMPLETE, notes, FIELDS)


def test_only_the_first_64_kib_are_read() -> None:
    padding = "x" * (READ_AT_MOST - 20)
    assert told(f"Severity: blocker\n\n{padding}\n\nARR: 120k USD") == {"severity": "blocker"}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters were parsed as Markdown, each time."""
    lengths: list[int] = []
    parse = blocks._MARKDOWN.parse

    def counting(text: str) -> object:
        lengths.append(len(text))
        return parse(text)

    monkeypatch.setattr(blocks._MARKDOWN, "parse", counting)
    return lengths


@pytest.mark.parametrize("piece", ["- a\n", "> a: b\n", "a\n", "the severity of it\n", "```\n", "*:\n"])
def test_chatter_is_never_parsed_however_much_of_it(piece: str, parsed: list[int]) -> None:
    chatter = piece * (64 * 1024 // len(piece))
    assert told("", *[chatter] * 10, "Severity: blocker") == {"severity": "blocker"}
    assert parsed == [0, len("Severity: blocker")]


@pytest.mark.parametrize(
    "line",
    [
        "- [x] **Severity:** blocker",
        "`Severity`: blocker",
        "> quoted\n\n1. __Severity__ : blocker",
        "🔥 Seve\u200brity：blocker",
        "<b>Severity</b>: blocker",
        "SEVERITY (required): blocker at 12:30",
        "a\rSeverity: blocker\r",
    ],
)
def test_an_answer_in_a_comment_may_be_dressed_too(line: str) -> None:
    assert "severity" in read("", [note(line)], FIELDS)


def test_only_the_first_64_kib_of_a_comment_are_read(parsed: list[int]) -> None:
    padding = "x" * (READ_AT_MOST - 20)
    assert told("", f"Severity: blocker\n\n{padding}\n\nARR: 120k USD") == {"severity": "blocker"}
    assert max(parsed) == READ_AT_MOST


def test_of_too_many_long_comments_the_short_ones_are_read_and_the_others_are_told(parsed: list[int]) -> None:
    long = "Reason: the plan has changed\n\n" + "x\n" * READ_AT_MOST
    bodies = ["ARR: 120k USD", *[long] * (COMMENTS_AT_MOST // READ_AT_MOST), f"+1 customer: {LINK}"]
    notes = [note(body, i) for i, body in enumerate(bodies)]
    reading = read_request(Card(description="").issue, notes, FIELDS)
    assert {"arr", "reason", "account"} == set(reading.facts)
    assert [line.note_id for line in reading.lines] == [6]
    assert reading.not_read == (2,)
    assert sum(parsed) <= COMMENTS_AT_MOST


TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
MARKS = st.sampled_from(
    [
        "\n",
        "\n\n",
        "> ",
        "- ",
        "- [x] ",
        "# ",
        "## Severity\n",
        "```\n",
        "`",
        "<!-- ",
        " -->",
        "**",
        "Severity: ",
        "blocker",
        "[",
        "](",
    ]
)


@given(st.lists(TYPED | MARKS, max_size=30).map("".join))
def test_whatever_is_typed_is_read_without_trouble_and_the_same_twice(text: str) -> None:
    notes = [Note(1, User(20, "sa.jane"), text, datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))]
    once = read(text, notes, FIELDS)
    assert once == read(text, notes, FIELDS)
    assert all(fact.value and "\n" not in fact.value for fact in once.values())
