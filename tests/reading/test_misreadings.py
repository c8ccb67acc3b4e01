"""Each row was, or would be, a real misreading (requests 2.5): what is written, and what may be heard."""

import pytest

from app.domain.blocks import READ_AT_MOST, lines, readable
from app.domain.customer import Severity
from app.domain.request import read
from tests.reading.speech import DEAL, DEAL_ID, FIELDS, HOUSE, HOUSE_ID, hear, keys, line

PLUS = f"+1 customer: {DEAL} | blocker"
OTHER = f"+1 customer: {HOUSE} | nice"


def facts(text: str) -> dict[str, str]:
    """The fields of a description, readable or not."""
    return {key: told.value for key, told in read(text, [], FIELDS).items()}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"> {PLUS}", id="a +1 quoted in an answer"),
        pytest.param(f"> {PLUS}\n\nI agree", id="quoted, then an answer"),
        pytest.param(f"> {PLUS}\nstill the quote", id="a quote that lazily goes on"),
        pytest.param(f"> hi\n{PLUS}", id="a lazy line is the quote's"),
        pytest.param(f"> > > {PLUS}", id="a quote in a quote"),
        pytest.param(f"- > {PLUS}", id="a quote in a list"),
        pytest.param(f"> - {PLUS}", id="a list in a quote"),
        pytest.param(f">>>\n{PLUS}\n>>>", id="GitLab's long quote"),
        pytest.param(f">>>\nhi\n\n{PLUS}\n\n>>>\nyes", id="GitLab's long quote of several paragraphs"),
        pytest.param(f"\u00a0> {PLUS}", id="a quote behind a hard space"),
        pytest.param(f"```\n{PLUS}\n```", id="fenced code"),
        pytest.param(f"~~~yaml\n{PLUS}\n~~~", id="fenced code with tildes"),
        pytest.param(f"````\n```\n{PLUS}\n```\n````", id="a fence in a fence"),
        pytest.param(f"```\n{PLUS}", id="a fence nobody closed"),
        pytest.param(f"- a\n\n  ```\n  {PLUS}\n  ```", id="fenced code in a list"),
        pytest.param(f"text\n\n    {PLUS}", id="indented code"),
        pytest.param(f"<pre>\n{PLUS}\n</pre>", id="pre"),
        pytest.param(f"<!-- {PLUS} -->", id="a comment"),
        pytest.param(f"<!--\n{PLUS}\n-->", id="a comment of several lines"),
        pytest.param(f"<!--\n\n{PLUS}\n\n-->", id="a comment with empty lines"),
        pytest.param(f"text <!--\n{PLUS}\n--> text", id="a comment within a paragraph"),
        pytest.param(f"<!-- {PLUS}", id="a comment nobody closed"),
        pytest.param(f"<!-- {PLUS} >", id="a comment closed like a tag"),
        pytest.param(f"<summary>{PLUS}</summary>", id="a summary"),
        pytest.param(f"<details><summary>\n{PLUS}\n</summary>\n\ntext\n</details>", id="a summary of several lines"),
        pytest.param(f"/label {PLUS}", id="a quick action"),
        pytest.param(f"/comment {PLUS}\n/close", id="quick actions"),
        pytest.param(f"As said: {PLUS}", id="in the middle of a line"),
    ],
)
def test_what_nobody_says_is_no_customer(text: str) -> None:
    assert hear(text).lines == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"`<!--` opens a comment\n\n{PLUS}\n\n-->", id="a comment mark shown as code"),
        pytest.param(f"a `<!--` b\n{PLUS}\nc -->", id="a comment mark shown as code in the same paragraph"),
        pytest.param(f"``a ` <!--``\n{PLUS}\n-->", id="two back-ticks"),
        pytest.param(f"<!-- a hint -->\n{PLUS}", id="below a comment"),
        pytest.param(f"<!-- a hint --> {PLUS}", id="behind a comment"),
        pytest.param(f"<!-- not closed)>\n{PLUS}\n<!-- a hint -->", id="below a comment closed like a tag"),
        pytest.param(f"text <!-- no end\n{PLUS}", id="below a comment that opens in text"),
        pytest.param(f"<details>\n{PLUS}\n</details>", id="details without empty lines"),
        pytest.param(f"<details><summary>More</summary>\n\n{PLUS}\n\n</details>", id="details"),
        pytest.param(f"<details><summary>More</summary>\n- {PLUS}\n</details>", id="a list right below a summary"),
        pytest.param(f"<summary>not closed\n\n{PLUS}", id="a summary nobody closed"),
        pytest.param(f"<b>{PLUS}</b>", id="tags"),
        pytest.param(f"> quoted\n\n{PLUS}", id="below a quote"),
        pytest.param(f">>>\nquoted\n>>>\n\n{PLUS}", id="below a long quote"),
        pytest.param(f">>>\n\n{PLUS}", id="below a long quote nobody closed"),
        pytest.param(f"```\n>>>\n```\n{PLUS}\n```\n>>>\n```", id="quote marks in code"),
        pytest.param(f"```\ncode\n```\n{PLUS}", id="below code"),
        pytest.param(f"{PLUS}\n---\n", id="above a rule, which makes it a heading"),
        pytest.param(f"hello\n{PLUS}\n===\n", id="above a double rule"),
        pytest.param(f"- a\n  - b\n    - {PLUS}", id="deep in a list"),
        pytest.param(f"- {PLUS}", id="in a list"),
        pytest.param(f"* [ ] {PLUS}", id="in a task list"),
        pytest.param(f"- [x] {PLUS}", id="a task that is done"),
        pytest.param(f"/label ~x\n{PLUS}\n/assign me", id="between quick actions"),
        pytest.param(f"## Problem\n{PLUS}", id="below a heading"),
        pytest.param(f"Problem: it is slow\n{PLUS}", id="below a field"),
        pytest.param(PLUS.replace("\n", "\r\n") + "\r\n", id="line ends of Windows"),
        pytest.param("\ufeff" + PLUS, id="a byte order mark"),
        pytest.param(f"\u00a0\u00a0\u00a0\u00a0{PLUS}", id="hard spaces are no indented code"),
        pytest.param(f"[1]: {DEAL}\n\n{PLUS}", id="below a link definition"),
    ],
)
def test_what_somebody_says_is_a_customer(text: str) -> None:
    assert keys(text) == [DEAL_ID]


