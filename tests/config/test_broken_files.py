"""Every slip in a configuration file is told at its place, in plain words, with its cure (broken_files.txt)."""

from pathlib import Path

import pytest

from tests.config.small import PROGRAM, TAXONOMY, told, written

_HEAD, *_CASES = (Path(__file__).parent / "broken_files.txt").read_text(encoding="utf-8").split("\n== ")
SLIPS = {name: lines for name, *lines in (case.rstrip("\n").split("\n") for case in _CASES)}


def marked(slip: str, mark: str) -> str:
    """The lines of a slip that begin with this mark, each with its line feed."""
    return "".join(f"{line[2:]}\n" for line in SLIPS[slip] if line[:1] == mark)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_at_its_place_with_its_cure(slip: str, tmp_path: Path) -> None:
    before, after = marked(slip, "-"), marked(slip, "+")
    assert before in TAXONOMY or before in PROGRAM
    taxonomy = TAXONOMY.replace(before, after, 1)
    program = PROGRAM if taxonomy != TAXONOMY else PROGRAM.replace(before, after, 1)
    assert told(written(tmp_path, taxonomy, program)) + "\n" == marked(slip, ">")
