"""GitLab-flavoured Markdown for the drawer, rendered so that nothing a person typed can act.

The HTML a person writes is never passed on: comments vanish as in GitLab (doc/user/markdown.md, documented), a few
harmless tags are written anew without their attributes, all else shows as the text it is.
"""

import re
from collections.abc import Sequence
from html import unescape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.fakegitlab.page.emoji import emoji
from app.fakegitlab.page.references import OUTWARD, World, issue_attributes, issue_link, pieces

LONGEST = 60_000
"""Characters of one text that are rendered; GitLab itself stops rendering rich text in very long notes."""

_SCHEME = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = frozenset({"http", "https", "mailto"})
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]")
_HTML = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)(details|summary|sub|sup|br|kbd)(?:\s+(open))?\s*/?>", re.DOTALL | re.I)
_TASK = re.compile(r"^\[([ xX])\]\s+")
_ALIGN = re.compile(r"^text-align:(left|center|right)$")
_DIRECTED = frozenset({"paragraph_open", "heading_open", "bullet_list_open", "ordered_list_open", "th_open", "td_open"})


def render(text: str | None, world: World) -> str:
    """Safe HTML for a description or a note; empty for no text. Too long a text is cut, and says so."""
    if not text:
        return ""
    html = str(_GITLAB.render(text[:LONGEST], {"world": world}))
    if len(text) <= LONGEST:
        return html
    return f'{html}<p class="shortened">Shortened: {LONGEST:,} of {len(text):,} characters are shown.</p>'


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 (the name is markdown-it's)
        """Only addresses that cannot run anything: http, https, mailto, or relative ones."""
        scheme = _SCHEME.match(_UNSEEN.sub("", unescape(unquote(url))))
        return scheme is None or scheme[1].lower() in _SCHEMES


def _clean(html: str, world: World) -> str:
    """Typed HTML as text, but for comments (gone) and the few tags that are let through bare."""
    done, out = 0, []
    for found in _HTML.finditer(html):
        out.append(_words(html[done : found.start()], world))
        done = found.end()
        if found[2]:
            out.append(f"<{found[1]}{found[2].lower()}{' open' if found[3] and not found[1] else ''}>")
    out.append(_words(html[done:], world))
    return "".join(out)


def _words(html: str, world: World) -> str:
    """What stands between tags: GitLab finds references there too."""
    return "".join(piece if drawn else escapeHtml(piece) for drawn, piece in pieces(world, unescape(html)))


def _refer(state: StateCore) -> None:
    """Turn references in plain text (not in links, not in code) into chips and links."""
    world: World = state.env["world"]
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = _referred(block.children, world)


def _referred(tokens: Sequence[Token], world: World) -> list[Token]:
    out: list[Token] = []
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type == "link_open":
            _open_link(token, world)
        if token.type != "text" or depth:
            out.append(token)
            continue
        for drawn, words in pieces(world, token.content):
            out.append(Token("drawn" if drawn else "text", "", 0, content=words if drawn else emoji(words)))
    return out


def _open_link(token: Token, world: World) -> None:
    """A link to an issue of this server opens the drawer; any other opens a page of its own."""
    found = issue_link(world, str(token.attrGet("href") or ""))
    token.meta["attributes"] = issue_attributes(found) if found else None


def _tasks(state: StateCore) -> None:
    """`- [x] done` becomes a box that knows its line; the page lets those tick it who may edit the text."""
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        first = inline.children[0] if inline.type == "inline" and inline.children else None
        if item.type != "list_item_open" or paragraph.type != "paragraph_open" or first is None:
            continue
        found = _TASK.match(first.content) if first.type == "text" else None
        if found and inline.children is not None:
            item.attrSet("class", "task")
            first.content = first.content[found.end() :]
            ticked = "" if found[1] == " " else " checked"
            line = item.map[0] if item.map else 0
            label = "done" if ticked else "to do"
            box = f'<input type="checkbox" disabled{ticked} data-line="{line}" aria-label="{label}">'
            inline.children.insert(0, Token("drawn", "", 0, content=box))


def _direct(state: StateCore) -> None:
    """Each block reads in the direction of its own script; alignment is a class, since styles are forbidden."""
    for token in state.tokens:
        if token.type in _DIRECTED:
            token.attrSet("dir", "auto")
        align = _ALIGN.match(str(token.attrs.pop("style", "")))
        if align:
            token.attrSet("class", align[1])


def _draw_html(tokens: Sequence[Token], index: int, _options: object, env: dict[str, World]) -> str:
    return _clean(tokens[index].content, env["world"])


def _draw_drawn(tokens: Sequence[Token], index: int, *_rest: object) -> str:
    return tokens[index].content


def _draw_link(tokens: Sequence[Token], index: int, *_rest: object) -> str:
    token = tokens[index]
    attributes = token.meta.get("attributes")
    return f"<a {attributes}>" if attributes else f'<a href="{escapeHtml(str(token.attrGet("href") or ""))}" {OUTWARD}>'


def _draw_image(tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Pictures are linked, not loaded: the page makes no request to other servers."""
    token = tokens[index]
    words = escapeHtml(token.content or "without a description")
    return f'<a href="{escapeHtml(str(token.attrGet("src") or ""))}" {OUTWARD}>Picture: {words}</a>'


def _gitlab() -> MarkdownIt:
    markdown = _Markdown("commonmark", {"html": True, "maxNesting": 20}).enable(["table", "strikethrough"])
    markdown.core.ruler.before("text_join", "refer", _refer)
    markdown.core.ruler.before("refer", "tasks", _tasks)
    markdown.core.ruler.push("direct", _direct)
    for name, rule in {
        "html_block": _draw_html,
        "html_inline": _draw_html,
        "drawn": _draw_drawn,
        "link_open": _draw_link,
        "image": _draw_image,
    }.items():
        markdown.renderer.rules[name] = rule  # type: ignore[attr-defined]
    return markdown


_GITLAB = _gitlab()
