"""What a pod finds in its agenda. Read it aloud before changing it."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from inline_snapshot import snapshot

from app.domain.agenda import Ask, Verb
from app.domain.agendas import pod
from app.domain.cadence import MeetingKind
from app.domain.managed_lines import items_of
from app.domain.picture import Card, Detail, Picture
from tests.agendas.pictures import (
    HOSTILE,
    SHARED,
    TOLD,
    WORDING,
    action,
    block,
    card,
    comment,
    customer,
    detail,
    minutes,
    picture,
    spoken,
)

NOW = datetime(2026, 3, 25, 13, tzinfo=UTC)
"""When the agenda of the pod on 1 April is made; the last pod was on 4 March."""


def meets(*of: Card | Detail, now: datetime = NOW, **options: object) -> Picture:
    return picture(MeetingKind.POD, *of, area="ai", now=now, **options)  # type: ignore[arg-type]


def own(of: Picture, *, calling: bool = False) -> str:
    """The agenda without the blocks that all kinds share."""
    return spoken(pod.agenda(of), "ai", calling=calling, but=SHARED)


def asked(of: Picture) -> list[str]:
    """The boxes for nominations, in order."""
    lines = block(pod.agenda(of), "nominate", "ai").split("\n")
    asks = [Ask.of(item.key) for line in lines for item in items_of(line)]
    return [f"{ask.verb} {ask.about.iid}" for ask in asks if ask and ask.about]


def full_area() -> tuple[Card | Detail, ...]:
    """An area in which every section has something to say."""
    type_told = "type::feature"
    return (
        detail(
            card(
                420,
                ("new", "2026-03-10"),
                labels=["theme::ai::chat", "priority::2", type_told, "region::dach-meta", "arr-driver::candidate"],
            ),
            customer(1, "blocker", "new", "2026-04-30"),
            customer(2, "retention", "renewal", by="sa.omar"),
            comment("ARR: 120k USD\n\nProduct: self-managed"),
            points=63,
            share="100k–250k",
        ),
        detail(
            card(
                421,
                ("new", "2026-03-20"),
                put_on={"context::needed": "2026-03-20"},
                author="sa.omar",
            ),
            customer(3, "nice", by="sa.omar", at="2026-03-20"),
            asked=("sa.omar", "2026-03-20", ["theme", "deployment"]),
            ours={"duplicates": {"open": True, "of": ["sme/customer-feedback#420", "sme/customer-feedback#300"]}},
        ),
        card(
            422, ("new", "2026-02-20"), put_on={"pm-review::next": "2026-03-03", "arr-driver::nominated": "2026-03-26"}
        ),
        detail(
            card(397, ("new", "2026-01-20"), ("reviewed", "2026-03-02"), put_on={"priority::1": "2026-03-20"}),
            customer(4, at="2026-01-21"),
            points=78,
            adjusted=(9, "lead.ai", "2026-03-05"),
        ),
        card(366, ("new", "2025-12-01"), ("accepted", "2025-12-10")),
        card(340, ("new", "2025-12-01"), ("roadmap", "2026-03-10"), milestone="18.11"),
        card(352, ("new", "2025-12-01"), ("resolved", "2026-03-12"), milestone="18.9"),
        card(333, ("new", "2025-12-01"), ("declined", "2026-03-12"), labels=["declined::not-aligned"]),
        detail(
            card(300, ("new", "2025-11-03"), ("backlog", "2025-12-01"), labels=["backlog::capacity"]),
            comment("Revisit: 2026-04-15", "pm.ai", "2025-12-01"),
            customer(5, at="2025-11-04"),
            customer(6, by="sa.ines", at="2026-03-12"),
            points=30,
        ),
        card(301, ("new", "2025-11-03"), ("backlog", "2025-12-01"), labels=["backlog::not-now"]),
    )


def test_an_area_with_everything() -> None:
    found = meets(*full_area())
    assert own(found, calling=True) == snapshot("""\
## 1 · New since last time

