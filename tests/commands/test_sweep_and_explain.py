"""`sounding-board sweep` and `sounding-board explain`, as a CI job and a curious person run them."""

# ruff: noqa: E501 - what is shown is pinned as people read it

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Issue
from tests.commands.terminal import Ran, Terminal, number
from tests.scenarios.living import GAPS, READY


def shown(ran: Ran) -> str:
    """What was shown, with the times of day taken out."""
    assert (ran.code, ran.err) == (0, "")
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|(?<=I wait until )[^.]*", "THEN", ran.out)


@pytest.fixture
def past(world: World) -> Iterator[World]:
    """The world half an hour ago."""
    with world.at(world.now() - timedelta(minutes=30)):
        yield world


@pytest.fixture
def gappy(past: World) -> Issue:
    """A request with gaps, filed half an hour ago and never looked at."""
    jane = past.user("sa.jane")
    return past.create_issue(jane, past.project("sme/customer-feedback"), "SAML", description=GAPS)


@pytest.fixture
def dragged(past: World) -> Issue:
    """A ready request that Omar dragged to where he may not, and nobody heard of it."""
    omar = past.user("sa.omar")
    project = past.project("sme/customer-feedback")
    issue = past.create_issue(omar, project, "SCIM", description=READY, add_labels=["status::new", "context::ready"])
    past.update_issue(omar, issue, add_labels=["status::accepted"])
    return issue


def writes(world: World) -> list[str]:
    return [call.method for call in world.calls if call.method != "GET"]


def test_a_sweep_shows_what_it_would_do_and_does_it_when_told_to(
    terminal: Terminal, world: World, gappy: Issue, dragged: Issue
) -> None:
    assert shown(terminal("sweep")) == snapshot("""\
sme/customer-feedback#2
  note on 'context':
    | @sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):
    |
    | - [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
    | - [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"
    | - [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`
    |
    | Good to have now, needed before the review:
    |
    | - [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
    | - [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`
    |
    | Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.
  labels: +context::needed +status::new
sme/customer-feedback#3
  note on 'move':
    | @sa.omar, I put this card back in **New**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, `sa.omar` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until THEN.
    |
    | **Accepted by PMs** also needs:
    |
    | - [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.
    |
    | Anybody can do that.
    |
    | Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.
  note on 'duplicates':
    | This may ask for the same as sme/customer-feedback#2+.
    |
    | If it does, `/duplicate` with the other's number in a comment closes this request and takes its customers along. If not, there is nothing to do; `@sounding-board not a duplicate` has me let go of it.
  labels: +hold::open +status::new +type::feature -status::accepted
3 issues seen, 2 would be written to (dry run; --apply writes), 3 new notes, 0 left for the next run, 0 failed.
""")
    assert writes(world) == []
    assert shown(terminal("sweep", "--apply")).splitlines()[-1] == snapshot(
        "3 issues seen, 2 written to, 3 new notes, 0 left for the next run, 0 failed."
    )
    assert writes(world) == ["POST", "PUT", "POST", "POST", "PUT", "POST"]
    (word,) = world.project("sme/customer-feedback").issues[1].notes
    assert word.body.startswith("The last sweep ended on ")
    assert ": 3 looked at, 0 failed." in word.body
    assert {label.title for label in gappy.labels} == {"status::new", "context::needed", "area::ai"}
    assert "status::new" in {label.title for label in dragged.labels}
    assert shown(terminal("sweep", "--apply")) == snapshot(
        "3 issues seen, 0 written to, 0 new notes, 0 left for the next run, 0 failed.\n"
    )


def test_a_sweep_since_looks_at_what_changed_and_at_what_waits(terminal: Terminal, world: World, gappy: Issue) -> None:
    assert shown(terminal("sweep", "--since", "10m")).startswith("1 issues seen, 0 would")
    assert shown(terminal("sweep", "--since", "1h")).splitlines()[-1].startswith("2 issues seen, 1 would")
    assert shown(terminal("sweep", "--since", "2020-01-01")).splitlines()[-1].startswith("2 issues seen, 1 would")


def test_a_time_nobody_can_read(terminal: Terminal, gitlab: FakeGitLab) -> None:
    ran = terminal("sweep", "--since", "yesterday")
    assert ran.code == 2
    assert "yesterday is no time: write 26h, 3d or 2026-03-01." in ran.err


