"""The pages docs/commands.md and docs/settings.md, made from the command line and the settings themselves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
import typer.main
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.core import TyperArgument, TyperGroup, TyperOption

from app.settings import PREFIX, Settings

_MADE = "Made by `make generate`"
JUDGING = "`serve`, `worker`, `sweep`, `score`, `due`, `agenda`, `explain`, `check --online`"
WHO = {
    "gitlab_url": "every command that speaks to GitLab",
    "gitlab_token": JUDGING,
    "operator_token": "`plan`, `apply`, `note`; also looked at by `check --online`",
    "signing_key": JUDGING,
    "webhook_signing_token": "`serve`, one of the two; `apply`, where it sets a webhook",
    "webhook_secret": "`serve`, one of the two; `apply`, where it sets a webhook",
    "retired_bot_ids": "`serve`, `worker`, `sweep`, `score`, `due`, `agenda`, `explain`",
    "config_dir": "every command that reads the configuration",
    "data_dir": "`serve`, `worker`, `inbox`, `journal`, `move`; `sweep`, `score`, `due`, `agenda` with `--apply`",
    "database_url": "`serve`, `worker`, `inbox`, `journal`, `move`; `sweep`, `score`, `due`, `agenda` with `--apply`",
    "cache_dir": "`serve`, `worker`, `agenda`, `due`",
    "account_book": "`serve`, `worker`, `sweep`, `score`, `due`, `agenda`, `explain`",
    "paused": "`serve`, `worker`, `sweep`, `score`, `due`, `agenda`, `apply`",
    "quiet_seconds": "`serve`, `worker`",
    "workers": "`serve`, `worker`",
    "host": "`serve`, `status`",
    "port": "`serve`, `status`",
    "metrics_host": "`serve`, `worker`",
    "metrics_port": "`serve`, `worker`",
}
"""Who reads a setting. A new setting is a line here, or its page cannot be made."""


def commands_page(app: typer.Typer) -> str:
    """Every command with its arguments and options, as its help tells them."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    lines = [
        "# Commands",
        "",
        f"{_MADE} from the command line; change it there. Each command tells the same with `--help`.",
        "",
        "Exit codes: 0 done or nothing to do, 1 could not, 2 wrong usage, settings or configuration, 3 changes pending",
        "(`plan --detailed-exitcode`).",
    ]
    for name, command in root.commands.items():
        lines += ["", f"## sounding-board {name}", "", _paragraph(command.help or ""), *_table(_rows(command.params))]
    return "\n".join([*lines, ""])


def _rows(parameters: Sequence[object]) -> Iterator[tuple[str, str, str]]:
    for parameter in parameters:
        match parameter:
            case TyperArgument():
                yield (
                    f"`{(parameter.metavar or parameter.name or '').upper()}`",
                    _told(parameter.help),
                    _usual(parameter),
                )
            case TyperOption():
                words = ", ".join(f"`{word}`" for word in (*parameter.opts, *parameter.secondary_opts))
                value = "" if parameter.is_flag else f" `{parameter.metavar or (parameter.name or '').upper()}`"
                yield f"{words}{value}", _told(parameter.help), _usual(parameter)


def _usual(parameter: TyperArgument | TyperOption) -> str:
    if parameter.required:
        return "needed"
    usual = "" if parameter.default is None or parameter.default is False else f"`{parameter.default}`"
    variable = f"`{parameter.envvar}`" if parameter.envvar else ""
    return ", else ".join(filter(None, (variable, usual)))


def _table(rows: Iterator[tuple[str, str, str]]) -> list[str]:
    cells = [" | ".join(row) for row in rows]
    return ["", "| what | meaning | if left out |", "|---|---|---|", *(f"| {row} |" for row in cells)] if cells else []


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _told(text: str | None) -> str:
    return _paragraph(text or "").replace("|", "\\|")


def settings_page() -> str:
    """Every variable of the environment: what it says, what holds without it, who reads it, and whether to hide it."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_told(field.description)} | {_default(field)} | {WHO[name]} "
        f"| {'yes' if _secret(field) else ''} |"
        for name, field in sorted(Settings.model_fields.items(), key=lambda found: list(WHO).index(found[0]))
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            f"{_MADE} from `app/settings.py`; change it there.",
            "",
            "They come from the environment. A variable with `_FILE` at its end names a file that holds the value,",
            "as mounted secrets do. Commas or spaces separate the words of a list; of several secrets the newest is",
            "first, which is how they are [rotated](operations.md). Secrets are never logged, nor told in errors.",
            "",
            "| variable | what | default | who reads it | secret |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _default(field: FieldInfo) -> str:
    usual = field.default
    if usual is PydanticUndefined:
        return "needed"
    if usual is None or usual == frozenset():
        return "not set"
    if isinstance(usual, Path) and usual == Path():
        return "here"
    return f"`{str(usual).lower()}`"


def _secret(field: FieldInfo) -> bool:
    return SecretStr.__name__ in str(field.annotation)