1. sme/customer-feedback#420+ · ~"priority::2" ~"theme::ai::chat" · **63 points** · 2 customers · ARR share 100k–250k · 1 blocker · 1 retention · first date **Thu 30 Apr** · asked by `@sa.jane` (dach-meta), `@sa.omar` (apac) · 11 business days old
1. sme/customer-feedback#421+ · no points yet · 1 customer · asked by `@sa.omar` (apac) · 3 business days old

From the regions of @sme.ken, @sme.dana: are priority and theme right?

## 2 · Not ready for the PM

- sme/customer-feedback#421+: Theme, Deployment, Request type, ARR at stake (`@sa.omar` was asked 3 business days ago)

## 3 · Calibrate

Somebody sees it otherwise? A comment on the request, `points +10 because …`, says so, and why.

| request | points | revenue | customers | tier | theme | urgency | by hand |
|---|--:|--:|--:|--:|--:|--:|---|
| sme/customer-feedback#397+ | **78** | 39 | 10 | 12 | 8 | ×1 | +9 by `@lead.ai`, until Sun 5 Apr :hourglass: runs out before the next pod |
| sme/customer-feedback#420+ | **63** | 33 | 10 | 12 | 8 | ×1 | – |

**Another band since Wed 4 Mar:** sme/customer-feedback#397+ is ~"priority::1" since Fri 20 Mar

<details><summary>Without points yet: 1. Points need a customer, and come with the nightly score.</summary>

- sme/customer-feedback#421+

</details>

## 4 · Possible duplicates

- sme/customer-feedback#421+ may ask the same as sme/customer-feedback#420+, sme/customer-feedback#300+

## 5 · Board walk

What has stood longest comes first.

<details><summary>New · 3</summary>

- sme/customer-feedback#422+ · :yellow_circle: 23 business days
- sme/customer-feedback#420+ · 11 business days · new here · ~"priority::2" · 63 points
- sme/customer-feedback#421+ · 0 business days · waits for context · new here

</details>

<details><summary>Reviewed · 1 · 1 overdue</summary>

- sme/customer-feedback#397+ · :red_circle: 17 business days · ~"priority::1" · 78 points

</details>

<details><summary>Accepted by PMs · 1 · 1 overdue</summary>

- sme/customer-feedback#366+ · :red_circle: 71 business days

</details>

<details><summary>Added to Roadmap · 1</summary>

- sme/customer-feedback#340+ · 11 business days · new here · target `18.11`

</details>

<details><summary>Resolved · 1</summary>

- sme/customer-feedback#352+ · :yellow_circle: 9 business days · new here · target `18.9`

</details>

<details><summary>Declined · 1</summary>

- sme/customer-feedback#333+ · :yellow_circle: 9 business days · new here · ~"declined::not-aligned"

</details>

<details><summary>Backlog · 2</summary>

- sme/customer-feedback#300+ · 78 business days · 30 points · ~"backlog::capacity" · :alarm_clock: revisit Wed 15 Apr · 1 customer more since it is here
- sme/customer-feedback#301+ · 78 business days · ~"backlog::not-now"

</details>

## 6 · Nominate

- **PM review** on Wed 15 Apr, until the end of Fri 10 Apr: 9 of the area's 10 places are free. For an SME of the area, the area lead, the PM or the program lead to tick. On its list already: sme/customer-feedback#422+.
- **ARR Driver** on Tue 9 Jun, until the end of Tue 2 Jun: 4 of the area's 5 places are free, of which one pod takes 3 at most. For the area lead or the program lead to tick.

sme/customer-feedback#420+ · ~"priority::2" ~"theme::ai::chat" · **63 points** · 2 customers · ARR share 100k–250k · 1 blocker · 1 retention · first date **Thu 30 Apr**

- [ ] PM review <!-- sb:item pm-review/sme/customer-feedback#420 -->
- [ ] ARR Driver <!-- sb:item arr-driver/sme/customer-feedback#420 -->

sme/customer-feedback#300+ · **30 points** · 2 customers · 2 blockers · ~"status::backlog"

