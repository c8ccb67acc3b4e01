"""Each import contract is kept today, and is seen to break when somebody breaks it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
CONTRACTS: dict[str, str] = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# contract, the file that breaks it, the line that does
BREACHES = [
    ("floors", "domain/breach.py", "import app.services"),
    ("floors", "services/breach.py", "import app.gateways"),
    ("floors", "gateways/breach.py", "import app.services"),
    ("floors", "services/breach.py", "import app.entrypoints"),
    ("floors", "attic/__init__.py", ""),
    ("garden-knows-nobody", "fakegitlab/breach.py", "from app.domain import issue"),
    ("garden-is-left-alone", "entrypoints/breach.py", "import app.fakegitlab"),
    ("garden-is-left-alone", "services/breach.py", "import app.fakegitlab"),
    ("domain-is-pure", "domain/breach.py", "import logging"),
    ("domain-is-pure", "domain/breach.py", "from time import time"),
    ("domain-is-pure", "domain/policies/breach.py", "import os"),
    ("gateways-are-the-doors", "services/breach.py", "import gitlab"),
    ("gateways-are-the-doors", "entrypoints/breach.py", "import sqlite3"),
    ("gateways-are-the-doors", "entrypoints/breach.py", "from ruamel.yaml import YAML"),
    ("gateways-are-the-doors", "entrypoints/breach.py", "from opentelemetry import trace"),
    ("faces-speak-http-and-terminal", "gateways/breach.py", "import fastapi"),
    ("services-are-strangers", "services/breach.py", "import app.services.other_breach"),
    ("policies-are-strangers", "domain/policies/breach.py", "import app.domain.policies.other_breach"),
    ("no-cycles", "domain/breach.py", "import app.domain.other_breach"),
]


def broken_contracts(house: Path) -> set[str]:
    """The ids of the contracts that lint-imports finds broken in this copy of the house."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-logo", "--no-cache"],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", run.stdout, re.MULTILINE))
    assert set(told) == set(CONTRACTS.values()), run.stdout + run.stderr
    return {id for id, name in CONTRACTS.items() if told[name] == "BROKEN"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the house that a test may spoil."""
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    shutil.copytree(HOUSE / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_house_as_it_stands_keeps_every_contract(copy: Path) -> None:
    assert broken_contracts(copy) == set()


def test_each_contract_has_a_breach_below() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_breach_is_noticed(copy: Path, contract: str, file: str, line: str) -> None:
    planted = copy / "app" / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line)
    if "other_breach" in line:
        planted.with_name("other_breach.py").write_text("import app.domain.breach" if contract == "no-cycles" else "")
    assert contract in broken_contracts(copy)
