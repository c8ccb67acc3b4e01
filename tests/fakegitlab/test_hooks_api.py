"""Webhooks through the API: extras, templates, tests, recent deliveries, chains, limits, reminders."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.fakegitlab import FakeGitLab
from app.fakegitlab.deliveries import fared
from app.fakegitlab.limits import Limits
from app.fakegitlab.model import Group, Hook, Project
from app.fakegitlab.people import add_token
from tests.fakegitlab.conftest import SIGNING, Pod
from tests.fakegitlab.test_server import Receiver, receiver
from tests.fakegitlab.test_webhooks import fail, hooked, sample, shape

__all__ = ["receiver"]
HOOKS = "/projects/1/hooks"


@pytest.fixture
def mia(pod: Pod, served: FakeGitLab) -> Iterator[httpx.Client]:
    """A maintainer's client."""
    with httpx.Client(base_url=f"{served.url}/api/v4", headers={"PRIVATE-TOKEN": pod.mia.token}) as client:
        yield client


def test_a_hook_is_made_with_everything_and_hides_its_secrets(pod: Pod, mia: httpx.Client) -> None:
    wish = {
        "url": "http://127.0.0.1:9/{tenant}",
        "token": "hush",
        "custom_headers": [{"key": "X-Team", "value": "feedback"}],
        "url_variables": [{"key": "tenant", "value": "acme"}],
        "custom_webhook_template": '{"what":"{{object_kind}}"}',
        "push_events_branch_filter": "main",
        "issues_events": True,
    }
    made = mia.post(HOOKS, json=wish)
    assert made.status_code == 201
    told = made.json()
    assert (told["custom_headers"], told["url_variables"]) == ([{"key": "X-Team"}], [{"key": "tenant"}])
    assert (told["token_present"], told["branch_filter_strategy"]) == (True, "wildcard")
    assert "hush" not in made.text
    assert "feedback" not in made.text
    pod.file()
    (delivery,) = pod.world.outbox.drain()
    assert (delivery.url, delivery.body) == ("http://127.0.0.1:9/acme", b'{"what":"issue"}')
    assert delivery.headers["X-Team"] == "feedback"


def test_a_gitlab_before_19_tells_of_no_tokens_and_keeps_no_signing_token(pod: Pod, mia: httpx.Client) -> None:
    pod.world.signs_webhooks = False
    wish = {"url": "https://bot.example.com/x", "token": "hush", "signing_token": "whsec_whatever"}
    made = mia.post(HOOKS, json=wish)
    assert (made.status_code, {"token_present", "signing_token_present"} & made.json().keys()) == (201, set())
    (hook,) = pod.project.hooks.values()
    assert (hook.token, hook.signing_token) == ("hush", None)


@pytest.mark.parametrize(
    ("wish", "status", "told"),
    [
        ({}, 400, {"error": "url is missing"}),
        ({"url": "ftp://x"}, 422, {"error": "Invalid url given"}),
        ({"url": "http://x/{who}"}, 422, {"error": "Invalid url given"}),
        (
            {"url": "http://x", "custom_headers": [{"key": "no spaces", "value": "x"}]},
            422,
            {"error": "Custom headers validation failed"},
        ),
        (
            {"url": "http://x", "custom_headers": [{"key": f"X-{n}", "value": "x"} for n in range(21)]},
            422,
            {"error": "Custom headers validation failed"},
        ),
        (
            {"url": "http://x", "custom_headers": [{"key": "X-A"}]},
            400,
            {"error": "custom_headers[value] is missing"},
        ),
        (
            {"url": "http://x", "branch_filter_strategy": "no"},
            400,
            {"error": "branch_filter_strategy does not have a valid value"},
        ),
        (
            {"url": "http://x", "custom_webhook_template": "x" * 4097},
            422,
            {"message": {"custom_webhook_template": ["is too long (maximum is 4096 characters)"]}},
        ),
    ],
)
def test_what_is_no_hook_is_refused(mia: httpx.Client, wish: dict[str, Any], status: int, told: object) -> None:
    answer = mia.post(HOOKS, json=wish)
    assert (answer.status_code, answer.json()) == (status, told)