- [ ] PM review <!-- sb:item pm-review/sme/customer-feedback#300 -->

sme/customer-feedback#422+ · its customers stand on the request

- [ ] ARR Driver <!-- sb:item arr-driver/sme/customer-feedback#422 -->

## 7 · Silent regions

Nothing on this board from neur, seur, us-east, us-west, commercial or partners-pubsec.

Nothing this time (since Wed 4 Mar): actions left open.\
""")
    agenda = pod.agenda(found)
    assert (agenda.title, minutes(agenda), agenda.empty) == snapshot(("SME Area Pod: AI · 2026-04-01", 0, False))


def prepared(of: Picture) -> Picture:
    """The same pod, in a program that prepares its pods in writing."""
    cadence = of.program.cadence
    habits = {**cadence.habits, MeetingKind.POD: replace(cadence.habits[MeetingKind.POD], async_prep=True)}
    return replace(of, program=replace(of.program, cadence=replace(cadence, habits=habits)))


def test_a_pod_is_prepared_in_writing_where_the_program_wants_it() -> None:
    secret = detail(
        card(423, ("new", "2026-03-20"), put_on={"context::needed": "2026-03-20"}, confidential=True),
        asked=("sa.ines", "2026-03-20", ["theme"]),
    )
    found = prepared(meets(*full_area(), secret))
    assert block(pod.agenda(found), "prepare", "ai", calling=True) == snapshot("""\
## Before the pod, in writing

By the end of Tue 31 Mar, please read what is below: 3 new requests, 2 not ready. Ask on the request what is unclear, and tick when you are through:

- [ ] @sme.ken (apac) <!-- sb:item read/sme.ken -->
- [ ] @sme.dana (dach-meta) <!-- sb:item read/sme.dana -->

These people are asked for clarity; a comment on the request is enough:

- @sa.omar: sme/customer-feedback#421+\
""")
    assert "@" not in block(pod.agenda(found), "prepare", "ai").replace("`@", "")
    keys = [item.key for line in block(pod.agenda(found), "prepare", "ai").split("\n") for item in items_of(line)]
    assert keys == ["read/sme.ken", "read/sme.dana"]
    assert [Ask.of(key) for key in keys] == [None, None]


def test_without_anything_to_read_nothing_is_prepared() -> None:
    assert "prepare" not in [section.name for section in pod.agenda(prepared(meets())).sections]
    assert "prepare" not in [section.name for section in pod.agenda(meets(*full_area())).sections]


def test_nothing_to_talk_about() -> None:
    found = meets()
    assert own(found) == snapshot("""\
## 1 · Board walk

No request is in New, Reviewed, Accepted by PMs, Added to Roadmap, Resolved, Declined or Backlog.

## 2 · Nominate

- **PM review** on Wed 15 Apr, until the end of Fri 10 Apr: 10 of the area's 10 places are free. No box below: no request is ready for it.
- **ARR Driver** on Tue 9 Jun, until the end of Tue 2 Jun: 5 of the area's 5 places are free, of which one pod takes 3 at most. No box below: no request has ~"arr-driver::candidate", which the nightly score proposes.

## 3 · Silent regions

Nothing on this board from neur, seur, dach-meta, apac, us-east, us-west, commercial or partners-pubsec.

Nothing this time (since Wed 4 Mar): new requests, requests that lack something, points to calibrate, possible duplicates, actions left open.\
""")
    assert pod.agenda(found).empty
    assert not pod.agenda(meets(actions=[action("The deck")])).empty


def test_the_first_pod_of_an_area() -> None:
    assert own(meets(card(1, ("new", "2026-03-10")), first=True)) == snapshot("""\
## 1 · New since last time

1. sme/customer-feedback#1+ · its customers stand on the request · asked by `@sa.jane` (dach-meta) · 11 business days old

From the regions of `@sme.dana`: are priority and theme right?

## 2 · Board walk

What has stood longest comes first.

<details><summary>New · 1</summary>

