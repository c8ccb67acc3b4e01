"""`sounding-board check --online`: what an installation still lacks, one sentence each, with its cure."""

from datetime import date

import pytest

from app.domain.installation import Token
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Hook
from app.gateways.gitlab_about import GitLabAbout
from tests.commands.terminal import Terminal

PROJECT = "sme/customer-feedback"


def asked(terminal: Terminal) -> tuple[int, list[str]]:
    """The exit code, and the lines about the installation."""
    ran = terminal("check", "--online")
    assert ran.err == ""
    first, *lines = ran.out.splitlines()
    assert first.startswith("Configuration ok:")
    return ran.code, lines


@pytest.fixture
def hook(world: World) -> Hook:
    """The webhook as the README has it, and a bot that may see it."""
    project = world.project(PROJECT)
    world.add_member(project, world.user("sounding-board"), "maintainer")
    return world.add_hook(world.root, project, "https://your.host/webhooks/gitlab", token="secret-of-the-hook")


TOKEN = "ok     GitLab 19.4.0-ee takes our token; we are @sounding-board (id 17)."
LABELS = "ok     sme/customer-feedback: all labels of the taxonomy are there."
HOOK = "ok     sme/customer-feedback: our webhook is there and sends what we need."


def test_all_is_well(terminal: Terminal, hook: Hook) -> None:
    assert asked(terminal) == (0, [TOKEN, LABELS, HOOK])


def test_a_planner_may_not_see_hooks_and_that_is_only_said(terminal: Terminal, world: World) -> None:
    unseen = "note   sme/customer-feedback: only a Maintainer's token can see hooks, so ours was not looked at."
    assert asked(terminal) == (0, [TOKEN, LABELS, unseen])


def test_the_bot_has_no_rights(terminal: Terminal, world: World) -> None:
    world.add_member(world.project(PROJECT), world.user("sounding-board"), "guest")
    code, lines = asked(terminal)
    assert code == 1
    assert lines[1] == (
        "wrong  sme/customer-feedback: @sounding-board may not set labels there; give it the role Planner or above."
    )


def test_the_bot_is_no_member_of_the_project(terminal: Terminal, world: World) -> None:
    world.add_member(world.project(PROJECT), world.user("sounding-board"), 0)
    assert asked(terminal) == (
        1,
        [
            TOKEN,
            "wrong  sme/customer-feedback is not there for us: add @sounding-board to it as Planner or above.",
            "wrong  The operator issue sme/customer-feedback#1 is not there for us; make it, or name another.",
        ],
    )


def test_the_token_may_only_read_and_runs_out(terminal: Terminal, world: World, hook: Hook) -> None:
    token = world.add_token(world.user("sounding-board"), scopes=["read_api"], expires_at=date(2031, 3, 1))
    terminal.sets(gitlab_token=token.value)
    assert asked(terminal) == (
        1,
        [
            TOKEN,
            "wrong  Our token has read_api only; it needs the scope api to write.",
            "note   Our token runs out on 2031-03-01; rotate it before that day.",
            LABELS,
            HOOK,
        ],
    )


def test_the_token_has_no_scope_at_all(terminal: Terminal, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GitLabAbout, "token", lambda _: Token((), None))
    assert asked(terminal)[1][1] == (
        "wrong  Our token has no scope that lets it write; it needs the scope api to write."
    )


def test_labels_are_missing(terminal: Terminal, world: World, hook: Hook) -> None:
    project = world.project(PROJECT)
    for title in ("status::new", "hold::open"):
        world.delete_label(world.root, world.label(project, title))
    code, lines = asked(terminal)
    assert (code, lines[1]) == (
        1,
        "wrong  sme/customer-feedback: these labels of label_taxonomy.yml are not there yet: hold::open, status::new. "
        "Make them first.",
    )


def test_no_labels_at_all(terminal: Terminal, world: World, hook: Hook) -> None:
    project = world.project(PROJECT)
    for label in list(project.labels.values()):
        world.delete_label(world.root, label)
    code, lines = asked(terminal)
    assert code == 1
    assert lines[1] == (
        "wrong  sme/customer-feedback: these labels of label_taxonomy.yml are not there yet: also-agile, also-ai, "
        "also-app-security, also-dedicated, area::agile, area::ai, area::app-security, area::dedicated, "
        "arr-driver::candidate, arr-driver::nominated and 74 more. Make them first."
    )


