"""Faults on demand."""

import httpx
import pytest

from app.fakegitlab import FakeGitLab, Fault, Faults
from tests.fakegitlab.conftest import Pod


def test_a_rate_limit_answers_429_in_plain_text_and_does_nothing(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    pod.world.faults.rate_limit(retry_after=7, methods=("POST",))

    refused = http.post("/projects/1/issues/1/notes", json={"body": "Hello."})

    assert (refused.status_code, refused.headers["retry-after"], refused.text) == (429, "7", "Retry later\n")
    assert refused.headers["ratelimit-resettime"] == "Mon, 14 Sep 2026 08:30:07 GMT"
    assert http.post("/projects/1/issues/1/notes", json={"body": "Hello."}).status_code == 201
    assert len(pod.project.issues[1].notes) == 1


def test_a_server_error_only_where_it_was_ordered(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    pod.world.faults.server_error(502, count=None, path="/notes$")
    assert http.get("/projects/1/issues/1").status_code == 200
    assert [http.get("/projects/1/issues/1/notes").status_code for _ in range(2)] == [502, 502]
    pod.world.faults.clear()
    assert http.get("/projects/1/issues/1/notes").status_code == 200


def test_an_answer_lost_after_the_write(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    pod.world.faults.lose_answer(methods=("POST",))
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/projects/1/issues/1/notes", json={"body": "Hello."})
    assert [note.body for note in pod.project.issues[1].notes] == ["Hello."]


def test_a_hanging_request_times_out_and_was_never_carried_out(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    pod.world.faults.hang(seconds=0.3, methods=("POST",))
    with pytest.raises(httpx.ReadTimeout):
        http.post("/projects/1/issues/1/notes", json={"body": "Hello."}, timeout=0.05)
    pod.world.faults.hang(seconds=0.01, methods=("POST",))
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/projects/1/issues/1/notes", json={"body": "Hello."})
    assert pod.project.issues[1].notes == []


def test_fields_dropped_in_silence(pod: Pod, http: httpx.Client) -> None:
    pod.file("status::new")
    pod.world.faults.drop_fields("add_labels", "remove_labels")
    answer = http.put("/projects/1/issues/1", json={"add_labels": "area::ai"})
    assert (answer.status_code, answer.json()["labels"]) == (200, ["status::new"])


def test_a_hook_outage_loses_deliveries_for_good(pod: Pod) -> None:
    hook = pod.world.add_hook(pod.world.root, pod.project, "http://127.0.0.1:9/")
    pod.world.faults.hook_outage = True
    pod.file()
    pod.world.faults.clear()
    assert (len(pod.world.outbox), hook.lost) == (0, 1)


def test_chances_repeat_with_the_seed() -> None:
    for faults in (first := Faults(seed=7), second := Faults(seed=7)):
        faults.add(Fault("server_error", probability=0.3))
    struck = [first.strike("GET", "/user") is not None for _ in range(200)]
    assert struck == [second.strike("GET", "/user") is not None for _ in range(200)]
    assert 30 <= sum(struck) <= 90


def test_another_process_orders_faults_and_asks_for_the_state(pod: Pod, served: FakeGitLab, http: httpx.Client) -> None:
    pod.file("status::new")
    with httpx.Client(base_url=served.url) as other:
        told = other.post("/-/fake/faults", json={"add": [{"kind": "server_error", "status": 500}], "latency": 0.01})
        assert told.json() == {"latency": 0.01, "hook_outage": False, "added": 1}
        assert [http.get("/user").status_code for _ in range(2)] == [500, 200]
        other.post("/-/fake/faults", json={"clear": True})
        assert other.post("/-/fake/settle", json={"timeout": 1}).json() == {"settled": True}
        (issue,) = other.get("/-/fake/state").json()["projects"]["sme/customer-feedback"]
        assert [event["label"]["name"] for event in issue["label_events"]] == ["status::new"]
        calls = other.get("/-/fake/calls").json()
        assert [one["template"] for one in calls["calls"]] == ["/user", "/user"]
        assert calls["unknown"] == []
        assert other.post("/-/fake/faults", json={"add": [{"kind": "meteor"}]}).status_code == 422
