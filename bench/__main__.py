"""All benches, one after the other, and their results page. `python -m bench [NAME …] [-- OPTION …]`

The page is written when every bench ran as it is: named ones, or other options, show only.
"""

import importlib
import subprocess
import sys
from pathlib import Path

from bench.page import Result, machine, page

BENCHES = ("intake", "replicas", "drag", "listing", "sweep", "reading", "standin", "labels", "agenda")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def run(name: str, options: list[str]) -> Result:
    """One bench in a process of its own; what it prints is seen meanwhile."""
    about = importlib.import_module(f"bench.{name}").__doc__ or ""
    sys.stdout.write(f"{name}\n")
    lines = []
    command = [sys.executable, "-u", "-m", f"bench.{name}", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    return Result(name, about, "".join(lines), process.returncode == 0)


def main(words: list[str]) -> int:
    """Run them; 1 where one missed a target."""
    at = words.index("--") if "--" in words else len(words)
    names, options = words[:at] or list(BENCHES), words[at + 1 :]
    results = [run(name, options) for name in names]
    if names == list(BENCHES) and not options:
        PAGE.write_text(page(results, machine()), "utf-8")
        sys.stdout.write(f"{PAGE.relative_to(PAGE.parents[1])} written\n")
    missed = [result.name for result in results if not result.met]
    if missed:
        sys.stdout.write(f"missed: {', '.join(missed)}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
