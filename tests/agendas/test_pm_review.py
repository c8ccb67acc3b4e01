"""What the hosts of a PM review find in their agenda. Read it aloud before changing it."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from inline_snapshot import snapshot

from app.domain.account_book import AccountBook, BookEntry
from app.domain.agenda import Agenda, Ask, Verb
from app.domain.agendas import pm_review
from app.domain.cadence import MeetingKind
from app.domain.issue import Ref
from app.domain.managed_blocks import Block, composed
from app.domain.managed_merge import LIMIT, items_wanted, merge
from app.domain.numbers import Amounts
from app.domain.picture import Card, Detail, Picture
from tests.agendas.pictures import (
    HOME,
    HOSTILE,
    NOW,
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
    shipped,
    spoken,
)

REVIEWED = ("new", "2026-02-02"), ("reviewed", "2026-03-04", "lead.ai")


def review(*of: Card | Detail, **options: object) -> Picture:
    return picture(MeetingKind.PM_REVIEW, *of, area="ai", **options)  # type: ignore[arg-type]


def own(of: Picture, *, calling: bool = False) -> str:
    """The agenda without the blocks that all kinds share."""
    return spoken(pm_review.agenda(of), "ai", calling=calling, but=SHARED)


def decided_on(of: Picture) -> list[int]:
    """The requests with boxes, in order."""
    keys = items_wanted(blocks(pm_review.agenda(of)))
    asks = [ask for key in keys if (ask := Ask.of(key)) and ask.about and ask.verb is not Verb.TOLD]
    return list(dict.fromkeys(ask.about.iid for ask in asks if ask.about))


def blocks(agenda: Agenda) -> tuple[Block, ...]:
    def said(template: str, data: object) -> str:
        return WORDING.agenda(template, data, "ai")  # type: ignore[arg-type]

    return tuple(
        Block(s.name, said(s.template, s.data), tuple(said(s.template, less) for less in s.shorter))
        for s in agenda.sections
    )


def full_area() -> tuple[Card | Detail, ...]:
    """An area in which every section has something to say."""
    impact = comment("Impact: two deals close this quarter without us, and people switch it off.", at="2026-02-05")
    return (
        detail(
            card(
                412,
                ("new", "2026-02-02"),
                ("reviewed", "2026-02-24", "lead.ai"),
                labels=["priority::1", "theme::ai::code-suggestions"],
                put_on={"severity::blocker": "2026-03-02"},
            ),
            impact,
            customer(1, "blocker", "new", "2026-03-31"),
            customer(2, "blocker", "new"),
            customer(3, "retention", "renewal", "2026-06-30", by="sa.omar", at="2026-03-05"),
            comment("Competitors: Alpha", by="sa.jane", at="2026-03-05"),
            points=74,
            share="500k–1M",
            adjusted=(9, "lead.ai", "2026-03-05"),
        ),
        detail(
            card(
                397,
                ("new", "2026-01-20"),
                ("reviewed", "2026-02-16"),
                labels=["priority::2"],
                put_on={"context::needed": "2026-03-03"},
            ),
            customer(4, "nice", by="sa.ines"),
            points=61,
            asked=("sa.ines", "2026-03-03", ["deployment", "outcome"]),
        ),
        detail(
            card(405, ("new", "2026-02-20"), put_on={"pm-review::next": "2026-03-05"}, labels=["theme::ai::chat"]),
            comment("Call wanted: yes", at="2026-02-21"),
            comment(f"{customer(5, 'retention', 'expansion')[0]} | call wanted: yes", "sa.omar", "2026-02-22"),
            points=40,
        ),
        card(419, ("new", "2026-02-23"), put_on={"pm-review::next": "2026-03-15"}),
        detail(
            card(352, ("new", "2025-12-01"), ("roadmap", "2026-01-10"), ("resolved", "2026-03-02"), milestone="18.9"),
            customer(6),
            customer(7, by="sa.omar"),
        ),
        detail(
            card(331, ("new", "2025-12-01"), ("roadmap", "2026-01-10"), ("accepted", "2026-03-03"), milestone="18.10"),
            customer(8, "fast-follow", "renewal", "2026-06-30"),
        ),
        detail(
            card(340, ("new", "2025-12-01"), ("accepted", "2026-01-10"), ("declined", "2026-03-03")),
            comment("Customer-safe: GitLab does not plan to support this protocol.", "pm.ai", "2026-03-03"),
            customer(9, "fast-follow", "new", "2026-03-20"),
        ),
        detail(
            card(366, ("new", "2025-12-01"), ("accepted", "2026-01-10"), labels=["beta::open"]),
            customer(10, by="sa.jane"),
            customer(11, by="sa.omar"),
        ),
    )


def test_an_area_with_everything() -> None:
    found = review(*full_area())
    assert own(found, calling=True) == snapshot("""\
