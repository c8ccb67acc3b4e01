"""The pod of an area (S142-S159): what is new and not ready, what it weighs, and what is nominated by tick."""

from itertools import chain

from app.domain.agenda import Agenda, Verb
from app.domain.agendas.nominations import candidates, nominate, nominated
from app.domain.agendas.numbering import numbered
from app.domain.agendas.parts_actions import ACTIONS, NOTES, carried
from app.domain.agendas.parts_glance import glance
from app.domain.agendas.parts_header import header, title
from app.domain.agendas.parts_late import footer
from app.domain.agendas.pod_board import board, silent
from app.domain.agendas.pod_requests import (
    by_weight,
    calibrate,
    came_new,
    duplicates,
    new,
    not_ready,
    unready,
)
from app.domain.agendas.prepared import prepare
from app.domain.agendas.quiet import with_quiet
from app.domain.agendas.request_words import NEW, REVIEWED
from app.domain.issue import Ref
from app.domain.picture import Card, Picture

READ_NEW, READ_NOT_READY, READ_OTHERS = 16, 8, 16
"""Requests whose notes are read: new since the last pod and waiting for context, which are all shown, and others by
weight, of which the heaviest ten are shown to be nominated. So no more is read than two calls for each that is shown.
"""
QUIET = {
    "new": "new requests",
    "not-ready": "requests that lack something",
    "calibrate": "points to calibrate",
    "duplicates": "possible duplicates",
    "silent": "silent regions",
    "carried": "actions left open",
}
"""What a pod says of its sections in one line, where they are empty."""
NUMBERED = ("new", "not-ready", "calibrate", "duplicates", "board", "nominate", "silent")
"""The sections with a number, from 1 on."""


def wants(picture: Picture) -> tuple[Ref, ...]:
    """The requests whose notes are needed, the most wanted first."""
    fresh, waiting = came_new(picture), unready(picture)
    shown = dict.fromkeys(card.ref for card in (*fresh[:READ_NEW], *waiting[:READ_NOT_READY]))
    backlog = picture.in_status("status::backlog")
    rest = chain(_undecided(picture)[:READ_OTHERS], candidates(picture), fresh, waiting, backlog)
    others = dict.fromkeys(card.ref for card in rest if card.ref not in shown)
    return (*shown, *tuple(others)[:READ_OTHERS])


def _undecided(picture: Picture) -> list[Card]:
    return by_weight(picture, (*picture.in_status(NEW), *picture.in_status(REVIEWED)))


def agenda(picture: Picture) -> Agenda:
    """The whole agenda."""
    taken = sum(len(nominated(picture, verb)) for verb in (Verb.NOMINATE_REVIEW, Verb.NOMINATE_DRIVER))
    counts = {"new": len(came_new(picture)), "not_ready": len(unready(picture)), "nominated": taken}
    layout = with_quiet(
        picture,
        (
            header(picture, counts),
            glance(picture),
            *prepare(picture),
            new(picture),
            not_ready(picture),
            calibrate(picture),
            duplicates(picture),
            board(picture),
            nominate(picture),
            silent(picture),
            carried(picture),
            ACTIONS,
            NOTES,
            footer(picture),
        ),
        QUIET,
    )
    return Agenda(
        title(picture),
        numbered(layout, NUMBERED),
        empty=not (came_new(picture) or unready(picture) or candidates(picture) or picture.actions),
    )