- sme/customer-feedback#1+ · 11 business days · new here

</details>

No request is in Reviewed, Accepted by PMs, Added to Roadmap, Resolved, Declined or Backlog.

## 3 · Nominate

- **PM review** on Wed 15 Apr, until the end of Fri 10 Apr: 10 of the area's 10 places are free. For an SME of the area, the area lead, the PM or the program lead to tick.
- **ARR Driver** on Tue 9 Jun, until the end of Tue 2 Jun: 5 of the area's 5 places are free, of which one pod takes 3 at most. No box below: no request has ~"arr-driver::candidate", which the nightly score proposes.

sme/customer-feedback#1+ · its customers stand on the request

- [ ] PM review <!-- sb:item pm-review/sme/customer-feedback#1 -->

## 4 · Silent regions

Nothing on this board from neur, seur, apac, us-east, us-west, commercial or partners-pubsec.

Nothing this time: requests that lack something, points to calibrate, possible duplicates, actions left open.\
""")


def test_what_people_typed_is_harmless_and_what_is_confidential_shows_as_its_number() -> None:
    found = meets(
        detail(
            card(1, ("new", "2026-03-10"), title=HOSTILE, text=TOLD, milestone=HOSTILE.replace("\n", " ")),
            customer(1, at="2026-03-10"),
            points=12,
            adjusted=(5, "lead.ai", "2026-03-05"),
            ours={"context": {"open": True, "of": "all", "missing": ["theme"], "words": ["pm.ai", HOSTILE]}},
        ),
        detail(
            card(
                2,
                ("new", "2026-03-10"),
                labels=["priority::1", "arr-driver::candidate"],
                put_on={"context::needed": "2026-03-12", "priority::2": "2026-03-20"},
                title="Secret",
                author="sa.ines",
                confidential=True,
            ),
            customer(2, at="2026-03-10"),
            points=90,
            share="1M–2.5M",
            asked=("sa.ines", "2026-03-12", ["theme"]),
        ),
        card(3, ("new", "2025-12-01"), ("backlog", "2026-01-10"), labels=["backlog::capacity"], confidential=True),
    )
    assert own(found, calling=True) == snapshot("""\
## 1 · New since last time

1. sme/customer-feedback#1+ · **12 points** · 1 customer · 1 blocker · asked by `@sa.jane` (dach-meta) · 11 business days old
1. sme/customer-feedback#2+

From the regions of @sme.dana: are priority and theme right?

## 2 · Not ready for the PM

- sme/customer-feedback#1+: ``Never </details> ｜ `@all` ‹!-- sb:end --> [x](javascript:alert(1)) ~bug #1 /close`` · Theme, Request type, ARR at stake, Deployment (nobody was asked yet)
- sme/customer-feedback#2+

## 3 · Calibrate

Somebody sees it otherwise? A comment on the request, `points +10 because …`, says so, and why.

| request | points | revenue | customers | tier | theme | urgency | by hand |
|---|--:|--:|--:|--:|--:|--:|---|
| sme/customer-feedback#1+ | **12** | -23 | 10 | 12 | 8 | ×1 | +5 by `@lead.ai`, until Sun 5 Apr :hourglass: runs out before the next pod |

## 4 · Board walk

What has stood longest comes first.

<details><summary>New · 2</summary>

- sme/customer-feedback#1+ · 11 business days · new here · 12 points · target ``Never </details> ｜ `@all` ‹!-- sb:end --> [x](javascript:alert(1)) ~bug #1 /close``
- sme/customer-feedback#2+

</details>

<details><summary>Backlog · 1</summary>

- sme/customer-feedback#3+

</details>

No request is in Reviewed, Accepted by PMs, Added to Roadmap, Resolved or Declined.

## 5 · Nominate

- **PM review** on Wed 15 Apr, until the end of Fri 10 Apr: 10 of the area's 10 places are free. For an SME of the area, the area lead, the PM or the program lead to tick.
- **ARR Driver** on Tue 9 Jun, until the end of Tue 2 Jun: 5 of the area's 5 places are free, of which one pod takes 3 at most. For the area lead or the program lead to tick.

