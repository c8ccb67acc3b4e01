"""What the wire may do to us, and what we then say."""

import importlib.util
import logging
import traceback
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
import requests
import respx

from app.domain.failure import Missing, Permanent, Temporary
from app.domain.plan import ChangeLabels, PostNote
from app.gateways.gitlab_backend import http_client
from tests.gateways.gitlab_wire import ISSUE, NOON, REF, TOKEN, URL, issue_body, ok, wired

WHERE = "GET /projects/acme/feedback/issues/12 at gitlab.example"
AWAY = "It may work later."


def read_after(answer: httpx.Response | Exception | list[httpx.Response | Exception]) -> None:
    with wired() as (routes, gitlab):
        routes.get(ISSUE).mock(side_effect=answer if isinstance(answer, list) else [answer, answer])
        gitlab.reader.issue(REF)


def words_of(answer: httpx.Response | Exception) -> str:
    with pytest.raises((Temporary, Permanent)) as caught:
        read_after(answer)
    return str(caught.value)


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 520])
def test_trouble_that_passes_is_temporary(status: int) -> None:
    with pytest.raises(Temporary) as caught:
        read_after(httpx.Response(status, text="<html>Bad gateway</html>"))
    assert str(caught.value) == f"GitLab is in trouble ({WHERE} answered {status}). {AWAY}"


@pytest.mark.parametrize("status", [400, 405, 412, 422, 501])
def test_a_refusal_is_permanent_and_repeats_what_gitlab_said(status: int) -> None:
    with pytest.raises(Permanent) as caught:
        read_after(httpx.Response(status, json={"message": {"title": ["is too long"]}}))
    assert str(caught.value) == (
        f"GitLab refuses ({WHERE} answered {status}: {{'title': ['is too long']}}). Asking again would change nothing."
    )


def test_what_gitlab_said_is_quoted_shortly_and_without_the_token() -> None:
    words = words_of(httpx.Response(422, json={"message": f"{TOKEN}\n" + "customer's words " * 100}))
    assert "[token] customer's words" in words
    assert TOKEN not in words
    assert len(words) < 400


def test_a_dead_token_names_its_cure() -> None:
    assert words_of(httpx.Response(401, json={"message": "401 Unauthorized"})) == (
        f"GitLab does not accept our token ({WHERE} answered 401): it has expired, was revoked or was copied wrongly. "
        "Put one with scope api where the service reads it, and start again. A newly made token is a new user: "
        "then name the old user's id in SOUNDING_BOARD_RETIRED_BOT_IDS."
    )


def test_a_low_role_names_its_cure() -> None:
    assert words_of(httpx.Response(403, json={"message": "403 Forbidden"})) == (
        f"GitLab does not let our token do this ({WHERE} answered 403: 403 Forbidden). It takes the "
        "scope api, and in the project or group at least the role Planner; for what plan and apply set, Maintainer."
    )


def test_nothing_there_is_missing() -> None:
    with pytest.raises(Missing) as caught:
        read_after(httpx.Response(404, json={"message": "404 Not found"}))
    assert str(caught.value) == (
        f"There is nothing to be seen there ({WHERE} answered 404): it was deleted or moved, or the bot is no member "
        "of the project."
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("3600", 3600.0),
        ("86400", 3600.0),
        (format_datetime(datetime.fromtimestamp(NOON + 90, UTC), usegmt=True), 90.0),
        (format_datetime(datetime.fromtimestamp(NOON - 90, UTC), usegmt=True), 0.0),
        (format_datetime(datetime.fromtimestamp(NOON + 86400, UTC), usegmt=True), 3600.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_raised_not_slept_and_capped_at_an_hour(
    status: int, header: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("slept"))
    with pytest.raises(Temporary) as caught:
        read_after(httpx.Response(status, text="Retry later", headers={"Retry-After": header}))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(200, html="<h1>Sign in</h1>"), "200 with something of type text/html (16 bytes)"),
        (httpx.Response(200, content=b'{"id": 84', headers={"Content-Type": "application/json"}), "broken JSON"),
        (httpx.Response(200, content=b"\xff", headers={"Content-Type": "application/json"}), "broken JSON"),
        (httpx.Response(200), "200 with nothing (0 bytes)"),
    ],
)
def test_an_answer_that_is_no_json_is_a_failed_read(answer: httpx.Response, told: str) -> None:
    words = words_of(answer)
    assert words.startswith(f"GitLab's answer cannot be read: {WHERE} answered ")
    assert told in words
    assert "Sign in" not in words


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (httpx.ConnectError("refused"), "the connection failed (ConnectError)"),
        (httpx.ConnectTimeout("slow"), "it did not answer in time (ConnectTimeout)"),
        (httpx.ReadTimeout("slow"), "it did not answer in time (ReadTimeout)"),
        (httpx.DecodingError("bad gzip"), "the connection failed (DecodingError)"),
        (httpx.RemoteProtocolError("gone"), "the connection failed (RemoteProtocolError)"),
    ],
)
def test_no_answer_is_temporary(error: Exception, why: str) -> None:
    assert words_of(error) == f"GitLab could not be reached: {why} for {WHERE}. {AWAY}"


def test_a_read_is_repeated_once_after_a_reset() -> None:
    read_after([httpx.RemoteProtocolError("idle connection closed"), ok(issue_body())])
    with pytest.raises(Temporary):
        read_after([httpx.ReadError("reset"), httpx.ReadError("reset"), ok(issue_body())])


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.ConnectTimeout("")])
def test_a_read_that_timed_out_is_not_repeated(error: Exception) -> None:
    with pytest.raises(Temporary):
        read_after([error, ok(issue_body())])