@pytest.mark.parametrize(
    "written",
    [
        "Severity: blocker",
        "Severity : blocker",
        "SEVERITY: Blocker",
        "**Severity:** blocker",
        "**Severity**: blocker",
        "__Severity__: blocker",
        "Severity：blocker",
        "Severity:\u00a0blocker",
        "Sev\u200berity: blocker",
        "🔥 Severity: blocker",
        ":fire: Severity: blocker",
        "Severity (required): blocker",
        "`Severity`: `blocker`",
        "- [ ] Severity: blocker",
        "* Severity: blocker",
        "Severity:\n  blocker",
        "Severity: <!-- one word --> blocker",
        "## Severity\n\nblocker",
        "## Severity:\n- [ ] nice\n- [x] blocker",
        "Severity: blocker (they cannot buy)",
        "Severity: blocker – they cannot buy",
        "Severity: Blocker.",
        "Severity: ~DAP::Blocker",
        'Severity: ~"Premium::blocker"',
        "Severity: nice\n\nSeverity: blocker",
    ],
)
def test_however_a_field_is_dressed(written: str) -> None:
    assert line(f"Account: {DEAL}\n\n{written}").severity is Severity.BLOCKER


@pytest.mark.parametrize(
    "written",
    [
        "the customer said: blocker",
        "Blocker: yes",
        "Severity blocker",
        "Severity: <blocker>",
        "Severity: <one of the words>",
        "Severity: TBD",
        "Severity: n/a",
        "Severity: none",
        "Severity: ?",
        "Severity: -",
        "Severity: …",
        "Severity: e.g. blocker",
        "Severity: [blocker]",
        "Severity: blocker, retention, fast-follow or nice",
        "## Severity\n- [ ] blocker\n- [ ] nice",
        "Severity:\n\nblocker",
        "Severity:\n- blocker",
        "> Severity: blocker",
    ],
)
def test_what_is_not_told_is_missing_and_not_unread(written: str) -> None:
    heard = hear(f"Account: {DEAL}\n\n{written}")
    assert (heard.lines[0].severity, heard.unread) == (None, ())
    assert "severity" not in facts(written)


