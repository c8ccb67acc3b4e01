"""The page of the workflow: `docs/workflow.md`, with its state diagram (Mermaid)."""

import re
from collections.abc import Iterable

from app.domain.commands import AND_MOVER, HOW, MAY, Word
from app.domain.context import GROWN, NEW_CUSTOMER, WORTH
from app.domain.ours import BURST_MOVES, BURST_WITHIN
from app.domain.roster import Role
from app.domain.taxonomy import Item, Move, Predicate, Source, Taxonomy, Workflow

HEAD = """# Workflow

Made from `label_taxonomy.yml` by `make generate`; change it there.
"""

MODES = """
## How far a rule goes

`off`: nothing. `observe`: only a line in the journal. `guide`: a comment, and no move is put back. `enforce`: a move
that may not stand is put back, and explained.

The switch `moves` is for the table of moves below. The other rules repair or ask, and never put a person's move back,
so in `guide` they do all they do in `enforce`, labels included:

| rule | in `guide` and in `enforce` |
|---|---|
| `starting_status` | sets the first status on a new request |
| `one_status` | brings back the last status that stood where it was lost or doubled |
| `open_closed` | asks whoever closed a request on its way, and sets the status (and reason) of the answer |
| `context` | asks for what is missing, and sets `context::needed` or `context::ready` |
| `commands` | answers what people write to the bot, in notes and reactions |"""

BURSTS = f"""
## Many moves at once

From the {BURST_MOVES + 1}th move that one person makes within {BURST_WITHIN.seconds // 60} minutes, a card that may not
stay where it was put goes back without a note of its own, and its move is not kept. One summary on the operator issue
(`operator_issue` in `program.yml`) calls that person and names all these cards, each before it goes back; of more than
fifty it counts the others. The journal of each card says so too. Moved again by itself, a card says what it needs. A
card that has a note about its moves already says it there, and so do all cards where there is no operator issue, or
where GitLab refuses the summary for good."""

_ROLES = {
    Role.ANYONE: "anyone",
    Role.AUTHOR: "author",
    Role.SA: "SA",
    Role.SME: "SME",
    Role.LEAD: "lead",
    Role.PM: "PM",
    Role.EM: "EM",
    Role.PROGRAM_LEAD: "program lead",
}


def workflow_page(taxonomy: Taxonomy) -> str:
    """The page in Markdown, ending in a line feed."""
    return "\n".join(
        [
            HEAD,
            _diagram(taxonomy.workflow),
            *_statuses(taxonomy),
            MODES,
            *_moves(taxonomy),
            *_held(taxonomy.workflow),
            *BURSTS.splitlines(),
            *_words(taxonomy.numbers.adjust_at_most),
            *_items(taxonomy),
            "",
        ]
    )


def _diagram(flow: Workflow) -> str:
    """Steps drawn in board order; moves from every status would hide the others, so they stand in the table."""
    states = [f'    state "{_drawn(s.name)}" as {_state(s.title)}' for s in flow.statuses]
    order = [s.title for s in flow.statuses]
    steps = [
        f"    {_state(source)} --> {_state(target)} : {_drawn(f'{m.id} {_who(m.who)}')}"
        for m in flow.moves
        if not _from_any(flow, m)
        for source in sorted(m.sources, key=order.index)
        for target in sorted(m.targets, key=order.index)
    ]
    ends = [f"    {_state(s.title)} --> [*]" for s in flow.statuses if s.terminal]
    lines = ["```mermaid", "stateDiagram-v2", *states, f"    [*] --> {_state(flow.start)}", *steps, *ends, "```"]
    return "\n".join(lines)


def _state(title: str) -> str:
    return "s_" + re.sub(r"\W", "_", title.rpartition("::")[2])


def _drawn(text: str) -> str:
    """Words that Mermaid takes as they are."""
    return re.sub(r"[^\w ,.()/-]", " ", text)


def _from_any(flow: Workflow, move: Move) -> bool:
    return len(move.sources) == len(flow.statuses)


def _who(roles: Iterable[Role]) -> str:
    order = list(_ROLES)
    return ", ".join(_ROLES[role] for role in sorted(roles, key=order.index))


def _statuses(taxonomy: Taxonomy) -> list[str]:
    rows = [
        f"| {_cell(s.name)} | `{s.title}` | {_titles(taxonomy, s.requires)} | {_titles(taxonomy, s.asks)} |"
        for s in taxonomy.workflow.statuses
    ]
    return ["", "## Statuses", "", "| status | label | requires | also asks for |", "|---|---|---|---|", *rows]


