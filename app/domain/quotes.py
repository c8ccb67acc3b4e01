"""Block quotes, skipped whole: people quote others when they answer, and a quoted +1 must not count twice.

The parser's own rule looks for the end of a quote over and over again: quotes made for it take quadratic time.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

_NO_PARAGRAPHS = ("#", "```", "~~~", "---", "***", "___")


def without_quotes(markdown: MarkdownIt) -> MarkdownIt:
    """The parser, with a rule that makes nothing of a quote and looks at each line of it once."""
    markdown.block.ruler.at("blockquote", _skip, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return markdown


def _skip(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start) or not _typed(state, start).startswith(">"):
        return False
    if silent:
        return True
    line, fenced, lazy = start, False, True
    while line < end and not state.isEmpty(line):
        typed = _typed(state, line)
        if typed.startswith(">"):
            inside = typed.lstrip("> \t")
            fence = inside.startswith(("```", "~~~"))
            fenced ^= fence
            lazy = not (fenced or fence or inside == "" or inside.startswith(_NO_PARAGRAPHS))
        elif not lazy or _begins(state, line, end):
            break
        line += 1
    state.line = line
    return True


def _typed(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _begins(state: StateBlock, line: int, end: int) -> bool:
    """Whether something else begins here; any other line lazily goes on with the quote's last paragraph."""
    before, state.parentType = state.parentType, "blockquote"
    found = any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules("blockquote"))
    state.parentType = before
    return found
