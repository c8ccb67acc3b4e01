"""Blocks whose rows become fewer as a description fills up: fold, then link (agendas 4.1)."""

from collections.abc import Mapping, Sequence

from app.domain.agenda import Section
from app.domain.agendas.folding import folded, listed
from app.domain.picture import Picture

AT_MOST = (20, 8)
"""Rows of a table; fewer in a full description."""


def table(
    name: str,
    template: str,
    rows: Sequence[object],
    data: Mapping[str, object] | None = None,
    at_most: Sequence[int] = AT_MOST,
    minutes: int = 0,
) -> Section:
    """A block of `rows`: those to show, `fold_rows` for a fold below, and how many `more` there are."""
    sizes = [at_most[0], *(most for most in at_most[1:] if len(rows) > most)]
    link = (data or {}).get("link")
    first, *shorter = ({**(data or {}), **folded(rows, most), "link": link} for most in sizes)
    return Section(name, template, first, minutes, tuple(shorter))


def board_link(picture: Picture, status: str | None = None) -> str | None:
    """The open requests of the meeting's area, in one status or in all, as a list in GitLab."""
    area = picture.meeting.area
    return listed(picture, *([f"area::{area}"] if area else []), *([status] if status else []))
