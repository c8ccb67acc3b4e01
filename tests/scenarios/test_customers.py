"""A rough note becomes a request that a PM can decide: over the wire, at once, and without giving anybody away."""

import base64
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import bootstrap
from app.domain.issue import Ref
from app.domain.taxonomy import Mode
from app.entrypoints.show import explanation, visible, write_lines
from app.fakegitlab.model import Issue, Note
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from app.gateways.journal_none import NoJournal
from tests.scenarios.living import PROJECT, READY, Living, enforced, living

CRM = "https://example.my.salesforce.com"
BOOK = """\
account,name,arr,tier,region,renewal
0065g00000QwErT,Acme Corp,123456.78,Ultimate,DACH,
0018X00002AbCdE,Initech GmbH,611222.33,Premium,APAC,2036-06-30
0018X00002AbCdF,Umbrella,251251.25,Ultimate,APAC,
"""
GIVEN_AWAY = (
    "acme",
    "initech",
    "umbrella",
    "hooli",
    "123456",
    "123,456",
    "611222",
    "611,222",
    "251251",
    "251,251",
    "123 456",
    "123.456",
    "611 222",
    "611'222",
    "251'251",
)
TYPED = ("77777", "77,777", "77.777")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Living]:
    """An installation with an account book, where amounts are bands."""
    (tmp_path / "book.csv").write_text(BOOK)
    with living(tmp_path, enforced(numbers=Mode.ENFORCE), account_book=tmp_path / "book.csv") as found:
        yield found


def ledger(house: Living, issue: Issue) -> str:
    (note,) = [note for note in house.said(issue) if note.internal]
    return "\n".join(visible(note.body))


def comment(house: Living, issue: Issue, who: str, text: str) -> Note:
    """Somebody comments, and all is answered."""
    house.stage.says(who, issue, text)
    house.stage.quiet()
    with house.world.lock:
        return next(note for note in issue.notes if note.body == text)


def seen(note: Note) -> list[str]:
    return [award.name for award in note.awards]


def test_a_second_customer_is_counted_at_once_and_its_teller_sees_so(house: Living) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    assert "1 account" in ledger(house, issue)
    note = comment(house, issue, "sa.omar", f"+1 customer: {CRM}/0018X00002AbCdE | retention | renewal | 2036-06-30")
    assert seen(note) == ["white_check_mark"]
    assert "2 accounts" in ledger(house, issue)
    assert "| retention | 500k–1M | 2036-06-30 |" in ledger(house, issue)


def test_what_was_not_understood_is_answered_in_the_thread_and_the_answer_changes_with_the_comment(
    house: Living,
) -> None:
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    note = comment(house, issue, "sa.omar", f"+1 customer: {CRM}/0018X00002AbCdE | retention | renewal | Q3ish")
    (reply,) = [one for one in house.said(issue) if not one.internal]
    assert reply.discussion_id == note.discussion_id
    assert "Not understood: `Q3ish`." in reply.body
    house.world.edit_note(house.world.user("sa.omar"), note, note.body.replace("Q3ish", "2036-06-30"))
    house.stage.quiet()
    (reply,) = [one for one in house.said(issue) if not one.internal]
    assert visible(reply.body) == ["Thank you! Nothing is left here that I do not understand."]
    assert "2036-06-30" in ledger(house, issue)


def test_a_comment_deleted_before_its_answer_is_no_failure(house: Living) -> None:
    """The answer finds no thread; the request is read anew, and nothing is left to say."""
    issue = house.stage.files("sa.jane", "SAML", READY)
    house.stage.quiet()
    with house.deaf():
        note = comment(house, issue, "sa.omar", f"Do you mean {CRM}/0018X00002AbCdE?")
    settings = house.settings
    hasty = Budget(rate=1e6, burst=1e6, notes_burst=1e6)
    with connect(settings.gitlab_url, settings.gitlab_token.get_secret_value(), hasty) as doors:
        reconciler = bootstrap.rules(settings, house.configured, doors, NoJournal()).reconciler
        planned = reconciler.plan(Ref(PROJECT, issue.iid), bootstrap.utc_now())
        house.world.delete_note(house.world.user("sa.omar"), note)
        with pytest.raises(Exception, match="was deleted a moment ago"):
            reconciler.carry_out(Ref(PROJECT, issue.iid), planned, bootstrap.utc_now(), dry=False)
    house.said(issue)
    assert house.sweeps().planned == ()


def test_the_same_world_where_the_rule_only_watches_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text(BOOK)
    with living(tmp_path, enforced(numbers=Mode.OBSERVE), account_book=tmp_path / "book.csv") as house:
        issue = house.stage.files("sa.jane", "SAML", READY)
        note = comment(house, issue, "sa.omar", f"+1 customer: {CRM}/0018X00002AbCdE | retention | Q3ish | 80k USD")
        assert (house.stage.ours(issue), seen(note)) == ([], [])