def test_one_request_that_cannot_be_written_does_not_stop_the_others(
    terminal: Terminal, world: World, gappy: Issue, dragged: Issue
) -> None:
    world.faults.server_error(500, count=None, methods=("PUT",), path=rf"/issues/{gappy.iid}$")
    ran = terminal("sweep", "--apply")
    assert ran.code == 1
    assert "status::new" in {label.title for label in dragged.labels}
    assert [line for line in ran.out.splitlines() if not line.startswith((" ", "sme/customer-feedback#3"))] == snapshot(
        [
            "sme/customer-feedback#2 could not be done: GitLab is in trouble (PUT /projects/sme/customer-feedback/issues/2 at 127.0.0.1 answered 500: 500 Server Error). It may work later.",
            "3 issues seen, 1 written to, 2 new notes, 0 left for the next run, 1 failed.",
        ]
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Back.\n{{ nobody }}\n", "notes/move_held.md.j2:2 cannot be used: 'nobody' is undefined."),
        ("{% if %}", "notes/move_held.md.j2:1 cannot be used: Expected an expression, got 'end of statement block'"),
        ("{{ 1 // 0 }}", "notes/move_held.md.j2:1 cannot be used: integer division or modulo by zero."),
    ],
)
def test_a_template_that_cannot_be_used_does_not_stop_the_other_cards(
    terminal: Terminal, program: Path, gappy: Issue, dragged: Issue, text: str, told: str
) -> None:
    notes = program / "templates" / "notes"
    notes.mkdir(parents=True)
    (notes / "move_held.md.j2").write_text(text)
    ran = terminal("sweep", "--apply")
    assert (ran.code, ran.err) == (1, "")
    assert f"{number(dragged)} could not be done: The template {told}" in ran.out
    assert "3 issues seen, 1 written to, 1 new notes, 0 left for the next run, 1 failed." in ran.out
    assert "status::new" in {label.title for label in gappy.labels}


@pytest.mark.parametrize("since", [[], ["--since", "1h"]])
def test_a_project_that_cannot_be_listed_does_not_stop_the_others(
    terminal: Terminal, program: Path, dragged: Issue, since: list[str]
) -> None:
    file = program / "program.yml"
    file.write_text(file.read_text().replace("projects:\n", "projects:\n  - path: sme/gone\n", 1))
    ran = terminal("sweep", "--apply", *since)
    assert (ran.code, ran.err) == (1, "")
    failed, summary = ran.out.splitlines()[-2:]
    assert failed.startswith("sme/gone could not be done: There is nothing to be seen there (GET /projects/sme/gone/")
    assert summary == "2 issues seen, 1 written to, 1 new notes, 0 left for the next run, 1 failed."
    assert "status::new" in {label.title for label in dragged.labels}


def test_an_operator_s_issue_that_cannot_be_read_loses_no_summary(terminal: Terminal, world: World) -> None:
    world.faults.server_error(500, count=None, methods=("GET",), path=r"/issues/1/notes")
    ran = terminal("sweep", "--apply")
    assert (ran.code, ran.err) == (1, "")
    failed, untold, summary = ran.out.splitlines()
    assert failed.startswith("sme/customer-feedback#1 could not be done: GitLab is in trouble (")
    assert untold.startswith("sme/customer-feedback#1 could not be told of this run: GitLab is in trouble (")
    assert summary == "1 issues seen, 0 written to, 0 new notes, 0 left for the next run, 1 failed."


def test_explain_a_card_that_may_not_stand(terminal: Terminal, world: World, dragged: Issue) -> None:
    assert shown(terminal("explain", number(dragged))) == snapshot("""\
sme/customer-feedback#2 is open, in Accepted by PMs; area ai.
Judged: sa.omar moved it from New to Accepted by PMs on THEN UTC.
Told:
  Problem: in the description
  Use case and who is affected: in the description
  Request type: in the description
  Account or opportunity: in the description
  Severity: in the description
  Needed by: in the description
  ARR at stake: in the description
  Deployment: in the description
  Desired outcome: in the description
Customers: 1, amounts as bands:
  006…QwErT · growth, assumed · blocker · unknown · 2036-03-31 · by sa.omar in the description
Missing in New: nothing
Missing before Reviewed: nothing
Missing before Accepted by PMs: PM owner
Missing before Declined: Reason to decline, Customer-safe explanation
Missing before Backlog: Reason for the backlog, Revisit date
Rules:
  request_type: completed: told in the description
  moves: put back [status::new -> status::accepted] (sa.omar): not theirs; incomplete: pm_owner
  numbers: observed: the ledger has 1 account
Looks again at THEN UTC.
Would write:
  note on 'move':
    | @sa.omar, I put this card back in **New**: the step to **Accepted by PMs** is for the PM to make. @pm.ai, `sa.omar` proposes it: your 👍 on this note, or `accept` in a comment, makes the move. I wait until THEN.
    |
    | **Accepted by PMs** also needs:
    |
    | - [ ] **PM owner**: Somebody in product has to carry it further. For example, assign the product manager of the area.
    |
    | Anybody can do that.
    |
    | Not what you meant? Write `cancel`. Must it stand now? The area lead, the PM or the program lead can write `override <reason>`.
  labels: +hold::open +status::new +type::feature -status::accepted
""")
    assert writes(world) == []


