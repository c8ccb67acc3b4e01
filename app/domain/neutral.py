"""What users typed is hostile until neutralised (promise 9): echoed, it runs nothing, calls nobody, breaks nothing.

GitLab looks for quick actions at the start of lines and for references (`@all`, `#1`, `~label`, URLs) in text, also
in text that was escaped; it looks for neither inside inline code (CONTRACT 8). So echoed text goes into inline code.
"""

import re
import unicodedata

_HANDLE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?")
_SLANTED = re.compile(r"(?:\A|[.-])_.*_(?:\Z|[.-])")
"""A handle in which Markdown finds emphasis, so that GitLab finds no handle."""

_LABEL = re.compile(r'[^"\n\r`<>|\\]{1,255}')
_NOBODY = frozenset({"all", "here", "everyone"})


def quote(text: str, at_most: int = 120) -> str:
    """One line of inline code that shows `text`: spaces folded, control and direction characters out, cut to length."""
    line = plain(text, at_most)
    if not line:
        return "`(empty)`"
    # A bar would end a table cell even inside code; its full-width twin reads the same and does not.
    # A hidden key or marker of ours, typed by somebody, would be one even inside code.
    line = line.replace("|", "｜").replace("<!--", "‹!--")
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def plain(text: str, at_most: int = 120) -> str:
    """One line for a terminal or a log: spaces folded, control and direction characters out, cut to length."""
    visible = "".join(" " if c.isspace() else c for c in text[: at_most * 8] if c.isspace() or _shown(c))
    line = " ".join(visible.split())
    return line if len(line) <= at_most else line[: at_most - 1].rstrip() + "…"


def mention(username: str) -> str:
    """A handle that notifies; as inline code where it is no single person's handle."""
    if _HANDLE.fullmatch(username) and username.casefold() not in _NOBODY and not _SLANTED.search(username):
        return f"@{username}"
    return quote(username)


def label(title: str) -> str:
    """A reference that GitLab shows as the label; as inline code where the title cannot be referenced (CONTRACT 8)."""
    return f'~"{title}"' if _LABEL.fullmatch(title) else quote(title)


def _shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