## 1 · Decisions wanted (21 min)

Write behind a box, save, and then tick it.

### 1.1 · sme/customer-feedback#412+ · 8 min · :red_circle: decision overdue 5 business days

~"priority::1" ~"theme::ai::code-suggestions" · **74 points** · 3 customers · ARR share 500k–1M · 2 blockers · 1 retention · first date **Tue 31 Mar**

**In one breath.** `People removed from the SAML group keep their access to GitLab for 24 hours.` · `two deals close this quarter without us, and people switch it off.`

**Changed since last time.** New → Reviewed on Tue 24 Feb · +1 customer (apac, retention) · +9 points by hand, by `@lead.ai` · now ~"severity::blocker" · 2 comments, the last on Thu 5 Mar.

**Needed in the room.** @sa.jane (dach-meta) minute 0 to 8 · @sa.omar (apac) minute 0 to 8, 03:00 there: notes are enough

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#412 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#412 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#412 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#412 ask=88b689 --> — question: …

### 1.2 · sme/customer-feedback#397+ · 8 min · :hourglass: waits for context, its clock is stopped (overdue 1 business day by then) · 2nd time

~"priority::2" · **61 points** · 1 customer

**In one breath.** `People removed from the SAML group keep their access to GitLab for 24 hours.`

**Changed since last time.** Now ~"context::needed".

**Needed in the room.** @sa.ines (seur) minute 8 to 16

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#397 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#397 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#397 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#397 ask=88b689 --> — question: …

### 1.3 · sme/customer-feedback#405+ · 5 min · New

~"theme::ai::chat" · **40 points** · 1 customer · 1 retention · :warning: still lacks 3 things that a review needs

**In one breath.** `People removed from the SAML group keep their access to GitLab for 24 hours.`

**Changed since last time.** New, filed Fri 20 Feb · 2 comments, the last on Sun 22 Feb.

**Needed in the room.** @sa.omar (apac) minute 16 to 21, 03:00 there: notes are enough

- [ ] Reviewed <!-- sb:item reviewed/sme/customer-feedback#405 -->
- [ ] Accept <!-- sb:item accept/sme/customer-feedback#405 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#405 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#405 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#405 ask=88b689 --> — question: …

## 2 · Updates to relay (6 min): what may customers hear?

The PM writes one sentence behind each; SMEs pass on this sentence, and nothing else, once the PM has ticked the box below. A sentence that the request tells already stands here, and may be passed on as it is.

| request | was → is | one sentence for customers | customers | regions told |
|---|---|---|--:|---|
| sme/customer-feedback#340+ | Accepted by PMs → **Declined** :warning: taken back | <!-- sb:item told/sme/customer-feedback#340/sentence ask=b98aa8 --> `GitLab does not plan to support this protocol.` | 1 | – |
| sme/customer-feedback#331+ | Added to Roadmap → **Accepted by PMs** `18.10` :warning: taken back | <!-- sb:item told/sme/customer-feedback#331/sentence ask=3fce57 --> _(to write)_ | 1 | – |
| sme/customer-feedback#352+ | Added to Roadmap → **Resolved** `18.9` | <!-- sb:item told/sme/customer-feedback#352/sentence ask=3fce57 --> _(to write)_ | 2 | – |

- [ ] The sentences above may be passed on <!-- sb:item told/sentences -->

### Promises at risk

