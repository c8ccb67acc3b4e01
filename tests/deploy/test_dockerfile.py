"""The image, as far as it can be judged without an engine: what hadolint asks for, and what we promise of it."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import Response

from app.entrypoints.serving import Serving
from tests.deploy.parts import HOUSE, copied, dockerfile, ignored, stages, variable_problems

KNOWN = {"FROM", "ARG", "RUN", "COPY", "LABEL", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE"}
KNOWN |= {"STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def last(name: str) -> str:
    """What the image's last such instruction says."""
    return [each.rest for each in stages()[-1] if each.name == name][-1]


def environment() -> dict[str, str]:
    """The image's ENV."""
    return dict(pair.split("=", 1) for pair in shlex.split(last("ENV")))


def smells() -> Iterator[str]:
    """What hadolint would say, by its numbers."""
    for each in dockerfile():
        if each.name not in KNOWN:
            yield f"{each.line}: DL3020, DL4000: {each.name} is not to be used"
        if each.name == "FROM" and not re.fullmatch(r"[\w./-]+:[\w.-]*\d[\w.-]*( AS \w+)?", each.rest):
            yield f"{each.line}: DL3006, DL3007: the image is not pinned"
        if each.name == "WORKDIR" and not each.rest.startswith("/"):
            yield f"{each.line}: DL3000: not absolute"
        if each.name in ("CMD", "ENTRYPOINT") and not isinstance(json.loads(each.rest), list):
            yield f"{each.line}: DL3025: not in exec form"
        if each.name == "RUN":
            yield from (f"{each.line}: {smell}" for smell in run_smells(each.rest))
        if each.name in ("ENV", "ARG") and re.search(r"TOKEN|SECRET|KEY|PASSWORD", each.rest):
            yield f"{each.line}: a secret would stay in the image"


def run_smells(command: str) -> Iterator[str]:
    """Of a RUN."""
    if re.search(r"\b(sudo|ssh|vim|curl|wget)\b", command):
        yield "DL3001, DL3004: not in an image"
    if "|" in command.replace("||", ""):
        yield "DL4006: a pipe without pipefail"
    for part in re.split(r"&&|;", command):
        if "pip install" in part and "--no-cache-dir" not in part:
            yield "DL3042: the cache stays in the image"
        if "pip install" in part and "--require-hashes" not in part and "--no-index" not in part:
            yield "DL3013: not pinned"
        if "apt-get install" in part:
            yield "DL3008: nothing is installed but what the lock pins"


def test_a_linter_has_nothing_to_say() -> None:
    assert list(smells()) == []


def test_the_image_runs_as_nobody_in_particular() -> None:
    users = [each.rest for each in stages()[-1] if each.name == "USER"]
    assert users == ["10001:10001"]
    after = [each.name for each in stages()[-1]]
    assert "RUN" not in after[after.index("USER") :]


def test_the_image_starts_the_command_and_passes_signals_on() -> None:
    assert json.loads(last("ENTRYPOINT")) == ["sounding-board"]
    assert json.loads(last("CMD")) == ["serve"]
    assert last("STOPSIGNAL") == "SIGTERM"


def test_what_the_image_sets_are_settings() -> None:
    assert variable_problems(environment()) == []
    assert environment()["SOUNDING_BOARD_DATA_DIR"] == last("VOLUME")
    assert environment()["SOUNDING_BOARD_PORT"] == last("EXPOSE")


def test_the_lock_and_the_python_of_the_image_are_ours() -> None:
    versions = {match for each in dockerfile() for match in re.findall(r"^python:(\d\.\d+)", each.rest)}
    assert versions <= {"3.11", "3.12", "3.13"}
    assert len(versions) == 1


def tracked() -> list[str]:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    return [name for name in names.split("\0") if name and (HOUSE / name).is_file()]


def wheel_of(folder: Path, names: list[str], into: Path) -> set[str]:
    """The files in a wheel built from only these."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((HOUSE / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    done = subprocess.run([*command, "-w", into, folder], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    (wheel,) = into.glob("*.whl")
    listing = [sys.executable, "-m", "zipfile", "-l", str(wheel)]
    listed = subprocess.run(listing, capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in listed.splitlines()[1:]}


def test_the_image_has_every_file_of_the_program_and_nothing_else(tmp_path: Path) -> None:
    """A wheel of what the Dockerfile copies, less what .dockerignore hides, holds all of app/, templates/, schemas/."""
    names = [name for name in tracked() if any(name == c or name.startswith(f"{c}/") for c in copied())]
    hidden = [name for name in names if ignored(name)]
    assert hidden == []
    shown = {name.split("/")[0] for name in tracked() if not ignored(name)}
    assert shown == {name.split("/")[0] for name in copied()}
    packed = wheel_of(tmp_path / "context", names, tmp_path / "built")
    share = "sounding_board-0.1.0.data/data/share/sounding-board/"
    wanted = {name if name.startswith("app/") else share + name for name in names if "/" in name}
    wanted |= {share + "label_taxonomy.yml", share + "program.yml"}
    assert wanted - packed == set()


@pytest.mark.parametrize("name", [".env", "secrets/gitlab_token", "deploy/secrets/signing_key", ".git/config", "var/x"])
def test_no_secret_and_no_history_goes_to_the_engine(name: str) -> None:
    assert ignored(name)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_tells_whether_deliveries_can_be_taken_in(status: int, code: int) -> None:
    web = FastAPI()
    web.get("/readyz")(lambda: Response(status_code=status))
    command = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    with Serving(web) as serving:
        port = serving.url.rpartition(":")[2]
        told = {**os.environ, "SOUNDING_BOARD_PORT": port}
        done = subprocess.run([sys.executable, *command[1:]], env=told, capture_output=True, check=False, timeout=30)
    assert done.returncode == code
