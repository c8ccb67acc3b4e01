"""Who may move what: every step between the seven statuses, by everybody, as the program's table has it.

The table here is typed from the program's own page, not from the shipped file, which has to agree with it.
"""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.rules.cards import FRESH, Card

NAMES = {
    "new": "New",
    "reviewed": "Reviewed",
    "accepted": "Accepted by PMs",
    "roadmap": "Added to Roadmap",
    "resolved": "Resolved",
    "declined": "Declined",
    "backlog": "Backlog",
}

WHO = {
    "author": "sa.jane",
    "another SA": "sa.omar",
    "sme": "sme.ken",
    "lead": "lead.ai",
    "pm": "pm.ai",
    "em": "em.ai",
    "program lead": "program.lead",
    "stranger": "mallory",
    "PM of another area": "pm.agile",
    "lead of another area": "lead.agile",
}

MAY = {
    ("new", "reviewed"): {"sme", "lead", "pm"},  # T2
    ("new", "accepted"): {"pm"},  # T3
    ("new", "backlog"): {"pm"},
    ("new", "declined"): {"pm"},
    ("reviewed", "accepted"): {"pm"},  # T4
    ("reviewed", "backlog"): {"pm"},  # T5; a lead's move is a proposal
    ("reviewed", "declined"): {"pm"},  # T6
    ("reviewed", "new"): {"sme", "lead", "pm"},  # T7
    ("accepted", "roadmap"): {"pm", "em"},  # T8
    ("accepted", "reviewed"): {"pm"},  # T9
    ("accepted", "backlog"): {"pm"},
    ("accepted", "declined"): {"pm"},
    ("roadmap", "resolved"): {"pm", "em"},  # T10
    ("roadmap", "accepted"): {"pm", "em"},  # T11
    ("roadmap", "backlog"): {"pm"},  # T12
    ("roadmap", "declined"): {"pm"},
    ("backlog", "reviewed"): {"sme", "lead"},  # T13
    ("backlog", "accepted"): {"pm"},  # T14
    ("backlog", "roadmap"): {"pm"},
    ("declined", "reviewed"): {"sme", "lead"},  # T15
    ("resolved", "reviewed"): {"author", "sme"},  # T16
}
ALWAYS = {"program lead"}  # T20
BACK_TO_NEW = {"lead"}  # T17


def may(role: str, source: str, target: str) -> bool:
    """What the table says."""
    others = ALWAYS | (BACK_TO_NEW if target == "new" else set())
    return role in MAY.get((source, target), set()) | others


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize(("source", "target"), list(permutations(NAMES, 2)))
def test_a_move_with_all_its_context_stands_or_is_put_back(
    complete: Callable[..., Card], source: str, target: str, role: str
) -> None:
    card = complete(source)
    card.comment("sa.omar", FRESH)
    card.settle()

    card.move(WHO[role], target)
    written = card.settle()

    if may(role, source, target):
        assert card.status == target
        # Whoever sends a request back says what is missing, and its author is asked in these words.
        asked = target == "new"
        assert bool(written) is asked
        assert ("this request came back" in card.hears()) is asked
    else:
        assert card.status == source
        agreed = any(may(other, source, target) for other in WHO if other != "program lead")
        through = (("reviewed", target) in MAY) and role in MAY.get((source, "reviewed"), set())
        assert ("hold::open" in card.issue.labels) is (agreed or through), "only where an answer is awaited"
        assert len(written) == 2, "a note, then the labels"
        assert card.hears().startswith(f"@{WHO[role]}, I put this card back in **{NAMES[source]}**: ")


@pytest.mark.parametrize("target", [name for name in NAMES if name != "new"])
def test_a_request_filed_straight_into_a_later_status_begins_as_new(card: Callable[..., Card], target: str) -> None:
    fresh = card(labels=["area::ai"])
    fresh.label("sa.jane", f"status::{target}")
    fresh.settle()

    assert fresh.status == "new"
    assert "@sa.jane, I put this card back in **New**" in fresh.hears()