- sme/customer-feedback#340+ is a *fast-follow* for a customer of `@sa.jane`, promised for **Fri 20 Mar**: :warning: it was taken back, and is in Declined now.
- sme/customer-feedback#331+ is a *fast-follow* for a customer of `@sa.jane`, promised for **Tue 30 Jun**: :warning: it came off the roadmap, and is in Accepted by PMs now.

## This release and betas

- [ ] `@pm.ai` shows: …

- Beta open: sme/customer-feedback#366+ · candidates: `@sa.jane`, `@sa.omar`

## 3 · Trends

New requests since Wed 18 Feb: ~"theme::ai::chat" 1 · without a theme 1

## 4 · We owe the PM

- `@sa.ines`: Deployment, Desired outcome, for sme/customer-feedback#397+ (asked 5 business days ago)

## 5 · Customers who want to speak with the PM

- sme/customer-feedback#405+: through `@sa.omar`

Nothing this time (since Wed 18 Feb): actions left open.\
""")
    agenda = pm_review.agenda(found)
    assert (agenda.title, minutes(agenda), agenda.empty) == snapshot(("PM/SME review: AI · 2026-03-18", 27, False))


def test_nothing_to_talk_about() -> None:
    found = review()
    assert own(found) == snapshot("""\
## This release and betas

- [ ] `@pm.ai` shows: …

Nothing this time (since Wed 18 Feb): decisions wanted, updates to relay, promises at risk, open betas, new requests, answers we owe the PM, customers who want to speak with the PM, actions left open.\
""")
    agenda = pm_review.agenda(found)
    assert agenda.empty


def test_the_first_review_of_an_area() -> None:
    found = review(
        detail(card(1, *REVIEWED), customer(1), points=12),
        card(2, ("new", "2026-02-02"), ("resolved", "2026-03-04")),
        first=True,
    )
    assert own(found) == snapshot("""\
## 1 · Decisions wanted (8 min)

Write behind a box, save, and then tick it.

### 1.1 · sme/customer-feedback#1+ · 8 min · :yellow_circle: 1 business day left

**12 points** · 1 customer · 1 blocker

**In one breath.** `People removed from the SAML group keep their access to GitLab for 24 hours.`

**First time here.**

**Needed in the room.** `@sa.jane` (dach-meta) minute 0 to 8

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#1 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#1 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#1 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#1 ask=88b689 --> — question: …

## This release and betas

- [ ] `@pm.ai` shows: …

## 2 · Trends

New requests: without a theme 2

Nothing this time: updates to relay, promises at risk, open betas, answers we owe the PM, customers who want to speak with the PM, actions left open.\
""")


def test_what_people_typed_is_harmless_and_what_is_confidential_shows_as_its_number() -> None:
    hostile = TOLD.replace("People removed from the SAML group", HOSTILE.replace("\n", " "))
    found = review(
        detail(
            card(1, *REVIEWED, title=HOSTILE, text=hostile),
            comment(f"Impact: {HOSTILE.splitlines()[0]} and so on and on", at="2026-03-05"),
            customer(1),
            points=12,
        ),
        detail(
            card(2, *REVIEWED, labels=["priority::1"], title="Secret", confidential=True),
            customer(2, "fast-follow", "renewal", "2026-03-20", at="2026-03-05"),
            points=90,
            share="1M–2.5M",
            asked=("sa.jane", "2026-03-05", ["deployment"]),
        ),
        card(3, ("new", "2025-12-01"), ("roadmap", "2026-03-02"), milestone="18 | `@all`", confidential=False),
        card(4, ("new", "2025-12-01"), ("roadmap", "2026-03-02"), milestone="19.0", confidential=True),
    )
    assert own(found, calling=True) == snapshot("""\
## 1 · Decisions wanted (13 min)

Write behind a box, save, and then tick it.

### 1.1 · sme/customer-feedback#1+ · 8 min · :yellow_circle: 1 business day left

**12 points** · 1 customer · 1 blocker

**In one breath.** `Never ｜ @all [x](javascript:alert(1)) ~bug #1 /close keep their access to GitLab for 24 hours.` · `Never ｜ @all [x](javascript:alert(1)) ~bug #1 and so on and on`

**Changed since last time.** New → Reviewed on Wed 4 Mar · 1 comment, the last on Thu 5 Mar.

