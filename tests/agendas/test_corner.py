"""The weekly SME Corner: what a region's SAs hear, what they are asked, week above week in one issue a month."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.agenda import Agenda, Section
from app.domain.agendas.corner import READ_AT_MOST, agenda, wants
from app.domain.agendas.corner_decided import untold
from app.domain.cadence import MeetingKind
from app.domain.managed_blocks import Block, composed
from app.domain.managed_merge import merge
from app.domain.picture import Card, Detail, Picture, Sheet
from tests.agendas.pictures import HOSTILE, WORDING, card, comment, customer, detail, picture, spoken

NOW = datetime(2026, 3, 16, 5, tzinfo=UTC)
"""The Monday of a Corner that is held on Tuesday; the last one was on 10 March."""
NEEDED = {"context::needed"}
SAFE = "Customer-safe explanation: Removed users lose access within five minutes from 18.9 on."
DOCUMENT = "corner dach-meta 2026-03"


def resolved(*said: tuple[str, str, str]) -> Detail:
    """A request of two customers of DACH that was resolved last week."""
    stays = (("new", "2026-01-10"), ("reviewed", "2026-01-20"), ("roadmap", "2026-02-01"), ("resolved", "2026-03-11"))
    told = said or (comment(SAFE, "pm.ai"),)
    return detail(card(352, *stays, milestone="18.9"), customer(1), customer(2), *told, points=74)


def asked(number: int, who: str, at: str, *, confidential: bool = False) -> Detail:
    """A request whose context somebody was asked for."""
    put_on = {"context::needed": at}
    waits = card(number, ("new", "2026-02-20"), labels=NEEDED, put_on=put_on, confidential=confidential)
    return detail(waits, asked=(who, at, ["severity", "deployment"]))


def week(*of: Card | Detail, now: datetime = NOW, region: str = "dach-meta", first: bool = False) -> Picture:
    return picture(MeetingKind.CORNER, *of, region=region, now=now, first=first)


def full() -> Picture:
    """A week in which there is something of everything."""
    moved = (("reviewed", "2026-01-20"), ("accepted", "2026-03-12"))
    far = {"region::apac", "severity::blocker"}
    return week(
        resolved(),
        detail(card(340, *moved), customer(3), points=50),
        detail(card(341, *moved, confidential=True), customer(3), comment(SAFE, "pm.ai")),
        detail(card(351, ("new", "2026-01-20"), ("declined", "2026-03-12")), customer(4, by="sa.omar"), points=60),
        detail(card(412, ("new", "2026-03-13"), labels=far), customer(5, by="sa.omar"), points=66, share="100k–250k"),
        detail(card(413, ("new", "2026-03-13"), labels=far, confidential=True), customer(6, by="sa.omar")),
        card(414, ("new", "2026-03-12"), labels={"region::seur", "priority::2"}),
        asked(405, "sa.jane", "2026-03-02"),
        asked(406, "sa.omar", "2026-03-13"),
        card(420, ("new", "2026-02-01"), labels={"tse::proposed"}),
        card(421, ("new", "2026-02-01"), labels={"tse::scheduled"}),
        card(430, ("new", "2026-03-13"), labels={"region::dach-meta"}, text="Drafted on sme/customer-feedback#361+."),
    )


PINNED = Path(__file__).parent / "pinned"


def test_a_full_week_to_the_letter() -> None:
    assert spoken(agenda(full())) + "\n" == (PINNED / "corner_full.md").read_text("utf-8")


def test_the_first_week_of_a_month_links_to_the_last_months_issue() -> None:
    assert "Last time: sme/customer-feedback#361+" in spoken(agenda(week(now=datetime(2026, 4, 6, 5, tzinfo=UTC))))
    assert "Last time" not in spoken(agenda(week()))


def test_a_quiet_week_says_that_there_is_nothing() -> None:
    quiet = agenda(week(region="apac", first=True))
    assert quiet.empty
    assert spoken(quiet) + "\n" == (PINNED / "corner_empty.md").read_text("utf-8")


def test_only_sas_with_overdue_answers_are_called() -> None:
    found = agenda(full())
    assert re.findall(r"(?<!`)@[\w.]+", spoken(found, calling=True)) == ["@sa.jane"]


def test_of_a_confidential_request_nobody_hears_who_was_asked_and_when() -> None:
    secret = [asked(number, "sa.jane", "2026-03-02", confidential=True) for number in (407, 406)]
    found = agenda(week(asked(405, "sa.jane", "2026-03-13"), *secret))
    text = spoken(found, calling=True)
    waits = text.partition("## Waiting on you\n\n")[2].partition("\n\n")[0]
    assert waits.split("\n") == [
        "- `@sa.jane`: sme/customer-feedback#405+ (Severity, Deployment), asked 1 business day ago",
        "- Confidential, and told there: sme/customer-feedback#406+, sme/customer-feedback#407+",
    ]
    alone = spoken(agenda(week(*secret)), calling=True)
    assert "sa.jane" not in alone
    assert "No question to anybody" not in alone


def test_what_people_typed_is_code_and_what_gives_away_a_sum_is_left_out() -> None:
    said = HOSTILE.replace("\n", " ")
    decided = resolved(comment(f"Customer-safe explanation: {said}", "pm.ai"))
    new = card(412, ("new", "2026-03-13"), title=HOSTILE, text=f"## Problem\n{said} and so on and so forth\n")
    text = spoken(agenda(week(decided, detail(new, customer(5, by="sa.omar")))))
    quoted = "Never ｜ @all [x](javascript:alert(1)) ~bug #1 /close"
    assert f"    - May be passed on: `{quoted}`\n" in text
    assert f" · no points yet · 1 customer · 1 blocker: `{quoted} and so on and so forth`\n" in text
    assert text.count("<!-- sb:") == text.count("<!-- sb:item passed/")
    dear = resolved(comment("Customer-safe explanation: Worth 250,000 USD to them, and it works.", "pm.ai"))
    assert "250,000" not in spoken(agenda(week(dear)))


def written(of: Agenda, prefix: str) -> tuple[str | Block, ...]:
    """An agenda in the words of its templates, with the names that a week's blocks have."""
    return tuple(part if isinstance(part, str) else block(part, prefix) for part in of.layout)


