"""What of a body was really said: its source lines by Markdown structure (requests 2.5, rules 1, 2 and 12).

Fenced code, hints in comments, HTML tags, summaries, quick actions and all quotes are gone; what is left is as typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.domain.accounts import with_scheme
from app.domain.quotes import without_quotes

READ_AT_MOST = 64 * 1024
"""Characters of a body that are read; it may be a megabyte."""

# Only the structure is taken from Markdown: parsing what stands inside a line costs most by far, and says nothing more.
_MARKDOWN = without_quotes(MarkdownIt("commonmark", {"maxNesting": 20}).disable(["inline", "text_join", "reference"]))
_INSIDE_HTML = without_quotes(MarkdownIt("commonmark", {"maxNesting": 20}))
_INSIDE_HTML.disable(["inline", "text_join", "reference", "html_block"])

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff"
_HARD_INDENT = re.compile(rf"^[ \t]*[{_SPACES}{_UNSEEN}][ \t{_SPACES}{_UNSEEN}]*", re.MULTILINE)
_NOT_PLAIN = re.compile(rf"[{_SPACES}{_UNSEEN}]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN: dict[int, str | int | None] = {
    **dict.fromkeys((code for code in range(0x10000) if re.match(f"[{_SPACES}]", chr(code))), " "),
    **dict.fromkeys((code for code in range(0x10000) if re.match(f"[{_UNSEEN}]", chr(code))), None),
    **_FULL_WIDTH,
}
_MARK = re.compile(r"`+|<!--|</?[A-Za-z][A-Za-z0-9-]*(?=[\s/>])[^<>]*>")
_SUMMARY, _SUMMARY_END = re.compile(r"<summary[\s>]", re.IGNORECASE), re.compile(r"</summary\s{0,9}>", re.IGNORECASE)
_SHOWN_AS_TYPED = re.compile(r"\s{0,3}<(?:pre|script|style|textarea)[\s>]", re.IGNORECASE)
_LONG_QUOTE = re.compile(r"[ \t]*(?:[-*+][ \t]{1,4})?(>{3,})[ \t]*")
_ONE_CUSTOMER = re.compile(r"[*_]{0,9}1[\s*_]{1,9}customers?\b", re.IGNORECASE)
_QUICK_ACTION = re.compile(r"/[A-Za-z_]+(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that survived, without its list mark or heading mark. `first` of its paragraph or list item."""

    text: str
    heading: bool = False
    first: bool = False


def readable(body: str) -> str:
    """The part of a body that is read, tidied: whole lines of the first 64 KiB, and one kind of line end, space,
    colon, digit and letter instead of many. A link into a CRM is one without its `https://` too.
    """
    text = body[:READ_AT_MOST]
    if len(body) > READ_AT_MOST:
        text = text[: text.rfind("\n") + 1] or text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Before a line, hard spaces are no indentation that makes it code; within it they are spaces.
    return with_scheme(_HARD_INDENT.sub(lambda m: _NOT_PLAIN.sub("", m[0]), text).translate(_PLAIN))


def lines(text: str) -> tuple[Line, ...]:
    """The lines of a `readable` text that somebody said. Takes time linear in its length, whatever it is."""
    return tuple(_surviving(_MARKDOWN, text))


def _surviving(markdown: MarkdownIt, text: str) -> Iterator[Line]:
    tokens = markdown.parse(text)
    fenced_off = long_quotes(text, tokens)
    heading = mark = ""
    for token in tokens:
        if token.type == "list_item_open":
            mark = token.markup
        elif token.type in ("heading_open", "heading_close"):
            heading = token.markup if token.nesting == 1 else ""
        elif not token.map or token.map[0] in fenced_off:
            continue
        elif token.type == "inline":
            yield from _paragraph(_signed(mark, token.content), heading)
            mark = ""
        elif token.type == "html_block" and not _SHOWN_AS_TYPED.match(token.content):
            yield from _surviving(_INSIDE_HTML, _unmarked(token.content))


