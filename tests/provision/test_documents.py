"""Open documents of the program refer to labels; when a label is renamed, the references follow."""

# ruff: noqa: E501 - sentences are pinned as people read them

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from app.domain.provision import Limits
from app.domain.references import references, renamed
from app.fakegitlab.model import Issue
from app.services.provision_documents import ProvisionDocuments
from tests.config import small
from tests.provision.hall import Hall, hall

RENAMED = small.TAXONOMY.replace("title: status::done", "title: status::done\n        previously: [status::finished]")
AGENDA = """## Decisions

- [ ] Everything in ~status::finished and ~"status::finished", as `~status::finished` says

```glql
query: label = ~"status::finished"
```
"""
MENDED = """## Decisions

- [ ] Everything in ~status::done and ~"status::done", as `~status::finished` says

```glql
query: label = ~"status::done"
```
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hall]:
    with hall(tmp_path, lambda doors, c: ProvisionDocuments(doors.documents, c.taxonomy, c.program, c.places)) as found:
        found.taxonomy = RENAMED
        for title in ("status::new", "status::finished", "program-doc::agenda", "area::ai"):
            found.world.create_label(found.world.root, found.project, title)
        yield found


def filed(place: Hall, text: str, *titles: str) -> Issue:
    return place.world.create_issue(
        place.world.user("mia"), place.project, "Agenda of the AI pod", description=text, labels=list(titles)
    )


def agenda(place: Hall, text: str = AGENDA) -> Issue:
    """With the status of a request on it, it would not be met: no document has one."""
    return filed(place, text, "program-doc::agenda")


def edited(place: Hall, one: Issue, text: str) -> None:
    """Somebody stores this text; by whatever way, since GitLab itself would have run and removed a command."""
    with place.world.lock:
        one.description = text
        place.world.touched(one)


def test_references_follow_and_nothing_else_changes(place: Hall) -> None:
    one = agenda(place)
    assert place.told() == snapshot(
        [
            'change sme/feedback#1 (label_taxonomy.yml:10), GitLab keeps texts as they were written [reference: ~"status::finished" → ~"status::done"]'
        ]
    )
    assert [done.problem for done in place.apply()] == [None]
    assert one.description == MENDED
    assert place.calls == snapshot(
        ["GET /projects/:id/issues", "GET /projects/:id/issues/:issue_iid", "PUT /projects/:id/issues/:issue_iid"]
    )
    assert place.told() == []
    assert place.calls == ["GET /projects/:id/issues"]
    assert place.plan().as_declared == {"documents": 1}


def test_an_issue_is_named_and_counted(place: Hall) -> None:
    agenda(place)
    (change,) = place.plan().changes
    assert (change.place, change.named, change.issues) == ("sme/feedback", ("sme/feedback#1",), 1)


def test_the_title_of_a_confidential_document_is_nowhere_in_the_plan(place: Hall) -> None:
    """Plans become notes, artifacts and job logs, which more people read."""
    one = agenda(place)
    place.world.update_issue(place.world.user("mia"), one, title="Layoffs at Acme", confidential=True)
    plan = place.plan()
    assert [change.name for change in plan.changes] == ["sme/feedback#1"]
    assert "Acme" not in repr(plan)


def test_without_an_earlier_title_nothing_is_read(place: Hall) -> None:
    agenda(place)
    place.taxonomy = small.TAXONOMY
    assert place.told() == []
    assert place.calls == []


def test_requests_other_issues_and_closed_documents_are_left_as_they_are(place: Hall) -> None:
    request = filed(place, AGENDA, "status::new", "area::ai")
    stray = filed(place, AGENDA)
    closed = agenda(place)
    place.world.update_issue(place.world.user("mia"), closed, state_event="close")
    assert place.told() == []
    assert {issue.description for issue in (request, stray, closed)} == {AGENDA}


def test_two_labels_merged_into_one(place: Hall) -> None:
    place.taxonomy = RENAMED.replace("[status::finished]", "[status::finished, ended]")
    one = agenda(place, "~ended or ~status::finished\n")
    assert place.told() == snapshot(
        [
            'change sme/feedback#1 (label_taxonomy.yml:10), GitLab keeps texts as they were written [reference: ~"status::finished" → ~"status::done"; reference: ~"ended" → ~"status::done"]'
        ]
    )
    place.apply()
    assert one.description == "~status::done or ~status::done\n"


@pytest.mark.parametrize("line", ["/label ~status::finished", "  /close", "/cc @mia"])
def test_a_text_that_gitlab_would_run_commands_from_is_left_to_people(place: Hall, line: str) -> None:
    """Quick actions run at every edit of a description (CONTRACT 8)."""
    one = agenda(place)
    edited(place, one, AGENDA + f"\n{line}\n")
    assert place.told() == snapshot(
        [
            'report sme/feedback#1 (label_taxonomy.yml:10), a line of it begins with a slash, which GitLab would run as a command at each edit; mend it by hand [reference: ~"status::finished" → ~"status::done"]'
        ]
    )
    assert place.apply() == []
    assert place.writes() == []


def test_a_command_that_came_between_plan_and_write(place: Hall) -> None:
    one = agenda(place)
    with place.provisioning() as provisioning:
        provisioning.plan(Limits())
        edited(place, one, AGENDA + "\n/close\n")
        (done,) = provisioning.carry_out()
    assert done.problem == snapshot(
        "A line of sme/feedback#1 begins with a slash since a moment ago, which GitLab would run as a command at each edit. Mend its references by hand."
    )
    assert one.state == "opened"


def test_what_people_write_between_plan_and_write_stays(place: Hall) -> None:
    one = agenda(place)
    with place.provisioning() as provisioning:
        provisioning.plan(Limits())
        edited(place, one, AGENDA + "\nAlso ~status::finished.\n")
        assert [done.problem for done in provisioning.carry_out()] == [None]
    assert one.description == MENDED + "\nAlso ~status::done.\n"


def test_what_somebody_mended_meanwhile_is_not_written_again(place: Hall) -> None:
    one = agenda(place)
    with place.provisioning() as provisioning:
        provisioning.plan(Limits())
        edited(place, one, MENDED)
        assert [done.problem for done in provisioning.carry_out()] == [None]
    assert place.writes() == []


def test_a_document_that_is_gone_meanwhile(place: Hall) -> None:
    one = agenda(place)
    with place.provisioning() as provisioning:
        provisioning.plan(Limits())
        place.world.delete_issue(place.world.root, one)
        (done,) = provisioning.carry_out()
    assert done.problem == snapshot(
        "There is nothing to be seen there (GET /projects/sme/feedback/issues/1 at 127.0.0.1 answered 404): it was deleted or moved, or the bot is no member of the project."
    )


def test_whoever_may_not_edit_it(place: Hall) -> None:
    agenda(place)
    place.role("guest")
    (done,) = place.apply()
    assert done.problem == snapshot(
        "GitLab does not let our token do this (PUT /projects/sme/feedback/issues/1 at 127.0.0.1 answered 403: 403 Forbidden). It takes the scope api, and in the project or group at least the role Planner; for what plan and apply set, Maintainer."
    )


def test_a_description_that_gitlab_drops_is_noticed(place: Hall) -> None:
    agenda(place)
    place.world.faults.drop_fields("description")
    (done,) = place.apply()
    assert done.problem == snapshot(
        "GitLab said yes and did not keep what we wrote on sme/feedback#1. The token's user probably may not edit it: that takes its author, or the Planner role."
    )


@pytest.mark.parametrize("fault", ["server_error", "lose_answer", "rate_limit"])
def test_cut_short_at_any_document_the_next_apply_goes_on(place: Hall, fault: str) -> None:
    documents = [agenda(place) for _ in range(3)]
    getattr(place.world.faults, fault)(methods=("PUT",), path="issues/2", count=None)
    assert [bool(done.problem) for done in place.apply()] == [False, True]
    place.world.faults.clear()
    left = 1 if fault == "lose_answer" else 2
    assert [done.problem for done in place.apply()] == [None] * left
    assert [one.description for one in documents] == [MENDED] * 3


def test_an_apply_that_was_cut_short_after_the_labels_finds_the_rest(place: Hall) -> None:
    """By then GitLab no longer knows the earlier title."""
    one = agenda(place)
    place.world.rename_label(place.world.root, place.world.label(place.project, "status::finished"), "status::done")
    place.apply()
    assert one.description == MENDED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_whatever_way_and_keep_it(end: str) -> None:
    text = end.join(["~old::x", "```", "~old::x", "```", "~old::x"])
    assert renamed(text, {"old::x": "new::x"}, lambda _: False) == end.join(
        ["~new::x", "```", "~old::x", "```", "~new::x"]
    )


TITLES = st.sampled_from(["old::x", "old y", "bug", "new::z"])
PARTS = st.one_of(
    st.text(max_size=20),
    TITLES.map(lambda title: f'~"{title}"'),
    TITLES.map(lambda title: f"~{title}"),
    st.sampled_from(["`", "```\n", "\n\n", "~~", "```glql\n", "    ", "other/one", "/close\n", "\r", "\r\n"]),
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_whatever_a_text_holds_only_references_change_and_a_second_time_none(text: str) -> None:
    titles = {"old::x": "new::x", "old y": "new::z"}
    once = renamed(text, titles, lambda _: False)
    assert renamed(once, titles, lambda _: False) == once
    kept = [one.title for one in references(text) if one.title not in titles]
    assert [one.title for one in references(once) if one.title not in {*titles, *titles.values()}] == [
        title for title in kept if title not in titles.values()
    ]
    assert renamed(text, {}, lambda _: True) == text
