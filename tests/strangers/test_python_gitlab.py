"""python-gitlab as a library: typed managers, iterators, save(), and everything an automation does around issues."""

from datetime import date, timedelta
from typing import Any

import gitlab
import pytest
from gitlab.v4.objects import Project, ProjectIssue

from tests.strangers.conftest import Town

EVENTS = {
    "issues_events": True,
    "confidential_issues_events": True,
    "note_events": True,
    "confidential_note_events": True,
    "emoji_events": True,
    "milestone_events": True,
    "push_events": False,
}


@pytest.fixture
def project(town: Town, mia: gitlab.Gitlab) -> Project:
    """The project, with three labels, a hook that hears everything, and a board."""
    found = mia.projects.get("sme/customer-feedback")
    for name in ("status::new", "status::reviewed", "area::ai"):
        found.labels.create({"name": name, "color": "#428BCA"})
    found.hooks.create({"url": town.letterbox.url, **EVENTS})
    return found


def titles(issues: "list[ProjectIssue]") -> list[str]:
    return [issue.title for issue in issues]


def test_an_issue_lives(town: Town, project: Project, sam: gitlab.Gitlab) -> None:
    ours = sam.projects.get(project.id)
    issue = ours.issues.create(
        {"title": "Bulk export", "description": "- [ ] all", "labels": ["status::new", "area::ai"]}
    )
    other = ours.issues.create({"title": "Export as CSV", "labels": "area::ai"})

    note = issue.notes.create({"body": "Which customer?"})
    note.body = "Which customers?"
    note.save()
    thread = issue.discussions.create({"body": "A thread."})
    thread.notes.create({"body": "An answer."})
    issue.awardemojis.create({"name": "thumbsup"})
    reaction = note.awardemojis.create({"name": "eyes"})
    reaction.delete()
    linked_from, linked_to = issue.links.create({"target_project_id": project.id, "target_issue_iid": other.iid})
    issue.labels = ["status::reviewed", "area::ai"]
    issue.assignee_ids = [town.sam.id]
    issue.due_date = "2026-12-24"
    issue.save()
    issue.state_event = "close"
    issue.save()
    closed = issue.state
    issue.state_event = "reopen"
    issue.save()

    assert (closed, issue.state, issue.upvotes, issue.user_notes_count) == ("closed", "opened", 1, 3)
    assert (linked_from.iid, linked_to.iid) == (1, 2)
    assert [(one.title, one.link_type) for one in issue.links.list(get_all=True)] == [("Export as CSV", "relates_to")]
    moved = [(one.action, one.label["name"]) for one in issue.resourcelabelevents.list(get_all=True)]
    assert moved[:2] == [("add", "status::new"), ("add", "area::ai")]
    assert sorted(moved[2:]) == [("add", "status::reviewed"), ("remove", "status::new")]
    assert [one.state for one in issue.resourcestateevents.list(get_all=True)] == ["closed", "reopened"]
    assert [one["body"] for one in issue.discussions.get(thread.id).attributes["notes"]] == ["A thread.", "An answer."]
    assert {one["username"] for one in issue.participants()} == {"sam"}
    other.delete()
    with pytest.raises(gitlab.GitlabGetError, match="404"):
        ours.issues.get(other.iid)
    assert town.gitlab.settle()
    assert town.letterbox.kinds() == ["Emoji Hook", "Issue Hook", "Note Hook"]


