"""People, tokens and places as administrators and maintainers look after them (CONTRACT 9, 10; GitLab's API docs)."""

from collections.abc import Iterator
from typing import Any

import gitlab
import httpx
import pytest
from gitlab.exceptions import GitlabAuthenticationError, GitlabCreateError, GitlabError, GitlabGetError

from app.fakegitlab import FakeGitLab
from tests.fakegitlab.conftest import Pod

HERE = "/projects/1"


@pytest.fixture
def root(served: FakeGitLab, pod: Pod) -> Iterator[gitlab.Gitlab]:
    """The administrator, with the real client."""
    with gitlab.Gitlab(served.url, private_token=pod.world.root.token) as client:
        yield client


@pytest.fixture
def mia(served: FakeGitLab, pod: Pod) -> Iterator[gitlab.Gitlab]:
    """The project's maintainer."""
    with gitlab.Gitlab(served.url, private_token=pod.mia.token) as client:
        yield client


def calling(served: FakeGitLab, **headers: str) -> httpx.Client:
    """A bare client; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Client(base_url=f"{served.url}/api/v4", headers=named)


def refusal(call: Any, *arguments: Any, **named: Any) -> tuple[int | None, Any]:
    """How GitLab's refusal reads."""
    with pytest.raises(GitlabError) as caught:
        call(*arguments, **named)
    return caught.value.response_code, caught.value.error_message


def test_a_project_token_is_a_new_bot_and_rotation_keeps_it(pod: Pod, mia: gitlab.Gitlab, served: FakeGitLab) -> None:
    project = mia.projects.get(1)
    token = project.access_tokens.create({"name": "board", "scopes": ["api"], "access_level": 20})
    with gitlab.Gitlab(served.url, private_token=token.token) as bot:
        bot.auth()
        assert bot.user is not None
        assert bot.user.username.startswith("project_1_bot_")
        assert bot.users.get(bot.user.id).bot is True
        assert bot.personal_access_tokens.get("self").name == "board"
    assert project.members.get(token.user_id).access_level == 20

    rotated = project.access_tokens.get(token.id).rotate()

    with calling(served, PRIVATE_TOKEN=token.token) as old, calling(served, PRIVATE_TOKEN=rotated["token"]) as new:
        assert old.get("/user").json()["error_description"].startswith("Token was revoked.")
        assert new.get("/user").json()["id"] == token.user_id
    assert rotated["expires_at"] == "2026-09-21"
    assert [(one.active, one.revoked) for one in project.access_tokens.list()] == [(False, True), (True, False)]
    other = project.access_tokens.create({"name": "board", "scopes": ["api"]})
    assert other.user_id != token.user_id


def test_a_token_dies_on_its_day_and_its_bot_leaves_a_month_later(pod: Pod, mia: gitlab.Gitlab) -> None:
    project = mia.projects.get(1)
    token = project.access_tokens.create({"name": "board", "scopes": ["api"], "expires_at": "2026-09-16"})
    project.access_tokens.delete(token.id)
    assert mia.users.get(token.user_id).bot is True
    pod.clock.pass_(days=31)
    assert refusal(mia.users.get, token.user_id) == (404, "404 User Not Found")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"expires_at": "2027-09-15"}, "400 Bad request - Expiration date must be before 2027-09-14"),
        (
            {"access_level": 50},
            "400 Bad request - Access level of the token contains permissions not held by the creating user",
        ),
        ({"scopes": ["sudo"]}, "scopes does not have a valid value"),
        ({"access_level": 33}, "access_level does not have a valid value"),
    ],
)
def test_what_a_project_token_cannot_be(mia: gitlab.Gitlab, wish: dict[str, object], words: str) -> None:
    tokens = mia.projects.get(1, lazy=True).access_tokens
    assert refusal(tokens.create, {"name": "board", "scopes": ["api"]} | wish) == (400, words)


def test_a_reporter_may_not_make_nor_see_tokens(sam: gitlab.Gitlab) -> None:
    tokens = sam.projects.get(1, lazy=True).access_tokens
    assert refusal(tokens.create, {"name": "x", "scopes": ["api"]})[0] == 400
    with pytest.raises(GitlabAuthenticationError):
        tokens.list()


def test_one_may_look_at_rotate_and_end_the_token_one_calls_with(pod: Pod, served: FakeGitLab) -> None:
    own = pod.world.add_token(pod.sam, scopes=("read_user", "self_rotate"))
    with calling(served, Authorization=f"Bearer {own.value}") as client:
        assert client.get("/personal_access_tokens/self").json()["scopes"] == ["read_user", "self_rotate"]
        assert client.get("/projects").json() == {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": "api read_api",
        }
        new = client.post("/personal_access_tokens/self/rotate").json()["token"]
    with calling(served, PRIVATE_TOKEN=new) as client:
        assert client.delete("/personal_access_tokens/self").status_code == 204
        assert client.get("/personal_access_tokens/self").status_code == 401