def test_explain_a_request_with_gaps(terminal: Terminal, world: World, gappy: Issue) -> None:
    assert shown(terminal("explain", number(gappy))) == snapshot("""\
sme/customer-feedback#2 is open, without a status; area ai.
No move is to be judged; it stands in New.
Told:
  Problem: in the description
Customers: 0.
Missing in New: Use case and who is affected, Request type, Customer
Missing before Reviewed: Use case and who is affected, Request type, Customer, Theme, Severity, ARR at stake, Deployment, Desired outcome
Missing before Accepted by PMs: PM owner, Use case and who is affected, Request type, Customer, Theme, Severity, ARR at stake, Deployment, Desired outcome
Missing before Declined: Reason to decline, Customer-safe explanation, Use case and who is affected, Request type, Customer, Theme, Severity, ARR at stake, Deployment, Desired outcome
Missing before Backlog: Reason for the backlog, Revisit date, Use case and who is affected, Request type, Customer, Theme, Severity, ARR at stake, Deployment, Desired outcome
Rules:
  starting_status: repaired [- -> status::new]: a new request starts here
  context: asked (sa.jane): missing: use_case, request_type, customer, severity, needed_by
Looks again at THEN UTC.
Would write:
  note on 'context':
    | @sa.jane, thank you for this request. Before product managers can work with it, this is missing (@sme.dana can help):
    |
    | - [ ] **Use case and who is affected**: It shows how many people meet the problem, and in which work. For example `Use case: the platform team, for 900 developers`
    | - [ ] **Request type**: Features, enhancements and bugs go to different people. Pick a label: ~"type::feature" · ~"type::enhancement" · ~"type::bug"
    | - [ ] **Customer**: A request is as strong as the customers behind it. For example `Account or opportunity: https://example.my.salesforce.com/0065g00000QwErT`
    |
    | Good to have now, needed before the review:
    |
    | - [ ] **Severity**: It says what the customer does without it. Pick a label: ~"severity::blocker" · ~"severity::retention" · ~"severity::fast-follow" · ~"severity::nice"
    | - [ ] **Needed by**: A renewal or a closing date sets the pace. For example `Needed by: 2026-03-31`
    |
    | Anybody can answer: in a comment here (one `name: value` line each), in the description, or with a label. I tick off what arrives, and ask only once.
  labels: +context::needed +status::new
""")


def waiting(ran: Ran) -> list[str]:
    """What `explain` says is waited for."""
    return [line for line in shown(ran).splitlines() if line.startswith(("Held:", "Asked:"))]


def test_explain_what_is_held_and_asked(terminal: Terminal, world: World, gappy: Issue, dragged: Issue) -> None:
    terminal("sweep", "--apply")
    assert waiting(terminal("explain", number(dragged))) == snapshot(
        [
            "Held: the move of sa.omar from New to Accepted by PMs, until THEN UTC; waits for somebody who may make it, PM owner."
        ]
    )
    assert re.sub(r"since [\d-]+", "since THEN", "".join(waiting(terminal("explain", number(gappy))))) == snapshot(
        "Asked: sa.jane since THEN, reminded 0 times."
    )


def test_explain_a_held_move_that_lacks_something(terminal: Terminal, world: World, past: World) -> None:
    jane, ken = past.user("sa.jane"), past.user("sme.ken")
    no_theme = READY.replace(' ~"theme::ai::chat"', "")
    issue = past.create_issue(jane, past.project("sme/customer-feedback"), "SAML", description=no_theme)
    terminal("sweep", "--apply")
    past.update_issue(ken, issue, add_labels=["status::reviewed"], remove_labels=["status::new"])
    terminal("sweep", "--apply")
    assert waiting(terminal("explain", number(issue))) == snapshot(
        ["Held: the move of sme.ken from New to Reviewed, until THEN UTC; waits for Theme."]
    )


