"""Four ways to write about a customer, one meaning (requests 2.4)."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.customer import AccountKind, Amount, ArrType, Severity
from app.domain.request import read
from tests.reading.speech import (
    DEAL,
    DEAL_ID,
    FIELDS,
    HANDBOOK_TEMPLATE,
    HOUSE,
    HOUSE_ID,
    OWN_TEMPLATE,
    hear,
    keys,
    line,
    values,
)


@pytest.mark.parametrize("text", [OWN_TEMPLATE, HANDBOOK_TEMPLATE])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_template_untouched_tells_nothing_about_nobody(text: str, ends: str) -> None:
    heard = hear(text.replace("\n", ends))
    assert (heard.lines, heard.unread, heard.more_links, heard.answers) == ((), (), (), {})
    assert (heard.cut, heard.named, heard.amount_typed) == (False, False, False)
    assert read(text.replace("\n", ends), [], FIELDS) == {}


def test_our_template_filled_in() -> None:
    filled = (
        OWN_TEMPLATE.replace("<!-- CRM link -->", HOUSE)
        .replace("<!-- blocker, retention, fast-follow or nice -->", "retention")
        .replace("<!-- YYYY-MM-DD, or none -->", "2026-06-30")
        .replace("ARR at stake:", "ARR at stake: 500k–1M")
        .replace("Subscription:", "Subscription: GitLab Ultimate")
        .replace("<!-- self-managed, gitlab.com or GitLab Dedicated -->", "Self-managed")
        .replace("Current solution for this problem:", "Current solution for this problem: none")
        .replace("not having this:", "not having this: they leave for\n  a competitor")
        .replace("Competitors:", "Competitors: none")
    )
    assert (keys(filled), line(filled).account.kind) == ([HOUSE_ID], AccountKind.ACCOUNT)
    assert values(line(filled)) == {
        "severity": Severity.RETENTION,
        "needed_by": date(2026, 6, 30),
        "arr": Amount(Decimal(500_000), Decimal(1_000_000)),
        "subscription": "Ultimate",
        "deployment": "self-managed",
        "workaround": "none",
        "impact": "they leave for a competitor",
        "competitors": "none",
    }


def test_the_handbooks_template_filled_in() -> None:
    filled = (
        HANDBOOK_TEMPLATE.replace('~"GitLab Ultimate" OR ~"GitLab Premium" OR ~"GitLab Free"', '~"GitLab Premium"')
        .replace('~"self-managed" OR ~"gitlab.com" OR ~"GitLab Dedicated"', '~"GitLab Dedicated"')
        .replace("Link to request:", f"Link to request: {DEAL}")
        .replace("priority::\n", "priority::7\n")
        .replace("Current solution for this problem:", "Current solution for this problem: a script")
        .replace("not having this:", "not having this: they fail the audit")
        .replace("Questions:", "Questions: when could it be there?")
        .replace("CSM to mention:", "CSM to mention: @csm")
    )
    assert (keys(filled), hear(filled).unread) == ([DEAL_ID], ())
    assert values(line(filled)) == {
        "priority": 7,
        "subscription": "Premium",
        "deployment": "GitLab Dedicated",
        "workaround": "a script",
        "impact": "they fail the audit",
    }


def test_the_handbooks_template_with_the_link_on_another_line() -> None:
    linked = HANDBOOK_TEMPLATE.replace("~customer is", f"~customer ({DEAL}) is")
    assert keys(linked) == []
    assert keys(
        linked.replace("priority::\n", "priority::9\n").replace(' OR ~"gitlab.com" OR ~"GitLab Dedicated"', "")
    ) == [DEAL_ID]


def test_the_framework_note() -> None:
    note = f"""\
~DAP::Blocker

