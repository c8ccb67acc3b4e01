"""Words that are moved out of an agenda's blocks say about which request they were."""

import pytest

from app.domain.managed_blocks import Block, composed
from app.domain.managed_lines import item, slot
from app.domain.managed_merge import merge

NAME = "pm-review ai 2026-03-18"
REVIEW = f"""\
## 1 · Decisions wanted

### 1.1 · sme/feedback#44+ · 5 min

Two banks wait; see sme/feedback#7+.

{item("accept/sme/feedback#44", "Accept", "owner: … target: …")}
{item("decline/sme/feedback#44", "Decline", "reason: …")}

<details><summary>1 more</summary>

### 1.2 · sme/feedback#45+ · 4 min

</details>

| request | sentence |
|---|---|
| sme/feedback#46+ | {slot("told/sme/feedback#46/sentence")} |

1. sme/feedback#47+ · 3 customers
sme/feedback#48+ · **20 points**

{item("carried/deck", "pm.ai: the deck")}"""


def kept(text: str, *blocks: Block) -> str:
    """What stands under *Kept from edits* once the agenda was written anew."""
    return merge(text, blocks, NAME).text.partition("## Kept from edits\n\n")[2].strip()


@pytest.mark.parametrize(
    ("below", "where"),
    [
        ("## 1 · Decisions wanted", "Typed under *Decisions wanted*:"),
        ("### 1.1 · sme/feedback#44+ · 5 min", "Typed at sme/feedback#44+:"),
        (item("decline/sme/feedback#44", "Decline", "reason: …"), "Typed at sme/feedback#44+:"),
        ("Two banks wait; see sme/feedback#7+.", "Typed at sme/feedback#44+:"),
        ("<details><summary>1 more</summary>", "Typed under *Decisions wanted*:"),
        ("### 1.2 · sme/feedback#45+ · 4 min", "Typed at sme/feedback#45+:"),
        ("</details>", "Typed under *Decisions wanted*:"),
        ("1. sme/feedback#47+ · 3 customers", "Typed at sme/feedback#47+:"),
        ("sme/feedback#48+ · **20 points**", "Typed at sme/feedback#48+:"),
    ],
)
def test_a_line_that_was_typed_names_the_request_it_stood_under(below: str, where: str) -> None:
    block = Block("decisions", REVIEW)
    text = composed([block], NAME).replace(below, f"{below}\nonly if em.ai agrees")
    assert kept(text, block) == f"{where}\n\n> only if em.ai agrees"


def test_of_a_line_of_ours_that_is_no_more_only_peoples_words_are_kept() -> None:
    text = composed([Block("decisions", REVIEW)], NAME)
    text = text.replace("owner: … target: …", "Priya takes it, hopefully").replace("[ ] Decline", "[x] Decline")
    text = text.replace("_(to write)_", "Now for all").replace("[ ] pm.ai", "[x] pm.ai")
    assert (
        kept(text, Block("decisions", "No decision is wanted."))
        == """\
Typed behind *Accept* at sme/feedback#44+:

> Priya takes it, hopefully

Typed at sme/feedback#46+:

> Now for all"""
    )
