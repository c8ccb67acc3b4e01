"""A world is saved, loaded, written down in YAML, and moved through time."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.saving import NotASavedWorld, load, save
from app.fakegitlab.seed import demo_world
from app.fakegitlab.world_file import NotAWorld, seed_from
from tests.fakegitlab.conftest import Pod

WORLD = """
users:
  - {username: sam, name: Sam Expert, token: glpat-sam}
  - {username: bot, bot: true}
groups:
  - path: sme
    name: SME Program
    labels: [{title: "status::new", color: "#428bca"}]
    members: {sam: reporter}
  - {path: sme/emea}
projects:
  - path: sme/emea/feedback
    name: Feedback
    members: {bot: developer}
    boards: [{name: Board, lists: ["status::new"]}]
    hooks: [{url: "http://127.0.0.1:9/", events: [issues_events]}]
    issues:
      - title: Bulk export
        author: sam
        labels: ["status::new"]
        assignees: [sam]
        days_ago: 3
        notes: [{author: bot, body: Any news?, days_ago: 1}]
      - {title: Done, closed: true}
"""


def everything(world: World) -> str:
    saved = save(world)
    del saved["state"]["names_epoch"]
    return json.dumps(saved)


def test_a_saved_world_comes_back_whole_and_lives_on() -> None:
    before, after = World(), World()
    demo_world(before)
    load(after, json.loads(json.dumps(save(before))))

    assert everything(after) == everything(before)
    project, issue = after.project("sme/customer-feedback"), after.project("sme/customer-feedback").issues[2]
    assert (after.label(project, "status::new").owner, issue.project) == (project, project)
    after.update_issue(after.root, issue, add_labels=["status::reviewed"])
    new = after.create_issue(after.root, project, "One more")
    assert new.id not in before.issues
    assert [one.title for one in before.issues[issue.id].labels] != [one.title for one in issue.labels]


def test_recent_deliveries_and_a_moved_clock_are_saved_too(pod: Pod) -> None:
    hook = pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/")
    pod.file()
    pod.world.clock.freeze()
    pod.world.clock.advance(pod.clock.now - pod.clock.now)
    after = World()
    load(after, json.loads(json.dumps(save(pod.world))))
    assert after.hooks[hook.id].recent[0].body == pod.world.outbox.drain()[0].body  # type: ignore[attr-defined]
    assert (after.now(), after.clock.frozen) == (pod.clock.now, True)


@pytest.mark.parametrize(
    "saved",
    [
        {},
        {"format": 1},
        {"format": 2},
        {"format": 1, "things": [{"is": "os:system", "has": {}}], "state": {}, "clock": {}},
        {"format": 1, "things": [{"is": "model:LEVELS", "has": {}}], "state": {}, "clock": {}},
        {"format": 1, "things": [{"is": "model:Group", "has": {}}], "state": {}, "clock": {}},
        {"format": 1, "things": [], "state": {"users": {"$thing": 7}}, "clock": {"ahead": 0, "stopped": None}},
    ],
)
def test_what_is_no_saved_world_changes_nothing(pod: Pod, saved: dict[str, object]) -> None:
    before = everything(pod.world)
    with pytest.raises(NotASavedWorld):
        load(pod.world, saved)
    assert everything(pod.world) == before


def test_another_process_saves_loads_and_moves_time(pod: Pod, served: FakeGitLab) -> None:
    pod.file()
    with httpx.Client(base_url=f"{served.url}/-/fake") as fake:
        saved = fake.post("/save").json()
        pod.file()
        assert fake.post("/load", json=saved).json() == {"issues": 1, "users": 5}
        assert fake.post("/load", json={"format": 9}).status_code == 422
        stopped = fake.post("/time", json={"at": "2027-01-01T00:00:00Z", "freeze": True}).json()
        assert stopped == {"now": "2027-01-01T00:00:00.000Z", "frozen": True}
        moved = fake.post("/time", json={"advance": {"days": 1, "hours": 2}}).json()
        assert moved == {"now": "2027-01-02T02:00:00.000Z", "frozen": True}
        assert fake.post("/time", json={"advance": {"eons": 1}}).status_code == 422
    assert list(pod.world.project("sme/customer-feedback").issues) == [1]


def test_a_world_is_written_down_in_yaml(tmp_path: Path) -> None:
    file = tmp_path / "world.yml"
    file.write_text(WORLD)
    world = World()
    seed_from(world, file)
    project = world.project("sme/emea/feedback")
    filed, done = project.issues.values()
    assert [label.title for label in filed.labels] == ["status::new"]
    assert (world.now() - filed.created_at).days == 3
    assert ([note.author.username for note in filed.notes if not note.system], done.state) == (["bot"], "closed")
    assert (world.level(world.user("sam"), project), world.level(world.user("bot"), project)) == (20, 30)
    assert world.tokens["glpat-sam"].user is world.user("sam")
    (hook,) = project.hooks.values()
    assert [name for name, on in hook.events.items() if on] == ["issues_events"]
    assert len(world.outbox) == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("users: 3", "users"),
        ("a: [", "world.yml"),
        ("nonsense: 1", "nonsense"),
        ("projects: [{path: nowhere/x}]", "nowhere"),
        ("groups: [{path: g, members: {nobody: guest}}]", "nobody"),
        ("groups: [{path: g, hooks: [{url: 'http://x', events: [moon_events]}]}]", "moon_events"),
        ("users: [{username: root}]", "taken"),
    ],
)
def test_a_file_that_is_no_world_says_why(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "world.yml"
    file.write_text(text)
    with pytest.raises(NotAWorld, match=reason):
        seed_from(World(), file)


def test_the_command_starts_from_a_file_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    file, state = tmp_path / "world.yml", tmp_path / "state.json"
    file.write_text(WORLD)
    command = [sys.executable, "-m", "app.fakegitlab", "--port", "0", "--seed", str(file), "--state", str(state)]
    totals = []
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as alone:
            assert alone.stdout is not None
            api = next(line for line in alone.stdout if line.startswith("API:")).split()[1]
            with httpx.Client(base_url=api, headers={"PRIVATE-TOKEN": "glpat-sam"}) as sam:
                assert sam.post("/projects/1/issues", json={"title": "More"}).status_code == 201
                totals.append(sam.get("/projects/1/issues").headers["x-total"])
            alone.terminate()
            assert alone.wait(20) == 0
    assert totals == ["3", "4"]


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    file = tmp_path / "world.yml"
    file.write_text("nonsense: 1")
    command = [sys.executable, "-m", "app.fakegitlab", "--port", "0", "--seed", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stderr.startswith("cannot start: world.yml: ")) == (1, True)