sme/customer-feedback#1+ · **12 points** · 1 customer · 1 blocker · :warning: still lacks 4 things that a review needs

- [ ] PM review <!-- sb:item pm-review/sme/customer-feedback#1 -->

sme/customer-feedback#2+

- [ ] ARR Driver <!-- sb:item arr-driver/sme/customer-feedback#2 -->

## 6 · Silent regions

Nothing on this board from neur, apac, us-east, us-west, commercial or partners-pubsec.

Nothing this time (since Wed 4 Mar): possible duplicates, actions left open.\
""")


def test_a_nomination_of_this_agenda_keeps_its_box_and_an_earlier_one_needs_none() -> None:
    found = meets(
        card(1, ("new", "2026-03-10")),
        card(2, ("new", "2026-03-10"), put_on={"pm-review::next": "2026-03-20"}),
        card(3, ("new", "2026-03-10"), put_on={"pm-review::next": "2026-03-26"}),
        card(4, ("new", "2026-03-10"), put_on={"context::needed": "2026-03-20"}),
        card(5, ("new", "2026-01-10"), ("accepted", "2026-02-10"), labels=["arr-driver::candidate"]),
        card(6, ("new", "2026-01-10"), ("accepted", "2026-02-10")),
        card(7, ("new", "2026-01-10"), ("reviewed", "2026-03-10")),
        card(8, ("new", "2026-01-10"), closed="2026-03-10", labels=["arr-driver::candidate"]),
        now=NOW.replace(day=30),
    )
    assert asked(found) == ["arr-driver 5", "pm-review 1", "pm-review 3"]
    said = block(pod.agenda(found), "nominate", "ai")
    assert "On its list already: sme/customer-feedback#2+.\n" in said


@pytest.mark.parametrize(
    ("new_customer", "expected"), [("2025-12-20", []), ("2026-02-20", [f"{Verb.NOMINATE_REVIEW} 1"])]
)
def test_a_request_comes_out_of_the_backlog_for_customers_who_came_since(
    new_customer: str, expected: list[str]
) -> None:
    waits = card(1, ("new", "2025-12-01"), ("backlog", "2026-01-10"))
    assert asked(meets(detail(waits, customer(1, at=new_customer)))) == expected


def test_a_region_is_heard_of_by_its_label_or_by_its_author() -> None:
    found = meets(
        card(1, ("new", "2026-03-10"), author="sa.jane", labels=["region::apac"]),
        card(2, ("new", "2026-03-10"), author="sa.ines"),
        card(3, ("new", "2026-02-11"), author="sa.jane"),
    )
    assert block(pod.agenda(found), "silent", "ai") == snapshot("""\
## 4 · Silent regions

