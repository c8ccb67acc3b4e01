"""Customers of a duplicate on the request that stays: one account counts once, no more is kept than may be seen."""

import base64
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.carried import carried_say, with_carried
from app.domain.customer import Account, AccountKind, Amount, ArrType, CustomerLine, Severity
from app.domain.issue import Issue, Note, Ref, Snapshot, User
from app.domain.numbers import Amounts
from app.domain.plan import Carry, PostNote
from app.domain.request import Reading, read_request
from tests.duplicates.two_desks import IDENTITY, NOON, PROJECT, US
from tests.rules.world import shipped

JANE, OMAR = User(11, "sa.jane"), User(12, "sa.omar")
BANDS = shipped().taxonomy.numbers.bands
KEY = "0065g00000QwErT"
LINK = f"https://example.my.salesforce.com/{KEY}"
HUBSPOT = "https://app.hubspot.com/contacts/1/company/acme-rockets"
TOLD = CustomerLine(
    Account(KEY, AccountKind.OPPORTUNITY, LINK),
    JANE,
    NOON,
    severity=Severity.RETENTION,
    arr_type=ArrType.EXPANSION,
    arr=Amount(Decimal("123456.78"), None, "USD"),
    no_date=True,
    priority=7,
    impact="Acme Rockets will leave",
    workaround="Mr Smith does it by hand",
    deployment="self-managed",
)


def issue(text: str) -> Issue:
    return Issue(Ref(PROJECT, 3), 503, 7, "SAML", text, frozenset(), "opened", JANE, (), NOON - timedelta(days=1), NOON)


def note_on(here: Issue, *lines: CustomerLine, amounts: Amounts = Amounts.BANDS, source: int = 8) -> Note:
    """Our note, as GitLab has it."""
    say = carried_say(Carry(Ref(PROJECT, source), here.ref, lines), None, amounts, BANDS)
    assert say is not None
    write = IDENTITY.sign("Customers.", say, None, here)
    assert isinstance(write, PostNote)
    return Note(900 + source, US, write.body, NOON, NOON, internal=True)


def read(here: Issue, *ours: Note, said: tuple[Note, ...] = ()) -> Reading:
    """The request with what people and our notes say."""
    reading = read_request(here, said, shipped().taxonomy.fields)
    return with_carried(reading, IDENTITY.hear(Snapshot(here, (), ours)))


def comment(body: str, after: timedelta, note_id: int = 50) -> Note:
    return Note(note_id, OMAR, body, NOON + after, NOON + after)


def test_a_carried_customer_counts_like_one_that_was_told_here() -> None:
    here = issue("")
    (line,) = read(here, note_on(here, TOLD)).lines
    assert (line.account.key, line.severity, line.arr_type, line.priority) == (
        KEY,
        Severity.RETENTION,
        ArrType.EXPANSION,
        7,
    )
    assert (line.author, line.at, line.no_date) == (JANE, NOON, True)


def test_of_the_amount_its_band_is_kept_and_of_words_that_there_are_some() -> None:
    here = issue("")
    (line,) = read(here, note_on(here, TOLD)).lines
    assert line.arr == Amount(Decimal(100_000), Decimal(250_000), "USD")
    assert line.impact == line.workaround == f"see {PROJECT}#8"
    assert line.competitors is None


def test_where_amounts_may_be_read_the_amount_is_kept() -> None:
    here = issue("")
    (line,) = read(here, note_on(here, TOLD, amounts=Amounts.INLINE)).lines
    assert line.arr == TOLD.arr


@pytest.mark.parametrize("secret", ["123456", "Acme", "acme", "Smith", "rockets"])
def test_no_name_and_no_sum_is_in_any_byte_of_the_note(secret: str) -> None:
    here = issue("")
    other = replace(TOLD, account=Account(HUBSPOT, AccountKind.OTHER, HUBSPOT))
    body = note_on(here, TOLD, other).body
    payload = base64.b64decode(body.split("sounding-board:1 ")[1].split()[0]).decode()
    assert secret not in body + payload


def test_one_account_of_two_duplicates_and_of_the_request_itself_counts_once() -> None:
    here = issue(f"Account or opportunity: {LINK}\nSeverity: blocker")
    later = replace(TOLD, at=NOON + timedelta(hours=1), severity=Severity.NICE)
    reading = read(here, note_on(here, TOLD), note_on(here, later, source=9))
    assert [(line.account.key, line.severity) for line in reading.lines] == [(KEY, Severity.NICE)]


def test_what_is_told_here_later_counts_more() -> None:
    here = issue("")
    said = comment(f"+1 customer: {LINK} | blocker", timedelta(hours=2))
    (line,) = read(here, note_on(here, TOLD), said=(said,)).lines
    assert (line.severity, line.author) == (Severity.BLOCKER, OMAR)


def test_a_customer_taken_away_here_stays_away() -> None:
    here = issue("")
    said = comment(f"-1 customer: {LINK}", timedelta(hours=2))
    assert read(here, note_on(here, TOLD), said=(said,)).lines == ()


def test_an_account_of_another_crm_is_known_again_by_its_link() -> None:
    here = issue("")
    other = replace(TOLD, account=Account(HUBSPOT, AccountKind.OTHER, HUBSPOT))
    said = comment(f"+1 customer: {HUBSPOT} | blocker", timedelta(hours=2))
    (line,) = read(here, note_on(here, other), said=(said,)).lines
    assert (line.account.key, line.severity) == (HUBSPOT, Severity.BLOCKER)


def test_carried_on_from_a_duplicate_of_a_duplicate_nothing_is_lost() -> None:
    middle = issue("")
    lines = read(middle, note_on(middle, TOLD)).lines
    (line,) = read(middle, note_on(middle, *lines, source=9)).lines
    assert (line.account.key, line.severity, line.at) == (KEY, Severity.RETENTION, NOON)
    assert line.arr == Amount(Decimal(100_000), Decimal(250_000), "USD")


def test_a_copied_or_forged_note_carries_nothing() -> None:
    here, elsewhere = issue(""), replace(issue(""), ref=Ref(PROJECT, 4))
    copied = note_on(elsewhere, TOLD)
    forged = replace(note_on(here, TOLD), author=OMAR)
    assert read(here, copied, forged).lines == ()
