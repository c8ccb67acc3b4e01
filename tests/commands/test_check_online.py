"""`sounding-board check --online`: what an installation still lacks, one sentence each, with its cure."""

# ruff: noqa: E501 - a sentence is not broken where a line ends

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from app.domain.installation import TRIGGERS, Allowance, Delivery, Token
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Hook, User
from app.gateways.gitlab_about import GitLabAbout
from tests.commands.terminal import Terminal

PROJECT = "sme/customer-feedback"
ON = dict.fromkeys(TRIGGERS, True)


def asked(terminal: Terminal) -> tuple[int, list[str]]:
    """The exit code, and the lines about the installation."""
    ran = terminal("check", "--online")
    assert ran.err == ""
    first, *lines = ran.out.splitlines()
    assert first.startswith("Configuration ok:")
    left = re.compile(r"and (\d+) are left")
    return ran.code, [left.sub("and some are left", line) for line in lines]


@pytest.fixture
def hook(world: World) -> Hook:
    """The webhook as the README has it, and a bot that may see it."""
    project = world.project(PROJECT)
    world.add_member(project, world.user("sounding-board"), "maintainer")
    return world.add_hook(
        world.root, project, "https://your.host/webhooks/gitlab", token="secret-of-the-hook", events=ON
    )


TOKEN = "ok     GitLab 19.4.0-ee takes our token; we are @sounding-board (id 17)."
RATE = "ok     GitLab lets our token make 2000 calls a minute, and some are left in this one; we make up to 600."
LABELS = "ok     sme/customer-feedback: all labels of the taxonomy are there."
HOOK = "ok     sme/customer-feedback: our webhook is there and sends what we need."
QUIET = "note   sme/customer-feedback: GitLab knows of no delivery to our webhook in two days; Test, on its page, sends something."


def test_all_is_well(terminal: Terminal, hook: Hook) -> None:
    assert asked(terminal) == (0, [TOKEN, RATE, LABELS, HOOK, QUIET])


def test_a_planner_may_not_see_hooks_and_that_is_only_said(terminal: Terminal, world: World) -> None:
    unseen = "note   sme/customer-feedback: only a Maintainer's token can see hooks, so ours was not looked at; SOUNDING_BOARD_OPERATOR_TOKEN may hold one."
    assert asked(terminal) == (0, [TOKEN, RATE, LABELS, unseen])


def test_the_bot_has_no_rights(terminal: Terminal, world: World) -> None:
    world.add_member(world.project(PROJECT), world.user("sounding-board"), "guest")
    code, lines = asked(terminal)
    assert code == 1
    assert lines[2] == (
        "wrong  sme/customer-feedback: @sounding-board may not set labels there; give it the role Planner or above."
    )


