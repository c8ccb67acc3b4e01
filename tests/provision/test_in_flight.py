"""A changed taxonomy meets people's work in flight: the plan says which open requests it touches, and how."""

# ruff: noqa: E501 - sentences are pinned as people read them

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.bootstrap import operators
from app.domain.envelope import Place, seal
from app.domain.in_flight import Revision, newly_missing
from app.domain.issue import Issue, Note, Ref, User
from app.domain.provision import Act, Change, Kind
from app.fakegitlab import World, model
from app.gateways.config_load import Configuration, load
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from app.services.in_flight import COMMENTS_AT_MOST, RequestsInFlight
from app.services.provision_labels import ProvisionLabels
from tests.commands.terminal import Terminal
from tests.config import small
from tests.gateways.gitlab_wire import no_sleep
from tests.provision.hall import Hall, hall

NOW = datetime(2026, 9, 14, tzinfo=UTC)
DETAILED = small.TAXONOMY.replace("requires: [theme]", "requires: [theme, problem]")
LONG = "Problem: people who were removed keep their access for a whole day"


def configured(directory: Path, taxonomy: str) -> Configuration:
    directory.mkdir(exist_ok=True)
    return load(small.written(directory, taxonomy))


@dataclass
class Comparison:
    """Two versions of the rules, and a GitLab with requests."""

    here: Hall
    directory: Path

    def filed(self, *titles: str, text: str = "") -> model.Issue:
        """A request, in Done with its theme unless told."""
        found = self.here
        return found.world.create_issue(
            found.world.user("mia"), found.project, "Faster export", description=text, labels=list(titles or DONE)
        )

    def changes(self, new: str, old: str = small.TAXONOMY) -> tuple[Change, ...]:
        """What the plan tells."""
        before, after = configured(self.directory / "old", old), configured(self.directory / "new", new)
        compared = Revision("main", before.taxonomy, after.taxonomy, after.program, NOW)
        budget = Budget(rate=1e6, burst=1e6, sleep=no_sleep)
        self.here.world.calls.clear()
        with connect(self.here.url, self.here.operator.token, budget) as doors:
            found = RequestsInFlight(doors.lister, doors.reader, ["sme/feedback"], after.places).changes(compared)
        self.here.calls = [f"{call.method} {call.template}" for call in self.here.world.calls]
        return found

    def told(self, new: str, old: str = small.TAXONOMY) -> list[str]:
        """The same, a line each."""
        return [f"{c.name} ({c.where}): {c.because}: {', '.join(c.named)}" for c in self.changes(new, old)]


DONE = ("status::done", "area::ai", "theme::ai::chat")


@pytest.fixture
def compared(tmp_path: Path) -> Iterator[Comparison]:
    with hall(tmp_path, lambda *_: pytest.fail("no part is needed")) as found:
        world = found.world
        for title in ("status::new", *DONE, "status::old", "type::idea", "program-doc::agenda", "paused"):
            world.create_label(world.root, found.project, title)
        yield Comparison(found, tmp_path)


def test_requests_that_would_be_incomplete_are_counted_and_named(compared: Comparison) -> None:
    for text in ("", LONG, "Problem: short"):
        compared.filed(text=text)
    compared.filed("status::new", "area::ai")
    assert compared.told(DETAILED) == snapshot(
        [
            "status::done (label_taxonomy.yml:10): unlike in main, 2 of 4 open requests would be incomplete in Done, without Problem: sme/feedback#1, sme/feedback#3"
        ]
    )
    assert compared.here.calls == snapshot(
        [
            "GET /projects/:id/issues",
            "GET /projects/:id/issues/:issue_iid/notes",
            "GET /projects/:id/issues/:issue_iid/notes",
        ]
    )


def test_what_was_told_in_a_comment_counts(compared: Comparison) -> None:
    one = compared.filed()
    world = compared.here.world
    world.add_note(world.user("mia"), one, LONG)
    assert compared.told(DETAILED) == []


