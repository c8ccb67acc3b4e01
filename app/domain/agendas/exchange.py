"""The Technical Skills Exchange (S195-S205): a session on its topic, or a call for one while none is planned.

A topic is a request with `tse::scheduled`; the session that comes next has the one that was planned first. What the
handbook wants every session to cover has its place from the start, prefilled where requests tell it.
"""

from collections.abc import Iterable, Iterator

from app.domain.agenda import Agenda, Section
from app.domain.agendas.corner_asks import PROPOSED, SCHEDULED
from app.domain.agendas.corner_decided import in_order
from app.domain.agendas.folding import folded, shorter
from app.domain.agendas.parts_actions import ACTIONS, NOTES, carried
from app.domain.agendas.parts_header import header, title
from app.domain.agendas.parts_late import footer
from app.domain.agendas.request_words import repeated, request
from app.domain.issue import Ref
from app.domain.managed_lines import items_of
from app.domain.picture import Card, Detail, Picture
from app.domain.roster import Role

READ_AT_MOST = 20
PRINCIPLES = "### Architecture principles\n- "
DEMO = "## Solution and demo\n- "
AT_SCALE = "### Principles to adopt it at scale\n- "
QUESTIONS = "## Questions collected\n- "
RECORDED = "after/recording"
OWED = "recording/"
"""Before the agenda's reference, in the key of a box for a recording that is missing."""
_TOLD = ("problem", "workaround", "impact")


def wants(picture: Picture) -> tuple[Ref, ...]:
    """The topic first, then what it may answer, then what else is proposed."""
    this = topic(picture)
    cards = (*((this,) if this else ()), *answered(picture), *proposed(picture))
    return tuple(dict.fromkeys(card.ref for card in cards))[:READ_AT_MOST]


def agenda(picture: Picture) -> Agenda:
    """The session, or the call for its topic."""
    this = topic(picture)
    return Agenda(
        title(picture),
        (
            header(picture),
            subject(picture),
            *_session(picture, this),
            carried(picture),
            ACTIONS,
            NOTES,
            footer(picture),
        ),
        empty=this is None and not proposed(picture),
    )


def _session(picture: Picture, this: Card | None) -> Iterator[str | Section]:
    """What a session covers, once it has a topic; recordings that are missing are asked for in any case."""
    if this is not None:
        yield from (context(picture), PRINCIPLES, DEMO, value(picture), AT_SCALE, answers(picture))
    yield QUESTIONS
    after = afterwards(picture)
    if this is not None or after.data["owed"]:
        yield after


def topic(picture: Picture) -> Card | None:
    """What this session is about: of the topics that are planned, the first that was."""
    return next(iter(planned(picture)), None)


def planned(picture: Picture) -> tuple[Card, ...]:
    """The topics with a date, in the order they got it."""
    found = _labelled(picture, SCHEDULED)
    return tuple(sorted(found, key=lambda card: (card.put_on.get(SCHEDULED, card.issue.created_at), card.ref.iid)))


def proposed(picture: Picture) -> tuple[Card, ...]:
    """The topics that somebody would like to hear about, the weightiest first."""
    return tuple(sorted(_labelled(picture, PROPOSED), key=lambda card: in_order(picture, card)))


def _labelled(picture: Picture, label: str) -> Iterator[Card]:
    return (card for card in picture.cards if card.issue.state == "opened" and label in card.issue.labels)


def answered(picture: Picture) -> tuple[Card, ...]:
    """The open requests of the topic's theme, which a session on it answers too; the weightiest first."""
    this = topic(picture)
    theme = this.label(f"theme::{this.area}") if this else None
    if this is None or theme is None:
        return ()
    found = (card for card in _labelled(picture, theme) if card.ref != this.ref)
    return tuple(sorted(found, key=lambda card: in_order(picture, card)))


def presenters(card: Card) -> tuple[str, ...]:
    """Who presents it: whoever it is assigned to."""
    return tuple(user.username for user in card.issue.assignees)


