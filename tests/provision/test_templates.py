"""Issue templates brought into each project by commit or merge request, once."""

# ruff: noqa: E501 - sentences are pinned as people read them

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.domain.failure import Permanent
from app.domain.provision import Limits
from app.domain.provision_templates import MergeRequestSeen
from app.fakegitlab import commits as git
from app.fakegitlab.possessions import MergeRequest
from app.services.provision_templates import ProvisionTemplates
from tests.gateways.gitlab_wire import wired
from tests.provision.hall import Hall, hall

WORDS = bootstrap.wording(bootstrap.SHIPPED)
FOLDER = ".gitlab/issue_templates"
GENERAL, AI = f"{FOLDER}/Customer feedback.md", f"{FOLDER}/Customer feedback - AI.md"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hall]:
    with hall(
        tmp_path, lambda doors, c: ProvisionTemplates(doors.templates, WORDS, c.taxonomy, c.program, c.places)
    ) as found:
        yield found


@pytest.fixture
def commits(place: Hall) -> Hall:
    """Templates come by commit, into a repository with a README."""
    place.program += "templates: commit\n"
    place.committed("README.md", "Hello\n")
    return place


@pytest.fixture
def reviewed(place: Hall) -> Hall:
    """Templates come by merge request, as they do unless told."""
    place.committed("README.md", "Hello\n")
    return place


def there(place: Hall, branch: str = "main") -> dict[str, str]:
    tip = git.resolve(place.project, branch)
    assert tip
    return {path: base64.b64decode(data).decode() for path, data in tip.files.items() if path != "README.md"}


def requests(place: Hall) -> list[MergeRequest]:
    return list(place.project.own.merge_requests.values())


def test_by_commit_all_files_come_at_once_and_then_there_is_nothing_to_do(commits: Hall) -> None:
    assert commits.told() == snapshot(
        [
            "create issue templates (program.yml:24), they are made from the taxonomy; they come by a commit on main [Customer feedback.md: not there → as the taxonomy has it; Customer feedback - AI.md: not there → as the taxonomy has it]"
        ]
    )
    assert [done.problem for done in commits.apply()] == [None]
    assert list(there(commits)) == [GENERAL, AI]
    assert commits.writes() == ["POST /projects/:id/repository/commits"]
    assert commits.told() == []
    assert commits.calls == ["GET /projects/:id/repository/tree"]
    assert commits.plan().as_declared == {"templates": 2}


def test_what_others_keep_in_the_folder_is_left_alone(commits: Hall) -> None:
    commits.committed(f"{FOLDER}/Bug.md", "Ours\n")
    commits.apply()
    assert there(commits)[f"{FOLDER}/Bug.md"] == "Ours\n"
    assert commits.told() == []


def test_a_file_that_somebody_edited_is_shown_and_written_anew(commits: Hall) -> None:
    commits.apply()
    wanted = there(commits)
    commits.committed(AI, "Other questions\n")
    assert commits.told() == snapshot(
        [
            "change issue templates (program.yml:24), they are made from the taxonomy; they come by a commit on main [Customer feedback - AI.md: another text, last changed by Mia Maintainer → as the taxonomy has it]"
        ]
    )
    assert [done.problem for done in commits.apply()] == [None]
    assert there(commits) == wanted


def test_what_an_area_left_behind_under_its_old_name_is_named(commits: Hall) -> None:
    commits.apply()
    commits.program = commits.program.replace("  ai: AI\n", "  ai: Machine learning\n")
    commits.apply()
    assert f"{FOLDER}/Customer feedback - Machine learning.md" in there(commits)
    assert commits.told() == snapshot(
        [
            "report Customer feedback - AI.md (program.yml:24), the program has no area of this name; GitLab goes on offering it until the file is deleted"
        ]
    )
    assert commits.plan().unmet == 0
    assert commits.calls == ["GET /projects/:id/repository/tree"]


def test_a_label_of_another_name_reaches_the_template(commits: Hall) -> None:
    commits.apply()
    commits.taxonomy = commits.taxonomy.replace("status::new", "status::fresh")
    assert commits.told() == snapshot(
        [
            "change issue templates (program.yml:24), they are made from the taxonomy; they come by a commit on main [Customer feedback.md: another text, last changed by Olga Operator → as the taxonomy has it; Customer feedback - AI.md: another text, last changed by Olga Operator → as the taxonomy has it]"
        ]
    )
    commits.apply()
    assert '/label ~"status::fresh" ~"area::ai"' in there(commits)[AI]


def test_a_file_that_is_changed_between_plan_and_write_is_not_overwritten(commits: Hall) -> None:
    commits.apply()
    commits.committed(AI, "Other questions\n")
    with commits.provisioning() as provisioning:
        provisioning.plan(Limits())
        commits.committed(AI, "Still others\n")
        (done,) = provisioning.carry_out()
    assert done.problem == snapshot(
        "Issue templates of sme/feedback were changed on main a moment ago by somebody else; nothing was written. Plan again to see how they are now."
    )
    assert there(commits)[AI] == "Still others\n"