def test_what_only_we_said_in_a_comment_does_not(compared: Comparison) -> None:
    """Our own examples read like answers; who runs a plan is another user than the bot that wrote them."""
    one = compared.filed()
    world = compared.here.world
    body = seal(LONG, "context", "context_asked", {}, Place("https://gitlab.example.com", 1, 1), b"key")
    world.add_note(world.user("mia"), one, body)
    assert len(compared.told(DETAILED)) == 1


def test_what_was_missing_before_is_no_news(compared: Comparison) -> None:
    compared.filed("status::done", "area::ai")
    assert compared.told(small.TAXONOMY.replace("at_least: 40", "at_least: 50")) == []


def test_a_stricter_reading_of_a_field_is_news(compared: Comparison) -> None:
    compared.filed(text=LONG)
    stricter = DETAILED.replace("at_least: 40", "at_least: 80")
    assert compared.told(stricter, old=DETAILED) == snapshot(
        [
            "status::done (label_taxonomy.yml:10): unlike in main, 1 of 1 open requests would be incomplete in Done, without Problem: sme/feedback#1"
        ]
    )


def test_a_status_that_is_taken_away(compared: Comparison) -> None:
    before = (
        small.TAXONOMY.replace(
            "      - title: status::done",
            '      - {title: "status::old", color: "#217645", description: Old.}\n      - title: status::done',
        )
        .replace(
            '    - {label: "status::done"', '    - {label: "status::old", name: Old}\n    - {label: "status::done"'
        )
        .replace("      to: status::done", "      to: [status::done, status::old]")
    )
    compared.filed("status::old", "area::ai")
    assert compared.told(small.TAXONOMY, old=before) == snapshot(
        [
            "status::old (None): unlike in main, 1 of 1 open requests would stand in a status that is there no more; say in `previously` what it became, or move them first: sme/feedback#1"
        ]
    )


def test_a_status_that_is_renamed_takes_its_requests_along(compared: Comparison) -> None:
    compared.filed()
    renamed = small.TAXONOMY.replace("status::done", "status::finished").replace(
        "title: status::finished\n", "title: status::finished\n        previously: [status::done]\n"
    )
    assert compared.told(renamed) == []
    stricter = renamed.replace("requires: [theme]", "requires: [theme, problem]")
    assert compared.told(stricter) == snapshot(
        [
            "status::finished (label_taxonomy.yml:10): unlike in main, 1 of 1 open requests would be incomplete in Done, without Problem: sme/feedback#1"
        ]
    )


IDEA = '  - {title: idea, color: "#28272d", description: An idea.'


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (
            "",
            snapshot(
                [
                    "idea (None): unlike in main, 1 of 1 open requests would carry a label that is in label_taxonomy.yml no more: sme/feedback#1"
                ]
            ),
        ),
        (
            f"{IDEA}, retire_after: 2026-09-01}}\n",
            snapshot(
                [
                    "idea (label_taxonomy.yml:46): unlike in main, 1 of 1 open requests would carry a label that was in use until 2026-09-01: sme/feedback#1"
                ]
            ),
        ),
        (f"{IDEA}, retire_after: 2026-09-14}}\n", []),
        (f"{IDEA.replace('idea', 'thought', 1)}, previously: [idea]}}\n", []),
    ],
    ids=["taken away", "retired", "retired from tomorrow on", "renamed"],
)
def test_a_label_that_goes_out_of_use(compared: Comparison, after: str, told: list[str]) -> None:
    compared.here.world.create_label(compared.here.world.root, compared.here.project, "idea")
    compared.filed(*DONE, "idea")
    text = small.TAXONOMY.replace("plain_labels:\n", f"plain_labels:\n{after}")
    before = small.TAXONOMY.replace("plain_labels:\n", f"plain_labels:\n{IDEA}}}\n")
    assert compared.told(text, old=before) == told


def test_documents_closed_requests_and_other_projects_are_not_concerned(compared: Comparison) -> None:
    compared.filed(*DONE, "program-doc::agenda")
    closed = compared.filed()
    compared.here.world.update_issue(compared.here.world.user("mia"), closed, state_event="close")
    assert compared.told(DETAILED) == []


