"""The ARR Driver's agenda, as its people read it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from inline_snapshot import snapshot

from app.domain.account_book import AccountBook, BookEntry
from app.domain.agenda import Agenda, Section
from app.domain.agendas.arr_driver import agenda, wants
from app.domain.cadence import HANDBOOK, MeetingKind
from app.domain.numbers import Amounts
from app.domain.picture import Card, Detail, Picture
from app.domain.roster import Roster
from tests.agendas.pictures import (
    HOSTILE,
    WORDING,
    action,
    card,
    comment,
    customer,
    detail,
    minutes,
    picture,
    shipped,
    spoken,
)

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
"""The ARR Driver is on 9 June 2026; its agenda is there since 18 May, and nominations close on 2 June."""

KEYS = [f"00{letter}5g00000{number:05d}" for number in range(1, 20) for letter in "16"]
BOOK = AccountBook({key: BookEntry(key, Decimal(120_000 + 10_000 * int(key[-2:]))) for key in KEYS})
SHARED = ("header", "carried", "footer")


def nominated(
    number: int, *stays: tuple[str, str], theme: str = "ai::chat", on: str = "2026-05-20", **more: object
) -> Card:
    """A request on its way to the meeting."""
    put_on = {"arr-driver::nominated": on}
    return card(number, *stays, labels=[f"theme::{theme}"], put_on=put_on, **more)  # type: ignore[arg-type]


def of(*items: Card | Detail, **more: object) -> Picture:
    """The picture of the meeting on 9 June."""
    return picture(MeetingKind.ARR_DRIVER, *items, now=NOW, **more)  # type: ignore[arg-type]


def own(found: Agenda, *names: str, calling: bool = False) -> str:
    """The sections that only this agenda has, or those of these names."""
    wanted = [s for s in found.sections if (s.name in names if names else s.name not in SHARED)]
    return "\n\n".join(said(section, calling=calling) for section in wanted)


def pinned(name: str) -> str:
    return (Path(__file__).parent / "pinned" / f"{name}.md").read_text("utf-8")


def said(section: Section, *, calling: bool = False) -> str:
    return WORDING.agenda(section.template, section.data, None, calling=calling)


def quarter() -> list[Card | Detail]:
    """Two themes with customers; promises kept and broken; a decision done, and two that are not."""
    moved = nominated(397, ("new", "2026-01-02"), ("roadmap", "2026-03-02"), milestone="18.9")
    return [
        detail(
            nominated(412, ("new", "2026-02-02"), ("reviewed", "2026-03-02"), title=HOSTILE),
            customer(1, "blocker", "new", "2026-06-20"),
            customer(2, "blocker", "expansion", "2026-07-30", "sa.omar"),
            customer(3, "retention", "renewal", "2026-08-31", "sa.ines", "2026-03-15"),
            customer(4, "retention", "renewal", "2027-07-31"),
            customer(5, "nice", "renewal"),
            points=74,
            share="500k–1M",
            known=BOOK,
        ),
        detail(
            moved,
            customer(1, "fast-follow", "new", "2026-07-20"),
            customer(6, "fast-follow", "renewal", "2026-05-25", "sa.omar"),
            customer(7, "blocker", "new", "2026-05-25", "sa.omar"),
            points=61,
            share="250–500k",
            known=BOOK,
        ),
        detail(
            card(300, ("new", "2026-01-02"), ("accepted", "2026-02-12"), ("backlog", "2026-03-11"), area="agile"),
            customer(8, "fast-follow", "new", "2026-09-20"),
            points=20,
            known=BOOK,
        ),
        detail(
            card(
                301,
                *(("new", "2026-01-02"), ("roadmap", "2026-02-12"), ("accepted", "2026-03-12")),
                area="agile",
                labels=["theme::agile::boards"],
            ),
            customer(9, "fast-follow", "new", "2026-09-22"),
            customer(20, "nice"),
            points=20,
            known=BOOK,
        ),
        detail(
            card(302, ("new", "2026-01-02"), ("roadmap", "2026-02-12"), ("resolved", "2026-04-12"), area="agile"),
            customer(9, "fast-follow", "new", "2026-05-22"),
            customer(10, "fast-follow", "new", "2026-04-01"),
            points=20,
            known=BOOK,
        ),
        detail(
            nominated(405, ("new", "2026-02-02"), confidential=True, title="The merger of Acme"),
            customer(11, "blocker", "new", "2026-06-20"),
            customer(12, "fast-follow", "new", "2026-06-21"),
            points=80,
            share="1–2.5M",
            known=BOOK,
        ),
        nominated(406, ("new", "2026-02-02"), area="dedicated", theme="dedicated::network"),
        nominated(407, ("new", "2026-02-02"), on="2026-06-03"),
        nominated(408, ("new", "2026-02-02")),
        card(409, ("new", "2026-02-02"), ("reviewed", "2026-03-02"), put_on={"arr-driver::selected": "2026-05-27"}),
        card(200, ("new", "2025-10-02"), ("accepted", "2026-03-20"), put_on={"arr-driver::selected": "2026-03-10"}),
        card(
            201,
            *(("new", "2025-10-02"), ("roadmap", "2026-04-20")),
            put_on={"arr-driver::selected": "2026-03-11"},
            milestone="18.8",
        ),
        card(202, ("new", "2025-10-02"), ("roadmap", "2026-01-20"), put_on={"arr-driver::selected": "2025-12-11"}),
        card(203, ("new", "2025-10-02"), ("reviewed", "2026-02-20"), put_on={"arr-driver::not-now": "2026-03-10"}),
        card(204, ("new", "2025-10-02"), ("backlog", "2026-02-20"), put_on={"arr-driver::not-now": "2025-12-10"}),
    ]


def test_a_quarter() -> None:
    of_today = replace(of(*quarter()), parked=frozenset({quarter()[8].ref}))
    found = agenda(of_today)
    assert [section.name for section in found.sections] == [
        "header",
        "money-map",
        "themes",
        "promises",
        "blockers",
        "decisions",
        "last-decisions",
        "attendance",
        "carried",
        "footer",
    ]
    assert own(found) + "\n" == pinned("arr_driver_full")
    assert (found.empty, minutes(found)) == (False, 52)


def test_what_the_header_counts() -> None:
    found = spoken(agenda(of(*quarter())))
    assert (
        "**5 decisions wanted · 3 promises at risk · 3 blockers closing this quarter · 60 of 60 min planned**" in found
    )
    assert "Late items (after Tue 2 Jun): sme/customer-feedback#407+" in found


def test_nothing_this_time() -> None:
    found = agenda(of(first=True))
    assert own(found) + "\n" == pinned("arr_driver_empty")
    assert found.empty
    assert not agenda(of(actions=[action("Name two customers each")])).empty


def test_amounts_as_they_are_where_the_project_is_the_books_own_circle() -> None:
    assert own(agenda(of(*quarter(), amounts=Amounts.INLINE)), "money-map", "blockers") + "\n" == pinned(
        "arr_driver_amounts"
    )


def test_one_account_on_two_requests_of_two_themes_counts_once() -> None:
    boards = {"area": "agile", "labels": ["theme::agile::boards"]}
    items = [
        detail(card(1, ("new", "2026-03-02"), labels=["theme::ai::chat"]), customer(1), known=BOOK),
        detail(card(2, ("new", "2026-03-02"), **boards), customer(1), known=BOOK),  # type: ignore[arg-type]
    ]
    rows = agenda(of(*items, amounts=Amounts.INLINE)).sections[1].data
    shown = rows["rows"]
    assert isinstance(shown, list)
    assert [row["total"] for row in shown] == ["65,000 USD", "65,000 USD"]
    assert rows["total"] == {
        "requests": 2,
        "roadmap": 0,
        "accounts": 1,
        "newly": 0,
        "retention": "–",
        "growth": "130,000 USD",
        "total": "130,000 USD",
    }


def test_two_accounts_are_never_added_up_where_amounts_are_bands() -> None:
    two = detail(card(1, ("new", "2026-03-02")), customer(1), customer(2), known=BOOK)
    assert "| 2 | – | too few | too few |" in own(agenda(of(two)), "money-map")
    three = detail(card(1, ("new", "2026-03-02")), customer(1), customer(2), customer(3), known=BOOK)
    assert "| 3 | – | 500k–1M | 500k–1M |" in own(agenda(of(three)), "money-map")


def test_no_exact_amount_comes_from_a_project_of_the_circle_into_one_that_is_not() -> None:
    inner = nominated(1, ("new", "2026-03-02"), project="sme/circle")
    program = shipped()[1]
    circle = replace(program.projects[0], path="sme/circle", amounts=Amounts.INLINE)
    of_both = replace(program, projects=(*program.projects, circle))
    item = detail(inner, *(customer(n) for n in range(1, 5)), points=50, share="620,000 USD", known=BOOK)
    assert "620,000" not in spoken(agenda(of(item, program=of_both)))
    assert "620,000 USD" in spoken(agenda(of(item, program=of_both, amounts=Amounts.INLINE)))


def test_of_a_confidential_request_only_its_reference_is_there() -> None:
    hidden = [item for item in quarter() if item.ref.iid == 405]
    told = own(agenda(of(*hidden)))
    assert {line for line in told.split("\n") if "405" in line} == {
        "Confidential: sme/customer-feedback#405+",
        "| – | sme/customer-feedback#405+ | confidential | – |",
        "| – | sme/customer-feedback#405+ | – | – | confidential | – |",
        "### 1 · sme/customer-feedback#405+ · 8 min",
        "- [ ] Select <!-- sb:item select/sme/customer-feedback#405 ask=617ca7 --> — owner: … by: …",
        "- [ ] Not now <!-- sb:item not-now/sme/customer-feedback#405 ask=632993 --> — reason: …",
    }
    assert "80 points" not in told
    assert "merger" not in told


def test_what_people_typed_as_titles_is_in_no_agenda() -> None:
    assert "javascript" not in spoken(agenda(of(*quarter())))


def test_a_milestone_is_quoted() -> None:
    hostile = nominated(1, ("new", "2026-01-02"), ("roadmap", "2026-02-02"), milestone="18.9 | @all </details>")
    assert "Added to Roadmap for `18.9 ｜ @all </details>`" in own(agenda(of(hostile)), "decisions")


def test_a_request_that_was_decided_before_the_meeting_keeps_its_boxes() -> None:
    decided = card(1, ("new", "2026-02-02"), put_on={"arr-driver::not-now": "2026-05-27"})
    found = agenda(of(decided))
    assert '### 1 · sme/customer-feedback#1+ · ~"arr-driver::not-now"' in own(found, "decisions")
    assert "not-now/sme/customer-feedback#1 " in own(found, "decisions")
    assert "Nothing that was selected is still to be done." in own(found, "last-decisions")
    assert minutes(found) == 5


def test_the_hosts_give_a_request_its_minutes() -> None:
    items = [nominated(n, ("new", "2026-02-02")) for n in (1, 2)]
    given = replace(of(*items), timeboxes={items[0].ref: 20})
    assert re.findall(r"### .*", own(agenda(given), "decisions")) == [
        "### 1 · sme/customer-feedback#1+ · 20 min",
        "### 2 · sme/customer-feedback#2+ · 8 min",
    ]


def test_many_decisions_have_two_minutes_each() -> None:
    items = [nominated(n, ("new", "2026-02-02")) for n in range(1, 41)]
    assert minutes(agenda(of(*items))) == 5 + 40 * 2


def test_an_area_that_nobody_leads_has_a_seat_and_who_leads_two_has_one() -> None:
    program = shipped()[1]
    people = tuple(p for p in program.roster.people if p.username not in ("lead.agile", "lead.ai"))
    appsec = program.roster.person("lead.appsec")
    assert appsec
    both = replace(appsec, terms=(*appsec.terms, replace(appsec.terms[0], area="ai")))
    people = tuple(both if person is appsec else person for person in people)
    habit = replace(HANDBOOK[MeetingKind.ARR_DRIVER], audience=("field.cto",))
    cadence = replace(program.cadence, habits={**program.cadence.habits, MeetingKind.ARR_DRIVER: habit})
    found = agenda(of(program=replace(program, roster=Roster(people), cadence=cadence)))
    assert own(found, "attendance", calling=True) == snapshot("""\
