"""How a document of the program is known again, whatever people do to its title, labels and text (agendas 4.4).

The marker is a signed envelope in a line of its own. It is made before the issue has a number, so it is *loose* first:
it then counts only in an issue that we wrote. Whoever wins the race for the document *binds* it to its issue; bound, it
is worth nothing anywhere else, and a loose one pasted beside it is not looked at.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.envelope import Envelope, Place, seal, unseal
from app.domain.issue import Issue
from app.domain.voice import Identity

_MARKER = re.compile(r"<!-- sounding-board:1 [A-Za-z0-9+/=]{1,20000} [A-Za-z0-9+/=]{44} -->")
_TEMPLATE = "document"
_GHOST = "ghost"


@dataclass(frozen=True, slots=True)
class DocumentName:
    """Which document: its kind, and a key that no other of the kind has in the whole program (`ai 2026-03-18`)."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


@dataclass(frozen=True, slots=True)
class Marked:
    """What an issue's marker says. Not `bound`: made, but nobody has won it yet, and nobody has been called."""

    document: str
    bound: bool
    state: Mapping[str, object]


def loose(name: DocumentName, identity: Identity) -> str:
    """The marker's line while there is no issue."""
    return _sealed(name, {}, _nowhere(identity), identity)


def bound(name: DocumentName, identity: Identity, issue: Issue, state: Mapping[str, object] | None = None) -> str:
    """The marker's line bound to the issue: the one it has, where that says so already. `state` of None stays."""
    for line in _MARKER.findall(issue.description):
        found = _opened([line], identity.place(issue), identity)
        if found and found.topic == f"document {name}":
            if state is None or found.state == state:
                return str(line)
            break
    return _sealed(name, state or {}, identity.place(issue), identity)


def marked(issue: Issue, identity: Identity) -> Marked | None:
    """Which document an issue is; None where no marker of it holds."""
    lines = _MARKER.findall(issue.description)
    if found := _opened(lines, identity.place(issue), identity):
        return Marked(found.topic.removeprefix("document "), True, found.state)
    ours = identity.bot.is_us(issue.author) or issue.author.username == _GHOST
    found = _opened(lines, _nowhere(identity), identity) if ours else None
    return Marked(found.topic.removeprefix("document "), False, found.state) if found else None


def with_marker(text: str, line: str | None) -> str:
    """The text with this marker in place of any other, at the end where there was none; without any for None."""
    if line and _MARKER.findall(text) == [line]:
        return text
    found = _MARKER.search(text)
    bare = _MARKER.sub("", text)
    if line is None:
        return bare
    if found:
        return bare[: found.start()] + line + bare[found.start() :]
    return f"{bare.rstrip()}\n\n{line}\n"


def _opened(lines: Iterable[str], place: Place, identity: Identity) -> Envelope | None:
    opened = (unseal(line, place, identity.keys) for line in lines)
    return next((e for e in opened if e and e.template == _TEMPLATE and e.topic.startswith("document ")), None)


def _sealed(name: DocumentName, state: Mapping[str, object], place: Place, identity: Identity) -> str:
    return seal("", f"document {name}", _TEMPLATE, state, place, identity.keys[0]).strip()


def _nowhere(identity: Identity) -> Place:
    return Place(identity.instance, 0, 0)
