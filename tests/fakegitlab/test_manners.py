"""How the stand-in speaks HTTP: parameters of every kind, headers, errors, limits."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.api.parameters import flat, read_body, read_query
from app.fakegitlab.limits import Limits
from app.fakegitlab.refusal import Refused
from tests.fakegitlab.conftest import Pod

TRY_LATER = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=1&b=2&a=3", {"a": "3", "b": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[b]=1&a[c][d]=2", {"a": {"b": "1", "c": {"d": "2"}}}),
        ("a[][k]=1&a[][v]=2&a[][k]=3&a[][v]=4", {"a": [{"k": "1", "v": "2"}, {"k": "3", "v": "4"}]}),
        ("a[0][k]=1&a[1][k]=2", {"a": {"0": {"k": "1"}, "1": {"k": "2"}}}),
        ("a%5B%5D=%C3%BC&b", {"a": ["ü"], "b": ""}),
    ],
)
def test_forms_and_queries_nest_as_in_rack(text: str, found: object) -> None:
    assert read_query(text) == found


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[]=1&a[b]=2", "a=%00", "a=%ff", "a" + "[b]" * 40 + "=1"])
def test_what_cannot_be_read_is_400(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_query(text)
    assert refused.value.status == 400


def test_multipart_forms_are_read_like_the_others() -> None:
    form = httpx.Request("POST", "http://x", files=[("a[]", (None, "1")), ("a[]", (None, "zwei ✓")), ("b", (None, ""))])
    form.read()
    assert read_body(form.headers["content-type"], form.content) == {"a": ["1", "zwei ✓"], "b": ""}


def test_a_hash_is_also_found_under_flat_names() -> None:
    assert flat(read_body("application/json", b'{"not": {"labels": "a"}}'))["not[labels]"] == "a"


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
def test_an_issue_is_made_from_any_kind_of_parameters(pod: Pod, http: httpx.Client, way: str) -> None:
    fields = {"title": "Größe", "labels": "status::new,area::ai", "confidential": "true"}
    sent = {
        "query": lambda: http.post("/projects/1/issues", params=fields),
        "form": lambda: http.post("/projects/sme%2Fcustomer-feedback/issues", data=fields),
        "json": lambda: http.post("/projects/1/issues", json=fields | {"labels": ["status::new", "area::ai"]}),
        "multipart": lambda: http.post("/projects/1/issues", files=[(k, (None, v)) for k, v in fields.items()]),
    }[way]()
    assert sent.status_code == 201
    made = sent.json()
    assert (made["title"], made["labels"], made["confidential"]) == ("Größe", ["area::ai", "status::new"], True)


def test_errors_have_gitlabs_shapes(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    asked = {
        "no title": http.post("/projects/1/issues", json={}),
        "a list for a title": http.post("/projects/1/issues", json={"title": ["x"]}),
        "no number": http.get("/projects/1/issues", params={"page": "x"}),
        "no rows": http.get("/projects/1/issues", params={"per_page": 0}),
        "no state": http.put("/projects/1/issues/1", json={"state_event": "explode"}),
        "no JSON": http.post("/projects/1/issues", content=b"{", headers={"content-type": "application/json"}),
        "XML": http.post("/projects/1/issues", content=b"<a/>", headers={"content-type": "text/xml"}),
        "no such resource": http.get("/nonsense"),
        "a method nobody has": http.patch("/projects/1/issues/1"),
    }
    told = {name: (answer.status_code, answer.json()) for name, answer in asked.items()}
    assert told.pop("no JSON")[0] == 400
    assert told == {
        "no title": (400, {"error": "title is missing"}),
        "a list for a title": (400, {"error": "title is invalid"}),
        "no number": (400, {"error": "page is invalid"}),
        "no rows": (400, {"error": "per_page has a value not allowed"}),
        "no state": (400, {"error": "state_event does not have a valid value"}),
        "XML": (415, {"error": "The provided content-type 'text/xml' is not supported."}),
        "no such resource": (404, {"error": "404 Not Found"}),
        "a method nobody has": (405, {"error": "405 Not Allowed"}),
    }
    assert "PUT" in asked["a method nobody has"].headers["allow"]


def test_options_tell_the_methods_and_the_old_api_is_gone(pod: Pod, served: FakeGitLab, http: httpx.Client) -> None:
    options = http.options("/projects/1/hooks/1")
    assert (options.status_code, options.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, PUT")
    old = httpx.get(f"{served.url}/api/v3/projects")
    assert (old.status_code, old.json()) == (410, {"error": "API V3 is no longer supported. Use API V4 instead."})


def test_every_answer_carries_gitlabs_headers(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    first, missing = http.get("/projects/1/issues/1"), http.get("/projects/1/issues/2")
    assert first.headers["cache-control"] == "max-age=0, private, must-revalidate"
    assert missing.headers["cache-control"] == "no-cache"
    assert first.headers["vary"] == "Origin"
    assert json.loads(first.headers["x-gitlab-meta"]) == {
        "correlation_id": first.headers["x-request-id"],
        "version": "1",
    }
    assert first.headers["x-request-id"] != missing.headers["x-request-id"]
    assert re.fullmatch(r"\d+\.\d{6}", first.headers["x-runtime"])
    assert (missing.headers["ratelimit-observed"], missing.headers["ratelimit-remaining"]) == ("2", "1998")


def test_what_the_caller_has_already_is_not_sent_again(pod: Pod, http: httpx.Client) -> None:
    issue = pod.file()
    mark = http.get("/projects/1/issues/1").headers["etag"]
    again = http.get("/projects/1/issues/1", headers={"If-None-Match": mark})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
    pod.world.update_issue(pod.sam, issue, title="Changed")
    assert http.get("/projects/1/issues/1", headers={"If-None-Match": mark}).status_code == 200


def test_head_tells_what_get_would(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    got, head = http.get("/projects/1/issues"), http.head("/projects/1/issues")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "x-total", "etag", "link"):
        assert head.headers[name] == got.headers[name]


@pytest.fixture
def strict(pod: Pod) -> Iterator[httpx.Client]:
    """Small limits, sam's token."""
    pod.world.limits = Limits(requests=8, issues=2, notes=1)
    with (
        FakeGitLab(pod.world, deliver=False) as running,
        httpx.Client(base_url=f"{running.url}/api/v4", headers={"PRIVATE-TOKEN": pod.sam.token}) as client,
    ):
        yield client