Cannot close opportunity [internal link]({DEAL}) without SAML group sync.
No workaround that meets their security requirement.
"""
    assert (keys(note), line(note).account.link) == ([DEAL_ID], DEAL)
    assert values(line(note)) == {"severity": Severity.BLOCKER}
    assert not hear(note).named


def test_the_one_liner() -> None:
    note = f"+1 customer: {DEAL} | blocker | expansion | 2026-03-31 | needs SCIM for 3k seats"
    assert keys(note) == [DEAL_ID]
    assert values(line(note)) == {
        "severity": Severity.BLOCKER,
        "arr_type": ArrType.EXPANSION,
        "needed_by": date(2026, 3, 31),
        "impact": "needs SCIM for 3k seats",
    }


def test_the_one_liner_is_free_in_its_order_and_may_say_everything() -> None:
    note = (
        f"+1 customer: new | Ultimate | 9/10 | call wanted | dedicated | {DEAL} | competitors: none | 120k USD"
        " | 31 March 2026 | fast-follow | needs SCIM for 3k seats | and nested groups too"
    )
    assert values(line(note)) == {
        "severity": Severity.FAST_FOLLOW,
        "arr_type": ArrType.NEW,
        "arr": Amount(Decimal(120_000), None, "USD"),
        "needed_by": date(2026, 3, 31),
        "priority": 9,
        "subscription": "Ultimate",
        "deployment": "dedicated",
        "impact": "needs SCIM for 3k seats; and nested groups too",
        "competitors": "none",
        "call_wanted": True,
    }


def test_several_one_liners_in_one_note_are_several_customers() -> None:
    note = f"From today's call:\n+1 customer: {DEAL} | blocker\n+1 customer: {HOUSE} | nice\n\nThanks!"
    assert [(each.account.key, each.severity) for each in hear(note).lines] == [
        (DEAL_ID, Severity.BLOCKER),
        (HOUSE_ID, Severity.NICE),
    ]


@pytest.mark.parametrize(
    "head",
    [
        "+1 customer:",
        "+1 Customer :",
        "+1 customer",
        "+1 customers:",
        "+ 1 customer:",
        "＋１ customer：",
        "**+1 customer:**",
        "**+1 customer**:",
        "- +1 customer:",
        "# +1 customer:",
        "+ **1 customer:**",
        "1. +1 customer:",
        "### Call\n+1 customer:",
        "@sounding-board +1 customer:",
        "@sounding-board: +1 customer:",
        "+1\u00a0customer:\u00a0",
        "\u200b+1 customer:",
        "hi\n+1 customer:",
    ],
)
def test_however_a_one_liner_is_dressed(head: str) -> None:
    assert keys(f"{head} {DEAL} | blocker | needs it very much") == [DEAL_ID]


@pytest.mark.parametrize("minus", ["-", "−", "–", "—", "－"])
@pytest.mark.parametrize(
    ("rest", "reason"), [(" | closed-lost", "closed-lost"), ("", ""), (" | lost | to Acme", "lost; to Acme")]
)
def test_a_line_may_be_withdrawn(minus: str, rest: str, reason: str) -> None:
    only = line(f"{minus}1 customer: {DEAL}{rest}")
    assert (only.account.key, only.withdrawn) == (DEAL_ID, reason)


@pytest.mark.parametrize(
    "text",
    [
        "+1",
        "+1 from me",
        "👍",
        "+1 customer feedback is nice",
        "+1 customer",
        f"+1 {DEAL}",
        f"see {DEAL}",
        f"[the deal]({DEAL})",
        f"Problem: we cannot reproduce what {DEAL} says about it",
        f"Why interested: they are, see {DEAL}",
        f"Severity: blocker, see {DEAL}",
        f"~workflow::blocked {DEAL}",
        f"~customer {DEAL}",
        f"The account: {DEAL}",
        "Account: https://gitlab.com/gitlab-org/gitlab/-/issues/1",
        "Link to request: https://gitlab.example.com/sme/customer-feedback/-/work_items/7",
        "Account: https://crm.example.com",
        "Account: https://example.my.salesforce.com/5005g00000QwErT",
        f"~DAP::Blocker\n\n{'https://example.com/0065g00000QwErT'}",
        "Account: 0065g00000QwErT",
        "+1 customer: Acme | blocker",
        "-1 customer: Acme | blocker",
    ],
)
def test_what_is_no_customer_line(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("+1 customer", True),
        ("- +1 customer:", True),
        ("+1 **customer**!", True),
        ("+1 customer feedback is nice", False),
        ("- 1 customer", False),
    ],
)
def test_a_customer_without_a_link_is_asked_for_it(text: str, asked: bool) -> None:
    assert hear(text).unread == (("+1 customer",) if asked else ())


@pytest.mark.parametrize(
    "text",
    [
        "+1 customer: example.my.salesforce.com/0065g00000QwErT | blocker",
        "Account: example.my.salesforce.com/0065g00000QwErT\nSeverity: blocker",
        '[the deal](example.my.salesforce.com/0065g00000QwErT) ~"severity::blocker"',
    ],
)
def test_a_crm_link_is_one_without_its_scheme_too(text: str) -> None:
    assert [(each.account.link, each.severity) for each in hear(text).lines] == [(DEAL, Severity.BLOCKER)]
    assert not hear(text).named


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Usecase: the platform team", ("Use case",)),
        ("- Acount: " + DEAL, ("Account",)),
        ("**Severty**: blocker", ("Severity",)),
        ("Severtiy: blocker", ("Severity",)),
        ("Severtiy: blocker\nSeverity: blocker", ()),
        ("Problems: none so far", ()),
        ("Released: yesterday", ()),
        ("The customer said: fix it", ()),
        ("Acount", ()),
        ("Amount: 12", ()),
    ],
)
def test_a_mistyped_name_stays_prose_and_is_noticed(text: str, meant: tuple[str, ...]) -> None:
    assert hear(text).meant == meant


@pytest.mark.parametrize("text", [f"see {DEAL}", f"Problem: it is slow at {DEAL}", f"~customer {DEAL}"])
def test_a_link_that_does_not_count_is_told(text: str) -> None:
    assert hear(text).more_links == (DEAL_ID,)


def test_what_is_told_without_an_account_is_an_answer() -> None:
    heard = hear("Severity: blocker\nNeeded by: none")
    assert (heard.lines, heard.answers) == (
        (),
        {"severity": Severity.BLOCKER, "needed_by": None, "no_date": True},
    )


@pytest.mark.parametrize(
    "minus", ["- 1 customer:", "# -1 customer:", "  - 1 customer:", "- one more thing\n- 1 customer:"]
)
def test_a_withdrawal_that_markdown_takes_for_a_list(minus: str) -> None:
    assert [each.withdrawn for each in hear(f"{minus} {DEAL} | closed-lost").lines] == ["closed-lost"]


@pytest.mark.parametrize(
    "rest",
    [
        ", blocker, renewal, 2026-03-31",
        ",blocker,renewal,2026-03-31",
        "; blocker; renewal; 31 March 2026",
        " blocker renewal 2026-03-31",
        " - blocker, renewal | 2026-03-31",
        ", **blocker** | renewal | 2026-03-31",
    ],
)
def test_the_one_liner_with_commas_or_without_any_marks(rest: str) -> None:
    heard = hear(f"+1 customer: {DEAL}{rest}")
    assert (heard.unread, heard.named) == ((), False)
    assert values(line(f"+1 customer: {DEAL}{rest}")) == {
        "severity": Severity.BLOCKER,
        "arr_type": ArrType.RENEWAL,
        "needed_by": date(2026, 3, 31),
    }


def test_what_stands_between_commas_and_is_not_understood_is_said() -> None:
    heard = hear(f"+1 customer: {DEAL}, blocker, Q3ish, Umbrella, 120k USD, needs SCIM for all")
    assert heard.unread == ("Q3ish", "part 1")
    assert (heard.lines[0].severity, heard.amount_typed) == (Severity.BLOCKER, True)
    assert heard.lines[0].impact == "needs SCIM for all"
