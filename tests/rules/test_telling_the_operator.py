"""The operator issue holds one short note a topic, however much there is to tell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.failure import Temporary
from app.domain.issue import Note, Ref
from app.domain.journal import Entry
from app.domain.ours import BURST
from app.domain.plan import Finding, Verdict
from app.services.operator import OperatorIssue
from tests.rules.cards import REF, WORDING, Card

Makes = Callable[..., Card]
LONG = "a-group-with-a-long-name/" * 20 + "feedback"


def office(card: Card) -> OperatorIssue:
    """The operator issue, which is this card."""
    return OperatorIssue(card, card, WORDING, card.reconciler().identity, REF, card.diary)


def put_back_in_a_burst(issue: Card, number: int, at: datetime) -> None:
    """What the reconciler does with a card that goes back without a note: a line in the journal, then the summary."""
    ref = Ref("sme/feedback", number)
    issue.diary.record([Entry(at, ref, dry=False, finding=Finding(BURST, Verdict.REPORTED, "", who="sa.omar"))])
    office(issue).burst("sa.omar", ref, at)


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
        put_back_in_a_burst(issue, number, issue.now)
    assert issue.hears().endswith("""\
- `sme/feedback#49`
- and 20 more

To see what one of them needs, move it again by itself, and I will say so there.\
""")
    assert len(issue.bots_notes) == 1
    for number in (7, 69):
        put_back_in_a_burst(issue, number, issue.now + timedelta(minutes=59))
    assert issue.hears() == "", "named or counted already"
    put_back_in_a_burst(issue, 7, issue.now + timedelta(hours=2))
    assert issue.hears().count("- `") == 1


class WrittenOver:
    """The operator issue where somebody else's write always comes after ours."""

    def __init__(self, issue: Card) -> None:
        self.snapshot, self.links, self.awards, self.look_at = issue.snapshot, issue.links, issue.awards, issue.look_at
        self.looks = 0

    def notes(self, ref: Ref) -> tuple[Note, ...]:
        self.looks += 1
        return ()


def test_a_summary_that_others_keep_writing_over_is_told_later(card: Makes) -> None:
    issue = card(labels=["program-doc::operator"])
    reader = WrittenOver(issue)
    with pytest.raises(Temporary) as caught:
        replace(office(issue), reader=reader).burst("sa.omar", Ref("sme/feedback", 7), issue.now)
    assert str(caught.value) == "Others keep writing to the summary on sme/customer-feedback#12; it is tried again."
    assert reader.looks == 4
    office(issue).burst("sa.omar", Ref("sme/feedback", 7), issue.now)
    issue.hears()
    assert [note.body.count("- `sme/feedback#7`") for note in issue.bots_notes] == [1], "the doubled are taken away"


def test_a_note_that_two_processes_posted_at_once_is_taken_away_with_the_next_word(card: Makes) -> None:
    issue = card(labels=["program-doc::operator"])
    office(issue).unsaid([Ref("sme/feedback", 1)])
    issue.hears()
    (note,) = issue.thread
    issue.thread.append(replace(note, id=note.id + 1))
    office(issue).unsaid([Ref("sme/feedback", 1)])
    assert len(issue.bots_notes) == 1