**Needed in the room.** @sa.jane (dach-meta) minute 0 to 8

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#1 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#1 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#1 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#1 ask=88b689 --> — question: …

### 1.2 · sme/customer-feedback#2+ · 5 min

Confidential: what it says stands there alone.

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#2 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#2 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#2 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#2 ask=88b689 --> — question: …

## 2 · Updates to relay (4 min): what may customers hear?

The PM writes one sentence behind each; SMEs pass on this sentence, and nothing else, once the PM has ticked the box below.

| request | was → is | one sentence for customers | customers | regions told |
|---|---|---|--:|---|
| sme/customer-feedback#3+ | New → **Added to Roadmap** `` 18 ｜ `@all` `` | <!-- sb:item told/sme/customer-feedback#3/sentence ask=3fce57 --> _(to write)_ | – | – |
| sme/customer-feedback#4+ | confidential | told there | – | – |

- [ ] The sentences above may be passed on <!-- sb:item told/sentences -->

## This release and betas

- [ ] `@pm.ai` shows: …

Nothing this time (since Wed 18 Feb): promises at risk, open betas, new requests, answers we owe the PM, customers who want to speak with the PM, actions left open.\
""")


def test_customers_and_sums_stay_where_they_were_told() -> None:
    book = AccountBook({"x": BookEntry("x", Decimal(120_000), name="Initech Ltd")})
    named = TOLD.replace("People", "People at Initech")
    with_sum = comment("Impact: we lose 120k USD a year", at="2026-03-05")
    request = detail(card(1, *REVIEWED, text=named), with_sum, customer(1), points=12, known=book)
    assert "**In one breath.** The request tells it in words that stay there.\n" in own(review(request))
    inline = own(review(request, amounts=Amounts.INLINE))
    assert "**In one breath.** `People at Initech removed" in inline
    assert "`we lose 120k USD a year`" in inline


def test_exact_amounts_of_a_project_stay_out_of_an_agenda_of_bands() -> None:
    program = shipped()[1]
    open_book = replace(program, projects=(replace(program.projects[0], amounts=Amounts.INLINE),))
    request = detail(card(1, *REVIEWED), customer(1), points=12, share="612,345 USD")
    assert "ARR share 612,345 USD" in own(review(request, program=open_book, amounts=Amounts.INLINE))
    assert "612,345" not in own(review(request, program=open_book))


def test_words_of_an_internal_note_are_not_repeated() -> None:
    request = detail(card(1, *REVIEWED, text="Nothing yet"), customer(1), points=12)
    case = request.case
    facts = {**case.facts, "problem": replace(case.facts["account"], value="Told in private words", internal=True)}
    told = own(review(replace(request, case=replace(case, facts=facts))))
    assert "private words" not in told
    assert "**In one breath.** The request tells it in words that stay there.\n" in told


def test_what_is_overdue_comes_first_and_then_the_points() -> None:
    found = review(
        detail(card(1, *REVIEWED), customer(1), points=90),
        detail(card(2, ("new", "2026-01-02"), ("reviewed", "2026-02-20")), customer(2, "nice"), points=10),
        detail(card(3, ("new", "2026-01-02"), ("reviewed", "2026-02-10")), customer(3, "nice"), points=5),
        card(4, *REVIEWED, labels=["priority::2"]),
        detail(card(5, ("new", "2026-01-02"), put_on={"pm-review::next": "2026-03-04"}), customer(5), points=60),
    )
    assert decided_on(found) == [3, 2, 1, 5, 4]
    said = block(pm_review.agenda(found), "decisions", "ai")
    assert (
        "### 1.1 · sme/customer-feedback#3+ · 8 min · :red_circle: decision overdue 9 business days · 2nd time\n"
        in said
    )
    assert "### 1.2 · sme/customer-feedback#2+ · 8 min · :red_circle: decision overdue 2 business days\n" in said
    assert "### 1.3 · sme/customer-feedback#1+ · 8 min · :yellow_circle: 1 business day left\n" in said
    assert "### 1.5 · sme/customer-feedback#4+ · 5 min · 6 business days left\n" in said


def test_a_blocker_is_decided_within_five_business_days() -> None:
    found = review(card(1, ("new", "2026-02-02"), ("reviewed", "2026-03-03"), labels=["severity::blocker"]))
    said = block(pm_review.agenda(found), "decisions", "ai")
    assert "### 1.1 · sme/customer-feedback#1+ · 8 min · :yellow_circle: decision due today\n" in said


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("new", ["reviewed", "accept", "backlog", "decline", "context"]),
        ("reviewed", ["accept", "backlog", "decline", "context"]),
        ("accepted", ["reviewed", "backlog", "decline"]),
        ("roadmap", ["accept", "backlog", "decline"]),
        ("backlog", ["reviewed", "accept"]),
        ("resolved", []),
        ("declined", []),
    ],
)
def test_boxes_are_the_steps_that_the_workflow_has(status: str, expected: list[str]) -> None:
    nominated = card(1, ("new", "2026-01-02"), (status, "2026-02-02"), put_on={"pm-review::next": "2026-03-04"})
    found = items_wanted(blocks(pm_review.agenda(review(nominated))))
    assert [key.partition("/")[0] for key in found] == expected


def test_minutes_are_dealt_out_until_there_are_no_more() -> None:
    many = [detail(card(n, *REVIEWED), customer(n), points=100 - n) for n in range(1, 13)]
    agenda = pm_review.agenda(review(*many))
    assert minutes(agenda) == 36
    said = block(agenda, "decisions", "ai")
    assert "## 1 · Decisions wanted (36 min)\n" in said
    assert "### 1.4 · sme/customer-feedback#4+ · 8 min" in said
    assert "<details><summary>1 more, in this order (4 min)</summary>" in said
    assert "### 1.5 · sme/customer-feedback#5+ · 4 min" in said
    assert "**No time for 7 requests** in this meeting; `timebox #n 5` gives one its minutes" in said
    assert decided_on(review(*many)) == [1, 2, 3, 4, 5]


def test_people_put_a_request_off_or_give_it_time() -> None:
    many = [detail(card(n, *REVIEWED), customer(n), points=100 - n) for n in range(1, 13)]
    found = replace(review(*many), parked=frozenset({Ref(HOME, 1)}), timeboxes={Ref(HOME, 9): 10, Ref(HOME, 2): 3})
    assert decided_on(found) == [2, 3, 4, 5, 6, 9, 7]
    said = block(pm_review.agenda(found), "decisions", "ai")
    assert "### 1.1 · sme/customer-feedback#2+ · 3 min" in said
    assert "### 1.6 · sme/customer-feedback#9+ · 10 min" in said
    assert minutes(pm_review.agenda(found)) == snapshot(49)


def test_who_comes_is_told_the_minute_and_whether_it_is_night_there() -> None:
    found = review(
        detail(card(1, *REVIEWED), customer(1), points=50),
        detail(card(2, *REVIEWED), customer(2, by="sa.omar"), points=40),
    )
    said = block(pm_review.agenda(found), "decisions", "ai", calling=True)
    assert "**Needed in the room.** @sa.jane (dach-meta) minute 0 to 8\n" in said
    assert "**Needed in the room.** @sa.omar (apac) minute 8 to 16, 03:00 there: notes are enough\n" in said
    assert "@" not in block(pm_review.agenda(found), "decisions", "ai").replace("`@", "")


def test_those_who_are_called_are_those_the_agenda_says() -> None:
    found = review(*full_area(), actions=[action("@em.ai the estimate", owner="em.ai"), action("The deck")])
    agenda = pm_review.agenda(found)
    called = set(re.findall(r"(?<![`\w])@([\w.-]*\w)", spoken(agenda, "ai", calling=True)))
    assert called == {"lead.ai", "pm.ai", "sa.jane", "sa.omar", "sa.ines", "em.ai"}
    assert not re.findall(r"(?<![`\w])@", spoken(agenda, "ai"))


def test_the_place_of_a_confidential_request_tells_nothing() -> None:
    overdue = ("new", "2026-01-02"), ("reviewed", "2026-01-10")
    found = review(
        detail(card(2, *overdue, confidential=True, labels=["severity::blocker"]), customer(2), points=99),
        card(1, *REVIEWED, confidential=True),
        card(3, *REVIEWED),
        card(5, ("new", "2025-12-01"), ("roadmap", "2026-01-10"), ("declined", "2026-03-02"), confidential=True),
        card(6, ("new", "2025-12-01"), ("accepted", "2026-03-02")),
    )
    assert decided_on(found) == [3, 1, 2]
    agenda = pm_review.agenda(found)
    assert "### 1.3 · sme/customer-feedback#2+ · 5 min\n" in block(agenda, "decisions", "ai")
    rows = block(agenda, "updates", "ai").split("\n")[-4:-2]
    assert [row.partition(" | ")[0] for row in rows] == ["| sme/customer-feedback#6+", "| sme/customer-feedback#5+"]


def test_what_came_after_the_last_day_waits_for_the_next_review() -> None:
    late = review(
        card(1, ("new", "2026-02-02"), ("reviewed", "2026-03-15")),
        card(2, ("new", "2026-02-02"), put_on={"pm-review::next": "2026-03-15"}),
        card(3, ("new", "2026-02-02"), ("reviewed", "2026-03-15"), put_on={"pm-review::next": "2026-03-05"}),
        now=NOW.replace(day=17),
    )
    assert decided_on(late) == [3]
    assert "Reviewed after the last day for nominations, so for the next review: sme/customer-feedback#1+" in block(
        pm_review.agenda(late), "decisions", "ai"
    )


def test_a_decision_that_waits_stands_first() -> None:
    kept = {
        "open": True,
        "from": "status::reviewed",
        "to": "status::accepted",
        "who": "pm.ai",
        "at": "2026-03-05T10:00:00+00:00",
    }
    kept |= {"why": ["incomplete"], "missing": ["pm_owner"]}
    one = detail(card(7, *REVIEWED), ours={"move": kept})
    held = replace(one.case.voice.notes["move"], template="move_held")
    case = replace(one.case, voice=replace(one.case.voice, notes={"move": held}))
    said = block(pm_review.agenda(review(replace(one, case=case))), "decisions", "ai")
    (line,) = [line for line in said.split("\n") if line.startswith("**Waiting.**")]
    assert line == snapshot("**Waiting.** `@pm.ai` wants it in **Accepted by PMs**; still missing: **PM owner**.")
    assert said.index("### 1.1") < said.index(line) < said.index("In one breath")


def test_what_was_decided_since_the_agenda_is_there_keeps_its_text_and_its_box_in_a_fold() -> None:
    made = card(1, created="2026-03-06").issue.created_at
    gone = card(9, *REVIEWED, ("declined", "2026-03-05", "pm.ai"))
    secret = card(10, *REVIEWED, ("backlog", "2026-03-08", "pm.ai"), confidential=True)
    one = detail(card(8, *REVIEWED, ("accepted", "2026-03-07", "pm.ai")))
    found = replace(review(one, gone, secret), made=made)
    said = block(pm_review.agenda(found), "decisions", "ai")
    assert said[said.index("<details>") :] == snapshot("""\