def long_quotes(text: str, tokens: list[Token]) -> set[int]:
    """The lines of GitLab's long quotes, between two lines of `>>>`, which Markdown itself does not know. One stands
    in another that has longer marks, or in a list item.
    """
    marks = {i: m[1] for i, line in enumerate(text.split("\n")) if (m := _LONG_QUOTE.fullmatch(line))}
    for token in tokens if marks else ():
        if token.type in ("fence", "code_block", "html_block") and token.map:
            for i in marks.keys() & set(range(*token.map)):
                del marks[i]
    opened: list[tuple[int, int]] = []
    quoted: list[tuple[int, int]] = []
    for i, mark in marks.items():
        ends = next((n for n, (_, length) in enumerate(opened) if length <= len(mark)), None)
        if ends is None:
            opened.append((i, len(mark)))
        else:
            quoted.append((opened[ends][0], i))
            del opened[ends:]
    found: set[int] = set()
    last = -1
    for begin, end in sorted(quoted):
        found.update(range(max(begin, last + 1), end + 1))
        last = max(last, end)
    return found


def _signed(mark: str, content: str) -> str:
    """`- 1 customer` is a list to Markdown only: whoever typed it meant a sign."""
    return mark + content.lstrip("*_") if mark in ("+", "-") and _ONE_CUSTOMER.match(content) else content


def _paragraph(content: str, heading: str) -> Iterator[Line]:
    """Its lines. A rule of dashes right below `name: value` lines makes them a heading nobody meant."""
    typed = [line.strip() for line in _unmarked(content).split("\n")]
    meant = heading.startswith("#") or (len(typed) == 1 and ":" not in typed[0].rstrip(": *_"))
    if heading and meant:
        yield Line(" ".join(typed), heading=True, first=True)
        return
    for i, line in enumerate(typed):
        if not _QUICK_ACTION.match(line):
            yield Line(line, first=i == 0)


def _unmarked(text: str) -> str:
    """Without comments, tags, summaries and the marks of inline code. What is inline code is nothing else."""
    text = _without_summaries(text)
    closing = _closing_ticks(text)
    last = text.rfind("-->")
    kept: list[str] = []
    at = 0
    while mark := _MARK.search(text, at):
        kept.append(text[at : mark.start()])
        if mark[0][0] == "`":
            inside, at = closing.get(mark.start(), (mark.start(), mark.end()))
            kept.append(text[mark.end() : inside] if inside > mark.start() else mark[0])
        else:
            at = _end_of_comment(text, mark.start(), last) if mark[0] == "<!--" else mark.end()
    return "".join([*kept, text[at:]])


def _end_of_comment(text: str, start: int, last: int) -> int:
    """Where it ends. A hint whose line ends in a mere `>` was meant to end there, as two in the handbook's own template
    are; one that never ends hides the rest of its line.
    """
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    line = text[start:line_end]
    if last < start + 2 or ("-->" not in line and line.rstrip().endswith(">")):
        return line_end
    return text.index("-->", start + 2) + 3


def _closing_ticks(text: str) -> dict[int, tuple[int, int]]:
    """For each run of back-ticks that opens or could open code: where the next run of its length begins and ends."""
    found: dict[int, tuple[int, int]] = {}
    ahead: dict[int, tuple[int, int]] = {}
    for run in reversed(list(re.finditer(r"`+", text))):
        length = run.end() - run.start()
        if length in ahead:
            found[run.start()] = ahead[length]
        ahead[length] = run.span()
    return found


def _without_summaries(text: str) -> str:
    """Without the lines of `<summary>` up to where it ends."""
    if not _SUMMARY.search(text):
        return text
    kept: list[str] = []
    typed = text.split("\n")
    ends = [bool(_SUMMARY_END.search(line)) for line in typed]
    last = max((i for i, end in enumerate(ends) if end), default=-1)
    inside = False
    for i, line in enumerate(typed):
        opens = bool(_SUMMARY.search(line))
        if not inside and not opens:
            kept.append(line)
        inside = (inside or opens) and not ends[i] and i < last
    return "\n".join(kept)
