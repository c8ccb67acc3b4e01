"""An installed wheel has what a clone has: the shipped configuration, its templates, and the pipelines."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.strangers.conftest import HOUSE

WITHIN = 180


def run(*command: str, where: Path) -> str:
    """What a command printed; fails with all of it where it failed."""
    surroundings = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(where), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        command, cwd=where, env=surroundings, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`sounding-board` of a wheel, in an environment that lends the packages of this one and not the clone."""
    here = tmp_path_factory.mktemp("wheel")
    source, built, environment = here / "source", here / "built", here / "environment"
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", where=HOUSE).split("\0")
    for name in (name for name in listed if name.startswith(("app/", "templates/", "schemas/")) or "/" not in name):
        if (HOUSE / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((HOUSE / name).read_bytes())
    offline = ("--quiet", "--no-deps", "--no-index")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        *offline,
        "--no-build-isolation",
        "-w",
        str(built),
        str(source),
        where=here,
    )
    venv.create(environment, with_pip=False)
    packages = run(
        str(environment / "bin/python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", where=here
    )
    (wheel,) = built.glob("*.whl")
    into = ("--python", str(environment / "bin/python"), "install")
    run(sys.executable, "-m", "pip", *into, *offline, str(wheel), where=here)
    (Path(packages.strip()) / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return environment / "bin/sounding-board"


def test_a_wheel_begins_a_program_and_checks_it(command: Path, tmp_path: Path) -> None:
    said = run(str(command), "init", "--project", "acme/feedback", "--lead", "petra", "--yes", where=tmp_path)
    assert said.startswith("Written: program.yml, label_taxonomy.yml, .gitlab-ci.yml, ")
    assert "sounding-board-sweep:\n" in (tmp_path / ".gitlab-ci.yml").read_text()
    assert run(str(command), "check", where=tmp_path).startswith("Configuration ok: 84 labels, ")


def test_a_wheel_finds_the_shipped_files_in_its_own_installation(command: Path, tmp_path: Path) -> None:
    python = str(command.parent / "python")
    code = "from app.bootstrap import SHIPPED; print(SHIPPED); print(len([*SHIPPED.rglob('*.j2')]))"
    shipped, templates = run(python, "-c", code, where=tmp_path).split()
    assert Path(shipped) == command.parent.parent / "share/sounding-board"
    assert int(templates) == len([*(HOUSE / "templates").rglob("*.j2")])