def test_lists_filter_and_page(project: Project, sam: gitlab.Gitlab) -> None:
    ours = sam.projects.get(project.id)
    for number in range(25):
        labels = ["area::ai"] if number % 5 == 0 else []
        ours.issues.create({"title": f"Request {number:02}", "labels": labels})
    ours.issues.update(3, {"state_event": "close"})

    pages = ours.issues.list(iterator=True, per_page=10, order_by="created_at", sort="asc")
    assert (pages.total, pages.total_pages, pages.per_page) == (25, 3, 10)
    assert titles(list(pages)) == [f"Request {number:02}" for number in range(25)]
    keyset = ours.issues.list(iterator=True, pagination="keyset", per_page=7, order_by="created_at", sort="asc")
    assert titles(list(keyset)) == [f"Request {number:02}" for number in range(25)]

    def count(**filters: Any) -> int:
        return len(ours.issues.list(get_all=True, **filters))

    assert count(labels=["area::ai"]) == 5
    assert count(labels="None") == 20
    assert count(**{"not[labels]": "area::ai"}) == 20
    assert (count(state="closed"), count(state="opened")) == (1, 24)
    assert count(search="Request 1") == 10
    assert count(iids=[1, 2, 30]) == 2
    assert count(author_username="sam") == 25
    assert count(created_after="2030-01-01T00:00:00Z") == 0
    assert len(sam.issues.list(get_all=True, scope="all")) == 25
    statistics = ours.issues_statistics.get().statistics["counts"]
    assert statistics == {"all": 25, "closed": 1, "opened": 24}


def test_labels_change_and_go_up_to_the_group(mia: gitlab.Gitlab, project: Project) -> None:
    made = project.labels.create({"name": "theme::chat", "color": "tomato", "description": "Chat", "priority": 3})
    assert (made.color, made.text_color, made.priority) == ("#FF6347", "#FFFFFF", 3)
    with pytest.raises(gitlab.GitlabCreateError, match="Label already exists") as taken:
        project.labels.create({"name": "theme::chat", "color": "#000000"})
    assert taken.value.response_code == 409

    made.new_name, made.description = "theme::talk", "Talk"
    made.save()
    made.subscribe()
    assert project.labels.get("theme::talk").subscribed is True
    made.unsubscribe()
    made.promote()
    group = mia.groups.get("sme")
    (promoted,) = group.labels.list(get_all=True, search="theme")
    assert (promoted.name, promoted.description, promoted.id) == ("theme::talk", "Talk", made.id)
    promoted.new_name = "theme::chat"
    promoted.save()
    group.labels.delete("theme::chat")
    assert [one.name for one in project.labels.list(iterator=True)] == ["area::ai", "status::new", "status::reviewed"]
    project.labels.delete("area::ai")
    with pytest.raises(gitlab.GitlabDeleteError, match="404"):
        project.labels.delete("area::ai")


def test_boards_and_their_lists(mia: gitlab.Gitlab, project: Project) -> None:
    board = project.boards.create({"name": "Customer feedback"})
    ids = {one.name: one.id for one in project.labels.list(get_all=True)}
    first = board.lists.create({"label_id": ids["status::new"]})
    second = board.lists.create({"label_id": ids["status::reviewed"]})
    second.position = 0
    second.save()
    assert [one.label["name"] for one in board.lists.list(get_all=True)] == ["status::reviewed", "status::new"]
    first.delete()
    board.name = "Feedback"
    board.save()
    again = project.boards.get(board.id)
    assert (again.name, len(again.attributes["lists"])) == ("Feedback", 1)
    board.delete()
    group = mia.groups.get("sme")
    label = group.labels.create({"name": "area::agile", "color": "#112233"})
    above = group.boards.create({"name": "All"})
    above.lists.create({"label_id": label.id})
    assert [one.label["name"] for one in group.boards.get(above.id).lists.list(get_all=True)] == ["area::agile"]


def test_hooks(town: Town, project: Project) -> None:
    (hook,) = project.hooks.list(get_all=True)
    hook.token = "hush"
    hook.name = "Sounding Board"
    hook.save()
    assert "hush" not in str(hook.attributes)
    assert project.hooks.get(hook.id).name == "Sounding Board"
    project.issues.create({"title": "Heard"})
    assert town.gitlab.settle()
    assert town.letterbox.letters[-1].headers["x-gitlab-token"] == "hush"
    hook.test("issues_events")
    hook.delete()
    assert project.hooks.list(get_all=True) == []


