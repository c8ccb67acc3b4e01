"""What a Corner asks of its SAs (S191-S194): customers for others' asks, answers that are overdue, topics."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from app.domain.agenda import Section
from app.domain.agendas.corner_decided import in_order, lately, of_here
from app.domain.agendas.folding import folded, shorter
from app.domain.agendas.owed import question
from app.domain.agendas.parts_clock import business_days
from app.domain.agendas.request_words import region, repeated, request
from app.domain.issue import Ref
from app.domain.ours import NEEDED
from app.domain.picture import Card, Picture

PROPOSED, SCHEDULED = "tse::proposed", "tse::scheduled"
PEOPLE_AT_MOST = 15


def new_asks(picture: Picture) -> tuple[Card, ...]:
    """Requests that were filed elsewhere since the last Corner and nobody here asks for yet; the weightiest first."""
    found = (card for card in picture.cards if card.issue.state == "opened" and _is_new(picture, card))
    return tuple(sorted((c for c in found if not of_here(picture, c)), key=lambda c: in_order(picture, c)))


def _is_new(picture: Picture, card: Card) -> bool:
    """Filed since the last Corner, and before this one: what comes later is for the next."""
    return lately(picture) < card.issue.created_at <= max(picture.meeting.start, lately(picture))


def ahead(picture: Picture) -> date:
    """The last day of the quarter after this one, as an example of a day by which something is needed."""
    year = picture.program.cadence.fiscal_year
    return year.start(year.quarter_of(picture.meeting.start.date()).following.following) - timedelta(days=1)


def asks(picture: Picture) -> Section:
    """The block `asks`: each with its numbers, what it is about, and how to add a customer to it."""
    rows = [_ask(picture, card) for card in new_asks(picture)]
    data: dict[str, object] = {"since": lately(picture), "ahead": ahead(picture)}
    cut = shorter(picture, data, rows, picture.taxonomy.workflow.start)
    return Section("asks", "corner_asks", {**data, **folded(rows)}, shorter=cut)


def _ask(picture: Picture, card: Card) -> dict[str, object]:
    told = request(picture, card)
    detail = picture.details.get(card.ref)
    if card.issue.confidential:
        return told
    problem = repeated(picture, detail.case, detail.case.facts.get("problem")) if detail else None
    return {**told, "region": (card.label("region") or "").rpartition("::")[2], "problem": problem}


def waiting_for(picture: Picture) -> tuple[tuple[str, Card], ...]:
    """Who of the region has a question of ours open, and about which request. Who was asked about a confidential one,
    and since when, stands there alone.
    """
    return tuple((who, card) for who, card in _of_region(picture) if not card.issue.confidential)


def hidden(picture: Picture) -> tuple[Ref, ...]:
    """The confidential requests about which somebody of the region has a question of ours open, by number."""
    found = {card.ref for _, card in _of_region(picture) if card.issue.confidential}
    return tuple(sorted(found, key=lambda ref: (ref.project, ref.iid)))


def _of_region(picture: Picture) -> Iterator[tuple[str, Card]]:
    found = ((_asked(picture, card), card) for card in waiting_cards(picture))
    return ((who, card) for who, card in found if who and region(picture, who) == picture.meeting.region)


def waiting_cards(picture: Picture) -> tuple[Card, ...]:
    """The open requests that wait for context, those of the region first, then the longest."""
    here = f"region::{picture.meeting.region}"
    found = (card for card in picture.cards if card.issue.state == "opened" and NEEDED in card.issue.labels)
    return tuple(sorted(found, key=lambda c: (c.label("region") != here, c.put_on.get(NEEDED, c.entered), c.ref.iid)))


def _asked(picture: Picture, card: Card) -> str | None:
    detail = picture.details.get(card.ref)
    of = question(picture, detail)["of"] if detail else None
    return str(of) if of else None


def _is_overdue(picture: Picture, card: Card) -> bool:
    return _days(picture, card) > picture.taxonomy.workflow.remind_after.days


def _days(picture: Picture, card: Card) -> int:
    return business_days(picture, card.put_on.get(NEEDED, card.entered), picture.now)


def waiting(picture: Picture) -> Section:
    """The block `waiting`: the SAs with open questions, each with their requests; confidential ones without people."""
    told = sorted(waiting_for(picture), key=lambda one: one[0].casefold())
    people = [_person(picture, who, [card for _, card in of]) for who, of in groupby(told, key=lambda one: one[0])]
    data = {"people": people, "hidden": tuple(map(str, hidden(picture))), "more": 0}
    short = {**data, "people": people[:PEOPLE_AT_MOST], "more": max(0, len(people) - PEOPLE_AT_MOST)}
    return Section("waiting", "corner_waiting", data, shorter=(short,))


def _person(picture: Picture, who: str, of: list[Card]) -> dict[str, object]:
    rows = [
        {
            "ref": str(card.ref),
            "missing": question(picture, picture.details.get(card.ref))["missing"],
            "days": _days(picture, card),
        }
        for card in of
    ]
    return {"who": who, "rows": rows, "overdue": any(_is_overdue(picture, card) for card in of)}


def topics(picture: Picture) -> Section:
    """The block `topics`: what is proposed and planned for the Technical Skills Exchange."""
    rows = [
        {"ref": str(card.ref), "planned": SCHEDULED in card.issue.labels}
        for card in picture.cards
        if card.issue.state == "opened" and card.issue.labels & {PROPOSED, SCHEDULED}
    ]
    rows.sort(key=lambda row: not row["planned"])
    cut = shorter(picture, {}, rows, PROPOSED)
    return Section("topics", "corner_topics", folded(rows), shorter=cut)


def verbal(picture: Picture) -> Section:
    """The block `verbal`: how to put down what somebody says, and the requests drafted from this Corner since."""
    return Section("verbal", "corner_verbal", folded([str(card.ref) for card in _captured(picture)]))


def _captured(picture: Picture) -> Iterator[Card]:
    """Drafts name the issue they were told on (H9)."""
    if picture.previous is None:
        return
    source = re.compile(rf"(?<![\w./-]){re.escape(str(picture.previous.issue.ref))}(?!\d)")
    for card in picture.cards:
        if card.issue.created_at > lately(picture) and source.search(card.issue.description):
            yield card
