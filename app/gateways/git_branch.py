"""Which branch of a repository is the default one, asked of git."""

import subprocess
from pathlib import Path

_SECONDS = 30


def default_branch(directory: Path) -> str | None:
    """The default branch of a clone, or that of a repository without a commit; None where git cannot tell.

    Asks only about a repository that begins here: of one further up nobody knows whether it is the program's.
    """
    if not (directory / ".git").exists():
        return None
    of_origin = _symbolic(directory, "refs/remotes/origin/HEAD")
    if of_origin:
        return of_origin.removeprefix("origin/")
    return None if _git(directory, "rev-parse", "--verify", "--quiet", "HEAD") else _symbolic(directory, "HEAD")


def _symbolic(directory: Path, name: str) -> str | None:
    return _git(directory, "symbolic-ref", "--quiet", "--short", name)


def _git(directory: Path, *words: str) -> str | None:
    """What git prints, or None where it fails. Nothing here passes through a shell."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(directory), *words],  # noqa: S607
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
