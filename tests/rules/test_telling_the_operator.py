"""The operator issue holds one short note a topic, however much there is to tell."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.issue import Ref
from app.services.operator import OperatorIssue
from tests.rules.cards import REF, WORDING, Card

Makes = Callable[..., Card]
LONG = "a-group-with-a-long-name/" * 20 + "feedback"


def office(card: Card) -> OperatorIssue:
    """The operator issue, which is this card."""
    return OperatorIssue(card, card, WORDING, card.reconciler().identity, REF)


@pytest.mark.parametrize(("project", "named"), [("sme/feedback", 50), (LONG, 15)])
def test_of_very_many_requests_some_are_named_and_the_rest_is_counted(card: Makes, project: str, named: int) -> None:
    issue = card(labels=["program-doc::operator"])
    refs = [Ref(project, number) for number in range(1000, 3000)]
    office(issue).unsaid(refs)
    said = issue.hears()
    assert said.count(f"- `{project[:50]}") == named
    assert said.endswith(f"\n- and {2000 - named} more")
    (note,) = issue.bots_notes
    assert len(note.body) < 20_000
    office(issue).unsaid(refs)
    assert issue.hears() == "", "said already"


def test_what_waits_now_takes_the_place_of_what_waited_before_and_in_the_end_it_is_settled(card: Makes) -> None:
    issue = card(labels=["program-doc::operator"])
    office(issue).unsaid([])
    assert issue.hears() == ""
    office(issue).unsaid([Ref("sme/feedback", 1), Ref("sme/feedback", 2)])
    assert issue.hears().endswith("\n\n- `sme/feedback#1`\n- `sme/feedback#2`")
    office(issue).unsaid([Ref("sme/feedback", 2)])
    assert issue.hears().endswith("\n\n- `sme/feedback#2`")
    office(issue).unsaid([])
    assert issue.hears() == "~~There was more to say than one run may post.~~ Settled: nothing waits any more."
    office(issue).unsaid([])
    assert issue.hears() == ""
    assert len(issue.bots_notes) == 1


def test_a_burst_of_any_length_stays_one_short_note_and_is_told_afresh_an_hour_later(card: Makes) -> None:
    issue = card(labels=["program-doc::operator"])
    for number in range(70):
        office(issue).burst("sa.omar", Ref("sme/feedback", number), issue.now)
    assert issue.hears().endswith("""\
- `sme/feedback#49`
- and 20 more

To see what one of them needs, move it again by itself, and I will say so there.\
""")
    assert len(issue.bots_notes) == 1
    office(issue).burst("sa.omar", Ref("sme/feedback", 7), issue.now)
    assert issue.hears() == ""
    office(issue).burst("sa.omar", Ref("sme/feedback", 7), issue.now + timedelta(hours=2))
    assert issue.hears().count("- `") == 1
