"""Compares the rules with those of an earlier revision of the same git repository (`check --against REV`)."""

import subprocess
from pathlib import Path

from app.domain.rule_changes import RuleChange, rule_changes
from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError, ConfigInvalid
from app.gateways.config_load import PROGRAM, TAXONOMY, Configuration, Texts, read_texts, understand
from app.gateways.config_yaml import parse

_SECONDS = 30


def changes_against(directory: Path, revision: str) -> tuple[ConfigError, ...]:
    """Rules changed since `revision` that do not take effect anew, each at its line of today's file.

    Raises ConfigInvalid where either version cannot be understood or git cannot tell. A revision without these
    files has no rules, so nothing has changed.
    """
    texts = read_texts(directory)
    new = understand(texts)
    old = configuration_at(directory, revision)
    if old is None:
        return ()
    document, _ = parse(TAXONOMY, texts.taxonomy)
    changes = rule_changes(old.taxonomy, new.taxonomy)
    return tuple(sorted(_placed(document, change) for change in changes)) if document else ()


def configuration_at(directory: Path, revision: str) -> Configuration | None:
    """The configuration as it was in a revision; None where it had none. Raises ConfigInvalid."""
    commit = _commit(directory, revision)
    taxonomy, program = _at(directory, commit, TAXONOMY), _at(directory, commit, PROGRAM)
    if taxonomy is None or program is None:
        return None
    return _understood(Texts(taxonomy, program, suffix=f"@{revision}"), revision)


def _placed(document: Document, change: RuleChange) -> ConfigError:
    where: Trail = ("workflow", "effective_from")
    for trail, name in document.each("workflow/moves/*/id", str):
        if change.subject == "move" and name == change.names[0]:
            own = (*trail[:-1], "effective_from")
            where = own if own in document.values else trail
    return document.at(where, change.message, change.cure)


def _understood(texts: Texts, revision: str) -> Configuration:
    try:
        return understand(texts)
    except ConfigInvalid as invalid:
        message = f"the rules of `{revision}` can no longer be read ({invalid.errors[0]})"
        cure = "compare with a later revision, or give today's rules a newer `effective_from` and compare from then on"
        raise ConfigInvalid([ConfigError(TAXONOMY, 1, 1, message, cure)]) from invalid


def _commit(directory: Path, revision: str) -> str:
    found = _git(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.decode("ascii").strip()
    if found.stderr:
        raise _failed(found)
    message = f"git knows no revision `{revision}` here"
    raise ConfigInvalid([ConfigError(TAXONOMY, 1, 1, message, "fetch it first, or name another branch or commit")])


def _at(directory: Path, commit: str, name: str) -> bytes | None:
    """A file of the directory as it was in a commit, or None where git says that it was not there."""
    listed = _git(directory, "ls-tree", commit, "--", name)
    if listed.returncode:
        raise _failed(listed)
    if not listed.stdout:
        return None
    shown = _git(directory, "show", f"{commit}:./{name}")
    if shown.returncode:
        raise _failed(shown)
    return shown.stdout


def _failed(done: subprocess.CompletedProcess[bytes]) -> ConfigInvalid:
    said = " ".join(done.stderr.decode("utf-8", "replace").split())
    message = f"git could not read the earlier rules ({said or f'exit code {done.returncode}'})"
    cure = "look whether the clone is whole: git fsck, or git fetch --refetch"
    return ConfigInvalid([ConfigError(TAXONOMY, 1, 1, message, cure)])


def _git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What git answers. Nothing here passes through a shell."""
    try:
        return subprocess.run(  # noqa: S603
            ["git", "-C", str(directory), *arguments],  # noqa: S607
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        message = f"git could not be asked ({type(error).__name__})"
        cure = "install git, and give a plain revision such as main"
        raise ConfigInvalid([ConfigError(TAXONOMY, 1, 1, message, cure)]) from None