def block(of: Section, prefix: str) -> Block:
    said = [WORDING.agenda(of.template, data, None) for data in (of.data, *of.shorter)]
    return Block(f"{prefix}{of.name}", said[0], tuple(said[1:]))


def blocks(of: Agenda, prefix: str) -> tuple[Block, ...]:
    return tuple(part for part in written(of, prefix) if isinstance(part, Block))


def test_a_new_week_is_put_above_the_last_and_people_keep_what_they_typed() -> None:
    first = agenda(week(resolved(), now=NOW))
    text = composed(written(first, "w07-"), DOCUMENT).replace(
        "Nobody has proposed one.", "Nobody has proposed one.\nTyped in the first week"
    )
    text = text.replace("line -->\n", "line -->\nSaid in the first week\n")
    old = blocks(first, "w07-")
    later = agenda(week(now=NOW + timedelta(days=7)))
    merged = merge(text, (*blocks(later, "w08-"), *old), DOCUMENT)
    assert merged.text.index("Tue 24 Mar 2026 ·") < merged.text.index("# SME Corner: dach-meta · Tue 17 Mar 2026")
    assert merged.text.startswith("<!-- sb:begin w08-header")
    assert merged.text.index("w08-footer") < merged.text.index("w07-header")
    assert "> Typed in the first week" in merged.text
    assert "\n\n\n" not in merged.text
    assert "-->\n<!-- sb:begin" not in merged.text
    assert merged.text.rstrip().endswith("Said in the first week")
    assert merge(merged.text, (*blocks(later, "w08-"), *old), DOCUMENT).text == merged.text


def after(of: Picture, text: str) -> Picture:
    """The Corner of the week after, in the same issue."""
    later = week(now=of.now + timedelta(days=7))
    assert later.previous is not None
    return replace(later, previous=Sheet(of.meeting, replace(later.previous.issue, description=text)))


def test_customers_nobody_told_come_back_with_their_age_until_somebody_ticks() -> None:
    first = week(resolved())
    text = composed(written(agenda(first), "w07-"), DOCUMENT)
    second = after(first, text)
    assert [(one.ref.iid, str(one.since)) for one in untold(second)] == [(352, "2026-03-16")]
    said = spoken(agenda(second))
    line = (
        "- [ ] sme/customer-feedback#352+: the customers here were told **(2nd week)** "
        "<!-- sb:item passed/sme/customer-feedback#352/2026-03-16_2026-03-23 -->"
    )
    assert f"**Still to be told:**\n\n{line}" in said
    assert "Last time" not in said
    both = composed((*blocks(agenda(second), "w08-"), *blocks(agenda(first), "w07-")), DOCUMENT)
    assert "**(3rd week)**" in spoken(agenda(after(second, both)))
    for ticked in (both.replace(line, line.replace("[ ]", "[x]")), both.replace("- [ ] The", "- [x] The")):
        assert untold(after(second, ticked)) == ()


