"""What a person sees who forgot a setting, mistyped one, or mounted its secret as a file."""

# ruff: noqa: E501 - sentences are pinned as people read them

import pytest
from inline_snapshot import snapshot

from app.bootstrap import SHIPPED
from app.fakegitlab import FakeGitLab, World
from app.settings import Settings, read_settings
from tests.commands.terminal import Terminal
from tests.scenarios.living import SIGNING_KEY

ISSUE = "sme/customer-feedback#1"


@pytest.mark.parametrize(
    "words",
    [
        ["sweep"],
        ["explain", ISSUE],
        ["serve"],
        ["worker"],
        ["check", "--online", "--config", str(SHIPPED)],
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_set(terminal: Terminal, words: list[str]) -> None:
    ran = terminal(*words)
    assert ran.code == 2
    assert ran.err == snapshot("""\
SOUNDING_BOARD_GITLAB_URL is not set: GitLab's address, without /api/v4.
SOUNDING_BOARD_GITLAB_TOKEN is not set: access token of the bot, scope api, role Planner or above.
SOUNDING_BOARD_SIGNING_KEY is not set: key that signs our notes; service and CI jobs share it. Several: `new,old`.
""")


def test_what_only_looks_at_our_own_files_asks_for_nothing_of_gitlab(terminal: Terminal) -> None:
    for words in (["inbox"], ["journal", ISSUE]):
        ran = terminal(*words)
        file = f"{words[0]}.sqlite3"
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == (
            f"var/{file} does not exist: nothing has run with this data directory yet, or it is another one.\n"
        )


def test_everything_is_wrong_and_told_at_once_without_a_value(terminal: Terminal) -> None:
    terminal.sets(
        gitlab_url="gitlab.example.com",
        gitlab_token="",
        signing_key="too-short-key",
        retired_bot_ids="12 twelve",
        paused="perhaps",
        quiet_seconds="-1",
        workers="0",
        port="http",
    )
    ran = terminal("sweep")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot("""\
SOUNDING_BOARD_GITLAB_URL is no address, which begins with https:// or http://: GitLab's address, without /api/v4.
SOUNDING_BOARD_GITLAB_TOKEN is empty or holds characters that no token has: access token of the bot, scope api, role Planner or above.
SOUNDING_BOARD_PAUSED is neither true nor false: look and journal, write nothing.
SOUNDING_BOARD_SIGNING_KEY is too short, each key needs 16 characters or more: key that signs our notes; service and CI jobs share it. Several: `new,old`.
SOUNDING_BOARD_RETIRED_BOT_IDS is no whole number: ids of the users that earlier tokens belonged to.
SOUNDING_BOARD_QUIET_SECONDS is less than 0.0: how long a card must be quiet before it is judged.
SOUNDING_BOARD_WORKERS is less than 1: how many cards are judged at the same time.
SOUNDING_BOARD_PORT is no whole number: on which port the service listens.
""")
    assert "too-short-key" not in ran.err


def test_secrets_may_come_from_mounted_files(terminal: Terminal, world: World) -> None:
    for name, value in (("gitlab_token", world.user("sounding-board").token), ("signing_key", SIGNING_KEY)):
        path = terminal.here / name
        path.write_text(f"{value}\n")
        terminal.patch.delenv(f"SOUNDING_BOARD_{name.upper()}")
        terminal.sets(**{f"{name}_file": path})
    ran = terminal("sweep")
    assert (ran.code, ran.err) == (0, "")


def test_a_file_that_is_not_there_is_told_with_all_the_rest(terminal: Terminal, gitlab: FakeGitLab) -> None:
    terminal.patch.delenv("SOUNDING_BOARD_GITLAB_TOKEN")
    terminal.sets(gitlab_token_file="/run/secrets/token", workers="many")
    picture = terminal.here / "picture.png"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    terminal.sets(webhook_secret_file=picture)
    ran = terminal("sweep")
    assert ran.code == 2
    assert ran.err.replace(str(terminal.here), "HERE") == snapshot("""\
SOUNDING_BOARD_GITLAB_TOKEN_FILE names /run/secrets/token, which cannot be read (No such file or directory): access token of the bot, scope api, role Planner or above.
SOUNDING_BOARD_WEBHOOK_SECRET_FILE names HERE/picture.png, which cannot be read (it is not text): the hook's secret token, sent as X-Gitlab-Token; several: `new,old`.
SOUNDING_BOARD_WORKERS is no whole number: how many cards are judged at the same time.
""")


def test_a_secret_that_is_set_twice_is_refused(terminal: Terminal, gitlab: FakeGitLab) -> None:
    """Whoever has just rotated the one must not go on with the other, and not know it."""
    key = terminal.here / "signing_key"
    key.write_text("another-key-of-32-characters-or-so")
    terminal.sets(signing_key_file=key, port_file=key, port="", workers="many")
    ran = terminal("sweep")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot("""\
SOUNDING_BOARD_SIGNING_KEY and SOUNDING_BOARD_SIGNING_KEY_FILE are both set, and only one can count: take one of them away.
SOUNDING_BOARD_PORT and SOUNDING_BOARD_PORT_FILE are both set, and only one can count: take one of them away.
SOUNDING_BOARD_WORKERS is no whole number: how many cards are judged at the same time.
SOUNDING_BOARD_PORT is no whole number: on which port the service listens.
""")


def test_a_broken_configuration_stops_a_sweep_before_it_calls_anybody(terminal: Terminal, world: World) -> None:
    terminal.sets(config_dir=terminal.here)
    ran = terminal("sweep")
    assert ran.code == 2
    assert ran.err.startswith("label_taxonomy.yml:1:1: the file is missing")
    assert list(world.calls) == []


def test_serve_takes_in_nothing_that_nobody_signed(terminal: Terminal, gitlab: FakeGitLab) -> None:
    ran = terminal("serve", "--port", "0")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot(
        "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN, SOUNDING_BOARD_WEBHOOK_SECRET: no webhook secret is configured: set a signing token (whsec_…) or a secret token.\n"
    )


def test_serve_cannot_use_a_signing_token_that_is_none(terminal: Terminal, gitlab: FakeGitLab) -> None:
    terminal.sets(webhook_signing_token="not-a-token-at-all")
    ran = terminal("serve", "--port", "0")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot(
        "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN, SOUNDING_BOARD_WEBHOOK_SECRET: a webhook signing token is not of the form whsec_… (base64) that GitLab shows.\n"
    )
    assert "not-a-token" not in ran.err


def test_a_passphrase_does_not_become_several_weak_secrets(terminal: Terminal, gitlab: FakeGitLab) -> None:
    terminal.sets(
        webhook_secret="my secret words", signing_key="correct horse battery staple", gitlab_token="täuschung"
    )
    ran = terminal("serve", "--port", "0")
    assert ran.code == 2
    assert ran.err == snapshot("""\
SOUNDING_BOARD_GITLAB_TOKEN is empty or holds characters that no token has: access token of the bot, scope api, role Planner or above.
SOUNDING_BOARD_WEBHOOK_SECRET is too short, each key needs 16 characters or more: the hook's secret token, sent as X-Gitlab-Token; several: `new,old`.
SOUNDING_BOARD_SIGNING_KEY is too short, each key needs 16 characters or more: key that signs our notes; service and CI jobs share it. Several: `new,old`.
""")


@pytest.mark.parametrize("between", [",", " ", ", ", "\n"])
def test_several_secrets_stand_between_commas_or_spaces(terminal: Terminal, gitlab: FakeGitLab, between: str) -> None:
    """A masked CI/CD variable can hold no space; a mounted file has a line each."""
    new, old = "a-new-key-of-the-tests", "an-old-key-of-the-tests"
    terminal.sets(signing_key=f"{new}{between}{old}", webhook_secret=f"{new}{between}{old}", retired_bot_ids="7,8 9")
    settings = read_settings(Settings)
    assert settings.secrets("signing_key") == settings.secrets("webhook_secret") == (new, old)
    assert {new, old} <= set(settings.all_secrets())
    assert settings.retired_bot_ids == {7, 8, 9}


def test_an_address_has_one_spelling_whoever_typed_it(terminal: Terminal, gitlab: FakeGitLab) -> None:
    """Notes are bound to it: a CI job that says it otherwise would not know the service's notes again."""
    terminal.sets(gitlab_url="https://GITLAB.example.com:443/api/v4/")
    assert read_settings(Settings).gitlab_url == "https://gitlab.example.com"