@pytest.mark.parametrize(
    ("written", "unread"),
    [
        ("Severity: quite high", "quite high"),
        ("Severity: blocker or retention", "blocker or retention"),
        ("Needed by: Q3ish", "Q3ish"),
        ("Needed by: 03/04/2026", "03/04/2026"),
        ("Needed by: 2026-02-31", "2026-02-31"),
        ("ARR: quite a lot", "ARR at stake"),
        ("ARR: unknown", "ARR at stake"),
        ("ARR: 1,250M", "ARR at stake"),
        ("ARR type: maybe", "maybe"),
        ("Product: their own cloud", "Deployment"),
        ("Priority: eleven", "Priority"),
        ("Priority: 11", "11"),
        ("Needed by: when they paid $50k", "Needed by"),
        (f"Needed by: when [Acme]({HOUSE}) renews", "Needed by"),
        ("Needed by: when Umbrella renews", "Needed by"),
        ("Severity: as Hooli says, very high", "Severity"),
    ],
)
def test_what_is_not_understood_is_named(written: str, unread: str) -> None:
    assert hear(f"Account: {DEAL}\n\n{written}").unread == (unread,)


@pytest.mark.parametrize(
    ("part", "unread"),
    [
        ("Q3ish", "Q3ish"),
        ("2026", "2026"),
        ("end of 2026", "end of 2026"),
        ("FY27-Q1 or so we think", "FY27-Q1 or so we think"),
        ("March", "March"),
        ("asap", "asap"),
        ("Umbrella in Q3", "part 3"),
        ("Acme", "part 3"),
        ("120", "120"),
        ("11", "11"),
        ("TBD", None),
        ("-", None),
        ("?", None),
    ],
)
def test_a_part_that_is_not_understood_is_named_but_never_as_a_name(part: str, unread: str | None) -> None:
    heard = hear(f"{PLUS} | {part}")
    assert heard.unread == ((unread,) if unread else ())
    assert len(heard.lines) == 1


@pytest.mark.parametrize(
    ("title", "severity"),
    [
        ('~"Premium::Fast Follow"', Severity.FAST_FOLLOW),
        ("~DAP::Blocker", Severity.BLOCKER),
        ("~severity::retention", Severity.RETENTION),
        ('~"DAP::fast-follow"', Severity.FAST_FOLLOW),
        ('~"nice"', Severity.NICE),
        ("~Premium::Fast Follow", None),
        ('~"Premium::Fast Follow', None),
        ("~DAP::Blockers", None),
        ("~ DAP::Blocker", None),
        ("DAP::Blocker", None),
    ],
)
def test_labels_in_a_note_are_read_from_its_text(title: str, severity: Severity | None) -> None:
    found = hear(f"{title}\n\nThey cannot buy, see {DEAL}").lines
    assert [each.severity for each in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "text", ['~"customer priority::7"', "~customer priority::7", "7", "7/10", "7 / 10", "P7", "priority 7"]
)
def test_a_priority_is_a_number_from_one_to_ten(text: str) -> None:
    assert line(f"{PLUS} | {text}").priority == 7
    assert line(f"Account: {DEAL}\nPriority: {text}").priority == 7


@pytest.mark.parametrize("text", ["0", "11", "7.5", "70", "7k", "07-08", "1:1"])
def test_other_numbers_are_no_priority(text: str) -> None:
    assert line(f"{PLUS} | {text}").priority is None


def test_of_two_links_in_a_note_the_first_counts_and_the_other_is_told() -> None:
    for text in (
        f"Account: {DEAL}\n\nLike {HOUSE}, they wait.",
        f"Account: {DEAL} and {HOUSE}",
        f"Account: {DEAL}\nOpportunity: {HOUSE}",
        f"~DAP::Blocker {DEAL} {HOUSE}",
        f"+1 customer: {DEAL} | blocker | {HOUSE}",
        f"+1 customer: {DEAL} | blocker\n\nLike {HOUSE}.",
    ):
        heard = hear(text)
        assert ([each.account.key for each in heard.lines], heard.more_links) == ([DEAL_ID], (HOUSE_ID,)), text


