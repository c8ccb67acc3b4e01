"""The files that deployments are made of, read as what runs them reads them; no engine is needed."""

import re
import shlex
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.settings import PREFIX, Settings

HOUSE = Path(__file__).parents[2]
SECRETS = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile: its line, its name, and the rest of it."""

    line: int
    name: str
    rest: str


@cache
def dockerfile() -> tuple[Instruction, ...]:
    """The Dockerfile's instructions, in order, with their continued lines joined."""
    found, begun, at = [], "", 0
    for number, line in enumerate((HOUSE / "Dockerfile").read_text().splitlines(), 1):
        if not begun and (not line.strip() or line.startswith("#")):
            continue
        at = at if begun else number
        begun += line.rstrip().removesuffix("\\") + " "
        if not line.rstrip().endswith("\\"):
            name, _, rest = begun.strip().partition(" ")
            found.append(Instruction(at, name, re.sub(r"\s+", " ", rest).strip()))
            begun = ""
    return tuple(found)


@cache
def stages() -> tuple[tuple[Instruction, ...], ...]:
    """The same by build stage; the last is the image."""
    starts = [n for n, each in enumerate(dockerfile()) if each.name == "FROM"]
    ends = [*starts[1:], len(dockerfile())]
    return tuple(dockerfile()[start:end] for start, end in zip(starts, ends, strict=True))


def copied() -> list[str]:
    """What the Dockerfile takes from the folder it is built in."""
    taken = [each.rest for each in dockerfile() if each.name == "COPY" and "--from=" not in each.rest]
    return [name for rest in taken for name in shlex.split(rest)[:-1]]


def ignored(name: str) -> bool:
    """Whether .dockerignore keeps this file away: the last line that fits counts, and a line fits all below it."""
    hidden = False
    for line in (HOUSE / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = name.split("/")
        above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        anywhere = pattern.removeprefix("**/") if pattern.startswith("**/") else None
        if any(fnmatch(each, pattern) for each in above) or (anywhere and any(fnmatch(p, anywhere) for p in parts)):
            hidden = not line.startswith("!")
    return hidden


@cache
def compose() -> dict[str, Any]:
    """deploy/compose.yml."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load((HOUSE / "deploy" / "compose.yml").read_text())
    return found


@cache
def unit() -> dict[str, list[str]]:
    """The keys of deploy/sounding-board.service, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in (HOUSE / "deploy" / "sounding-board.service").read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def variable_problems(variables: dict[str, str]) -> list[str]:
    """What is wrong with the variables of a deployment: settings that there are not, secrets that are not in files."""
    problems = []
    for name in variables:
        if not name.startswith(PREFIX):
            continue
        setting = name.removeprefix(PREFIX).lower()
        plain = setting.removesuffix("_file")
        if plain not in Settings.model_fields:
            problems.append(f"{name} is no setting")
        if plain in SECRETS and setting == plain:
            problems.append(f"{name} is a secret and stands in the open")
    return problems