def everything(house: Living) -> str:
    """All that we wrote anywhere: notes, descriptions, what stands behind base64, and the journal's files."""
    bot = house.stage.bot
    with house.world.lock:
        texts = [n.body for i in house.world.issues.values() for n in i.notes if n.author is bot]
        texts += [f"{i.title} {i.description}" for i in house.world.issues.values() if i.author is bot]
    packed = re.findall(r"<!-- sounding-board:1 (\S+) ", "\n".join(texts))
    kept = [path.read_bytes().decode(errors="ignore") for path in house.settings.data_dir.glob("*.sqlite3*")]
    return "\n".join([*texts, *(base64.b64decode(p).decode() for p in packed), *kept])


HOSTILE = (
    f"+1 customer: {CRM}/0018X00002AbCdE | retention | renewal | Q3ish | $77,777 | Initech GmbH | Hooli says so",
    f"+1 customer: Umbrella | blocker | 611222.33 USD\n+1 customer: [Hooli]({CRM}/0018X00002AbCdF) | nice | 77777 EUR",
    f"- Account or opportunity: {CRM}/0065g00000QwErT Acme Corp\n- Severity: as Acme Corp says\n- Needed by: when "
    "Initech GmbH renews\n- ARR at stake: about 123,456.78 USD, says Umbrella\n- Competitors: Hooli",
    f"~severity::blocker Acme Corp cannot buy {CRM}/0065g00000QwErT at 123456.78 USD",
    "Reason: Umbrella does not pay 251,251.25 any more",
    "@sounding-board points +10 because Acme Corp pays 123,456",
    "@sounding-board override Initech GmbH pays 611,222.33 USD",
    "@sounding-board tell Acme Corp about 251251.25",
    f"See {CRM}/0018X00002AbCdE for Initech GmbH, https://app.hubspot.com/contacts/9/company/umbrella too",
    f"+1 customer: {CRM}/0018X00002AbCdE | 2nd year of Initech | Umbrella-Q3 | 123 456.78 | AcmeCorp H2 | 611'222.33",
    "Reason: AcmeCorp does not pay 251'251.25 any more, nor 123.456,78 EUR",
    "Problem: Initech\nUse case: 611 222.33\nNeeded by: Hooli in Q3\nRequest type: as Hooli has",
    f"-1 customer: {CRM}/0018X00002AbCdZ | Umbrella went to Hooli for 77,777 USD",
)


def test_no_byte_we_wrote_names_a_customer_or_an_exact_sum(
    house: Living, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Link-only, with an account book: whatever people type, and wherever we write."""
    caplog.set_level(logging.INFO)
    stage = house.stage
    wild = READY.replace("blocker", "what Acme Corp says").replace("2036-03-31", "Initech GmbH day, 611,222.33")
    with house.deaf():
        issues = [stage.files("sa.jane", "SAML", READY), stage.files("sa.jane", "Umbrella wants 251251.25", wild)]
        for issue in issues:
            for text in HOSTILE:
                stage.says("sa.omar", issue, text)
            stage.says("sme.ken", issue, HOSTILE[5])
            stage.drags("sme.ken", issue, "status::declined")
        new = [stage.files("sa.jane", "Hooli too", wild.replace("platform team", "team of Umbrella")) for _ in range(2)]
        stage.says("sa.jane", new[0], "Request type: whatever Umbrella has\nNeeded by: ask Initech GmbH, 251,251.25")
        house.sweeps()
        for issue in issues:
            stage.says("lead.ai", issue, HOSTILE[6])
            stage.drags("sa.omar", issue, "closed")
            stage.says("sa.omar", issue, "declined: Acme Corp was rude")
        stage.drags("sme.ken", new[1], "status::reviewed")
        while house.sweeps().waiting:
            pass
    issues += new
    told = [everything(house), caplog.text]
    swept = house.sweeps(dry=True)
    told += [line for _, planned in swept.planned for write in planned.writes for line in write_lines(write)]
    settings = house.settings
    hasty = Budget(rate=1e6, burst=1e6, notes_burst=1e6)
    with connect(settings.gitlab_url, settings.gitlab_token.get_secret_value(), hasty) as doors:
        reconciler = bootstrap.rules(settings, house.configured, doors, NoJournal()).reconciler
        for issue in issues:
            planned = reconciler.plan(Ref(PROJECT, issue.iid), bootstrap.utc_now())
            told += [*explanation(Ref(PROJECT, issue.iid), planned), repr(planned.plan), repr(planned.writes)]
            house.said(issue)
            told += house.journal(issue)
    house.said(house.operator)
    told += capfd.readouterr()
    whole = "\n".join(told).casefold()
    assert "0018x00002abcde" in whole
    found = {word: whole.find(word) for word in (*GIVEN_AWAY, *TYPED)}
    assert {word: whole[max(0, i - 200) : i + 60] for word, i in found.items() if i >= 0} == {}