def test_nobody_in_particular_may_not_look_at_people(pod: Pod, served: FakeGitLab) -> None:
    with calling(served) as client:
        answer = client.get(f"/users/{pod.sam.id}")
        assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden - Not authorized!"})


def test_a_job_token_reads_issues_and_is_nobody_elsewhere(pod: Pod, served: FakeGitLab) -> None:
    pod.file()
    job = pod.world.add_token(pod.sam)
    job.job_of = pod.project
    with calling(served, JOB_TOKEN=job.value) as client:
        assert client.get("/projects/1/issues/1").json()["title"] == "Bulk export"
        assert client.get("/user").status_code == 401
        assert client.post("/projects/1/issues", json={"title": "x"}).status_code == 404
    with calling(served, JOB_TOKEN=pod.sam.token) as client:
        assert client.get("/projects/1/issues").status_code == 401


def test_an_administrator_speaks_for_others_with_sudo(pod: Pod, served: FakeGitLab) -> None:
    with calling(served, PRIVATE_TOKEN=pod.world.root.token, Sudo="robin") as client:
        assert client.get("/user").json()["username"] == "robin"
    with calling(served, PRIVATE_TOKEN=pod.sam.token, Sudo="robin") as client:
        answer = client.get("/user")
        assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden - Must be admin to use sudo"})


def test_an_account_from_its_making_to_its_end(pod: Pod, root: gitlab.Gitlab, served: FakeGitLab) -> None:
    new = root.users.create(
        {"username": "kim", "name": "Kim", "email": "kim@corp.example", "password": "s3cret-enough"}
    )
    assert refusal(
        root.users.create, {"username": "Kim", "name": "K", "email": "k@x.example", "reset_password": True}
    ) == (
        409,
        "Username has already been taken",
    )
    token = new.personal_access_tokens.create({"name": "mine", "scopes": ["api"]})
    new.block()
    assert [one.username for one in root.users.list(blocked=True)] == ["kim"]
    with calling(served, PRIVATE_TOKEN=token.token) as kim:
        answer = kim.get("/user")
        assert (answer.status_code, answer.json()) == (
            403,
            {"message": "403 Forbidden - Your account has been blocked."},
        )
        new.unblock()
        assert kim.get("/user").json()["email"] == "kim@corp.example"
    new.bio = "Likes labels."
    new.save()
    assert root.users.get(new.id).bio == "Likes labels."
    new.delete()
    assert refusal(root.users.get, new.id) == (404, "404 User Not Found")


def test_only_administrators_make_accounts(mia: gitlab.Gitlab) -> None:
    wish = {"username": "kim", "name": "Kim", "email": "kim@corp.example", "reset_password": True}
    assert refusal(mia.users.create, wish) == (403, "403 Forbidden")


def test_members_come_change_and_go(pod: Pod, mia: gitlab.Gitlab) -> None:
    members = mia.projects.get(1).members
    eve = members.create({"user_id": pod.eve.id, "access_level": 10, "expires_at": "2026-09-20"})
    assert (eve.access_level, eve.expires_at) == (10, "2026-09-20")
    assert refusal(members.create, {"user_id": pod.eve.id, "access_level": 10}) == (409, "Member already exists")
    assert refusal(members.create, {"user_id": 999, "access_level": 10}) == (404, "404 User Not Found")
    eve.access_level = 30
    eve.save()
    assert pod.world.level(pod.eve, pod.project) == 30
    pod.clock.pass_(days=7)
    assert refusal(members.get, pod.eve.id) == (404, "404 Not found")
    members.delete(pod.robin.id)
    assert [one.username for one in members.list()] == ["sam", "mia"]


def test_nobody_gives_more_than_they_have(pod: Pod, mia: gitlab.Gitlab, sam: gitlab.Gitlab) -> None:
    wish = {"user_id": pod.eve.id, "access_level": 50}
    assert refusal(mia.projects.get(1).members.create, wish) == (403, "403 Forbidden")
    assert refusal(sam.projects.get(1).members.create, wish | {"access_level": 10}) == (403, "403 Forbidden")


def test_groups_within_groups(pod: Pod, root: gitlab.Gitlab) -> None:
    top = root.groups.create({"name": "Top", "path": "top"})
    below = root.groups.create({"name": "Below", "path": "below", "parent_id": top.id})
    assert (below.full_path, below.visibility) == ("top/below", "private")
    assert refusal(root.groups.create, {"name": "Again", "path": "top"}) == (400, {"path": ["has already been taken"]})
    assert refusal(root.groups.create, {"name": "Mia", "path": "mia"}) == (400, {"path": ["has already been taken"]})
    assert [one.full_path for one in top.subgroups.list()] == ["top/below"]
    assert [one.full_path for one in top.descendant_groups.list()] == ["top/below"]
    below.description = "Deeper."
    below.save()
    assert root.groups.get("top/below").description == "Deeper."