def test_another_run_of_ours_that_was_quicker_is_no_failure(commits: Hall) -> None:
    with commits.provisioning() as provisioning:
        provisioning.plan(Limits())
        with commits.provisioning() as other:
            other.plan(Limits())
            list(other.carry_out())
        assert [done.problem for done in provisioning.carry_out()] == [None]


def test_a_protected_branch_is_told_before_anything_is_tried(commits: Hall) -> None:
    commits.role("developer")
    assert commits.told() == snapshot(
        [
            "refused: The issue templates of sme/feedback are to be committed on main, and the token's user may not push there. Let them push, give a Maintainer's token, or write `templates: merge_request`."
        ]
    )


def test_a_role_that_is_lost_between_plan_and_write(commits: Hall) -> None:
    with commits.provisioning() as provisioning:
        provisioning.plan(Limits())
        commits.role("reporter")
        (done,) = provisioning.carry_out()
    assert done.problem == snapshot(
        "GitLab does not let us push to main of sme/feedback: it is protected, or the token's user is no Developer there. Give a Maintainer's token, or let the templates come by merge request."
    )


def test_into_an_empty_repository_they_come_as_its_first_commit(place: Hall) -> None:
    """A merge request needs a branch to go to."""
    assert place.told() == snapshot(
        [
            "create issue templates (program.yml:7), they are made from the taxonomy; they come by the first commit of the empty repository [Customer feedback.md: not there → as the taxonomy has it; Customer feedback - AI.md: not there → as the taxonomy has it]"
        ]
    )
    assert [done.problem for done in place.apply()] == [None]
    assert list(there(place)) == [GENERAL, AI]
    assert requests(place) == []
    assert place.told() == []


def test_off_asks_nothing(place: Hall) -> None:
    place.program += "templates: off\n"
    assert place.told() == []
    assert place.calls == []


def test_by_merge_request_one_waits_until_it_is_merged(reviewed: Hall) -> None:
    assert reviewed.told() == snapshot(
        [
            "create issue templates (program.yml:7), they are made from the taxonomy; they come by a merge request into main [Customer feedback.md: not there → as the taxonomy has it; Customer feedback - AI.md: not there → as the taxonomy has it]"
        ]
    )
    assert [done.problem for done in reviewed.apply()] == [None]
    (request,) = requests(reviewed)
    assert (request.source_branch, request.target_branch, request.title) == snapshot(
        ("sounding-board/templates", "main", "Issue templates as the taxonomy has them")
    )
    assert request.description == snapshot("""\
The issue templates in `.gitlab/issue_templates`, as `label_taxonomy.yml` has them now. `sounding-board apply` opened this, and keeps it up to date until it is merged.

<!-- sounding-board templates: 191e00ce7fe27cb5311aa8875d651a1e -->\
""")
    assert there(reviewed) == {}
    assert reviewed.told() == snapshot(["report issue templates (program.yml:7), they wait for review in !1"])
    assert not reviewed.plan().pending
    assert reviewed.calls == snapshot(
        ["GET /projects/:id/repository/tree", "GET /projects/:id/merge_requests", "GET /projects/:id/repository/tree"]
    )
    assert reviewed.apply() == []
    merge(reviewed, request)
    assert reviewed.told() == []
    assert reviewed.calls == ["GET /projects/:id/repository/tree"]


def merge(place: Hall, request: MergeRequest) -> None:
    """Mia merges, by GitLab's button."""
    mia = place.world.user("mia")
    git.merge(place.world, mia, place.project, request.source_branch, request.target_branch, "Merge")
    request.state = "merged"
    del place.project.own.repository.branches[request.source_branch]


def test_an_open_merge_request_is_kept_up_to_date_in_place(reviewed: Hall) -> None:
    reviewed.apply()
    before = requests(reviewed)[0].description
    reviewed.taxonomy = reviewed.taxonomy.replace("status::new", "status::fresh")
    assert reviewed.told() == snapshot(
        [
            "create issue templates (program.yml:7), they are made from the taxonomy; they come by !1, which is open [Customer feedback.md: not there → as the taxonomy has it; Customer feedback - AI.md: not there → as the taxonomy has it]"
        ]
    )
    assert [done.problem for done in reviewed.apply()] == [None]
    (request,) = requests(reviewed)
    assert request.description != before
    assert '/label ~"status::fresh" ~"area::ai"' in there(reviewed, "sounding-board/templates")[AI]
    assert reviewed.told() == snapshot(["report issue templates (program.yml:7), they wait for review in !1"])


