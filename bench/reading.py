"""How does reading a hostile request grow with its size? `python -m bench.reading`

Each text is made to be slow to read. Four times as much of it may take at most eight times as long (linear is four,
quadratic would be sixteen), and 64 KiB, the most that is read of one text, at most two seconds.
"""

import sys
import time
from pathlib import Path

from app.domain.request import READ_AT_MOST, read
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
}


def seconds(text: str, fields: tuple[Field, ...]) -> float:
    """Of processor time: the fastest of a few readings."""
    took = []
    for _ in range(ROUNDS):
        start = time.process_time()
        read(text, [], fields)
        took.append(time.process_time() - start)
    return min(took)


def main() -> int:
    """Print a line for each kind of text; 1 when one of them grows too fast or takes too long."""
    fields = load(Path(__file__).parents[1]).taxonomy.fields
    failed = 0
    for name, unit in HOSTILE.items():
        text = (unit * (READ_AT_MOST // len(unit) + 1))[:READ_AT_MOST]
        quarter, whole = seconds(text[: READ_AT_MOST // 4], fields), seconds(text, fields)
        ratio = whole / max(quarter, BELOW_NOISE)
        good = ratio <= MOST_RATIO and whole <= MOST_SECONDS
        failed += not good
        print(
            f"{'ok' if good else 'SLOW':5} {name:24} 64 KiB in {whole * 1000:5.0f} ms, {ratio:4.1f} x a quarter of it"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