def test_a_deleted_project_waits_and_can_come_back(pod: Pod, root: gitlab.Gitlab) -> None:
    project = root.projects.get(1)
    project.delete()
    assert root.projects.get(1).marked_for_deletion_on == "2026-09-14"
    assert root.projects.list() == []
    assert refusal(project.issues.create, {"title": "Too late"}) == (403, "403 Forbidden")
    assert refusal(project.delete) == (400, "400 Bad request - Project has been already marked for deletion")
    project.restore()
    assert [one.id for one in root.projects.list()] == [1]
    project.delete()
    pod.clock.pass_(days=31)
    assert refusal(root.projects.get, 1) == (404, "404 Project Not Found")


def test_a_waiting_project_can_be_removed_at_once(pod: Pod, root: gitlab.Gitlab) -> None:
    project = root.projects.get(1)
    wish = {"permanently_remove": True, "full_path": "sme/customer-feedback"}
    assert refusal(project.delete, **wish) == (400, "400 Bad request - Project must be marked for deletion first.")
    project.delete()
    project.delete(**wish)
    with pytest.raises(GitlabGetError):
        root.projects.get(1)


def test_an_archived_project_can_only_be_read(pod: Pod, root: gitlab.Gitlab) -> None:
    pod.file()
    project = root.projects.get(1)
    project.archive()
    assert project.issues.get(1).title == "Bulk export"
    assert refusal(project.issues.get(1).notes.create, {"body": "x"}) == (403, "403 Forbidden")
    assert [one.id for one in root.projects.list(archived=True)] == [1]
    project.unarchive()
    assert project.issues.get(1).notes.create({"body": "x"}).body == "x"


def test_a_renamed_project_is_found_under_its_old_path_by_readers_only(pod: Pod, root: gitlab.Gitlab) -> None:
    root.projects.update(1, {"path": "requests"})
    with httpx.Client(headers={"PRIVATE-TOKEN": pod.mia.token}) as client:
        old = f"{root.api_url}/projects/sme%2Fcustomer-feedback"
        answer = client.get(old + "/labels?per_page=5")
        assert (answer.status_code, answer.headers["location"].split("/api/v4")[1]) == (
            301,
            "/projects/1/labels?per_page=5",
        )
        assert client.get(old, follow_redirects=True).json()["path_with_namespace"] == "sme/requests"
        refused = client.post(old + "/labels", json={"name": "x", "color": "red"})
        words = {"message": "Non GET methods are not allowed for moved projects"}
        assert (refused.status_code, refused.json()) == (405, words)


def test_one_makes_projects_in_ones_own_namespace(pod: Pod, sam: gitlab.Gitlab, root: gitlab.Gitlab) -> None:
    project = sam.projects.create({"name": "My Notes"})
    assert (project.path_with_namespace, project.namespace["kind"]) == ("sam/my-notes", "user")
    assert project.permissions["project_access"]["access_level"] == 50
    assert [one.path for one in sam.projects.list(owned=True)] == ["my-notes"]
    assert {one.path for one in sam.projects.list(membership=True)} == {"my-notes", "customer-feedback"}
    assert sam.namespaces.get("sam").id == project.namespace["id"]
    taken = {"name": ["has already been taken"], "path": ["has already been taken"]}
    code, words = refusal(sam.projects.create, {"name": "My Notes"})
    assert (code, {name: words[name] for name in taken}) == (400, taken)
    assert refusal(sam.projects.create, {"name": "x", "namespace_id": 1})[0] == 400
    root.projects.get(project.id).transfer("sme")
    assert sam.projects.get(project.id).path_with_namespace == "sme/my-notes"


def test_projects_are_paged_by_keyset(pod: Pod, root: gitlab.Gitlab) -> None:
    for number in range(5):
        pod.world.add_project(pod.group, f"p{number}")
    found = root.projects.list(iterator=True, pagination="keyset", order_by="id", sort="asc", per_page=2)
    assert [one.id for one in found] == [1, 2, 3, 4, 5, 6]


def test_variables_hide_what_they_should(mia: gitlab.Gitlab) -> None:
    variables = mia.projects.get(1).variables
    variables.create({"key": "TOKEN", "value": "abcdefgh", "masked_and_hidden": True})
    assert (variables.get("TOKEN").value, variables.get("TOKEN").hidden) == (None, True)
    assert refusal(variables.create, {"key": "TOKEN", "value": "x"}) == (
        400,
        {"key": ["(TOKEN) has already been taken"]},
    )
    assert refusal(variables.create, {"key": "T", "value": "short", "masked": True}) == (400, {"value": ["is invalid"]})
    variables.create({"key": "TOKEN", "value": "y", "environment_scope": "production"})
    assert refusal(variables.get, "TOKEN")[0] == 409
    chosen = variables.get("TOKEN", filter={"environment_scope": "production"})
    assert chosen.value == "y"


