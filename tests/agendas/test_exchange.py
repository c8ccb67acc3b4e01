"""The Technical Skills Exchange: a session that fills itself from the request it answers, or a call for a topic."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.agendas.exchange import agenda, topic, wants
from app.domain.cadence import MeetingKind
from app.domain.issue import Issue
from app.domain.managed_blocks import Block, composed
from app.domain.managed_merge import merge
from app.domain.numbers import Amounts
from app.domain.picture import Card, Detail, Picture
from tests.agendas.pictures import HOSTILE, TOLD, WORDING, action, card, customer, detail, people, picture, spoken

CHAT = "theme::ai::chat"
PINNED = Path(__file__).parent / "pinned"
TELLS = f"""{TOLD}
## Current workaround
They remove people by hand.

## Impact
An auditor stops the rollout.
"""


def planned(number: int = 500, *, text: str = TELLS, confidential: bool = False, since: str = "2026-03-01") -> Card:
    """A topic with a date, presented by Ken."""
    found = card(number, ("new", "2026-02-01"), labels={CHAT}, put_on={"tse::scheduled": since}, text=text)
    return replace(found, issue=replace(found.issue, assignees=(people["sme.ken"],), confidential=confidential))


def session(*of: Card | Detail, first: bool = False, amounts: Amounts = Amounts.BANDS) -> Picture:
    """The next session, on 19 March."""
    return picture(MeetingKind.EXCHANGE, *of, first=first, amounts=amounts)


def full() -> Picture:
    """A session with a topic that three customers ask for."""
    of_theme = card(501, ("new", "2026-02-01"), labels={CHAT, "priority::2"})
    return session(
        detail(planned(), customer(1), customer(2), points=50, share="250k–500k"),
        detail(of_theme, customer(1), customer(3), points=40),
        card(502, ("new", "2026-02-01"), labels={CHAT}, confidential=True),
        card(503, ("new", "2026-02-01"), labels={"tse::proposed"}),
        planned(504, since="2026-03-05"),
        card(505, ("new", "2026-02-01"), put_on={"tse::delivered": "2026-03-01"}),
    )


def test_a_session_to_the_letter() -> None:
    assert spoken(agenda(full())) + "\n" == (PINNED / "exchange_full.md").read_text("utf-8")


def test_without_a_topic_it_calls_for_one() -> None:
    found = agenda(session(first=True))
    assert found.empty
    assert spoken(found) + "\n" == (PINNED / "exchange_empty.md").read_text("utf-8")
    assert not agenda(session(card(503, ("new", "2026-02-01"), labels={"tse::proposed"}))).empty


def test_hosts_presenter_and_area_lead_are_called() -> None:
    found = agenda(full())
    assert re.findall(r"(?<!`)@[\w.]+", spoken(found, calling=True)) == ["@program.lead", "@sme.ken", "@lead.ai"]


def test_the_topic_that_was_planned_first_comes_first_and_closed_ones_never() -> None:
    done = card(499, ("new", "2026-01-01"), put_on={"tse::scheduled": "2026-01-05"}, closed="2026-03-01")
    this = topic(session(planned(504, since="2026-03-05"), done, planned(510, since="2026-03-04")))
    assert this is not None
    assert this.ref.iid == 510
    assert [ref.iid for ref in wants(full())] == [500, 501, 504, 502, 503]


def test_hostile_words_are_code() -> None:
    bad = HOSTILE.replace("\n", " ")
    text = f"## Problem\n{bad}\n\n## Current workaround\n{bad}\n\n## Impact\n{bad}\n"
    found = session(detail(planned(text=text), customer(1)))
    found = replace(found, actions=(action(bad, 3),))
    assert spoken(agenda(found)) + "\n" == (PINNED / "exchange_hostile.md").read_text("utf-8")


def test_a_confidential_topic_shows_as_its_reference_alone() -> None:
    text = spoken(agenda(session(detail(planned(confidential=True), customer(1), points=50, share="1M–2.5M"))))
    assert "## Topic: sme/customer-feedback#500+" in text
    assert "- **Why it exists:** _stands on the request, which is confidential_" in text
    assert "Its request is confidential: the numbers stand there." in text
    for secret in ("SAML", "auditor", "by hand", "50 points", "1M", "1 customer"):
        assert secret not in text


def test_sums_are_left_out_where_amounts_are_bands() -> None:
    dear = TELLS.replace("An auditor stops the rollout.", "They lose 250,000 USD a year.")
    assert "250,000" not in spoken(agenda(session(detail(planned(text=dear), customer(1)))))
    assert "250,000" in spoken(agenda(session(detail(planned(text=dear), customer(1)), amounts=Amounts.INLINE)))


def test_of_unread_requests_no_customers_are_made_up() -> None:
    assert "1 request asks for it; the customers stand on it." in spoken(agenda(session(planned())))


def document(of: Picture) -> tuple[str | Block, ...]:
    """The agenda's first layout."""
    return tuple(
        part if isinstance(part, str) else Block(part.name, WORDING.agenda(part.template, part.data, None))
        for part in agenda(of).layout
    )


def after(text: str) -> Picture:
    """The session after the one with this description."""
    found = session(planned())
    assert found.previous is not None
    issue: Issue = replace(found.previous.issue, description=text)
    return replace(found, previous=replace(found.previous, issue=issue))


@pytest.mark.parametrize(
    ("line", "owed"),
    [
        ("- [ ] Recorded <!-- sb:item after/recording ask=ba90ee --> — link: …", True),
        ("- [x] Recorded <!-- sb:item after/recording ask=ba90ee --> — link: …", False),
        ("- [ ] Recorded <!-- sb:item after/recording ask=ba90ee --> — https://video.example.com/1", False),
    ],
)
def test_a_recording_that_nobody_linked_is_asked_for_until_somebody_does(line: str, *, owed: bool) -> None:
    text = composed(document(full()), "exchange")
    untouched = "- [ ] Recorded <!-- sb:item after/recording ask=ba90ee --> — link: …"
    assert untouched in text
    later = after(text.replace(untouched, line))
    said = spoken(agenda(later))
    asked = (
        "**Recordings that are missing:**\n\n- [ ] Recording of sme/customer-feedback#361+ "
        "<!-- sb:item recording/sme/customer-feedback#361 ask=ba90ee --> — link: …"
    )
    assert (asked in said) is owed
    if owed:
        again = spoken(agenda(after(composed(document(later), "exchange").replace("after/recording", "after/other"))))
        assert again.count("Recording of sme/customer-feedback#361+") == 1


def test_a_topic_planned_later_fills_the_agenda_and_keeps_what_people_wrote() -> None:
    text = composed(document(session()), "exchange")
    text = text.replace("## Questions collected\n- ", "## Questions collected\n- Mine")
    new = tuple(part for part in document(full()) if isinstance(part, Block))
    merged = merge(text, new, "exchange")
    assert "## Topic: sme/customer-feedback#500+" in merged.text
    assert "## Questions collected\n- Mine" in merged.text
    assert not merged.kept
    assert merge(merged.text, new, "exchange").text == merged.text


def test_hundreds_of_topics_and_requests_are_folded_then_linked() -> None:
    many = [card(1000 + n, ("new", "2026-02-01"), labels={CHAT, "tse::proposed"}) for n in range(300)]
    found = agenda(session(planned(), *many))
    counts = {}
    for section in found.sections:
        texts = [WORDING.agenda(section.template, data, None) for data in (section.data, *section.shorter)]
        counts[section.name] = [text.count("sme/customer-feedback#") for text in texts]
    assert counts["topic"] == [301, 101, 11]
    assert counts["answers"] == [301, 100, 10]
