"""How does reading a hostile request grow with its size? `python -m bench.reading`

Each text is made to be slow to read. Four times as much of it may take at most eight times as long (linear is four,
quadratic would be sixteen), and 64 KiB, the most that is read of one text, at most two seconds. Beside it the growth
of the Markdown parser alone, as it comes, from 1 to 4 KiB: it is slow on quotes that are made for it.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt

from app.domain.blocks import READ_AT_MOST
from app.domain.request import read
from app.domain.taxonomy import Field
from app.gateways.config_load import load

MOST_RATIO = 8.0
MOST_SECONDS = 2.0
ROUNDS = 3
BELOW_NOISE = 0.005

HOSTILE = {
    "back-ticks": "`",
    "runs of back-ticks": "".join("`" * (i % 200 + 1) + " " for i in range(700)),
    "quotes in quotes": "> ",
    "lists in lists": "- ",
    "deeper and deeper lists": "".join("  " * i + "- a\n" for i in range(250)),
    "quotes with lists": "> - ",
    "lines of quotes": ">a\n",
    "lines of lists": "- a\n",
    "open brackets": "[",
    "open links": "[a](",
    "open images": "![",
    "stars": "*a ",
    "stars and underscores": "*_",
    "open comments": "a <!-- ",
    "open tags": "<a ",
    "entities": "&",
    "definitions": "[a]: b\n",
    "headings": "a\n-\n",
    "fields": "Severity: x\n",
    "long names": "_" * 79 + ":\n",
    "hard spaces": "\u00a0",
    "fences": "```\n",
    "one-liners": "+1 customer: https://example.my.salesforce.com/0065g00000QwErT | blocker | Q3ish | 120k\n",
    "bars": "+1 customer: " + "|" * 8000 + "\n",
    "parts": "+1 customer: " + "a b c d | " * 6000 + "\n",
    "links": "https://example.my.salesforce.com/0065g00000QwErT ",
    "one long link": "http://a",
    "links with words": "[a](https://example.my.salesforce.com/0065g00000QwErT)",
    "labels": '~DAP::Blocker ~"a ',
    "sums": "ARR: " + "1.250.000 " * 6000 + "\n",
    "one long number": "ARR: " + "9" * 64000 + "\n",
    "days": "Needed by: " + "2026-03-31 1 March 2026 " * 2500 + "\n",
    "open summaries": "<summary>\n",
    "details": "<details>\n- a\n\n",
    "comments in comments": "<!-- <!-- >\n",
    "long quotes": ">>>\na\n",
    "quotes begun by lists": "- \na\n>",
    "quotes with open tags": "><b>\na\n",
    "quotes with open fences": ">```\na\n",
    "colons": "a:",
    "boxes": "- [x] Call wanted: [x] ",
    "back-ticks and comments": "`<!-- ``",
    "long words of links": "[" + "a" * 199,
}


def seconds(reading: Callable[[], object]) -> float:
    """Of processor time: the fastest of a few readings."""
    took = []
    for _ in range(ROUNDS):
        start = time.process_time()
        reading()
        took.append(time.process_time() - start)
    return min(took)


def of_length(unit: str, length: int) -> str:
    """So much of a text."""
    return (unit * (length // len(unit) + 1))[:length]


def parser_alone(unit: str) -> float:
    """How many times as long Markdown's parser takes for four times as much."""
    parse = MarkdownIt("commonmark").parse
    short, long = (seconds(partial(parse, of_length(unit, size))) for size in (1024, 4096))
    return long / max(short, BELOW_NOISE / 10)


def growth(unit: str, fields: tuple[Field, ...]) -> tuple[float, float]:
    """How long 64 KiB take us, and how many times as long as a quarter of it."""
    quarter, whole = (
        seconds(partial(read, of_length(unit, size), [], fields)) for size in (READ_AT_MOST // 4, READ_AT_MOST)
    )
    return whole, whole / max(quarter, BELOW_NOISE)


def main() -> int:
    """Print a line for each kind of text; 1 when one of them grows too fast or takes too long."""
    fields = load(Path(__file__).parents[1]).taxonomy.fields
    failed = 0
    for name, unit in HOSTILE.items():
        whole, ratio = growth(unit, fields)
        good = ratio <= MOST_RATIO and whole <= MOST_SECONDS
        failed += not good
        print(
            f"{'ok' if good else 'SLOW':5} {name:24} 64 KiB in {whole * 1000:5.0f} ms, {ratio:4.1f} x a quarter of it; "
            f"the parser alone {parser_alone(unit):4.1f} x"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
