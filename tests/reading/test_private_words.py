"""Names and sums that were typed: it is known that they were, and nothing that could be printed holds a name."""

import pytest

from app.domain.context import Context
from app.domain.issue import Note
from app.domain.request import read_request
from tests.reading.speech import DEAL, FIELDS, HANDBOOK_TEMPLATE, JANE, OWN_TEMPLATE, hear
from tests.rules.cards import Card
from tests.rules.world import NINE, shipped


@pytest.mark.parametrize(
    "text",
    [
        "Customer: Acme",
        "Customer name: Acme Corp",
        "Account name: Acme",
        "**Company**: Acme",
        "Customer/Prospect: Acme",
        "Account: Acme",
        "Opportunity: Acme – renewal",
        f"Account: Acme {DEAL}",
        f"Account: [Acme]({DEAL})",
        f"Customer: [Acme]({DEAL})",
        f"As [Acme]({DEAL}) says, it is slow",
        f"Impact: [Acme]({DEAL}) leaves",
        f"~DAP::Blocker\n\nCannot close [Acme]({DEAL})",
        "+1 customer: Acme | blocker",
        f"+1 customer: [Acme]({DEAL}) | blocker",
        f"+1 customer: Acme {DEAL} | blocker",
        f"+1 customer: {DEAL} | customer: Acme",
    ],
)
def test_a_name_was_typed(text: str) -> None:
    heard = hear(text)
    assert heard.named
    printed = f"{heard.unread}{heard.more_links}{heard.answers}{heard.lines}".replace(DEAL, "")
    assert "Acme" not in printed


@pytest.mark.parametrize(
    "text",
    [
        OWN_TEMPLATE,
        HANDBOOK_TEMPLATE,
        f"Account: {DEAL}",
        f"Account: [internal link]({DEAL})",
        f"Account: [0065g00000QwErT]({DEAL})",
        f"Account: [{DEAL}]({DEAL})",
        f"Account: the opportunity is {DEAL}",
        "Account: TBD",
        "Account: will follow",
        "Customer: the customer said that all of it is slow",
        "Customer:",
        "## Customer\nAcme",
        "[Acme](https://example.com/docs)",
        f"+1 customer: {DEAL} | blocker",
    ],
)
def test_no_name_was_typed(text: str) -> None:
    assert not hear(text).named


@pytest.mark.parametrize(
    ("text", "was"),
    [
        ("ARR: 120k USD", True),
        ("ARR: 120000", True),
        ("ARR: 1,250M", True),
        ("ARR: $50k for 100 seats", True),
        ("ARR: 100–250k", False),
        ("ARR: unknown, they are asking", False),
        ("ARR: from the account book", False),
        (f"+1 customer: {DEAL} | 120k USD", True),
        (f"+1 customer: {DEAL} | 100-250k", False),
        (f"+1 customer: {DEAL} | 2026", False),
    ],
)
def test_an_exact_sum_was_typed(text: str, was: bool) -> None:
    assert hear(text).amount_typed is was
    assert hear(text).unread in ((), ("ARR at stake",), ("2026",))


@pytest.mark.parametrize("text", ["Account: Acme\nARR: 120 apples at Acme", "+1 customer: Acme | 120k"])
def test_no_question_repeats_a_name_or_a_sum(text: str) -> None:
    world = shipped()
    card = Card(description=text)
    reading = read_request(card.issue, [Note(1, JANE, text, NINE, NINE)], FIELDS)
    snapshot = card.snapshot(card.issue.ref)
    context = Context(snapshot, reading.facts, world.taxonomy, world.program, "ai", NINE, reading)
    wanted = context.wanted(["customer", "arr"])
    assert [(w.item.key, w.heard) for w in wanted] == [("customer", None), ("arr", None)]