def test_the_bot_is_no_member_of_the_project(terminal: Terminal, world: World) -> None:
    world.add_member(world.project(PROJECT), world.user("sounding-board"), 0)
    assert asked(terminal) == (
        1,
        [
            TOKEN,
            RATE,
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
            RATE,
            LABELS,
            HOOK,
            QUIET,
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
    assert (code, lines[2]) == (
        1,
        "wrong  sme/customer-feedback: these labels of label_taxonomy.yml are not there yet: hold::open, status::new. "
        "`sounding-board plan` tells for each what `apply` does, or what is left to people.",
    )


def test_no_labels_at_all(terminal: Terminal, world: World, hook: Hook) -> None:
    project = world.project(PROJECT)
    for label in list(project.labels.values()):
        world.delete_label(world.root, label)
    code, lines = asked(terminal)
    assert code == 1
    assert lines[2] == (
        "wrong  sme/customer-feedback: these labels of label_taxonomy.yml are not there yet: also-agile, also-ai, "
        "also-app-security, also-dedicated, area::agile, area::ai, area::app-security, area::dedicated, "
        "arr-driver::candidate, arr-driver::nominated and 74 more. `sounding-board plan` tells for each what `apply` "
        "does, or what is left to people."
    )


def test_labels_out_of_use_may_be_gone(terminal: Terminal, world: World, program: Path, hook: Hook) -> None:
    file = program / "label_taxonomy.yml"
    file.write_text(
        file.read_text().replace("- title: also-ai\n", "- title: also-ai\n    retire_after: 2026-01-31\n", 1)
    )
    world.delete_label(world.root, world.label(world.project(PROJECT), "also-ai"))
    assert asked(terminal) == (0, [TOKEN, RATE, LABELS, HOOK, QUIET])


def test_people_of_the_program_who_are_no_members(terminal: Terminal, world: World, hook: Hook) -> None:
    for username in ("sa.omar", "pm.ai"):
        world.add_member(world.project(PROJECT), world.user(username), 0)
    assert asked(terminal) == (
        0,
        [
            TOKEN,
            RATE,
            LABELS,
            "note   sme/customer-feedback: these people of program.yml are not members there: pm.ai, sa.omar.",
            HOOK,
            QUIET,
        ],
    )


def test_there_is_no_webhook(terminal: Terminal, world: World, hook: Hook) -> None:
    hook.url = "https://elsewhere.example/hooks"
    code, lines = asked(terminal)
    assert (code, lines[3]) == (
        1,
        "wrong  sme/customer-feedback: no webhook ends in /webhooks/gitlab; add one as the README shows.",
    )


def test_gitlab_has_stopped_the_webhook(terminal: Terminal, hook: Hook) -> None:
    hook.disabled_for_good = True
    code, lines = asked(terminal)
    assert (code, lines[3]) == (
        1,
        "wrong  sme/customer-feedback: GitLab has stopped our webhook (disabled); send it a test event.",
    )


def test_the_webhook_does_not_send_enough(terminal: Terminal, hook: Hook) -> None:
    hook.events |= {"confidential_note_events": False, "emoji_events": False}
    code, lines = asked(terminal)
    assert (code, lines[3]) == (
        1,
        "wrong  sme/customer-feedback: our webhook does not send Confidential comments, Emoji events; switch that on.",
    )


def test_the_operator_issue_is_missing(terminal: Terminal, world: World, hook: Hook) -> None:
    world.delete_issue(world.root, world.project(PROJECT).issues[1])
    assert asked(terminal) == (
        1,
        [
            TOKEN,
            RATE,
            LABELS,
            HOOK,
            QUIET,
            "wrong  The operator issue sme/customer-feedback#1 is not there for us; make it, or name another.",
        ],
    )


def test_the_operator_issue_passes_for_a_request(terminal: Terminal, world: World, hook: Hook) -> None:
    world.update_issue(world.root, world.project(PROJECT).issues[1], labels=[])
    code, lines = asked(terminal)
    assert (code, lines[5]) == (
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
    assert (code, lines[-1:]) == (
        0,
        [
            "note   These accounts are called like a label, field, region or area of ours: 0065g00000QwErT. Nobody is "
            "warned for typing such a name."
        ],
    )


@pytest.fixture
def olga(terminal: Terminal, world: World, hook: Hook) -> User:
    """An operator with a token of her own; the service's token is a Planner's."""
    world.add_member(world.project(PROJECT), world.user("sounding-board"), "planner")
    olga = world.add_user("olga", "Olga")
    world.add_member(world.project(PROJECT), olga, "maintainer")
    terminal.sets(operator_token=olga.token)
    return olga


def test_two_tokens_each_with_what_it_needs(terminal: Terminal, olga: User) -> None:
    takes = f"ok     plan and apply take the token of @olga (id {olga.id})."
    assert asked(terminal) == (0, [TOKEN, RATE, takes, LABELS, HOOK, QUIET])


def test_the_operators_token_lacks_something(terminal: Terminal, world: World, olga: User) -> None:
    world.add_member(world.project(PROJECT), olga, "developer")
    token = world.add_token(olga, scopes=["read_api"], expires_at=date(2031, 3, 1))
    terminal.sets(operator_token=token.value)
    code, lines = asked(terminal)
    assert (code, lines[3:6], lines[-1]) == (
        1,
        [
            "wrong  The operator's token has read_api only; it needs the scope api to write.",
            "note   The operator's token runs out on 2031-03-01; rotate it before that day.",
            "wrong  sme/customer-feedback: @olga is no Maintainer there, so apply cannot keep the webhook, schedules and "
            "variables.",
        ],
        "note   sme/customer-feedback: only a Maintainer's token can see hooks, so ours was not looked at; "
        "SOUNDING_BOARD_OPERATOR_TOKEN may hold one.",
    )


def test_the_operators_token_is_of_somebody_who_is_no_member(terminal: Terminal, world: World, olga: User) -> None:
    world.add_member(world.project(PROJECT), olga, 0)
    terminal.sets(operator_token=olga.token)
    assert asked(terminal)[1][3].startswith(
        "wrong  sme/customer-feedback: @olga is no Maintainer there, so apply cannot"
    )


@pytest.mark.parametrize(("level", "may"), [(0, False), (10, False), (15, True), (40, True)])
def test_labels_of_a_group_take_a_role_in_the_group(
    terminal: Terminal, world: World, olga: User, program: Path, level: int, may: bool
) -> None:
    """A Maintainer of the project has none there."""
    with (program / "program.yml").open("a") as file:
        file.write("\nlabels_in: sme\n")
    world.add_member(world.project(PROJECT).group, olga, level)
    told = "wrong  sme: @olga may not set this group's labels; give it the role Planner or above in the group itself."
    code, lines = asked(terminal)
    assert (code, told in lines) == (0 if may else 1, not may)


def test_an_operator_who_is_no_member_is_not_taken_for_the_service(
    terminal: Terminal, world: World, olga: User
) -> None:
    world.add_member(world.project(PROJECT), olga, 0)
    assert asked(terminal) == (
        1,
        [
            TOKEN,
            RATE,
            f"ok     plan and apply take the token of @olga (id {olga.id}).",
            f"wrong  {PROJECT}: @olga is no Maintainer there, so apply cannot keep the webhook, schedules and variables.",
            LABELS,
            f"note   {PROJECT}: only a Maintainer's token can see hooks, so ours was not looked at; "
            "SOUNDING_BOARD_OPERATOR_TOKEN may hold one.",
        ],
    )


def test_an_operators_token_that_ran_out_hides_nothing_else(terminal: Terminal, world: World, olga: User) -> None:
    world.revoke_token(olga.token)
    code, lines = asked(terminal)
    assert (code, lines[:4]) == (
        1,
        [
            TOKEN,
            RATE,
            "wrong  GitLab does not accept the operator's token (GET /user at 127.0.0.1 answered 401): it has expired, was "
            "revoked or was copied wrongly. Put a Maintainer's one with scope api into SOUNDING_BOARD_OPERATOR_TOKEN; the "
            "service's token is another.",
            LABELS,
        ],
    )


def test_the_service_has_more_rights_than_it_needs(terminal: Terminal, world: World, olga: User) -> None:
    world.add_member(world.project(PROJECT), world.user("sounding-board"), "maintainer")
    code, lines = asked(terminal)
    assert (code, lines[3]) == (
        0,
        "note   sme/customer-feedback: @sounding-board is a Maintainer there; for the service, Planner is enough.",
    )


def test_the_services_token_is_a_persons_of_the_program(terminal: Terminal, world: World, hook: Hook) -> None:
    terminal.sets(gitlab_token=world.user("program.lead").token)
    code, lines = asked(terminal)
    assert (code, lines[1]) == (
        1,
        "wrong  Our token is that of @program.lead, a person of program.yml: what they move and write by hand passes for "
        "the bot's, and no rule looks at it. Give the service a project or group access token.",
    )


def test_on_the_free_tier_it_is_said_what_is_less(terminal: Terminal, hook: Hook, program: Path) -> None:
    text = (program / "program.yml").read_text()
    (program / "program.yml").write_text(text.replace("tier: premium", "tier: free"))
    code, lines = asked(terminal)
    assert (code, lines[2]) == (
        0,
        "note   tier: free. GitLab keeps several labels of one scope on a card, so two statuses may show until the bot "
        "takes one away; boards cannot be narrowed to an area; a group has one board; on GitLab.com there are no project "
        "access tokens, 24 pipeline schedules a day, and 500 webhook events a minute for the whole namespace.",
    )


@pytest.mark.parametrize(
    ("allowance", "line"),
    [
        (None, "note   GitLab tells no limit of calls; self-managed ones have none until somebody sets it."),
        (
            Allowance(300, 299),
            "note   GitLab lets our token make 300 calls a minute, and some are left in this one. We make up to 600, so "
            "sweeps and plans will wait now and then.",
        ),
    ],
)
def test_other_limits_of_calls(
    terminal: Terminal, hook: Hook, monkeypatch: pytest.MonkeyPatch, allowance: Allowance | None, line: str
) -> None:
    monkeypatch.setattr(GitLabAbout, "allowance", lambda _: allowance)
    assert asked(terminal)[1][1] == line


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("200", "ok     {}was answered 200."),
        ("502", "wrong  {}was answered 502; look whether GitLab reaches {} and the service runs."),
        ("internal error", "wrong  {}failed (internal error); look whether GitLab reaches {} and the service runs."),
    ],
)
def test_what_became_of_the_last_delivery(
    terminal: Terminal, hook: Hook, monkeypatch: pytest.MonkeyPatch, status: str, line: str
) -> None:
    last = Delivery(status, datetime(2026, 3, 2, 12, 30, tzinfo=UTC))
    monkeypatch.setattr(GitLabAbout, "last_delivery", lambda *_: last)
    when = "sme/customer-feedback: our webhook's last delivery, on 2026-03-02 12:30 UTC, "
    assert asked(terminal)[1][4] == line.format(when, hook.url)


def test_a_delivery_that_nobody_took_is_read_from_gitlab(terminal: Terminal, world: World, hook: Hook) -> None:
    """Nothing listens where the hook sends; the stand-in keeps what it tried, as GitLab does."""
    hook.url = "http://127.0.0.1:9/webhooks/gitlab"
    gitlab, token = os.environ["SOUNDING_BOARD_GITLAB_URL"], world.user("program.lead").token
    test = f"{gitlab}/api/v4/projects/sme%2Fcustomer-feedback/hooks/{hook.id}/test/issues_events"
    answer = httpx.post(test, headers={"PRIVATE-TOKEN": token})
    assert answer.status_code == 422
    last = asked(terminal)[1][4]
    assert last.startswith("wrong  sme/customer-feedback: our webhook's last delivery, on ")
    assert "failed (internal error); look whether GitLab reaches http://127.0.0.1:9/webhooks/gitlab" in last