def _moves(taxonomy: Taxonomy) -> list[str]:
    flow = taxonomy.workflow
    rows = [
        f"| {m.id} | {_names(flow, m.sources)} | {_names(flow, m.targets)} | {_who(m.who)} "
        f"| {_titles(taxonomy, m.requires)} | {_cell(m.because)} | {_mode(m)} | {_instant(m)} |"
        for m in flow.moves
    ]
    head = "| move | from | to | who | requires besides | why | mode | judged from |"
    return ["", "## Moves", "", head, "|---|---|---|---|---|---|---|---|", *rows]


def _held(flow: Workflow) -> list[str]:
    days = [clock.days for clock in (flow.remind_after, flow.help_after, flow.lead_after, flow.park_after)]
    text = f"""## Moves that wait

A move that lacks something is put back and kept for {flow.hold_for.days} days. When the last missing thing arrives,
whoever brings it, the bot makes the move in its mover's name, once. Whoever moved the card had the right to when they
did; they need not have it still. A newer move that stands, `cancel`, or the end of the time lets go of it.

A move that is for somebody else to make is a proposal: the note calls one person who may make it. Their 👍 on the note,
or `accept`, makes the move; 👎 lets go of it. What the status needs is still needed.

## Questions that wait

A question nobody answers is repeated to its author after {days[0]} working days, to the SME of their region after
{days[1]}, to the area lead after {days[2]}, and let rest after {days[3]}. The request stays open. Nobody is reminded
more than once a week."""
    return ["", *text.splitlines()]


def _words(most: int) -> list[str]:
    """The words people may write to the bot, and who may use which."""
    rows = [f"| `{how}` | {_cell(what.format(most=most))} | {_may(word)} |" for word, (how, what) in HOW.items()]
    text = """## Words to the bot

Begin a line of a comment with the bot's handle and one of these. Words about a move (the first four) may stand alone as
a comment after the bot's note. Words in quotes and code do not count. A comment is read once, as it stands then:
editing or deleting it later changes nothing. A decision in a comment that was changed before it was read is not
followed, as others can change a comment too. What was done gets a ✅; what could not be done is answered."""
    return ["", *text.splitlines(), "", "| word | what it does | who |", "|---|---|---|", *rows]


def _may(word: Word) -> str:
    listed = _who(MAY[word]) if word in MAY else "whoever may make the move"
    return f"{listed}, whoever made the move" if word in AND_MOVER else listed


def _items(taxonomy: Taxonomy) -> list[str]:
    rows = [
        f"| {_cell(i.title)} | {_cell(i.why)} | {_cell(i.example)} | {_met(taxonomy, i)} |"
        for i in taxonomy.items.values()
    ]
    return ["", "## What may be required", "", "| what | why | for example | how |", "|---|---|---|---|", *rows]


def _names(flow: Workflow, titles: frozenset[str]) -> str:
    if len(titles) == len(flow.statuses):
        return "any"
    return ", ".join(_cell(s.name) for s in flow.statuses if s.title in titles)


def _titles(taxonomy: Taxonomy, keys: tuple[str, ...]) -> str:
    return ", ".join(_cell(taxonomy.items[key].title) for key in keys)


def _mode(move: Move) -> str:
    by_area = (f"{area}: {mode}" for area, mode in sorted(move.modes.by_area.items()))
    return ", ".join([str(move.modes.default), *by_area])


def _instant(move: Move) -> str:
    return move.effective_from.isoformat().replace("+00:00", "Z")


def _met(taxonomy: Taxonomy, item: Item) -> str:
    return " or ".join(_told(taxonomy, p) for p in item.met_by)


def _told(taxonomy: Taxonomy, predicate: Predicate) -> str:
    match predicate.source:
        case Source.FIELD:
            names = next((f.names for f in taxonomy.fields if f.key == predicate.arg), None)
            return f"text: *{_cell(names[0])}*" if names else f"the issue's {predicate.arg}"
        case Source.LABEL:
            return f"a label `{predicate.arg.replace('{area}', '(area)')}::…`"
        case Source.LINE:
            told = {
                NEW_CUSTOMER: "a new customer line",
                GROWN: "a higher severity of a customer than before or half as much ARR again",
                WORTH: "the account book, for every customer",
            }
            return told.get(predicate.arg, "a customer line")
        case Source.LINK:
            return "a linked issue of another project"
        case Source.ROLE:
            return f"assigned: {_ROLES[Role(predicate.arg)]}"


def _cell(text: str) -> str:
    """Text that cannot break a table's row."""
    return " ".join(text.split()).replace("|", "\\|")
