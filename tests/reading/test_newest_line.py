"""Which lines stand on a request: one an account, the newest, whatever the order in which notes are read."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

from app.domain.customer import Severity
from app.domain.customer_lines import lines_of
from app.domain.issue import Note, User
from app.domain.request import Reading, read_request
from tests.reading.speech import DEAL, DEAL_ID, FIELDS, HOUSE, HOUSE_ID, JANE, OWN_TEMPLATE, hear
from tests.rules.cards import Card
from tests.rules.world import NINE

KEN = User(21, "sa.ken")


def note(minute: int, body: str, who: User = JANE, internal: bool = False) -> Note:
    """A comment so many minutes after nine."""
    at = NINE + timedelta(minutes=minute)
    return Note(minute, who, body, at, at, internal=internal)


def reading(description: str, *notes: Note, known: frozenset[str] = frozenset()) -> Reading:
    """A request read."""
    return read_request(Card(description=description).issue, notes, FIELDS, known=known)


def standing(description: str, *notes: Note) -> list[tuple[str, Severity | None]]:
    """Its accounts and their severity."""
    return [(line.account.key, line.severity) for line in reading(description, *notes).lines]


def test_the_newest_line_of_an_account_wins_as_a_whole() -> None:
    first = note(1, f"+1 customer: {DEAL} | blocker | 120k USD")
    second = note(2, f"+1 customer: {DEAL}AAX | nice", KEN)
    (line,) = reading("", first, second).lines
    assert (line.severity, line.arr, line.author, line.note_id) == (Severity.NICE, None, KEN, 2)


def test_the_order_in_which_notes_are_read_does_not_matter() -> None:
    notes = [
        note(1, f"+1 customer: {DEAL} | blocker"),
        note(2, f"+1 customer: {HOUSE} | nice"),
        note(3, f"-1 customer: {DEAL} | closed-lost"),
        note(4, "Severity: retention"),
    ]
    readings = [reading("", *some) for some in permutations(notes)]
    assert all(each == readings[0] for each in readings)
    heard = [hear(n.body, at=n.created_at, note_id=n.id) for n in notes]
    assert all(lines_of(some) == readings[0].lines for some in permutations(heard))
    assert standing("", *notes) == [(HOUSE_ID, Severity.RETENTION)]


def test_accounts_come_in_the_order_in_which_they_were_told() -> None:
    notes = [note(1, f"+1 customer: {HOUSE}"), note(2, f"+1 customer: {DEAL}"), note(3, f"+1 customer: {HOUSE} | nice")]
    assert standing("", *notes) == [(HOUSE_ID, Severity.NICE), (DEAL_ID, None)]


def test_a_withdrawn_line_is_gone_and_may_come_back() -> None:
    notes = [note(1, f"+1 customer: {DEAL} | blocker"), note(2, f"-1 customer: {DEAL} | closed-lost")]
    assert standing("", *notes) == []
    assert "severity" not in reading("", *notes).facts
    assert standing("", *notes, note(3, f"+1 customer: {DEAL} | nice")) == [(DEAL_ID, Severity.NICE)]
    assert standing("", notes[1]) == []


def test_a_line_is_withdrawn_by_the_short_name_that_our_notes_give_it() -> None:
    first, other = note(1, f"+1 customer: {DEAL} | blocker"), note(2, f"+1 customer: {HOUSE} | nice")
    for short in ("006…QwErT", "`006…QwErT`", "006...QwErT"):
        gone = note(3, f"-1 customer: {short} | closed-lost")
        assert standing("", first, other, gone) == [(HOUSE_ID, Severity.NICE)]
        assert not reading("", first, other, gone).heard[3].named
    assert standing("", first, other, note(3, "-1 customer: 006…AAAAA")) == standing("", first, other)
    twin = note(3, f"+1 customer: {DEAL.replace('5g', '5h')}")
    assert len(standing("", first, twin, note(4, "-1 customer: 006…QwErT"))) == 2


def test_editing_reads_again_and_deleting_removes() -> None:
    first, second = note(1, f"+1 customer: {DEAL} | blocker"), note(2, f"+1 customer: {HOUSE}")
    assert standing("", replace(first, body=f"+1 customer: {DEAL} | nice"), second)[0] == (DEAL_ID, Severity.NICE)
    assert standing("", second) == [(HOUSE_ID, None)]
    assert standing("", replace(first, body="sorry, wrong issue"), second) == [(HOUSE_ID, None)]


def test_a_reaction_which_touches_an_old_note_does_not_make_it_the_newest() -> None:
    first = replace(note(1, f"+1 customer: {DEAL} | blocker"), updated_at=NINE + timedelta(days=9))
    assert standing("", first, note(2, f"+1 customer: {DEAL} | nice")) == [(DEAL_ID, Severity.NICE)]


def test_the_description_is_the_first_to_tell() -> None:
    described = OWN_TEMPLATE.replace("<!-- CRM link -->", DEAL)
    (line,) = reading(described).lines
    assert (line.note_id, line.author.username, line.arr_type) == (None, "sa.jane", None)
    assert standing(described, note(1, f"+1 customer: {DEAL} | nice")) == [(DEAL_ID, Severity.NICE)]


def test_an_answer_without_an_account_is_about_the_only_customer() -> None:
    described = f"Account: {DEAL}\nSeverity: nice\nNeeded by: none"
    (line,) = reading(described, note(1, "Severity: blocker"), note(2, "Needed by: 2026-03-31")).lines
    assert (line.severity, str(line.needed_by), line.no_date) == (Severity.BLOCKER, "2026-03-31", False)


def test_an_older_answer_fills_only_what_the_line_does_not_tell() -> None:
    described = "Severity: blocker\nNeeded by: 2026-03-31\nProduct: self-managed"
    (line,) = reading(described, note(1, f"+1 customer: {DEAL} | nice\n\nNeeded by: none")).lines
    assert (line.severity, line.deployment) == (Severity.NICE, "self-managed")
    assert (line.needed_by, line.no_date) == (None, True)


def test_an_answer_without_an_account_is_about_nobody_where_there_are_several() -> None:
    notes = [note(1, f"+1 customer: {DEAL}"), note(2, f"+1 customer: {HOUSE}"), note(3, "Severity: blocker")]
    assert standing("", *notes) == [(DEAL_ID, None), (HOUSE_ID, None)]
    assert reading("", *notes).facts["severity"].value == "blocker"


def test_what_a_one_liner_tells_is_told_of_the_request_too() -> None:
    facts = reading("", note(1, f"+1 customer: {DEAL} | blocker | 2026-03-31 | 120k USD | dedicated")).facts
    assert {key: fact.value for key, fact in facts.items() if fact.readable} == {
        "account": DEAL,
        "severity": "blocker",
        "needed_by": "2026-03-31",
        "arr": "120k USD",
        "deployment": "dedicated",
    }


def test_what_was_heard_is_known_by_note() -> None:
    found = reading("Account: Acme", note(1, f"+1 customer: {DEAL} | Q3ish"), note(2, "hi"), note(3, "Severity: dunno"))
    assert found.heard[None].named
    assert found.heard[1].unread == ("Q3ish",)
    assert found.heard[3].unread == ("dunno",)
    assert 2 not in found.heard


def test_an_answer_about_a_customer_who_is_withdrawn_does_not_go_over_to_another() -> None:
    first = note(1, f"+1 customer: {DEAL}")
    answer = note(2, "Severity: blocker\nNeeded by: 2026-03-31")
    second, gone = note(3, f"+1 customer: {HOUSE} | nice"), note(4, f"-1 customer: {DEAL} | closed-lost")
    assert standing("", first, answer, second) == [(DEAL_ID, Severity.BLOCKER), (HOUSE_ID, Severity.NICE)]
    (line,) = reading("", first, answer, second, gone).lines
    assert (line.account.key, line.severity, line.needed_by) == (HOUSE_ID, Severity.NICE, None)
    assert standing("", first, answer, gone, note(5, f"+1 customer: {HOUSE}")) == [(HOUSE_ID, None)]
    both = note(6, "Severity: retention")
    assert standing("", first, second, both, note(7, f"-1 customer: {DEAL}")) == [(HOUSE_ID, Severity.NICE)]
