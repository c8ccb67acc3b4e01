"""The threat model says what is true: every test it names is there, every secret is listed, every number is right."""

import ast
import re
from pathlib import Path

from tests.deploy.parts import SECRETS
from tests.fuzz import cases
from tests.fuzz.cases import Cases

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "threat-model.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def names_in(file: str) -> set[str]:
    """The tests of a file; none where the file is gone."""
    path = HOUSE / file
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED) > 50
    gone = [f"{file}::{name}" for file, name in NAMED if not (names_in(file) & {name} if name else names_in(file))]
    assert gone == []


def test_every_threat_has_a_control_and_a_proof() -> None:
    threats = [part for part in PAGE.split("\n## ") if part.startswith("Threats ")]
    assert len(threats) == 5
    rows = [row for part in threats for row in re.findall(r"^\| (.+) \|$", part, re.MULTILINE)[1:]]
    assert [row for row in rows if len(row.split(" | ")) != 3 or "`tests/" not in row.split(" | ")[2]] == []


def test_every_secret_is_an_asset() -> None:
    assert {name for name in SECRETS if f"`SOUNDING_BOARD_{name.upper()}`" not in PAGE} == set()


def test_the_stated_cases_are_those_that_are_made_up() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \|.*\| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    told = {name: (int(short), int(long)) for name, short, long in rows}
    made = {name: (found.short, found.long) for name, found in vars(cases).items() if isinstance(found, Cases)}
    assert told == made