def test_a_change_that_touches_no_request_reads_nothing(compared: Comparison) -> None:
    compared.filed()
    assert compared.told(small.TAXONOMY.replace("#1d3a8a", "#1d3a8b")) == []
    assert compared.here.calls == []


def test_where_too_many_look_incomplete_some_are_judged_without_comments(compared: Comparison) -> None:
    with compared.here.world.silently():
        for _ in range(COMMENTS_AT_MOST + 2):
            compared.filed()
    (change,) = compared.changes(DETAILED)
    assert change.because == snapshot(
        "unlike in main, 102 of 102 open requests would be incomplete in Done, without Problem (2 of them judged without their comments)"
    )
    assert (change.issues, len(change.named)) == (COMMENTS_AT_MOST + 2, COMMENTS_AT_MOST + 2)
    assert compared.here.calls.count("GET /projects/:id/issues/:issue_iid/notes") == COMMENTS_AT_MOST


def test_two_statuses_at_once_are_for_other_rules(tmp_path: Path) -> None:
    old, new = configured(tmp_path / "old", small.TAXONOMY), configured(tmp_path / "new", DETAILED)
    jane = User(1, "jane")
    labels = frozenset({*DONE, "status::new"})
    one = Issue(Ref("sme/feedback", 1), 1, 1, "x", "", labels, "opened", jane, (), NOW, NOW)
    compared = Revision("main", old.taxonomy, new.taxonomy, new.program, NOW)
    assert newly_missing(compared, one) == ()
    assert newly_missing(compared, one, [Note(1, jane, LONG, NOW, NOW)]) == ()


def test_open_issues_in_a_status_that_nobody_declared_are_told_by_every_plan(compared: Comparison) -> None:
    """The list of labels tells how many; closed issues, and a status that is only renamed, are no trouble."""
    here, mia = compared.here, compared.here.world.user("mia")
    here.part = lambda doors, c: ProvisionLabels(doors.labels, c.taxonomy, c.program, c.places, NOW.date())
    here.apply()
    for _ in range(2):
        compared.filed("status::old", "area::ai")
    assert here.told() == snapshot(
        [
            "report status::old, 2 open issues stand in it, and the workflow has no such status: say in `previously` what it became, or move them by hand"
        ]
    )
    assert here.calls == ["GET /projects/:id/labels"]
    here.world.update_issue(mia, here.project.issues[1], state_event="close")
    assert here.told() == snapshot(
        [
            "report status::old, 1 open issue stands in it, and the workflow has no such status: say in `previously` what it became, or move them by hand"
        ]
    )
    here.world.update_issue(mia, here.project.issues[2], state_event="close")
    assert here.told() == []


# ------------------------------------------------------------------------------------ on the command line


