"""Compares the rules with those of an earlier revision of the same git repository (`check --against REV`)."""

import subprocess
from pathlib import Path

from app.domain.rule_changes import RuleChange, rule_changes
from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError, ConfigInvalid
from app.gateways.config_load import PROGRAM, TAXONOMY, Texts, read_texts, understand
from app.gateways.config_yaml import parse

_SECONDS = 30


def changes_against(directory: Path, revision: str) -> tuple[ConfigError, ...]:
    """Rules changed since `revision` that do not take effect anew, each at its line of today's file.

    Raises ConfigInvalid where either version cannot be understood or git cannot tell. A revision without these
    files has no rules, so nothing has changed.
    """
    texts = read_texts(directory)
    new = understand(texts)
    commit = _commit(directory, revision)
    taxonomy, program = _at(directory, commit, TAXONOMY), _at(directory, commit, PROGRAM)
    if taxonomy is None or program is None:
        return ()
    old = understand(Texts(taxonomy, program, suffix=f"@{revision}"))
    document, _ = parse(TAXONOMY, texts.taxonomy)
    changes = rule_changes(old.taxonomy, new.taxonomy)
    return tuple(sorted(_placed(document, change) for change in changes)) if document else ()


def _placed(document: Document, change: RuleChange) -> ConfigError:
    where: Trail = ("workflow", "effective_from")
    for trail, name in document.each("workflow/moves/*/id", str):
        if change.subject == "move" and name == change.names[0]:
            own = (*trail[:-1], "effective_from")
            where = own if own in document.values else trail
    return document.at(where, change.message, change.cure)


def _commit(directory: Path, revision: str) -> str:
    found = _git(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        message = f"git knows no revision `{revision}` here"
        raise ConfigInvalid([ConfigError(TAXONOMY, 1, 1, message, "fetch it first, or name another branch or commit")])
    return found.decode("ascii").strip()


def _at(directory: Path, commit: str, name: str) -> bytes | None:
    """A file of the directory as it was in a commit, or None where it was not."""
    return _git(directory, "show", f"{commit}:./{name}") if _git(directory, "ls-tree", commit, "--", name) else None


def _git(directory: Path, *arguments: str) -> bytes | None:
    """What git answers, or None where it refuses. Nothing here passes through a shell."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(directory), *arguments],  # noqa: S607
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        message = f"git could not be asked ({type(error).__name__})"
        cure = "install git, and give a plain revision such as main"
        raise ConfigInvalid([ConfigError(TAXONOMY, 1, 1, message, cure)]) from None
    return done.stdout if done.returncode == 0 else None