def test_limits_count_by_the_minute_where_they_are_wished(pod: Pod, strict: httpx.Client) -> None:
    made = [strict.post("/projects/1/issues", json={"title": "x"}) for _ in range(3)]
    assert [one.status_code for one in made] == [201, 201, 429]
    assert (made[2].json(), "retry-after" in made[2].headers) == (TRY_LATER, False)
    notes = [strict.post("/projects/1/issues/1/notes", json={"body": "x"}).status_code for _ in range(2)]
    assert notes == [201, 429]
    pod.clock.pass_(seconds=20)
    late = [strict.get("/version") for _ in range(4)][-1]
    assert (late.status_code, late.text, late.headers["retry-after"]) == (429, "Retry later\n", "40")
    assert late.headers["content-type"] == "text/plain"
    assert strict.delete("/projects/1/issues/1").status_code == 429
    assert strict.post("/projects/1/labels", json={"name": "too late", "color": "red"}).status_code == 429
    assert "too late" not in [label.title for label in pod.project.labels.values()]
    pod.clock.pass_(minutes=1)
    assert strict.post("/projects/1/issues", json={"title": "x"}).status_code == 201


def test_there_are_no_limits_unless_wished() -> None:
    assert World().limits is None
    assert World(limits=True).limits == Limits()