def test_headers_and_variables_have_paths_of_their_own(pod: Pod, mia: httpx.Client) -> None:
    hook = hooked(pod)
    one = f"{HOOKS}/{hook.id}"
    assert mia.put(f"{one}/custom_headers/X-Team", data={"value": "feedback"}).status_code == 204
    assert mia.put(f"{one}/custom_headers/no%20spaces", data={"value": "x"}).json() == {"error": "Illegal key or value"}
    assert mia.put(f"{one}/url_variables/tenant", json={"value": "acme"}).status_code == 204
    assert (hook.custom_headers, hook.url_variables) == ({"X-Team": "feedback"}, {"tenant": "acme"})
    assert mia.delete(f"{one}/custom_headers/X-Team").status_code == 204
    assert mia.delete(f"{one}/custom_headers/X-Team").json() == {"message": "404 Custom header Not Found"}
    assert mia.put(one, json={"url": "http://127.0.0.1:9/{tenant}"}).status_code == 200
    assert mia.delete(f"{one}/url_variables/tenant").status_code == 422


def test_custom_headers_cannot_override_gitlabs(pod: Pod) -> None:
    hook = hooked(pod)
    hook.custom_headers = {"x-gitlab-token": "forged", "X-Mine": "1"}
    pod.file()
    (delivery,) = pod.world.outbox.drain()
    assert (delivery.headers["X-Gitlab-Token"], delivery.headers["X-Mine"]) == ("hush", "1")
    assert "x-gitlab-token" not in delivery.headers


def test_a_new_address_forgets_the_old_ones_secrets(pod: Pod, mia: httpx.Client) -> None:
    hook = hooked(pod)
    hook.custom_headers = {"X-Team": "feedback"}
    told = mia.put(f"{HOOKS}/{hook.id}", json={"url": "http://127.0.0.1:9/elsewhere"}).json()
    assert (told["token_present"], told["custom_headers"]) == (False, [])
    again = {"url": "http://127.0.0.1:9/third", "token": "anew", "custom_headers": [{"key": "X-A", "value": "1"}]}
    told = mia.put(f"{HOOKS}/{hook.id}", json=again).json()
    assert (told["token_present"], told["custom_headers"]) == (True, [])


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ('{"t":"{{object_attributes.title}}","n":{{project.id}}}', {"t": 'Say "hi"', "n": 1}),
        ('{"nothing":{{object_attributes.nowhere.deep}}}', {"nothing": None}),
        ("[{{labels}}]", [[]]),
    ],
)
def test_templates_are_filled_with_the_events_fields(pod: Pod, template: str, body: object) -> None:
    hooked(pod).custom_webhook_template = template
    pod.world.create_issue(pod.sam, pod.project, 'Say "hi"')
    (delivery,) = pod.world.outbox.drain()
    assert json.loads(delivery.body) == body


@pytest.mark.parametrize("template", ["{{object_kind}}", '{"a":{{labels.title}}}', "{"])
def test_a_template_that_is_no_json_sends_nothing_and_counts_as_failure(pod: Pod, template: str) -> None:
    hook = hooked(pod)
    hook.custom_webhook_template = template
    pod.file("status::new")
    assert (len(pod.world.outbox), hook.failures) == (0, 1)


@pytest.mark.parametrize(
    ("trigger", "header"),
    [
        ("issues_events", "Issue Hook"),
        ("note_events", "Note Hook"),
        ("emoji_events", "Emoji Hook"),
        ("resource_access_token_events", "Resource Access Token Hook"),
    ],
)
def test_a_test_request_waits_for_the_receiver(
    pod: Pod, mia: httpx.Client, receiver: Receiver, trigger: str, header: str
) -> None:
    pod.world.add_note(pod.sam, pod.file(), "Hello.")
    hook = pod.world.add_hook(pod.world.root, pod.project, receiver.url, signing_token=SIGNING)
    answer = mia.post(f"{HOOKS}/{hook.id}/test/{trigger}")
    assert (answer.status_code, answer.json()) == (201, {"message": "201 Created"})
    assert [headers["X-Gitlab-Event"] for headers, _ in receiver.got] == [header]