Nothing new since Wed 4 Mar from dach-meta (42 days).
Nothing on this board from neur, us-east, us-west, commercial or partners-pubsec.\
""")


def test_five_hundred_requests_fit_and_fold() -> None:
    statuses = ("new", "reviewed", "accepted", "roadmap", "resolved", "declined", "backlog")
    many: list[Card | Detail] = []
    for n in range(1, 501):
        stays = [("new", "2026-01-02"), (statuses[n % 7], f"2026-0{1 + n % 3}-{10 + n % 14}")]
        one = card(n, *stays[n % 7 == 0 :], labels=["arr-driver::candidate"])
        many.append(detail(one, customer(n), points=n % 100 or 1) if n <= 40 else one)
    found = meets(*many)
    agenda = pod.agenda(found)
    assert len(spoken(agenda, "ai")) < 40_000
    for section in agenda.sections:
        texts = [WORDING.agenda(section.template, data, "ai") for data in (section.data, *section.shorter)]
        assert [len(text) for text in texts] == sorted({len(text) for text in texts}, reverse=True)
    assert (
        "And 59 more: [all of them](https://gitlab.example.com/sme/customer-feedback/-/issues?state=opened&label_name[]=area%3A%3Aai&label_name[]=status%3A%3Anew)."
        in spoken(agenda, "ai")
    )
    assert len(pod.wants(found)) == 16 + 3 + 16


def test_notes_are_read_of_what_is_new_and_waits_then_of_the_weightiest() -> None:
    found = meets(
        card(1, ("new", "2025-12-01"), ("backlog", "2026-01-10")),
        card(2, ("new", "2026-01-10"), ("reviewed", "2026-03-10"), labels=["priority::1"]),
        card(3, ("new", "2026-01-10"), ("accepted", "2026-03-10"), put_on={"context::needed": "2026-03-10"}),
        card(4, ("new", "2026-03-10")),
        card(5, ("new", "2026-01-10"), ("accepted", "2026-02-10")),
    )
    assert [ref.iid for ref in pod.wants(found)] == [4, 3, 2, 1]


def test_those_who_are_called_are_those_the_agenda_says() -> None:
    agenda = pod.agenda(meets(*full_area(), actions=[action("@em.ai the estimate", owner="em.ai")]))
    called = set(re.findall(r"(?<![`\w])@([\w.-]*\w)", spoken(agenda, "ai", calling=True)))
    assert called == {"lead.ai", "sme.ken", "sme.dana", "em.ai"}


def test_the_place_of_a_confidential_request_tells_nothing() -> None:
    found = meets(
        detail(card(2, ("new", "2026-03-06"), confidential=True), customer(2), points=99),
        card(1, ("new", "2026-03-10"), confidential=True),
        card(3, ("new", "2026-03-12")),
        card(5, ("new", "2026-03-12"), put_on={"context::needed": "2026-03-13"}, labels=["priority::1"]),
        card(4, ("new", "2026-03-01"), put_on={"context::needed": "2026-03-02"}, confidential=True),
    )
    agenda = pod.agenda(found)
    order = {
        name: re.findall(r"^\S+ sme/customer-feedback#(\d)", block(agenda, name, "ai"), re.MULTILINE)
        for name in ("new", "not-ready", "board")
    }
    assert order == {"new": ["5", "3", "1", "2"], "not-ready": ["5", "2", "4"], "board": ["3", "5", "1", "2", "4"]}
    assert asked(found) == [f"{Verb.NOMINATE_REVIEW} {n}" for n in (3, 1, 2)]


def test_handles_are_called_once_and_in_back_ticks_ever_after() -> None:
    found = replace(meets(*full_area()), actions=())
    later = own(found)
    assert "@" not in later.replace("`@", "")
    assert own(found, calling=True).replace("@sme.dana", "`@sme.dana`").replace("@sme.ken", "`@sme.ken`") == later


def test_of_confidential_requests_nobody_hears_what_they_are_like() -> None:
    def like(number: int, *others: int, confidential: bool = False) -> Detail:
        of = [f"sme/customer-feedback#{other}" for other in others]
        found = card(number, ("new", "2026-03-20"), confidential=confidential)
        return detail(found, ours={"duplicates": {"open": True, "of": of}})

    found = meets(like(1, 2, 3), like(2, 1, confidential=True), like(4, 2), like(3))
    assert (
        block(pod.agenda(found), "duplicates", "ai")
        == """\
## 4 · Possible duplicates

- sme/customer-feedback#1+ may ask the same as sme/customer-feedback#3+"""
    )


def test_boxes_of_the_eleventh_and_later_are_in_a_fold() -> None:
    found = meets(*(card(n, ("new", "2026-03-10")) for n in range(1, 13)))
    shown, folded = block(pod.agenda(found), "nominate", "ai").split("<details><summary>2 more</summary>")
    assert (shown.count("- [ ] PM review"), folded.count("- [ ] PM review")) == (10, 2)
    shown, folded = block(pod.agenda(found), "new", "ai").split("<details><summary>2 more</summary>")
    assert (shown.count("\n1. sme/"), folded.count("\n1. sme/")) == (10, 2)