def test_a_schedule_belongs_to_who_takes_it(pod: Pod, mia: gitlab.Gitlab, root: gitlab.Gitlab) -> None:
    project = mia.projects.get(1)
    schedules, wish = project.pipelineschedules, {"ref": "main", "description": "Agenda", "cron": "0 6 * * 1"}
    assert refusal(schedules.create, wish) == (400, {"ref": ["is ambiguous"]})
    project.files.create({"file_path": "a", "branch": "main", "content": "a", "commit_message": "A"})
    new = schedules.create(wish)
    assert (new.owner["username"], new.active, new.ref) == ("mia", True, "refs/heads/main")
    new.variables.create({"key": "DAY", "value": "monday"})
    assert [(one["key"], one["value"]) for one in schedules.get(new.id).attributes["variables"]] == [("DAY", "monday")]
    theirs = root.projects.get(1).pipelineschedules.get(new.id)
    theirs.take_ownership()
    theirs.play()
    assert schedules.get(new.id).owner["username"] == "root"
    assert schedules.get(new.id).last_pipeline["status"] == "pending"
    assert refusal(schedules.create, {"ref": "main", "description": "x", "cron": "often"})[0] == 400


def test_a_template_is_changed_by_a_merge_request(pod: Pod, mia: gitlab.Gitlab) -> None:
    project, path = mia.projects.get(1), ".gitlab/issue_templates/Feedback.md"
    wish = {"file_path": path, "branch": "main", "content": "## Problem\n", "commit_message": "A template"}
    project.files.create(wish)
    assert project.files.get(path, "main").decode() == b"## Problem\n"
    assert list(mia.http_list("/projects/1/templates/issues")) == [{"key": "Feedback", "name": "Feedback"}]
    assert refusal(project.files.create, wish) == (400, "A file with this name already exists")

    project.branches.create({"branch": "shorter", "ref": "main"})
    file = project.files.get(path, "shorter")
    before = file.last_commit_id
    file.content = "## What\n"
    file.save(branch="shorter", commit_message="Shorter")
    stale = {"branch": "shorter", "content": "x", "commit_message": "x", "last_commit_id": before}
    words = "You are attempting to update a file that has changed since you started editing it."
    assert refusal(project.files.update, path, stale) == (400, words)

    request = project.mergerequests.create({"title": "Shorter", "source_branch": "shorter", "target_branch": "main"})
    code, said = refusal(
        project.mergerequests.create, {"title": "Again", "source_branch": "shorter", "target_branch": "main"}
    )
    assert (code, said) == (409, ["Another open merge request already exists for this source branch: !1"])
    request.notes.create({"body": "Sticky."})
    request.merge(should_remove_source_branch=True)
    assert project.mergerequests.get(1).state == "merged"
    shown: object = mia.http_get("/projects/1/templates/issues/Feedback")
    assert shown == {"name": "Feedback", "content": "## What\n"}
    assert [one.name for one in project.branches.list()] == ["main"]
    assert refusal(project.branches.delete, "main")[0] == 405


def test_guests_of_a_private_project_read_no_files(pod: Pod, served: FakeGitLab) -> None:
    with calling(served, PRIVATE_TOKEN=pod.robin.token) as robin:
        assert robin.get(f"{HERE}/repository/tree").status_code == 403


def test_what_clients_ask_first(pod: Pod, root: gitlab.Gitlab, sam: gitlab.Gitlab, served: FakeGitLab) -> None:
    assert sam.version()[0].startswith("19.")
    settings = root.settings.get()
    settings.default_projects_limit = 7
    settings.save()
    assert root.settings.get().default_projects_limit == 7
    assert refusal(sam.settings.get) == (403, "403 Forbidden")
    assert root.get_license()["plan"] == "premium"
    with calling(served) as nobody:
        assert nobody.get("/metadata").status_code == 401
        assert nobody.get("/user").json() == {"message": "401 Unauthorized"}


def test_a_shared_project_opens_to_the_other_groups_members(pod: Pod, root: gitlab.Gitlab) -> None:
    other = pod.world.add_group("friends")
    pod.world.add_member(other, pod.eve, "maintainer")
    project = root.projects.get(1)
    project.share(other.id, 15)
    assert pod.world.level(pod.eve, pod.project) == 15
    with pytest.raises(GitlabCreateError):
        project.share(other.id, 15)
    project.unshare(other.id)
    assert pod.world.level(pod.eve, pod.project) == 0