def test_a_successful_test_request_enables_a_dead_hook(pod: Pod, mia: httpx.Client, receiver: Receiver) -> None:
    pod.file()
    hook = pod.world.add_hook(pod.world.root, pod.project, receiver.url)
    fail(pod, hook, 4)
    paused = mia.get(f"{HOOKS}/{hook.id}").json()
    assert (paused["alert_status"], paused["disabled_until"]) == ("temporarily_disabled", "2026-09-14T08:31:00.000Z")
    fail(pod, hook, 36)
    assert mia.get(f"{HOOKS}/{hook.id}").json()["alert_status"] == "disabled"

    receiver.status = 500
    refused = mia.post(f"{HOOKS}/{hook.id}/test/issues_events")
    assert refused.status_code == 422
    assert mia.get(f"{HOOKS}/{hook.id}").json()["alert_status"] == "disabled"
    receiver.status = 204
    assert mia.post(f"{HOOKS}/{hook.id}/test/issues_events").status_code == 201
    assert mia.get(f"{HOOKS}/{hook.id}").json()["alert_status"] == "executable"


def test_nothing_to_tell_of_is_422_and_no_trigger_400(pod: Pod, mia: httpx.Client) -> None:
    hook = hooked(pod)
    empty = mia.post(f"{HOOKS}/{hook.id}/test/issues_events")
    assert (empty.status_code, empty.json()) == (422, {"message": "Ensure the project has issues."})
    unknown = mia.post(f"{HOOKS}/{hook.id}/test/nonsense")
    assert (unknown.status_code, unknown.json()) == (400, {"error": "trigger does not have a valid value"})


def test_recent_deliveries_are_told_for_two_days_and_can_be_resent(
    pod: Pod, mia: httpx.Client, receiver: Receiver
) -> None:
    hook = pod.world.add_hook(pod.world.root, pod.project, receiver.url, token="hush")
    pod.file("status::new")
    (delivery,) = pod.world.outbox.drain()
    events = f"{HOOKS}/{hook.id}/events"
    assert mia.get(events).json() == []
    fared(pod.world, delivery, 503)

    (told,) = mia.get(events, params={"status": "server_failure"}).json()
    assert (told["trigger"], told["response_status"], told["url"]) == ("issue_hooks", "503", receiver.url)
    assert told["request_headers"]["X-Gitlab-Token"] == "[REDACTED]"
    assert told["request_data"]["object_attributes"]["iid"] == 1
    assert mia.get(events, params={"status": "successful"}).json() == []

    pod.clock.pass_(minutes=5)
    again = mia.post(f"{events}/{told['id']}/resend")
    assert (again.status_code, again.json()) == (201, {"response_status": 200})
    ((headers, body),) = receiver.got
    assert (headers["webhook-id"], body) == (delivery.id, delivery.body)
    assert headers["webhook-timestamp"] == "1789374900"
    assert [one["response_status"] for one in mia.get(events).json()] == ["200", "503"]

    pod.clock.pass_(days=2, minutes=1)
    assert mia.get(events).json() == []
    assert mia.post(f"{events}/{told['id']}/resend").status_code == 404


def test_a_moved_hook_resends_nothing(pod: Pod, mia: httpx.Client) -> None:
    hook = hooked(pod)
    pod.file()
    (delivery,) = pod.world.outbox.drain()
    fared(pod.world, delivery, 200)
    mia.put(f"{HOOKS}/{hook.id}", json={"url": "http://127.0.0.1:9/elsewhere"})
    answer = mia.post(f"{HOOKS}/{hook.id}/events/{delivery.number}/resend")
    told = {"message": "The hook URL has changed, and this log entry cannot be retried"}
    assert (answer.status_code, answer.json()) == (422, told)


def test_an_answer_to_a_delivery_does_not_come_back_to_the_same_hook(pod: Pod, http: httpx.Client) -> None:
    hook = hooked(pod)
    group_hook = pod.world.add_hook(pod.world.root, pod.group, "http://127.0.0.1:9/")
    issue = pod.file()
    first, _ = pod.world.outbox.drain()
    chain = {"X-Gitlab-Event-UUID": first.headers["X-Gitlab-Event-UUID"]}

    assert http.put(f"/projects/1/issues/{issue.iid}", json={"title": "Two"}, headers=chain).status_code == 200
    (echo,) = pod.world.outbox.drain()
    assert (echo.hook, echo.headers["X-Gitlab-Event-UUID"]) == (group_hook, chain["X-Gitlab-Event-UUID"])
    assert hook.lost == 1
    http.put(f"/projects/1/issues/{issue.iid}", json={"title": "Three"}, headers=chain)
    assert len(pod.world.outbox) == 0

    pod.clock.pass_(minutes=31)
    http.put(f"/projects/1/issues/{issue.iid}", json={"title": "Four"}, headers=chain)
    assert len(pod.world.outbox.drain()) == 2