def test_what_is_ticked_in_its_own_week_does_not_come_back() -> None:
    first = week(resolved())
    text = composed(written(agenda(first), "w07-"), DOCUMENT)
    assert untold(after(first, text.replace("- [ ] The", "- [x] The"))) == ()


def test_what_is_decided_anew_is_told_anew_and_not_twice() -> None:
    first = week(resolved())
    text = composed(written(agenda(first), "w07-"), DOCUMENT)
    again = card(352, ("new", "2026-01-10"), ("resolved", "2026-03-11"), ("accepted", "2026-03-20"))
    later = after(first, text)
    found = detail(again, customer(1))
    later = replace(later, cards=(again,), details={again.ref: found})
    assert untold(later) == ()
    assert "Resolved → **Accepted by PMs**" in spoken(agenda(later))


def test_broken_keys_are_nobodys() -> None:
    first = week()
    text = "- [ ] told <!-- sb:item passed/x#1/2026-99-99_2026-03-16 -->\n- [ ] <!-- sb:item passed/2026 -->"
    assert untold(after(first, text)) == ()


def test_five_hundred_asks_are_folded_then_linked() -> None:
    many = [card(1000 + n, ("new", "2026-03-13"), labels={"region::apac"}) for n in range(500)]
    found = agenda(week(*many))
    asks = next(section for section in found.sections if section.name == "asks")
    texts = [WORDING.agenda(asks.template, data, None) for data in (asks.data, *asks.shorter)]
    assert [text.count("sme/customer-feedback#") for text in texts] == [500, 100, 10]
    assert "<summary>490 more asks</summary>" in texts[0]
    assert "And 490 more: [all of them](https://gitlab.example.com/sme/customer-feedback/-/issues?" in texts[2]
    assert len(wants(week(*many))) <= READ_AT_MOST


def test_the_notes_of_decisions_are_read_first() -> None:
    assert [ref.iid for ref in wants(full())] == [352, 351, 340, 341, 412, 414, 413, 405, 406]


FIRST = datetime(2026, 5, 4, 5, tzinfo=UTC)
"""The Monday on which the second quarter of the fiscal year begins."""


def test_the_first_corner_of_a_quarter_has_the_last_one_on_one_page() -> None:
    here = {"region::dach-meta"}
    of_here: list[Card | Detail] = [
        detail(card(601, ("new", "2026-02-10"), ("accepted", "2026-03-20"), labels=here), customer(1), points=74),
        card(602, ("new", "2026-02-10"), ("declined", "2026-04-20"), labels=here),
        card(603, ("new", "2026-02-10"), ("accepted", "2026-03-20"), labels=here, confidential=True),
        card(604, ("new", "2026-01-10"), ("accepted", "2026-01-20"), labels=here),
        card(605, ("new", "2026-02-10"), ("resolved", "2026-03-10"), labels={"region::apac"}),
        card(606, ("new", "2026-02-10"), ("reviewed", "2026-03-20"), labels=here),
    ]
    page = next(one for one in agenda(week(*of_here, now=FIRST)).sections if one.name == "quarter")
    assert (
        WORDING.agenda(page.template, page.data, None)
        == """\
## FY27-Q1 on one page: dach-meta

| top ask | stands | points | customers here | ARR share |
|---|---|--:|--:|---|
| sme/customer-feedback#601+ | Accepted by PMs | 74 | 1 | – |
| sme/customer-feedback#602+ | Declined | – | – | – |
| sme/customer-feedback#604+ | Accepted by PMs | – | – | – |
| sme/customer-feedback#606+ | Reviewed | – | – | – |
| sme/customer-feedback#603+ | confidential | – | – | – |

5 requests of this region are open.
Decided in the quarter, of those still on the board: 1 Accepted by PMs · 1 Declined."""
    )
    assert [ref.iid for ref in wants(week(*of_here, now=FIRST))] == [601, 602, 604, 606, 603]


def test_a_quarter_in_which_a_region_asked_for_nothing_is_said() -> None:
    page = next(one for one in agenda(week(now=FIRST)).sections if one.name == "quarter")
    assert (
        WORDING.agenda(page.template, page.data, None)
        == """\
## FY27-Q1 on one page: dach-meta

No request of this region is open.
Nothing that is still on the board was decided in the quarter."""
    )
    assert "quarter" not in [one.name for one in agenda(week()).sections]