@pytest.mark.parametrize("fault", [httpx.ReadError("reset"), httpx.ReadTimeout("lost"), 502, 503, 429])
def test_a_note_whose_answer_was_lost_is_not_sent_again(fault: Exception | int) -> None:
    with wired() as (routes, gitlab):
        answer = httpx.Response(fault, headers={"Retry-After": "1"}) if isinstance(fault, int) else fault
        posted = routes.post(f"{ISSUE}/notes").mock(side_effect=[answer, ok({"id": 1})])
        with pytest.raises(Temporary) as caught:
            gitlab.writer.apply(REF, PostNote("move", "Hello"))
    assert posted.call_count == 1
    if isinstance(fault, Exception):
        assert str(caught.value).endswith(
            "Whether it was done is not known, so it is not sent again as it is: what GitLab has is read anew first."
        )


@pytest.mark.parametrize("fault", [httpx.ReadError("reset"), 409, 502])
def test_a_change_whose_answer_was_lost_is_not_sent_again(fault: Exception | int) -> None:
    with wired() as (routes, gitlab):
        answer = httpx.Response(fault) if isinstance(fault, int) else fault
        put = routes.put(ISSUE).mock(side_effect=[answer, ok(issue_body())])
        with pytest.raises(Temporary):
            gitlab.writer.apply(REF, ChangeLabels(remove=frozenset({"a"})))
    assert put.call_count == 1


def test_a_clash_on_creation_is_permanent_unless_it_is_a_lock() -> None:
    with wired() as (routes, gitlab):
        routes.post(f"{ISSUE}/notes").mock(
            side_effect=[
                httpx.Response(409, json={"message": "Duplicated"}),
                httpx.Response(409, json={"message": "Resource lock could not be obtained"}),
            ]
        )
        with pytest.raises(Permanent):
            gitlab.writer.apply(REF, PostNote("move", "Hello"))
        with pytest.raises(Temporary):
            gitlab.writer.apply(REF, PostNote("move", "Hello"))


def test_each_call_has_timeouts_our_name_the_token_in_a_header_and_nothing_else_of_note() -> None:
    with wired() as (routes, gitlab):
        read = routes.get(ISSUE).mock(return_value=ok(issue_body()))
        gitlab.reader.issue(REF)
        client = gitlab.reader._api.client
        client.http_request("get", "/projects/acme%2Ffeedback/issues/12", extra_headers={"X-Gitlab-Event-UUID": "u"})
    for call in read.calls:
        assert call.request.headers["PRIVATE-TOKEN"] == TOKEN
        assert call.request.headers["User-Agent"] == "sounding-board/1.2.3"
        assert "X-Gitlab-Event-UUID" not in call.request.headers
        assert "Authorization" not in call.request.headers
        assert TOKEN not in str(call.request.url)
        assert call.request.extensions["timeout"] == {"connect": 5.0, "read": 20.0, "write": 20.0, "pool": 20.0}


def test_the_environment_does_not_choose_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://stray.example:3128")
    with http_client(TOKEN, "1") as client:
        transport = client._transport_for_url(httpx.URL(URL))
    assert transport is client._transport


def test_there_is_one_http_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: pytest.fail("requests made a call"))
    read_after(ok(issue_body()))


def test_its_namesake_is_not_installed_beside_it() -> None:
    """With httpx2 beside httpx, part of the house would use the one and part the other, unseen by respx."""
    assert importlib.util.find_spec("httpx2") is None


def test_reads_follow_redirects_at_home() -> None:
    with wired() as (routes, gitlab):
        routes.get(ISSUE).mock(return_value=httpx.Response(301, headers={"Location": "/api/v4/projects/9/issues/12"}))
        moved = routes.get("/api/v4/projects/9/issues/12").mock(return_value=ok(issue_body()))
        assert gitlab.reader.issue(REF).title == "Export to CSV"
    assert moved.calls.last.request.headers["PRIVATE-TOKEN"] == TOKEN


@pytest.mark.parametrize("target", ["https://evil.example/api/v4/user", "http://gitlab.example/x", "//evil.example"])
def test_the_token_goes_nowhere_else(target: str) -> None:
    with wired() as (routes, gitlab), respx.mock(assert_all_called=False) as world:
        elsewhere = world.route(host="evil.example").mock(return_value=ok(issue_body()))
        routes.get(ISSUE).mock(return_value=httpx.Response(302, headers={"Location": target}))
        with pytest.raises(Permanent, match="GitLab sends us elsewhere"):
            gitlab.reader.issue(REF)
    assert not elsewhere.called


def test_redirects_end() -> None:
    with wired() as (routes, gitlab):
        ring = routes.get(ISSUE).mock(return_value=httpx.Response(302, headers={"Location": ISSUE}))
        with pytest.raises(Permanent, match="GitLab sends us elsewhere"):
            gitlab.reader.issue(REF)
    assert ring.call_count == 3


def test_a_write_is_never_redirected() -> None:
    with wired() as (routes, gitlab):
        routes.post(f"{ISSUE}/notes").mock(
            return_value=httpx.Response(301, headers={"Location": "/api/v4/projects/9/issues/12/notes"})
        )
        with pytest.raises(Permanent) as caught:
            gitlab.writer.apply(REF, PostNote("move", "Hello"))
    assert str(caught.value) == (
        "GitLab sends us elsewhere (POST /projects/acme/feedback/issues/12/notes at gitlab.example answered 301, to "
        "https://gitlab.example/api/v4/projects/9/issues/12/notes). Configure that address."
    )


def test_the_token_is_in_no_failure_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[httpx.Response | Exception]
    answers = [httpx.ConnectError(TOKEN), httpx.Response(401), httpx.Response(500), ok([])]
    for answer in answers:
        with pytest.raises((Temporary, Permanent)) as caught:
            read_after(answer)
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in caplog.text
