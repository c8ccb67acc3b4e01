"""The labelled pairs of `tests/data/duplicates`, and what the index suggests on them."""

from dataclasses import dataclass
from pathlib import Path

from app.domain.duplicates import Index, Known, words_of
from app.domain.issue import Ref

FILE = Path(__file__).parents[1] / "data" / "duplicates" / "pairs.txt"
Text = tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two requests as title and problem, and whether they ask for the same."""

    same: bool
    one: Text
    other: Text
    kept_back: bool


@dataclass(frozen=True)
class Measured:
    """How many suggestions were right, and how many of those wanted were made."""

    precision: float
    recall: float


def pairs() -> list[Pair]:
    """All pairs of the file."""
    found, kept_back = [], False
    for block in FILE.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.strip().splitlines() if not line.startswith("#")]
        if lines == ["kept back"]:
            kept_back = True
        elif lines:
            label, one, other = lines
            assert label in ("same", "different"), block
            found.append(Pair(label == "same", _text(one), _text(other), kept_back))
    return found


def measured(labelled: list[Pair]) -> Measured:
    """Every request against all the others at once, as in an area that has them all."""
    texts = sorted({text for pair in labelled for text in (pair.one, pair.other)})
    known = [Known(Ref("p/p", i), "ai", words_of(*text)) for i, text in enumerate(texts)]
    index = Index(known)
    wanted = {frozenset((pair.one, pair.other)) for pair in labelled if pair.same}
    made = [frozenset((texts[k.ref.iid], texts[ref.iid])) for k in known for ref in index.likely(k)]
    right = [pair for pair in made if pair in wanted]
    return Measured(len(right) / len(made), len(right) / (2 * len(wanted)))


def _text(line: str) -> Text:
    title, _, problem = line.partition(" :: ")
    assert title, line
    assert problem, line
    return title, problem
