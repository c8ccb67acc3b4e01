"""Lists that may be long (agendas 4.2): a few rows are seen at once, more in a fold, and the others behind a link."""

from collections.abc import Mapping, Sequence

from app.domain.picture import Picture

SHOWN = 10
"""Rows that are seen without unfolding anything."""
CUT_AT = (100, SHOWN)
"""Rows that are kept, in all, as the description fills up."""


def folded(rows: Sequence[object], keep: int | None = None, link: str | None = None) -> dict[str, object]:
    """`rows` to show, `fold_rows` for a fold below, how many `more` there are, and a `link` that lists all of them."""
    kept = rows if keep is None else rows[:keep]
    return {"rows": kept[:SHOWN], "fold_rows": kept[SHOWN:], "more": len(rows) - len(kept), "link": link}


def shorter(
    picture: Picture, data: Mapping[str, object], rows: Sequence[object], label: str
) -> tuple[Mapping[str, object], ...]:
    """The same section for a description that is full; `label` finds the requests in GitLab's list."""
    link = listed(picture, label)
    return tuple({**data, **folded(rows, keep, link)} for keep in CUT_AT)


def listed(picture: Picture, *labels: str) -> str | None:
    """The open requests with these labels, as a list in GitLab; None where nobody knows the instance's address."""
    wanted = "&".join(f"label_name[]={title.replace(':', '%3A')}" for title in labels)
    return f"{picture.url.rstrip('/')}/{picture.home}/-/issues?state=opened&{wanted}" if picture.url else None
