"""`python -m app.entrypoints.generate`: pages and schemas follow the configuration."""

from pathlib import Path

import pytest

from app.entrypoints.generate import main
from tests.config.small import PROGRAM, TAXONOMY, written


def test_a_changed_label_makes_its_page_stale_until_it_is_generated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--directory", str(written(tmp_path))]
    assert main(here) == 0
    assert main(["--check", *here]) == 0
    capsys.readouterr()
    written(tmp_path, TAXONOMY.replace("description: Chat.", "description: Chat | and more."))
    assert main(["--check", *here]) == 1
    assert capsys.readouterr().out == "docs/labels.md is stale; run `make generate` and commit it\n"
    assert main(here) == 0
    assert capsys.readouterr().out == "docs/labels.md written\n"
    assert main(["--check", *here]) == 0
    page = (tmp_path / "docs" / "labels.md").read_text()
    assert "| `theme::ai::chat` | `#e1d8f9` | Chat \\| and more. |\n" in page


def test_a_broken_configuration_is_told_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, program=PROGRAM.replace("tier: premium", "tier: gold"))
    assert main(["--directory", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "program.yml:2:7: `tier` cannot be `gold` — it can be: free, premium\n"
    assert not (tmp_path / "docs").exists()


def test_the_page_of_a_small_workflow(tmp_path: Path) -> None:
    main(["--directory", str(written(tmp_path))])
    assert (tmp_path / "docs" / "workflow.md").read_text() == SMALL_WORKFLOW


SMALL_WORKFLOW = """\
# Workflow

Made from `label_taxonomy.yml` by `make generate`; change it there.

```mermaid
stateDiagram-v2
    state "New" as s_new
    state "Done" as s_done
    [*] --> s_new
    s_new --> s_done : T1 PM
    s_done --> [*]
```

## Statuses

| status | label | requires | also asks for |
|---|---|---|---|
| New | `status::new` |  | Problem |
| Done | `status::done` | Theme |  |

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
| `commands` | answers what people write to the bot, in notes and reactions |

## Moves

| move | from | to | who | requires besides | why | mode | judged from |
|---|---|---|---|---|---|---|---|
| T1 | New | Done | PM |  | It is done. | observe | 2026-01-01T00:00:00Z |
| T2 | any | any | program lead |  | To set things right. | observe | 2026-01-01T00:00:00Z |

## Moves that wait

A move that lacks something is put back and kept for 7 days. When the last missing thing arrives,
whoever brings it, the bot makes the move in its mover's name, once. Whoever moved the card had the right to when they
did; they need not have it still. A newer move that stands, `cancel`, or the end of the time lets go of it.

A move that is for somebody else to make is a proposal: the note calls one person who may make it. Their 👍 on the note,
or `accept`, makes the move; 👎 lets go of it. What the status needs is still needed.

## Questions that wait

A question nobody answers is repeated to its author after 3 working days, to the SME of their region after
7, to the area lead after 10, and let rest after 15. The request stays open. Nobody is reminded
more than once a week.

## Many moves at once

From the 11th move that one person makes within 5 minutes, a card that may not
stay where it was put goes back without a note of its own, and its move is not kept. One summary on the operator issue
(`operator_issue` in `program.yml`) calls that person and names all these cards, each before it goes back; of more than
fifty it counts the others. The journal of each card says so too. Moved again by itself, a card says what it needs. A
card that has a note about its moves already says it there, and so do all cards where there is no operator issue, or
where GitLab refuses the summary for good.

## Words to the bot

Begin a line of a comment with the bot's handle and one of these. Words about a move (the first four) may stand alone as
a comment after the bot's note. Words in quotes and code do not count. A comment is read once, as it stands then:
editing or deleting it later changes nothing. A decision in a comment that was changed before it was read is not
followed, as others can change a comment too. What was done gets a ✅; what could not be done is answered.

| word | what it does | who |
|---|---|---|
| `cancel` | let go of a move that I keep | author, lead, PM, program lead, whoever made the move |
| `override <reason>` | make a move that I keep stand as it is | lead, PM, program lead |
| `accept` | agree to a move that somebody proposed | whoever may make the move |
| `review` | take the way through the review where I offered it | whoever may make the move |
| `ask again` | repeat my question about what is missing | author, SA, SME, lead, PM, EM, program lead |
| `reassign @person` | ask somebody else for what is missing | author, SME, lead, PM, program lead |
| `points +10 because <reason>` | add or take up to 20 points | SME, lead |
| `not a duplicate` | let go of the requests I took for the same as this one | anyone |
| `why` | tell what I go by on this card | anyone |
| `help` | list these words | anyone |

## What may be required

| what | why | for example | how |
|---|---|---|---|
| Problem | It comes first. | Problem: too slow | text: *Problem* |
| Theme | It sorts. | theme::ai::chat | a label `theme::(area)::…` or assigned: PM |
"""
