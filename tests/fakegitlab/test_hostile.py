"""Whatever is sent, the stand-in answers: no request gives a 500, and nothing breaks."""

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.fakegitlab.api.rest import RestApi
from app.fakegitlab.api.routing import routes
from tests.fakegitlab.conftest import make_pod

_WORDS = (
    "title description labels add_labels remove_labels state_event assignee_ids due_date weight confidential body name "
    "color new_name url token signing_token custom_headers url_variables order_by sort page per_page cursor pagination "
    "updated_after search in iids not scope state milestone_id link_type target_project_id target_issue_iid created_at "
    "move_after_id status internal username access_level user_id expires_at scopes path namespace_id visibility key "
    "value duration to_project_id priority archived events sudo private_token query variables file_path content branch"
)
WORDS = _WORDS.split()
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(
        ["", "1", "0", "-1", "²", "9" * 30, "2026-09-14", "0001-01-01T00:00:00+23:00", "None", "a,b", "/close"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(WORDS) | st.text(max_size=6)
HASHES = st.dictionaries(NAMES, VALUES, max_size=5)
PLACES = st.sampled_from(
    ["1", "2", "sme", "sme%2Fcustomer-feedback", "0", "x", "%C2%B2", "%00", "%FF", "9" * 40, "sam", "root"]
)
FORM_KEYS = st.builds(
    lambda name, tail: name + tail,
    NAMES,
    st.sampled_from(["", "[]", "[a]", "[][key]", "[0][key]", "[", "]", "[a][b][c]"]),
)
FORMS = st.lists(st.tuples(FORM_KEYS, st.text(max_size=8)), max_size=5)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    method, _, template = draw(st.sampled_from(routes.listed())).partition(" ")
    path = "/".join(draw(PLACES) if part.startswith(":") else part for part in template.split("/"))
    kind, body = draw(
        st.one_of(
            st.tuples(st.just("application/json"), (HASHES | VALUES).map(lambda one: json.dumps(one).encode())),
            st.tuples(st.just("application/json"), st.binary(max_size=20)),
            st.tuples(st.just("application/x-www-form-urlencoded"), st.binary(max_size=20)),
            st.tuples(st.just("application/x-www-form-urlencoded"), FORMS.map(written)),
            st.tuples(st.just("multipart/form-data; boundary=x"), st.binary(max_size=60)),
            st.tuples(
                st.sampled_from(["", "text/xml", "multipart/form-data", "application/vnd+json"]), st.binary(max_size=9)
            ),
        )
    )
    query = draw(FORMS.map(written) | st.binary(max_size=10))
    method = draw(st.sampled_from([method, method, method, "HEAD", "OPTIONS", "PATCH"]))
    return {"method": method, "path": path, "kind": kind, "body": body, "query": query}


def written(form: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{name}={value}" for name, value in form).encode("utf-8", "surrogatepass")


async def answered(api: RestApi, token: str, wish: dict[str, Any]) -> int:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": wish["body"], "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": wish["method"],
        "path": wish["path"],
        "raw_path": b"/api/v4" + wish["path"].encode(),
        "query_string": wish["query"],
        "headers": [(b"private-token", token.encode()), (b"content-type", wish["kind"].encode())],
    }
    await api(scope, receive, send)
    for message in sent[1:]:
        if sent[0]["headers"][0] == (b"content-type", b"application/json") and message["body"]:
            json.loads(message["body"])
    return int(sent[0]["status"])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(requests(), min_size=1, max_size=6), st.sampled_from(["root", "sam", "robin"]))
def test_no_request_of_any_shape_gives_a_500(wishes: list[dict[str, Any]], who: str) -> None:
    pod = make_pod("premium")
    pod.world.add_note(pod.sam, pod.file("status::new"), "Hello.")
    api, token = RestApi(pod.world), pod.world.user(who).token
    for wish in wishes:
        status = asyncio.run(answered(api, token, wish))
        assert status < 500 or status == 501, (wish, status)