def test_people_of_the_program_who_are_no_members(terminal: Terminal, world: World, hook: Hook) -> None:
    for username in ("sa.omar", "pm.ai"):
        world.add_member(world.project(PROJECT), world.user(username), 0)
    assert asked(terminal) == (
        0,
        [
            TOKEN,
            LABELS,
            "note   sme/customer-feedback: these people of program.yml are not members there: pm.ai, sa.omar.",
            HOOK,
        ],
    )


def test_there_is_no_webhook(terminal: Terminal, world: World, hook: Hook) -> None:
    hook.url = "https://elsewhere.example/hooks"
    code, lines = asked(terminal)
    assert (code, lines[2]) == (
        1,
        "wrong  sme/customer-feedback: no webhook ends in /webhooks/gitlab; add one as the README shows.",
    )


def test_gitlab_has_stopped_the_webhook(terminal: Terminal, hook: Hook) -> None:
    hook.disabled_for_good = True
    code, lines = asked(terminal)
    assert (code, lines[2]) == (
        1,
        "wrong  sme/customer-feedback: GitLab has stopped our webhook (disabled); send it a test event.",
    )


def test_the_webhook_does_not_send_enough(terminal: Terminal, hook: Hook) -> None:
    hook.events |= {"confidential_note_events": False, "emoji_events": False}
    code, lines = asked(terminal)
    assert (code, lines[2]) == (
        1,
        "wrong  sme/customer-feedback: our webhook does not send Confidential comments, Emoji events; switch that on.",
    )


def test_the_operator_issue_is_missing(terminal: Terminal, world: World, hook: Hook) -> None:
    world.delete_issue(world.root, world.project(PROJECT).issues[1])
    assert asked(terminal) == (
        1,
        [
            TOKEN,
            LABELS,
            HOOK,
            "wrong  The operator issue sme/customer-feedback#1 is not there for us; make it, or name another.",
        ],
    )


def test_the_operator_issue_passes_for_a_request(terminal: Terminal, world: World, hook: Hook) -> None:
    world.update_issue(world.root, world.project(PROJECT).issues[1], labels=[])
    code, lines = asked(terminal)
    assert (code, lines[3]) == (
        1,
        "wrong  The operator issue sme/customer-feedback#1 passes for a request; give it ~program-doc::operator.",
    )


def test_the_token_was_revoked(terminal: Terminal, world: World) -> None:
    world.revoke_token(world.user("sounding-board").token)
    ran = terminal("check", "--online")
    assert ran.code == 1
    assert ran.err == (
        "GitLab does not accept our token (GET /user at 127.0.0.1 answered 401): it has expired, was revoked or was "
        "copied wrongly. Put one with scope api where the service reads it, and start again. A newly made token is a "
        "new user: then name the old user's id in SOUNDING_BOARD_RETIRED_BOT_IDS.\n"
    )


def test_gitlab_is_too_old(terminal: Terminal, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GitLabAbout, "version", lambda _: "18.2.1")
    code, lines = asked(terminal)
    assert (code, lines[1]) == (1, "wrong  GitLab 18.2.1 is too old: sweeps need 18.3 or newer.")


def test_it_looks_at_the_directory_it_was_given(terminal: Terminal, gitlab: FakeGitLab, hook: Hook) -> None:
    directory = terminal.here / "mine"
    directory.mkdir()
    ran = terminal("check", "--online", "--config", str(directory))
    assert ran.code == 2
    assert ran.err.startswith("label_taxonomy.yml:1:1: the file is missing")


def test_a_customer_is_called_like_a_region(terminal: Terminal, hook: Hook) -> None:
    book = terminal.here / "book.csv"
    book.write_text("account,name,arr\n0065g00000QwErT,Meta,1\n0018X00002AbCdE,Acme Corp,2\n")
    terminal.sets(account_book=book)
    code, lines = asked(terminal)
    assert (code, lines[3:]) == (
        0,
        [
            "note   These accounts are called like a label, field, region or area of ours: 0065g00000QwErT. Nobody is "
            "warned for typing such a name."
        ],
    )
