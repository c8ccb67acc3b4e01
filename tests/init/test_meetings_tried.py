"""The README's five lines to try meetings against the stand-in, typed as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.init.test_ten_minutes import free_port
from tests.strangers.conftest import HOUSE

BLOCK = re.compile(r"^```console\n(mkdir -p try .*?)^```$", re.MULTILINE | re.DOTALL)
WITHIN = 120


def test_meetings_are_tried_in_five_lines(tmp_path: Path) -> None:
    found = BLOCK.search((HOUSE / "README.md").read_text())
    assert found
    lines = found[1].splitlines()
    assert (len(lines), lines[-1]) == (5, "sounding-board due --apply")
    for name in ("program.yml", "label_taxonomy.yml"):
        shutil.copy(HOUSE / name, tmp_path)
    typed = found[1].replace("8930", str(free_port()))
    ended = "trap 'kill %1; wait' EXIT"
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(HOUSE),
    }
    done = subprocess.run(
        ["bash", "-c", f"set -eum\n{ended}\n{typed}{lines[-1]}\n"],
        cwd=tmp_path,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    first, again = re.findall(r"meetings looked at; (\d+) written to, (\d+) failed\.", done.stdout)
    assert first[1] == again[1] == "0", done.stdout
    assert done.stdout.count(": made\n") == int(first[0])
    assert again[0] == "0"
