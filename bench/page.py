"""The results page: what was measured in one run, on which machine, with which versions."""

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bench.labels import STRANGERS
from tests.postgres import programs

OURS = ("fastapi", "uvicorn", "pydantic", "python-gitlab", "httpx", "psycopg", "jinja2", "markdown-it-py")
THEIRS = ("gitlabform", "gitlabracadabra")

HEAD = """\
# How fast

`make bench` writes this page whole, from one run; nothing on it is typed by a person. Two things that are compared were
measured in the same run, against the same stand-in for GitLab where one is needed: such a ratio carries over to other
machines, the figures beside it do not. The targets are the benches' own; where one is missed, `make bench` fails.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One bench: its name, what its module says it is for, what it printed, and whether it met its targets."""

    name: str
    about: str
    printed: str
    met: bool


def page(results: Sequence[Result], machine: Mapping[str, str]) -> str:
    """The page in Markdown."""
    told = [HEAD, "| | |\n|---|---|\n" + "".join(f"| {what} | {value} |\n" for what, value in machine.items())]
    return "\n".join([*told, *map(_part, results)])


def machine() -> dict[str, str]:
    """Where this runs, and the versions that may make a difference. No name of the machine or its user."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, {platform.libc_ver()[0]} {platform.libc_ver()[1]}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _postgres(),
        **{name: metadata.version(name) for name in OURS},
        **dict(_theirs()),
    }


def _part(result: Result) -> str:
    about = re.sub(r" *`python -m bench\.\w+`", "", result.about).strip()
    met = "Targets met." if result.met else "**A target was missed.**"
    return f"## {result.name}\n\n{about}\n\n```text\n{result.printed.rstrip()}\n```\n\n{met}\n"


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*:\s*(.+)$", about.read_text() if about.exists() else "", re.MULTILINE)
    return named.group(1) if named else platform.machine()


def _postgres() -> str:
    found = programs()
    if found is None:
        return "not installed"
    asked = [str(found / "postgres"), "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return said.split()[2]


def _theirs() -> Iterator[tuple[str, str]]:
    for name in THEIRS:
        (version,) = [
            found.version
            for path in (STRANGERS / name).glob("lib/python*/site-packages")
            for found in metadata.distributions(name=name, path=[str(path)])
        ] or ["not installed"]
        yield name, version