def test_members_come_and_go(town: Town, mia: gitlab.Gitlab, project: Project) -> None:
    eve = town.world.add_user("eve", "Eve")
    member = project.members.create({"user_id": eve.id, "access_level": gitlab.const.AccessLevel.REPORTER})
    member.access_level = gitlab.const.AccessLevel.MAINTAINER
    member.expires_at = "2027-01-01"
    member.save()
    assert (project.members.get(eve.id).access_level, project.members.get(eve.id).expires_at) == (40, "2027-01-01")
    with pytest.raises(gitlab.GitlabCreateError, match="already exists"):
        project.members.create({"user_id": eve.id, "access_level": 20})
    assert {one.username for one in project.members_all.list(get_all=True)} == {"mia", "sam", "robin", "eve"}
    assert project.members_all.get(town.mia.id).access_level == 50
    member.delete()
    with pytest.raises(gitlab.GitlabGetError, match="404"):
        project.members.get(eve.id)
    group = mia.groups.get("sme")
    group.members.create({"user_id": eve.id, "access_level": 15})
    assert {one.username for one in group.members.list(get_all=True)} == {"mia", "eve"}
    group.members.delete(eve.id)


def test_milestones(town: Town, mia: gitlab.Gitlab, project: Project) -> None:
    milestone = project.milestones.create({"title": "19.8", "due_date": "2027-01-15"})
    issue = project.issues.create({"title": "For then", "milestone_id": milestone.id})
    assert issue.milestone["title"] == "19.8"
    assert titles(project.issues.list(milestone="19.8", get_all=True)) == ["For then"]
    assert titles(list(milestone.issues())) == ["For then"]
    milestone.title = "19.9"
    milestone.state_event = "close"
    milestone.save()
    assert [(one.title, one.state) for one in project.milestones.list(get_all=True)] == [("19.9", "closed")]
    assert [one.action for one in issue.resourcemilestoneevents.list(get_all=True)] == ["add"]
    milestone.delete()
    assert project.issues.get(issue.iid).milestone is None
    above = mia.groups.get("sme").milestones.create({"title": "FY27"})
    assert mia.groups.get("sme").milestones.get(above.id).title == "FY27"
    assert town.gitlab.settle()
    assert "Milestone Hook" in town.letterbox.kinds()


def test_a_token_is_rotated_and_revoked(town: Town, project: Project) -> None:
    soon = (date(2026, 9, 14) + timedelta(days=60)).isoformat()
    token = project.access_tokens.create({"name": "bot", "scopes": ["api"], "access_level": 20, "expires_at": soon})
    with gitlab.Gitlab(town.url, private_token=token.token) as bot:
        bot.auth()
        assert bot.user is not None
        assert bot.user.bot is True
        assert bot.personal_access_tokens.get("self").name == "bot"
        bot.projects.get(project.id).issues.create({"title": "By the bot"})
        value = token.rotate()["token"]
        with pytest.raises(gitlab.GitlabAuthenticationError):
            bot.projects.get(project.id)
    with gitlab.Gitlab(town.url, private_token=value) as bot:
        fresh = bot.personal_access_tokens.get("self")
        project.access_tokens.delete(fresh.id)
        with pytest.raises(gitlab.GitlabAuthenticationError):
            bot.auth()


def test_files_of_the_repository(project: Project) -> None:
    path = ".gitlab/issue_templates/Request.md"
    made = {"file_path": path, "branch": "main", "content": "## Problem\n", "commit_message": "Add the template"}
    project.files.create(made)
    file = project.files.get(path, ref="main")
    assert file.decode() == b"## Problem\n"
    file.content = "## Problem\n\n## Outcome\n"
    file.save(branch="main", commit_message="Ask for the outcome")
    assert project.files.raw(path, ref="main") == b"## Problem\n\n## Outcome\n"
    branch = project.branches.create({"branch": "taxonomy", "ref": "main"})
    project.files.update(path, {"branch": branch.name, "content": "New\n", "commit_message": "Change it"})
    request = project.mergerequests.create(
        {"source_branch": "taxonomy", "target_branch": "main", "title": "Taxonomy", "remove_source_branch": True}
    )
    request.merge()
    assert project.files.raw(path, ref="main") == b"New\n"
    assert [one["path"] for one in project.repository_tree(".gitlab/issue_templates", get_all=True)] == [path]
    project.files.delete(path, branch="main", commit_message="Remove it")
    with pytest.raises(gitlab.GitlabGetError, match="404 File Not Found"):
        project.files.get(path, ref="main")


