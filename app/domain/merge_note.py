"""What the one note on a merge request says: files that a pipeline made, put together so that they only tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MARKER = "<!-- sounding-board:merge-request -->"
"""Stands at the end of our note. Plain: the pipeline of a merge request has no signing key (promise 7)."""

MOST = 200_000
"""Characters of a note. GitLab takes a million, people read far fewer; the rest is in the job's artifacts."""

MOST_MARKDOWN = MOST // 2
"""Characters of our own Markdown in it. A plan folds itself to this, as a cut would leave a list open."""

_CUT = "\n\n… The rest is in the artifacts of the job."
_ACTION = re.compile(r"^(\s*)/(?=[A-Za-z])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A merge request: its project's full path, and its number there."""

    project: str
    iid: int

    def __str__(self) -> str:
        return f"{self.project}!{self.iid}"


@dataclass(frozen=True, slots=True)
class Section:
    """One file: Markdown that we wrote, or plain text, which is shown as it is."""

    text: str
    markdown: bool


def note_text(parts: Sequence[Section]) -> str:
    """The visible text; parts without a word are left out, and no line is a quick action (promise 9)."""
    told = [part for part in parts if part.text.strip()]
    shown = "\n\n".join(_markdown(part.text) if part.markdown else _fenced(part.text) for part in told)
    return shown or "Nothing to tell."


def _markdown(text: str) -> str:
    lines = _cut(text.strip(), MOST_MARKDOWN)
    return _ACTION.sub(r"\1\\/", lines).replace("<!--", "&lt;!--")


def _fenced(text: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    return f"{fence}text\n{_cut(text.strip(chr(10)).rstrip(), MOST // 4)}\n{fence}"


def _cut(text: str, most: int) -> str:
    """Whole lines, as many as fit."""
    if len(text) <= most:
        return text
    return text[:most].rpartition("\n")[0].rstrip() + _CUT
