"""Quick actions found in text: only at the start of a line of a top-level paragraph (CONTRACT 8, documented)."""

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

KNOWN = re.compile(
    r"approve|assign|award|assign_reviewer|blocked_by|blocks|board_move|child_of|clear_health_status|"
    r"clear_weight|clone|close|confidential|convert_to_ticket|copy_metadata|create_merge_request|done|due|"
    r"due_date|duplicate|epic|estimate|estimate_time|health_status|in_due|iteration|label|labels|link|lock|milestone|move|parent|"
    r"promote|promote_to|promote_to_incident|publish|react|reassign|relabel|relate|remove_due_date|remove_epic|"
    r"remove_estimate|remove_iteration|remove_label|remove_milestone|remove_parent|remove_time_estimate|remove_time_spent|reopen|"
    r"severity|shrug|spend|spend_time|spent|start_date|status|subscribe|tableflip|time|timer|title|todo|type|unassign|"
    r"unblock|unlabel|unlink|unlock|unrelate|unsubscribe|weight|zoom"
)
SUBSTITUTIONS = {"shrug": "¯\\＿(ツ)＿/¯", "tableflip": "(╯°□°)╯︵ ┻━┻"}
_LINE = re.compile(r"/([a-z_]+)(?:[ \t]+(.*?))?[ \t]*", re.IGNORECASE)
_MARKDOWN = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`."""

    name: str
    argument: str


def extract(text: str) -> tuple[str, list[Command]]:
    """The text without its quick actions, and these in order.

    Code, quotes, lists, HTML and comments are left alone, as are names GitLab does not know (`/cc` is gone since 18.3).
    """
    if "/" not in text:
        return text, []
    lines = text.split("\n")
    found: dict[int, Command] = {}
    for start, end in _paragraphs(text):
        for number in range(start, min(end, len(lines))):
            command = _read(lines[number].rstrip("\r"))
            if command:
                found[number] = command
    if not found:
        return text, []
    drawn = {number: _drawn(one) for number, one in found.items() if one.name in SUBSTITUTIONS}
    left = "\n".join(
        drawn.get(number, line) for number, line in enumerate(lines) if number in drawn or number not in found
    )
    return left.strip(), [found[number] for number in sorted(found) if number not in drawn]


def _drawn(command: Command) -> str:
    """`/shrug text` stays in the text as a drawing (lib/gitlab/quick_actions/issuable_actions.rb, sure)."""
    return f"{command.argument} {SUBSTITUTIONS[command.name]}".strip()


def _read(line: str) -> Command | None:
    match = _LINE.fullmatch(line)
    if match is None or not KNOWN.fullmatch(match[1].lower()):
        return None
    return Command(match[1].lower(), (match[2] or "").strip())


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Line ranges of top-level paragraphs outside GitLab's `>>>` quotes."""
    quoted, inside = set(), False
    for number, line in enumerate(text.split("\n")):
        if line.strip() == ">>>":
            inside = not inside
            quoted.add(number)
        elif inside:
            quoted.add(number)
    ranges = []
    for token in _MARKDOWN.parse(text):
        if token.type == "paragraph_open" and token.level == 0 and token.map and token.map[0] not in quoted:
            ranges.append((token.map[0], token.map[1]))
    return ranges