def test_places_and_people_of_an_administrator(town: Town) -> None:
    with gitlab.Gitlab(town.url, private_token=town.world.root.token) as root:
        group = root.groups.create({"name": "Pods", "path": "pods", "visibility": "internal"})
        inner = root.groups.create({"name": "AI", "path": "ai", "parent_id": group.id})
        place = root.projects.create({"name": "Requests", "path": "requests", "namespace_id": inner.id})
        assert place.path_with_namespace == "pods/ai/requests"
        place.description = "What pods ask for"
        place.save()
        place.archive()
        assert root.projects.get(place.id).archived is True
        place.unarchive()
        place.variables.create({"key": "BOARD_TOKEN", "value": "a-long-secret", "masked": True})
        place.variables.update("BOARD_TOKEN", {"value": "another-secret"})
        assert place.variables.get("BOARD_TOKEN").value == "another-secret"
        place.files.create(
            {"file_path": "README.md", "branch": "main", "content": "# Requests", "commit_message": "Begin"}
        )
        schedule = place.pipelineschedules.create({"ref": "main", "description": "Sweep", "cron": "0 6 * * *"})
        schedule.take_ownership()
        schedule.delete()
        person = root.users.create(
            {"username": "kim", "name": "Kim", "email": "kim@example.com", "reset_password": True}
        )
        person.block()
        assert root.users.get(person.id).state == "blocked"
        person.unblock()
        token = person.personal_access_tokens.create({"name": "laptop", "scopes": ["api"]})
        with gitlab.Gitlab(town.url, private_token=token.token) as kim:
            kim.auth()
        person.delete()
        assert root.version()[0].startswith("19.")
        assert [one.full_path for one in group.subgroups.list(get_all=True)] == ["pods/ai"]
        inner.delete()


def test_to_dos_and_moves(town: Town, mia: gitlab.Gitlab, project: Project, sam: gitlab.Gitlab) -> None:
    other = mia.projects.create({"name": "Elsewhere", "namespace_id": mia.groups.get("sme").id})
    issue = project.issues.create({"title": "Look at this", "assignee_ids": [town.sam.id]})
    (todo,) = sam.todos.list(get_all=True)
    assert (todo.target["title"], todo.action_name, todo.state) == ("Look at this", "assigned", "pending")
    todo.mark_as_done()
    assert sam.todos.list(get_all=True) == []
    with pytest.raises(gitlab.GitlabSubscribeError, match="304"):
        issue.subscribe()
    issue.unsubscribe()
    issue.subscribe()
    issue.move(other.id)
    assert titles(other.issues.list(get_all=True)) == ["Look at this"]
    assert (project.issues.get(issue.iid).state, project.issues.get(issue.iid).moved_to_id is None) == ("closed", False)


def test_what_a_guest_may_not(town: Town, project: Project) -> None:
    with gitlab.Gitlab(town.url, private_token=town.robin.token) as robin:
        theirs = robin.projects.get(project.id)
        issue = theirs.issues.create({"title": "By a guest", "labels": ["area::ai"]})
        assert issue.labels == []
        with pytest.raises(gitlab.GitlabCreateError, match="403"):
            theirs.labels.create({"name": "mine", "color": "#000000"})
        with pytest.raises(gitlab.GitlabListError, match="403"):
            theirs.hooks.list(get_all=True)
    with gitlab.Gitlab(town.url) as nobody, pytest.raises(gitlab.GitlabGetError, match="404 Project Not Found"):
        nobody.projects.get(project.id)
    assert [one.title for one in project.issues.list(iterator=True)] == ["By a guest"]
