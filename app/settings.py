"""Settings from the environment: addresses and secrets. Read once, by the bootstrap; nothing below knows of them.

Every name begins with `SOUNDING_BOARD_`. A secret may come from a mounted file: `SOUNDING_BOARD_GITLAB_TOKEN_FILE`
names a file that holds what `SOUNDING_BOARD_GITLAB_TOKEN` would.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "SOUNDING_BOARD_"
SHORTEST_KEY = 16
_LEAST = {"least": SHORTEST_KEY}


class SettingsInvalid(Exception):
    """The environment does not say what is needed; the message names each variable and its cure, never a value."""


def _several(text: str) -> list[str]:
    """What stands between spaces or commas: a masked CI/CD variable of GitLab can hold no space."""
    return text.replace(",", " ").split()


def _words(value: object) -> object:
    return _several(value) if isinstance(value, str) else value


def base_url(value: str) -> str:
    """One spelling of an address: our notes are bound to it, so service and CI jobs must say the same."""
    return str(TypeAdapter(HttpUrl).validate_python(value)).rstrip("/").removesuffix("/api/v4")


def _long_enough(value: SecretStr) -> SecretStr:
    words = _several(value.get_secret_value())
    if not words or min(map(len, words)) < SHORTEST_KEY:
        raise PydanticCustomError("short_secret", "too short", _LEAST)
    return value


def _database(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise PydanticCustomError("no_database", "not an address of PostgreSQL")
    try:
        urlsplit(value.get_secret_value())
    except ValueError:
        raise PydanticCustomError("no_database", "not an address of PostgreSQL") from None
    return value


def _sendable(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text or not text:
        raise PydanticCustomError("bad_secret", "not a token")
    return value


class Environment(BaseSettings):
    """What all commands read alike: variables by prefix, secrets from mounted files, nothing shown in errors."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, hide_input_in_errors=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names the arguments
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files that the environment names."""
        return init_settings, env_settings, _MountedFiles(settings_cls)

    def secrets(self, name: str) -> tuple[str, ...]:
        """The values of a secret setting, the newest first; empty when it is not set."""
        value = getattr(self, name)
        return tuple(_several(value.get_secret_value())) if isinstance(value, SecretStr) else ()

    def all_secrets(self) -> tuple[str, ...]:
        """Everything that must never be logged."""
        return tuple(secret for name in type(self).model_fields for secret in self.secrets(name))


class KeptSettings(Environment):
    """What commands need that only look at our own files."""

    data_dir: Path = Field(Path("var"), description="where the inbox and the journal are kept")
    cache_dir: Path | None = Field(
        None,
        description="where what GitLab told is kept between runs, safe to lose; where it is not set: `cache` in "
        "SOUNDING_BOARD_DATA_DIR",
    )

    @property
    def caches(self) -> Path:
        """The folder of what can be read anew."""
        return self.cache_dir or self.data_dir / "cache"

    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        None,
        description="address of a PostgreSQL database that keeps inbox and journal instead of files, for several "
        "replicas: postgresql://user:password@host/name",
    )

    @property
    def database(self) -> str | None:
        """The address of the database, where one is set."""
        return self.database_url.get_secret_value() if self.database_url else None

    def all_secrets(self) -> tuple[str, ...]:
        """Everything that must never be logged; of the address also the password alone, as others may quote it."""
        password = urlsplit(self.database or "").password
        own = (password, unquote(password)) if password else ()
        return (*super().all_secrets(), *own)


class OperatorSettings(Environment):
    """What `plan` and `apply` need. They sign no notes and judge no cards, so no key is asked for."""

    gitlab_url: Annotated[str, AfterValidator(base_url)] = Field(description="GitLab's address, without /api/v4")
    gitlab_token: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(
        None, description="access token of the bot, scope api, role Planner or above"
    )
    operator_token: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(
        None,
        description="access token of an operator, scope api, role Maintainer, for plan and apply; where it is not set "
        "they take SOUNDING_BOARD_GITLAB_TOKEN",
        validate_default=True,
    )
    webhook_signing_token: SecretStr | None = Field(
        None, min_length=1, description="the hook's signing token, whsec_…; several: `new,old`"
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = Field(
        None, description="the hook's secret token, sent as X-Gitlab-Token; several: `new,old`"
    )
    config_dir: Path = Field(Path(), description="where label_taxonomy.yml, program.yml and templates/ are")
    paused: bool = Field(False, description="look and journal, write nothing")

    @field_validator("operator_token")
    @classmethod
    def _one_token(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and "gitlab_token" in info.data and info.data["gitlab_token"] is None:
            raise PydanticCustomError("missing", "no token at all")
        return value

    @property
    def token(self) -> str:
        """The token of whoever provisions: the operator's, else the bot's."""
        found = self.operator_token or self.gitlab_token
        assert found is not None
        return found.get_secret_value()


class Settings(OperatorSettings, KeptSettings):
    """What an installation sets. Lists are separated by spaces or commas; of several secrets the newest comes first."""

    gitlab_token: Annotated[SecretStr, AfterValidator(_sendable)] = Field(
        description="access token of the bot, scope api, role Planner or above"
    )
    signing_key: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        description="key that signs our notes; service and CI jobs share it. Several: `new,old`",
    )
    retired_bot_ids: Annotated[frozenset[int], NoDecode, BeforeValidator(_words)] = Field(
        frozenset(), description="ids of the users that earlier tokens belonged to"
    )
    account_book: Path | None = Field(
        None, description="the private CSV file of accounts and their ARR, the same for service and CI jobs"
    )
    quiet_seconds: float = Field(2.0, ge=0, le=60, description="how long a card must be quiet before it is judged")
    workers: int = Field(4, ge=1, le=32, description="how many cards are judged at the same time")
    host: str = Field("127.0.0.1", description="where the service listens")
    port: int = Field(8080, ge=0, le=65535, description="on which port the service listens")
    metrics_host: str = Field("127.0.0.1", description="where /metrics listens, apart from the webhooks")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="on which port /metrics is shown to Prometheus; not shown without it"
    )


class _MountedFiles(PydanticBaseSettingsSource):
    """Values from files named by `…_FILE` variables."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[object, str, bool]:  # noqa: ARG002
        """The file's content for one field."""
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (_content(path) if path else None), field_name, False

    def __call__(self) -> dict[str, object]:
        """All fields that a file gives."""
        found = {n: self.get_field_value(f, n)[0] for n, f in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


S = TypeVar("S", bound=Environment)


def read_settings(kind: type[S], given: Mapping[str, Any] | None = None) -> S:
    """What a command of this process needs. Raises SettingsInvalid with every problem at once."""
    lines = [_both(name) for name in kind.model_fields if _is_set(name) and _is_set(f"{name}_file")]
    try:
        read = kind(**(given or {}))
    except ValidationError as problem:
        lines += [_sentence(kind, error) for error in problem.errors()]
    else:
        if not lines:
            return read
    raise SettingsInvalid("\n".join(lines))


_WRONG = {
    "missing": "is not set",
    "too_short": "is empty",
    "short_secret": "is too short, each key needs {least} characters or more",
    "bad_secret": "is empty or holds characters that no token has",
    "no_database": "is no address of a PostgreSQL database, which begins with postgresql://",
    "url_parsing": "is no address, which begins with https:// or http://",
    "url_scheme": "is no address, which begins with https:// or http://",
    "int_parsing": "is no whole number",
    "float_parsing": "is no number",
    "bool_parsing": "is neither true nor false",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
}
"""What people are told instead of pydantic's words, by its name for the error; braces are filled from its context."""


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands for a file that cannot be read: it fits no field, so that it is told with all that is wrong."""

    path: str
    why: str


def _is_set(name: str) -> bool:
    return f"{PREFIX}{name.upper()}" in os.environ


def _both(name: str) -> str:
    variable = f"{PREFIX}{name.upper()}"
    return f"{variable} and {variable}_FILE are both set, and only one can count: take one of them away."


def _content(path: str) -> str | _Unreadable:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as problem:
        return _Unreadable(path, problem.strerror or "it cannot be read")
    except UnicodeDecodeError:
        return _Unreadable(path, "it is not text")


def _sentence(kind: type[Environment], error: ErrorDetails) -> str:
    """What is wrong with one variable; its value is never shown, the path of its file is."""
    name, value = str(error["loc"][0]), error["input"]
    variable, described = f"{PREFIX}{name.upper()}", kind.model_fields[name].description
    if isinstance(value, _Unreadable):
        return f"{variable}_FILE names {value.path}, which cannot be read ({value.why}): {described}."
    what = _WRONG.get(error["type"], f"cannot be used ({error['msg']})").format_map(error.get("ctx", {}))
    return f"{variable} {what}: {described}."