def git(directory: Path, *words: str) -> None:
    who = ["-c", "user.name=Petra", "-c", "user.email=petra@example.com"]
    subprocess.run(["git", *who, *words], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def changed(program: Path, gitlab: object, world: World, terminal: Terminal) -> Terminal:
    """Petra asks, from Accepted on, for the workaround; one request stands there."""
    git(program, "init", "-q", "-b", "main")
    git(program, "commit", "-q", "--allow-empty", "-m", "Nothing yet")
    git(program, "add", ".")
    git(program, "commit", "-q", "-m", "The program")
    taxonomy = program / "label_taxonomy.yml"
    text = taxonomy.read_text().replace("requires: [pm_owner]", "requires: [pm_owner, outcome]")
    taxonomy.write_text(text)
    world.create_issue(
        world.user("sa.jane"), world.projects[1], "Faster export", labels=["status::accepted", "area::ai"]
    )
    terminal.sets(operator_token=world.root.token)
    return terminal


def test_customers_count_and_what_the_account_book_may_know_is_not_missed(tmp_path: Path) -> None:
    """Plans read no account book, so an ARR that nobody told may well be known."""
    shipped = load(bootstrap.SHIPPED)
    flow = shipped.taxonomy.workflow
    stricter = replace(flow, statuses=tuple(replace(s, requires=("customer", "arr")) for s in flow.statuses))
    free = replace(flow, statuses=tuple(replace(s, requires=()) for s in flow.statuses))
    old, new = replace(shipped.taxonomy, workflow=free), replace(shipped.taxonomy, workflow=stricter)
    compared = Revision("main", old, new, shipped.program, NOW)
    ref, author = Ref("sme/customer-feedback", 1), User(1, "mia")
    one = Issue(ref, 1, 1, "Export", "", frozenset({"status::reviewed"}), "opened", author, (), NOW, NOW)
    line = Note(1, author, "+1 customer: https://example.my.salesforce.com/0065g00000QwErT | blocker", NOW, NOW)
    assert newly_missing(compared, one) == ("Customer",)
    assert newly_missing(compared, one, [line]) == ()


def test_plan_against_a_revision(changed: Terminal) -> None:
    ran = changed("plan", "--only", "labels", "--against", "main")
    assert ran.code == 0
    assert ran.out == snapshot("""\
labels:
  ~ change priority::1 in sme/customer-feedback (label_taxonomy.yml:206)
      priority: none → 1
  ~ change priority::2 in sme/customer-feedback (label_taxonomy.yml:210)
      priority: none → 2
  ~ change priority::3 in sme/customer-feedback (label_taxonomy.yml:214)
      priority: none → 3
  ~ change priority::4 in sme/customer-feedback (label_taxonomy.yml:218)
      priority: none → 4
  ! left to people: status::accepted in sme/customer-feedback (label_taxonomy.yml:22)
      because unlike in main, 1 of 1 open requests would be incomplete in Accepted by PMs, without Desired outcome
      concerns 1 issue: #2

4 changes to make. 1 thing is left to people.
  labels: 4 to change, 1 left to people, 80 as declared
  not asked for: boards, templates, documents, hooks, schedules, variables
""")
    assert "incomplete" in changed("plan", "--only", "labels", "--against", "main", "--markdown").out
    assert "incomplete" not in changed("plan", "--only", "labels").out


def test_a_revision_against_which_nobody_is_worse_off(changed: Terminal) -> None:
    changed.patch.setattr(operators, "in_flight", lambda *_: ())
    ran = changed("plan", "--only", "labels", "--against", "main")
    assert (ran.code, ran.err) == (0, "No open request would be worse off than with main.\n")


def test_a_status_that_is_no_more_is_told_once(changed: Terminal, world: World) -> None:
    project = world.projects[1]
    world.create_label(world.root, project, "status::gone", "#5c5b66", "")
    world.create_issue(world.user("sa.jane"), project, "Lost", labels=["status::gone", "area::ai"])
    assert changed("plan", "--only", "labels").out.count("left to people: status::gone") == 1
    told = Change(Kind.LABELS, Act.REPORT, project.full_path, "status::gone", because="unlike in main, 1 of 2 would")
    changed.patch.setattr(operators, "in_flight", lambda *_: (told,))
    assert changed("plan", "--only", "labels", "--against", "main").out.count("left to people: status::gone") == 1


def test_a_kept_plan_does_not_go_out_of_date_by_it(changed: Terminal) -> None:
    assert changed("plan", "--only", "labels", "--against", "main", "--out", "plan.json").code == 0
    assert changed("apply", "plan.json").code == 0


def test_requests_go_with_labels(changed: Terminal) -> None:
    ran = changed("plan", "--only", "boards", "--against", "main")
    assert ran.code == 2
    assert "--against tells what labels mean for requests" in " ".join(ran.err.split())


def test_a_revision_without_a_configuration(changed: Terminal) -> None:
    ran = changed("plan", "--only", "labels", "--against", "main~1")
    assert ran.code == 0
    assert ran.err == snapshot("main~1 has no configuration, so there is nothing to compare open requests with.\n")