def test_a_chain_ends_after_a_hundred_hooks(pod: Pod, http: httpx.Client) -> None:
    for _ in range(100):
        hooked(pod)
    for _ in range(2):
        pod.world.add_hook(pod.world.root, pod.group, "http://127.0.0.1:9/")
    http.post("/projects/1/issues", json={"title": "x"}, headers={"X-Gitlab-Event-UUID": "loop"})
    assert len(pod.world.outbox) == 100


def test_beyond_the_groups_minute_events_are_dropped(pod: Pod) -> None:
    pod.world.limits = Limits(webhooks=3)
    hooks = [hooked(pod), hooked(pod)]
    pod.file()
    pod.file()
    assert (len(pod.world.outbox), [hook.lost for hook in hooks]) == (3, [0, 1])
    pod.clock.pass_(minutes=1)
    pod.file()
    assert len(pod.world.outbox) == 5


@pytest.mark.parametrize("kind", ["project", "group"])
def test_dying_tokens_are_told_sixty_thirty_and_seven_days_before(pod: Pod, kind: str) -> None:
    place: Project | Group = pod.project if kind == "project" else pod.group
    hook = pod.world.add_hook(
        pod.world.root, place, "http://127.0.0.1:9/", events={"resource_access_token_events": True}
    )
    bot = pod.world.add_user(f"{kind}_1_bot_0a", "acd", bot=True)
    bot.bot_of = place
    dies = (pod.clock.now + timedelta(days=90)).date()
    token = add_token(pod.world, bot, None, ("api",), dies)
    token.name, token.last_used_at = "acd", pod.clock.now
    told: dict[int, dict[str, Any]] = {}
    for day in range(90, 0, -1):
        for delivery in pod.world.outbox.drain():
            told[day] = json.loads(delivery.body)
            assert (delivery.hook, delivery.headers["X-Gitlab-Event"]) == (hook, "Resource Access Token Hook")
        pod.world.advance(days=1)
    assert sorted(told) == [7, 30, 60]
    assert shape(told[7]) == shape(sample(f"documented/access_token_expiring_{kind}.json"))


def test_a_missed_span_is_told_once(pod: Pod) -> None:
    pod.world.add_hook(
        pod.world.root, pod.project, "http://127.0.0.1:9/", events={"resource_access_token_events": True}
    )
    bot = pod.world.add_user("project_1_bot_0a", "acd", bot=True)
    bot.bot_of = pod.project
    add_token(pod.world, bot, None, ("api",), (pod.clock.now + timedelta(days=5)).date())
    pod.world.advance()
    pod.world.advance(days=1)
    assert len(pod.world.outbox) == 1


def test_even_issues_can_come_as_work_items(pod: Pod) -> None:
    hooked(pod)
    pod.world.issues_as_work_items = True
    pod.world.create_issue(pod.sam, pod.project, "T", labels=["status::new"], assignee_ids=[pod.sam.id])
    (delivery,) = pod.world.outbox.drain()
    body, expected = json.loads(delivery.body), sample("derived/work_item_kind_with_type_issue_gitlab_17_7_era.json")
    told = [body[name] for name in ("object_kind", "event_type")] + [body["object_attributes"]["type"]]
    assert told == ["work_item", "work_item", "Issue"]
    assert shape(body["object_attributes"]) == shape(expected["object_attributes"])


def test_group_hooks_are_an_owners_on_premium(pod: Pod, mia: httpx.Client, served: FakeGitLab) -> None:
    assert mia.get(f"/groups/{pod.group.id}/hooks").status_code == 403
    pod.world.add_member(pod.group, pod.mia, "owner")
    made = mia.post(f"/groups/{pod.group.id}/hooks", json={"url": "http://127.0.0.1:9/", "issues_events": True})
    assert (made.status_code, made.json()["group_id"]) == (201, pod.group.id)
    pod.file()
    assert [delivery.hook.id for delivery in pod.world.outbox.drain()] == [made.json()["id"]]


def test_a_project_has_a_hundred_hooks_at_most(pod: Pod, mia: httpx.Client) -> None:
    hooks: list[Hook] = [hooked(pod) for _ in range(100)]
    told = mia.post(HOOKS, json={"url": "http://127.0.0.1:9/"})
    assert (len(hooks), told.status_code) == (100, 422)