def _leads(picture: Picture, card: Card) -> tuple[str, ...]:
    found = picture.program.roster.holders(Role.LEAD, card.area, picture.meeting.start) if card.area else ()
    return tuple(person.username for person in found)


def subject(picture: Picture) -> Section:
    """The block `topic`: what, who presents it, what comes after it; or the call for topics."""
    this, later = topic(picture), planned(picture)[1:]
    rows = [str(card.ref) for card in proposed(picture)]
    data = {
        "topic": str(this.ref) if this else None,
        "area": _area(picture, this),
        "presenters": presenters(this) if this else (),
        "leads": _leads(picture, this) if this else (),
        "later": [str(card.ref) for card in later[:5]],
    }
    return Section("topic", "exchange_topic", {**data, **folded(rows)}, shorter=shorter(picture, data, rows, PROPOSED))


def _area(picture: Picture, card: Card | None) -> str | None:
    return next((area.name for area in picture.program.areas if card and area.key == card.area), None)


def context(picture: Picture) -> Section:
    """The block `context`: why, life without it, and the risk, in the words of the topic's request."""
    this = topic(picture)
    data = {"topic": this is not None, "confidential": this is not None and this.issue.confidential}
    return Section("context", "exchange_context", {**data, **_told(picture)})


def _told(picture: Picture) -> dict[str, str | None]:
    this = topic(picture)
    detail = picture.details.get(this.ref) if this and not this.issue.confidential else None
    if detail is None:
        return dict.fromkeys(_TOLD)
    return {key: next(_words(picture, detail, key), None) for key in _TOLD}


def _words(picture: Picture, detail: Detail, key: str) -> Iterator[str]:
    """What may be repeated of the request's own words, then of what its customers' lines say."""
    lines = (line for line in detail.lines if not line.internal)
    of_lines = ((line.workaround if key == "workaround" else line.impact) for line in lines)
    told = (detail.case.facts.get(key), *(of_lines if key != "problem" else ()))
    return (words for one in told if (words := repeated(picture, detail.case, one)))


def value(picture: Picture) -> Section:
    """The block `value`: how many customers ask for it, on how many requests."""
    this = topic(picture)
    cards = [card for card in ((this, *answered(picture)) if this else ()) if not card.issue.confidential]
    read = [picture.details[card.ref] for card in cards if card.ref in picture.details]
    data = {
        "topic": request(picture, this) if this else None,
        "requests": len(cards),
        "read": len(read),
        "customers": len(_accounts(read)),
    }
    return Section("value", "exchange_value", data)


def _accounts(details: Iterable[Detail]) -> frozenset[str]:
    return frozenset(line.account.key for detail in details for line in detail.lines)


def answers(picture: Picture) -> Section:
    """The block `answers`: the requests that this session answers."""
    this = topic(picture)
    rows = [request(picture, card) for card in ((this, *answered(picture)) if this else ())]
    theme = (this.label(f"theme::{this.area}") if this else None) or SCHEDULED
    data = {"topic": this is not None}
    return Section("answers", "exchange_answers", {**data, **folded(rows)}, shorter=shorter(picture, data, rows, theme))


def afterwards(picture: Picture) -> Section:
    """The block `after`: where the recording is, and the recordings that earlier sessions still owe."""
    this = topic(picture)
    data = {"topic": this is not None, "area": _area(picture, this), "key": RECORDED, "owed": tuple(_owed(picture))}
    return Section("after", "exchange_after", data)


def _owed(picture: Picture) -> Iterator[dict[str, str]]:
    """Boxes of the last agenda that nobody ticked or wrote a link behind."""
    if picture.previous is None:
        return
    seen: set[str] = set()
    for line in picture.previous.issue.description.split("\n"):
        for item in items_of(line) if "<!-- sb:item " in line else ():
            own = str(picture.previous.issue.ref) if item.key == RECORDED else None
            of = own or (item.key.removeprefix(OWED).replace("-%2D", "--") if item.key.startswith(OWED) else None)
            if of and of not in seen and not item.touched:
                seen.add(of)
                yield {"ref": of, "key": f"{OWED}{of}".replace("--", "-%2D")}