def test_explain_a_request_that_is_fine(terminal: Terminal, world: World, past: World) -> None:
    project = past.project("sme/customer-feedback")
    issue = past.create_issue(
        past.user("sa.jane"), project, "SAML", description=READY, add_labels=["status::new", "context::ready"]
    )
    assert shown(terminal("explain", number(issue))) == snapshot("""\
sme/customer-feedback#2 is open, in New; area ai.
No move is to be judged; it stands in New.
Told:
  Problem: in the description
  Use case and who is affected: in the description
  Request type: in the description
  Account or opportunity: in the description
  Severity: in the description
  Needed by: in the description
  ARR at stake: in the description
  Deployment: in the description
  Desired outcome: in the description
Customers: 1, amounts as bands:
  006…QwErT · growth, assumed · blocker · unknown · 2036-03-31 · by sa.jane in the description
Missing in New: nothing
Missing before Reviewed: nothing
Missing before Accepted by PMs: PM owner
Missing before Declined: Reason to decline, Customer-safe explanation
Missing before Backlog: Reason for the backlog, Revisit date
Rules:
  request_type: completed: told in the description
  numbers: observed: the ledger has 1 account
Would write:
  labels: +type::feature
""")


@pytest.mark.parametrize("words", [["sweep"], ["explain", "sme/customer-feedback#1"]])
def test_whoever_only_looks_needs_no_place_to_write(terminal: Terminal, gitlab: FakeGitLab, words: list[str]) -> None:
    (terminal.here / "a-file").write_text("")
    terminal.sets(data_dir=terminal.here / "a-file" / "kept")
    assert terminal(*words).code == 0
    terminal.sets(data_dir=terminal.here / "kept")
    assert terminal(*words).code == 0
    assert [each.name for each in terminal.here.iterdir()] == ["a-file"]


def test_explain_what_is_no_request(terminal: Terminal, gitlab: FakeGitLab) -> None:
    assert shown(terminal("explain", "sme/customer-feedback#1")) == (
        "sme/customer-feedback#1 is no request: it is not an issue of a request project, "
        "or it is a document of the program.\n"
    )


def test_explain_an_issue_that_is_not_there(terminal: Terminal, gitlab: FakeGitLab) -> None:
    ran = terminal("explain", "sme/customer-feedback#404")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == snapshot(
        "There is nothing to be seen there (GET /projects/sme/customer-feedback/issues/404 at 127.0.0.1 answered 404): it was deleted or moved, or the bot is no member of the project.\n"
    )


@pytest.mark.parametrize(
    "words", ["404", "customer-feedback#1", "sme/customer-feedback!1", "sme/customer-feedback#one"]
)
def test_a_reference_that_is_none(terminal: Terminal, gitlab: FakeGitLab, words: str) -> None:
    for command in ("explain", "journal"):
        ran = terminal(command, words)
        assert ran.code == 2
        assert f"{words} is no issue: write it as group/project#123." in ran.err


@pytest.mark.parametrize("words", [["sweep"], ["explain", "sme/customer-feedback#1"], ["check", "--online"]])
def test_gitlab_is_down(terminal: Terminal, gitlab: FakeGitLab, words: list[str]) -> None:
    terminal.sets(gitlab_url="http://127.0.0.1:1")
    ran = terminal(*words)
    assert ran.code == 1
    assert ran.err == (
        "GitLab could not be reached: the connection failed (ConnectError) for GET /user at 127.0.0.1. "
        "It may work later.\n"
    )


def test_gitlab_is_in_trouble(terminal: Terminal, world: World) -> None:
    world.faults.server_error(502)
    ran = terminal("sweep")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == snapshot(
        "GitLab is in trouble (GET /user at 127.0.0.1 answered 502: 502 Server Error). It may work later.\n"
    )


def test_the_token_was_revoked(terminal: Terminal, world: World) -> None:
    world.revoke_token(world.user("sounding-board").token)
    ran = terminal("sweep", "--apply")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("GitLab does not accept our token (GET /user at 127.0.0.1 answered 401)")
    assert world.user("sounding-board").token not in ran.err


def test_a_paused_service_is_paused_for_the_sweep_too(terminal: Terminal, world: World, dragged: Issue) -> None:
    terminal.sets(paused="true")
    assert shown(terminal("sweep", "--apply")).splitlines()[-1] == snapshot(
        "2 issues seen, 1 would be written to (paused; SOUNDING_BOARD_PAUSED is set), 1 new notes, 0 left for the next run, 0 failed."
    )
    assert writes(world) == []


def test_a_sweep_is_made_also_while_the_database_of_the_journal_is_away(
    terminal: Terminal, world: World, gappy: Issue
) -> None:
    """Nothing that it decides hangs on the journal; that it could not be written is told."""
    terminal.sets(database_url="postgresql://owner:hidden@127.0.0.1:1/kept")
    ran = terminal("sweep", "--apply")
    assert (ran.code, "1 written to" in ran.out) == (0, True)
    assert "POST" in writes(world)
    assert [json.loads(line)["message"] for line in ran.err.splitlines()] == [
        "the journal cannot be written, so this goes on without it: PostgreSQL: it cannot be reached"
    ]
