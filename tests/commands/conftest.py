"""A terminal, and a GitLab for it to ask."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import bootstrap
from app.fakegitlab import FakeGitLab, World
from app.settings import PREFIX, Settings
from tests.commands.terminal import Terminal
from tests.scenarios.living import SIGNING_KEY, peopled, shipped


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """In an empty directory, with nothing set, 200 columns wide and without colours."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    for name, value in (("COLUMNS", "200"), ("TERM", "dumb"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return Terminal(monkeypatch, capsys, here)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The shipped configuration, copied by a person who switched all rules on an hour ago, but for the numbers."""
    copied = tmp_path / "program"
    copied.mkdir()
    shutil.copy(bootstrap.SHIPPED / "program.yml", copied)
    text = (bootstrap.SHIPPED / "label_taxonomy.yml").read_text()
    since = bootstrap.utc_now() - timedelta(hours=1)
    text = re.sub(r"mode: observe\b", "mode: enforce", text)
    text = text.replace("numbers: {mode: enforce}", "numbers: {mode: observe}")
    text = re.sub(r"effective_from: 2026-01-01T00:00:00Z", f"effective_from: {since:%Y-%m-%dT%H:%M:%SZ}", text)
    (copied / "label_taxonomy.yml").write_text(text)
    return copied


@pytest.fixture
def gitlab(terminal: Terminal, program: Path, tmp_path: Path) -> Iterator[FakeGitLab]:
    """GitLab with the program's project, people and board; the terminal's environment leads there."""
    world, _, _ = peopled(shipped())
    with FakeGitLab(world, deliver=False) as running:
        terminal.sets(
            gitlab_url=running.url,
            gitlab_token=world.user("sounding-board").token,
            signing_key=SIGNING_KEY,
            config_dir=program,
            data_dir=tmp_path / "kept",
        )
        yield running
    assert not world.unknown_calls


@pytest.fixture
def world(gitlab: FakeGitLab) -> World:
    """The people and issues of that GitLab."""
    return gitlab.world
