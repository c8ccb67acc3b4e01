"""References in GitLab-flavoured Markdown: `#12`, `~"a::b"`, `@user`, bare addresses (CONTRACT 8, documented)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from markdown_it.common.utils import escapeHtml

REFERENCE = re.compile(
    r"""(?P<url>\bhttps?://[^\s<>"]{1,2000})
    |~"(?P<quoted>[^"\n]{1,255})"
    |(?<![\w~/])~(?P<plain>\w[\w?.&-]{0,120}(?:::?\w[\w?.&-]{0,120}){0,6})
    |(?<![\w/@.+-])@(?P<user>[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,254}[A-Za-z0-9_])?)
    |(?<![\w./&#-])(?P<project>[\w.-]{1,255}(?:/[\w.-]{1,255}){1,20})?\#(?P<iid>[1-9][0-9]{0,8})(?:\+s?)?(?!\w)
    """,
    re.VERBOSE,
)
ISSUE_PATH = re.compile(r"^/(?P<project>.+?)/-/(?:issues|work_items)/(?P<iid>[1-9][0-9]{0,8})/?(?:[?#].*)?$")
SCOPED = re.compile(r"^(?P<key>.+)::(?P<value>.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LabelLook:
    """A label as the page draws it; colours are `#rrggbb`."""

    title: str
    color: str
    text_color: str
    description: str | None


@dataclass(frozen=True, slots=True)
class IssueLink:
    """An issue to link to: the drawer opens it, and `url` is its lasting address."""

    project_id: int
    iid: int
    title: str
    url: str


class World(Protocol):
    """What the text may refer to, as one reader may see it."""

    def user(self, username: str) -> str | None:
        """The full name of a person, or None."""

    def label(self, title: str) -> LabelLook | None:
        """A label that the project has, or None."""

    def issue(self, project_path: str | None, iid: int) -> IssueLink | None:
        """An issue of a project (None: the text's own), or None."""

    def own_path(self, url: str) -> str | None:
        """The path of an address on this very server, or None for other servers."""


def issue_link(world: World, href: str) -> IssueLink | None:
    """The issue that an address leads to, when it is one of this server's."""
    path = world.own_path(href)
    found = ISSUE_PATH.match(path) if path else None
    return world.issue(found["project"], int(found["iid"])) if found else None


def pieces(world: World, text: str) -> Iterator[tuple[bool, str]]:
    """The text cut at its references: (True, HTML) for a reference that leads somewhere, (False, text) for the rest."""
    done = 0
    for found in REFERENCE.finditer(text):
        drawn = _drawn(world, found)
        if drawn is None:
            continue
        html, length = drawn
        if found.start() > done:
            yield False, text[done : found.start()]
        yield True, html
        done = found.start() + length
    if done < len(text):
        yield False, text[done:]


def label_html(label: LabelLook) -> str:
    """A label pill. Colours travel as data: the page's policy allows no style attributes."""
    scoped = SCOPED.match(label.title)
    parts = [("key", scoped["key"]), ("value", scoped["value"])] if scoped else [("key", label.title)]
    inside = "".join(f'<span class="label__{part}">{escapeHtml(words)}</span>' for part, words in parts)
    shape = "label label--scoped" if scoped else "label"
    hint = escapeHtml(label.description or label.title)
    colors = f'data-color="{escapeHtml(label.color)}" data-text-color="{escapeHtml(label.text_color)}"'
    return f'<span class="{shape}" title="{hint}" {colors}>{inside}</span>'


def _drawn(world: World, found: re.Match[str]) -> tuple[str, int] | None:
    draw = _DRAWERS[found.lastgroup or ""]
    return draw(world, found)


def _label(world: World, found: re.Match[str]) -> tuple[str, int] | None:
    label = world.label(found["quoted"] or found["plain"])
    return (label_html(label), len(found[0])) if label else None


def _plain_label(world: World, found: re.Match[str]) -> tuple[str, int] | None:
    """Without quotes, the full stop that ends a sentence is not the label's."""
    title = found["plain"].rstrip(".?&-")
    label = world.label(title)
    return (label_html(label), len(title) + 1) if label else _label(world, found)


def _user(world: World, found: re.Match[str]) -> tuple[str, int] | None:
    name = world.user(found["user"])
    if name is None:
        return None
    return f'<span class="mention" title="{escapeHtml(name)}">@{escapeHtml(found["user"])}</span>', len(found[0])


def _issue(world: World, found: re.Match[str]) -> tuple[str, int] | None:
    link = world.issue(found["project"], int(found["iid"]))
    if link is None:
        return None
    words = found[0].rstrip("s").rstrip("+")
    titled = f"{link.title} ({words})" if words != found[0] else words
    return f"<a {issue_attributes(link)}>{escapeHtml(titled)}</a>", len(found[0])


def _url(world: World, found: re.Match[str]) -> tuple[str, int]:
    url = found["url"].rstrip(".,;:!?'*_")
    if url.endswith(")") and "(" not in url:
        url = url.rstrip(")")
    link = issue_link(world, url)
    attributes = issue_attributes(link) if link else f'href="{escapeHtml(url)}" {OUTWARD}'
    words = f"#{link.iid}" if link else url
    return f"<a {attributes}>{escapeHtml(words)}</a>", len(url)


def issue_attributes(link: IssueLink) -> str:
    """What makes a link open the drawer."""
    numbers = f'data-project="{link.project_id}" data-iid="{link.iid}"'
    return f'class="issue" href="{escapeHtml(link.url)}" title="{escapeHtml(link.title)}" {numbers}'


OUTWARD = 'rel="nofollow noopener noreferrer" target="_blank"'
_DRAWERS: dict[str, Callable[[World, re.Match[str]], tuple[str, int] | None]] = {
    "url": _url,
    "quoted": _label,
    "plain": _plain_label,
    "user": _user,
    "iid": _issue,
}