## Attendance

Tick who is here; for somebody else, write who came in their place.

- [ ] @lead.appsec · AI lead, App Security lead <!-- sb:item attended/lead.appsec ask=9f800c --> — delegate: …
- [ ] Agile lead: nobody yet <!-- sb:item attended/lead/agile ask=9f800c --> — delegate: …
- [ ] @lead.dedicated · Dedicated lead <!-- sb:item attended/lead.dedicated ask=9f800c --> — delegate: …
- [ ] @field.cto <!-- sb:item attended/field.cto ask=9f800c --> — delegate: …\
""")


def test_promises_are_dated_where_somebody_dated_them() -> None:
    item = detail(
        card(1, ("new", "2026-02-02"), ("accepted", "2026-03-01")),
        customer(1, "fast-follow", "new", "2026-06-30"),
        customer(2, "fast-follow", "new"),
    )
    assert "| no date | sme/customer-feedback#1+ | Accepted by PMs | `@sa.jane` · dach-meta |" in own(
        agenda(of(item)), "promises"
    )


def test_nominated_requests_are_read_first_then_the_gravest() -> None:
    items = [
        card(1, ("new", "2026-02-02"), labels=["severity::nice", "priority::1"]),
        card(2, ("new", "2026-02-02"), labels=["severity::blocker"]),
        card(3, ("new", "2026-02-02"), labels=["arr-driver::candidate"]),
        card(4, ("new", "2026-02-02"), labels=["severity::blocker"], closed="2026-04-01"),
        nominated(5, ("new", "2026-02-02")),
    ]
    assert [ref.iid for ref in wants(of(*items))] == [5, 3, 2, 1]


def test_five_hundred_requests_fold_and_then_are_behind_a_link() -> None:
    items = [
        detail(
            nominated(n, ("new", "2026-01-05"), title=HOSTILE),
            customer(n, "blocker", "new", "2026-06-20"),
            customer(1000 + n, "fast-follow", "new", "2026-06-22"),
            points=50,
        )
        for n in range(1, 501)
    ]
    found = agenda(of(*items))
    assert len(wants(of(*items))) == 60
    full = own(found)
    assert full.count("<!-- sb:item select/") == 500
    assert full.count("<details><summary>490 more, by points</summary>") == 2
    assert full.count("</details>") == full.count("<details>") == 5
    assert len(full) < 400_000
    cut = [[WORDING.agenda(s.template, data, None) for data in s.shorter] for s in found.sections if s.shorter]
    link = "https://gitlab.example.com/sme/customer-feedback/-/issues?state=opened&label_name[]="
    assert [re.findall(r"And \d+ more: \[the whole list\]\((.*)\)", text) for _, *rest in cut for text in rest] == [
        [f"{link}arr-driver%3A%3Anominated"],
        [f"{link}severity%3A%3Afast-follow"],
        [f"{link}severity%3A%3Ablocker"],
        [f"{link}arr-driver%3A%3Anominated"],
        [],
    ]
    assert sum(len(texts[-1]) for texts in cut) < 20_000


def test_a_promise_that_was_withdrawn_on_the_request_is_not_overdue_but_withdrawn() -> None:
    item = detail(
        card(1, ("new", "2026-01-02"), ("accepted", "2026-02-01"), ("declined", "2026-05-02")),
        customer(1, "fast-follow", "new", "2026-03-30"),
    )
    assert ":red_circle: withdrawn Sat 2 May, now Declined" in own(agenda(of(item)), "promises")


def test_a_date_that_passed_a_quarter_ago_was_forgotten() -> None:
    old = (NOW - timedelta(days=91)).date().isoformat()
    item = detail(card(1, ("new", "2026-01-02")), customer(1, "blocker", "new", old), comment("We wait."))
    assert "No deal that closes by Sun 2 Aug waits for a request." in own(agenda(of(item)), "blockers")