def test_a_closed_merge_request_is_an_answer(reviewed: Hall) -> None:
    reviewed.apply()
    requests(reviewed)[0].state = "closed"
    assert reviewed.plan().unmet == 1
    assert reviewed.told() == snapshot(
        [
            "report issue templates (program.yml:7), !1 with just these was closed without being merged: reopen it, or write `templates: off`"
        ]
    )
    assert reviewed.apply() == []


def test_new_words_after_a_closed_merge_request_are_asked_for_anew(reviewed: Hall) -> None:
    reviewed.apply()
    requests(reviewed)[0].state = "closed"
    reviewed.committed("notes.txt", "left behind", "sounding-board/templates")
    reviewed.taxonomy = reviewed.taxonomy.replace("status::new", "status::fresh")
    assert [done.problem for done in reviewed.apply()] == [None]
    assert [request.state for request in requests(reviewed)] == ["closed", "opened"]
    assert list(there(reviewed, "sounding-board/templates")) == [GENERAL, AI]


@pytest.mark.parametrize("path", ["repository/commits", "merge_requests"])
@pytest.mark.parametrize("fault", ["server_error", "lose_answer", "rate_limit"])
def test_cut_short_anywhere_the_next_apply_goes_on(reviewed: Hall, path: str, fault: str) -> None:
    """At the first write or the second, done or not: afterwards there is one branch and one merge request."""
    getattr(reviewed.world.faults, fault)(methods=("POST",), path=path, count=None)
    assert [bool(done.problem) for done in reviewed.apply()] == [True]
    reviewed.world.faults.clear()
    all_was_done = (path, fault) == ("merge_requests", "lose_answer")
    assert [done.problem for done in reviewed.apply()] == ([] if all_was_done else [None])
    assert len(requests(reviewed)) == 1
    assert [line.partition(", ")[2] for line in reviewed.told()] == ["they wait for review in !1"]


def test_two_runs_at_once_open_one_merge_request(reviewed: Hall) -> None:
    with reviewed.provisioning() as provisioning:
        provisioning.plan(Limits())
        assert [done.problem for done in reviewed.apply()] == [None]
        assert [done.problem for done in provisioning.carry_out()] == [None]
    assert len(requests(reviewed)) == 1


REQUEST = {
    "iid": 3,
    "state": "opened",
    "description": None,
    "project_id": 4,
    "source_project_id": 4,
    "source_branch": "sounding-board/templates",
    "target_branch": "main",
}


def test_a_merge_request_of_a_fork_is_not_ours() -> None:
    """Anybody may call a branch as we do, in a project of their own. The stand-in has no forks."""
    with wired() as (routes, gitlab):
        answer = routes.get("/api/v4/projects/sme%2Ffeedback/merge_requests")
        answer.respond(json=[{**REQUEST, "source_project_id": 99}])
        assert gitlab.templates.merge_request("sme/feedback") is None
        answer.respond(json=[{**REQUEST, "iid": 5, "source_project_id": None}, {**REQUEST, "state": "merged"}])
        assert gitlab.templates.merge_request("sme/feedback") is None
        answer.respond(json=[{**REQUEST, "iid": 5, "state": "closed"}, REQUEST])
        assert gitlab.templates.merge_request("sme/feedback") == MergeRequestSeen(3, "", open=True)


def test_a_merge_request_that_comes_out_otherwise_is_told() -> None:
    with wired() as (routes, gitlab):
        requests = routes.post("/api/v4/projects/sme%2Ffeedback/merge_requests")
        requests.respond(201, json={**REQUEST, "target_branch": "develop"})
        with pytest.raises(Permanent) as told:
            gitlab.templates.open_merge_request("sme/feedback", "main", "Hello")
    assert str(told.value) == "GitLab opened !3 of sme/feedback otherwise than asked. Look at it, and plan again."


def test_who_is_no_developer_is_told_before(reviewed: Hall) -> None:
    reviewed.role("planner")
    assert reviewed.told() == snapshot(
        [
            "refused: The issue templates of sme/feedback are to come by a merge request, and the token's user is no Developer there. Give a Developer's or a Maintainer's token, or write `templates: off`."
        ]
    )


def test_a_project_that_is_not_there(place: Hall) -> None:
    place.program = place.program.replace("sme/feedback", "sme/gone")
    assert place.told() == snapshot(
        [
            "refused: templates could not be looked at: There is nothing to be seen there (GET /projects/sme/gone/merge_requests at 127.0.0.1 answered 404): it was deleted or moved, or the bot is no member of the project."
        ]
    )


def test_apply_names_the_merge_request_that_waits(reviewed: Hall) -> None:
    told = "merge !1 of sme/feedback to bring them there"
    assert [done.told for done in reviewed.apply()] == [told]
    assert reviewed.plan().unmet == 0
    reviewed.taxonomy = reviewed.taxonomy.replace("status::new", "status::fresh")
    assert [done.told for done in reviewed.apply()] == [told]


def test_by_commit_nothing_waits(commits: Hall) -> None:
    assert [done.told for done in commits.apply()] == [None]