def test_a_text_runs_until_the_next_known_field_or_heading() -> None:
    text = (
        f"Account: {DEAL}\n- Impact: the customer said: fix it\n\n  or they leave.\n\n"
        "- first\n- second\n\n> not this\n\nUnknown word: it stays prose\n"
        "Workaround: none\n\n## Notes\n\nnot this either"
    )
    only = line(text)
    assert only.impact == "the customer said: fix it or they leave. first second Unknown word: it stays prose"
    assert only.workaround == "none"


def test_a_one_liner_ends_the_text_above_it() -> None:
    text = f"Impact: they leave\n{OTHER}\nthanks"
    assert [(each.account.key, each.impact) for each in hear(text).lines] == [(HOUSE_ID, None)]
    assert hear(text).answers == {"impact": "they leave"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Needed by: none", True),
        ("Needed by: None.", True),
        ("Needed by: n/a", False),
        ("Needed by: no", False),
    ],
)
def test_no_date_is_an_answer(text: str, told: bool) -> None:
    assert line(f"Account: {DEAL}\n{text}").no_date is told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("unknown, the account team is asking", "the account team is asking"),
        ("Unknown (they do not tell)", "they do not tell"),
        ("not known yet – asked on Monday", "asked on Monday"),
    ],
)
def test_an_amount_may_be_unknown_with_a_reason(text: str, reason: str) -> None:
    assert line(f"Account: {DEAL}\nARR: {text}").arr_unknown == reason
    assert line(f"{PLUS} | {text}").arr_unknown == reason
    assert facts(f"ARR: {text}") == {"arr": text}


def test_only_whole_lines_of_the_first_64_kib_are_read_and_that_is_said() -> None:
    padding = "x\n" * (READ_AT_MOST // 2 - 40)
    heard = hear(f"{OTHER}\n\n{padding}\n{PLUS}\n")
    assert ([each.account.key for each in heard.lines], heard.cut) == ([HOUSE_ID], True)
    assert not hear(f"{OTHER}\n").cut
    cut_in_a_line = "x\n" * (READ_AT_MOST // 2 - 60) + f"\n{PLUS} | 120k USD" + " and much more" * 10
    assert (hear(cut_in_a_line).lines, hear(cut_in_a_line).cut) == ((), True)


def test_what_survives_is_as_typed() -> None:
    text = "# H\n\npara `a <b>` *b*\nmore\n\n- item\n  goes on\n\n/label x\n> no"
    assert [(each.text, each.heading, each.first) for each in lines(readable(text))] == [
        ("H", True, True),
        ("para a <b> *b*", False, True),
        ("more", False, False),
        ("item", False, True),
        ("goes on", False, False),
    ]


def test_the_same_note_read_twice_gives_the_same() -> None:
    text = f"{PLUS}\n{OTHER} | Q3ish | [Acme]({DEAL})"
    assert hear(text) == hear(text)


@pytest.mark.parametrize(
    "told", ["less than 100k", "up to 2M", "was $300k, now $50k", "$10k per month", "$300k TCV over 3 years", "< 100k"]
)
def test_an_amount_that_is_less_than_it_seems_is_not_understood(told: str) -> None:
    for text in (f"Account: {DEAL}\nARR: {told}", f"+1 customer: {DEAL} | {told}"):
        heard = hear(text)
        assert (heard.lines[0].arr, heard.lines[0].impact, heard.unread) == (None, None, ("ARR at stake",))
        assert heard.amount_typed


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (f'This is not ~"DAP::Blocker" for {DEAL}.', False),
        (f"Why is that a ~DAP::Blocker? See {DEAL}", False),
        (f'~"DAP::Blocker" {DEAL}', True),
        (f"- **~bug ~DAP::Blocker** for {DEAL}", True),
        (f'{DEAL} ~"severity::blocker"', True),
        (f'- {DEAL}: ~"DAP::Blocker", they cannot buy', True),
        (f'[the deal]({DEAL}) ~"severity::blocker"', True),
        (f"{DEAL} is not ~DAP::Blocker", False),
        (f"{DEAL} ~DAP::Blocker?", False),
    ],
)
def test_a_label_is_evidence_only_where_it_or_its_link_begins_the_line(text: str, counts: bool) -> None:
    assert [each.severity for each in hear(text).lines] == ([Severity.BLOCKER] if counts else [])