<details><summary>Decided: 2. Whoever ticked can take the tick out until the meeting is over</summary>

sme/customer-feedback#8+ · **Accepted by PMs** since Sat 7 Mar

**In one breath.** `People removed from the SAML group keep their access to GitLab for 24 hours.`

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#8 ask=318123 --> — owner: … target: …

sme/customer-feedback#10+ · confidential: how it was decided stands there alone

- [ ] Accept <!-- sb:item accept/sme/customer-feedback#10 ask=318123 --> — owner: … target: …
- [ ] Backlog <!-- sb:item backlog/sme/customer-feedback#10 ask=f2b07f --> — reason: … revisit: …
- [ ] Decline <!-- sb:item decline/sme/customer-feedback#10 ask=06f8ec --> — reason: … sentence for customers: …
- [ ] Need more context <!-- sb:item context/sme/customer-feedback#10 ask=88b689 --> — question: …

</details>\
""")
    assert one.ref in pm_review.wants(found)


def test_five_hundred_requests_fit_and_fold() -> None:
    statuses = ("reviewed", "accepted", "roadmap", "resolved", "declined", "backlog")
    many: list[Card | Detail] = []
    for n in range(1, 501):
        one = card(
            n, ("new", "2026-01-02"), (statuses[n % 6], f"2026-0{1 + n % 2}-{10 + n % 18}"), labels=["beta::open"]
        )
        many.append(detail(one, customer(n), points=n % 100 or 1) if n <= 40 else one)
    found = review(*many)
    agenda = pm_review.agenda(found)
    said = blocks(agenda)
    text = composed(
        [part if isinstance(part, str) else said[agenda.sections.index(part)] for part in agenda.layout], "x"
    )
    assert len(text) < 40_000
    for told in said:
        lengths = [len(told.text), *map(len, told.shorter)]
        assert lengths == sorted(lengths, reverse=True)
    assert (
        "more: [all of them](https://gitlab.example.com/sme/customer-feedback/-/issues?state=opened&label_name[]=area%3A%3Aai"
        in text
    )
    crowded = text.replace("## Notes", "## Notes\n" + "word " * ((LIMIT - len(text) - 10) // 5))
    merged = merge(crowded, tuple(replace(b, text=f"{b.text}\nnews") for b in said), "x")
    assert len(merged.text) <= LIMIT
    assert len(pm_review.wants(found)) == 40


def test_a_long_list_is_folded_after_its_first_ten_and_then_counted() -> None:
    waits = [card(n, *REVIEWED, put_on={"context::needed": "2026-03-06"}) for n in range(1, 24)]
    said = block(pm_review.agenda(review(*waits)), "owed", "ai")
    shown, folded = said.split("<details><summary>10 more</summary>")
    assert (shown.count("\n- context, for "), folded.count("\n- context, for ")) == (10, 10)
    assert folded.endswith("</details>\n\nAnd 3 more.")
    news = [card(n, ("new", "2025-12-01"), ("roadmap", "2026-03-02")) for n in range(1, 13)]
    said = block(pm_review.agenda(review(*news)), "updates", "ai")
    shown, folded = said.split("<details><summary>2 more</summary>\n\n| request |")
    assert (shown.count("\n| sme/"), folded.count("\n| sme/")) == (10, 2)
    assert folded.count("_(to write)_") == 2
    assert folded.index("</details>") < folded.index("The sentences above may be passed on")


def test_without_points_what_has_fewer_days_left_comes_first() -> None:
    nice = card(1, ("new", "2026-02-02"), ("reviewed", "2026-03-04"))
    blocker = card(2, ("new", "2026-02-02"), ("reviewed", "2026-03-09"), labels=["severity::blocker"])
    assert decided_on(review(nice, blocker)) == [2, 1]


def test_notes_are_read_of_what_is_decided_then_of_what_is_passed_on() -> None:
    found = review(
        card(1, ("new", "2026-01-02"), ("resolved", "2026-03-02")),
        card(2, *REVIEWED),
        card(3, ("new", "2026-01-02"), ("accepted", "2026-02-02"), labels=["beta::open"]),
        card(4, ("new", "2026-01-02"), ("accepted", "2026-02-02")),
        card(5, ("new", "2026-01-02"), ("accepted", "2026-02-02"), labels=["severity::fast-follow"]),
        card(6, ("new", "2026-02-20"), put_on={"pm-review::next": "2026-03-04", "context::needed": "2026-03-04"}),
    )
    assert [ref.iid for ref in pm_review.wants(found)] == [2, 6, 1, 3, 5]


def test_the_corners_tell_in_how_many_regions_customers_know() -> None:
    found = review(detail(card(352, ("new", "2025-12-01"), ("resolved", "2026-03-02")), customer(1)))
    boxes = {
        "apac": "    - [x] The customers here were told <!-- sb:item passed/sme/customer-feedback#352/2026-03-02_2026-03-02 -->",
        "seur": "    - [ ] The customers here were told <!-- sb:item passed/sme/customer-feedback#352/2026-03-02_2026-03-02 -->",
    }
    held = tuple(
        replace(one, issue=replace(one.issue, description=boxes[one.meeting.region or ""]))
        for one in found.held
        if one.meeting.region in boxes
    )
    said = block(pm_review.agenda(replace(found, held=held)), "updates", "ai")
    assert "_(to write)_ | 1 | 1 of 2 |" in said
