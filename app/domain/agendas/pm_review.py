"""The PM/SME review of an area (S167-S189, agendas 4.3): what is decided, and what is passed on to customers."""

from collections.abc import Iterator
from itertools import chain

from app.domain.agenda import Agenda, Section
from app.domain.agendas.decision_words import decisions
from app.domain.agendas.decisions_made import decided
from app.domain.agendas.decisions_wanted import NEXT, timed, wanted
from app.domain.agendas.numbering import numbered
from app.domain.agendas.owed import betas, calls, came_back, in_beta, owed, owing, themes
from app.domain.agendas.parts_actions import ACTIONS, NOTES, carried
from app.domain.agendas.parts_glance import glance
from app.domain.agendas.parts_header import header, title
from app.domain.agendas.parts_late import footer
from app.domain.agendas.quiet import with_quiet
from app.domain.agendas.relayed import at_risk, moved_on, risks, updates
from app.domain.issue import Ref
from app.domain.picture import Card, Picture
from app.domain.roster import Role

READ_AT_MOST = 40
"""Requests whose notes are read; half of them for decisions."""
SHOWN = 6
"""Minutes kept for the release, betas and actions."""
QUIET = {
    "decisions": "decisions wanted",
    "updates": "updates to relay",
    "promises": "promises at risk",
    "betas": "open betas",
    "trends": "new requests",
    "owed": "answers we owe the PM",
    "calls": "customers who want to speak with the PM",
    "carried": "actions left open",
}
"""What a review says of its sections in one line, where they are empty."""
NUMBERED = ("decisions", "updates", "trends", "owed", "calls")
"""The sections with a number, from 1 on."""


def wants(picture: Picture) -> tuple[Ref, ...]:
    """The requests whose notes are needed, the most wanted first."""
    first = [one.card for one in wanted(picture)][: READ_AT_MOST // 2]
    found = dict.fromkeys(card.ref for card in chain(first, decided(picture), _passed_on(picture)))
    return tuple(found)[:READ_AT_MOST]


def _passed_on(picture: Picture) -> Iterator[Card]:
    yield from moved_on(picture)
    yield from owing(picture)
    yield from came_back(picture)
    yield from (card for card in picture.cards if in_beta(card))
    yield from (card for card in picture.cards if "severity::fast-follow" in card.issue.labels)


def agenda(picture: Picture) -> Agenda:
    """The whole agenda."""
    passed_on = updates(picture)
    length = int(picture.meeting.length.total_seconds() // 60)
    found = timed(picture, length - passed_on.minutes - SHOWN)
    to_decide = decisions(picture, found)
    counts = {"decisions": len(found), "updates": len(moved_on(picture)), "promises": len(at_risk(picture))}
    said = {"decisions": counts["decisions"], "decided": len(decided(picture)), **counts}
    layout = with_quiet(
        picture,
        (
            header(picture, said, to_decide.minutes + passed_on.minutes),
            glance(picture),
            to_decide,
            passed_on,
            risks(picture),
            release(picture),
            betas(picture),
            *_rest(picture),
        ),
        QUIET,
    )
    return Agenda(
        title(picture),
        numbered(layout, NUMBERED),
        empty=not any(counts.values()) and not owing(picture),
    )


def release(picture: Picture) -> str:
    """People's own place for what is shown: a box for its PM, who is not called by it."""
    roster, meeting = picture.program.roster, picture.meeting
    pm = (host for host in meeting.hosts if Role.PM in roster.roles_at(host, meeting.area, meeting.start))
    shows = next((f"`@{host}`" for host in pm), "the PM")
    return f"## This release and betas\n\n- [ ] {shows} shows: …"


def _rest(picture: Picture) -> tuple[str | Section, ...]:
    return (
        themes(picture),
        owed(picture),
        calls(picture),
        carried(picture),
        ACTIONS,
        NOTES,
        footer(picture, NEXT),
    )
