"""What a check of the installation learns."""

from datetime import date

import httpx
import pytest

from app.domain.failure import Temporary
from app.domain.installation import Hook, Member, Token
from app.domain.issue import User
from tests.gateways.gitlab_wire import ok, wired

PROJECT = "/api/v4/projects/acme%2Ffeedback"


def test_who_we_are() -> None:
    with wired() as (routes, gitlab):
        routes.get("/api/v4/user").mock(return_value=ok({"id": 7, "username": "project_4_bot_9f", "bot": True}))
        routes.get("/api/v4/version").mock(return_value=ok({"version": "19.4.1-ee", "revision": "abc"}))
        token = {"id": 5, "scopes": ["api"], "expires_at": "2027-01-31", "active": True}
        routes.get("/api/v4/personal_access_tokens/self").mock(return_value=ok(token))
        assert gitlab.about.whoami() == User(7, "project_4_bot_9f")
        assert gitlab.about.version() == "19.4.1-ee"
        assert gitlab.about.token() == Token(scopes=("api",), expires_at=date(2027, 1, 31))


@pytest.mark.parametrize("status", [403, 404])
def test_a_token_that_may_not_ask_about_itself_is_no_error(status: int) -> None:
    with wired() as (routes, gitlab):
        routes.get("/api/v4/personal_access_tokens/self").mock(return_value=httpx.Response(status))
        assert gitlab.about.token() is None


def test_a_dead_token_is_one() -> None:
    with wired() as (routes, gitlab):
        routes.get("/api/v4/user").mock(return_value=httpx.Response(401))
        with pytest.raises(Temporary, match="GitLab does not accept our token") as caught:
            gitlab.about.whoami()
        assert caught.value.retry_after == 90


def test_members_count_with_their_highest_role() -> None:
    with wired() as (routes, gitlab):
        people = [(1, "ann", 40), (2, "bob", 10), (1, "ann", 20)]
        routes.get(f"{PROJECT}/members/all").mock(
            return_value=ok([{"id": i, "username": name, "access_level": level} for i, name, level in people])
        )
        assert set(gitlab.about.members("acme/feedback")) == {Member(User(1, "ann"), 40), Member(User(2, "bob"), 10)}


def test_labels_of_project_and_groups() -> None:
    with wired() as (routes, gitlab):
        asked = routes.get(f"{PROJECT}/labels").mock(return_value=ok([{"name": "status::new"}, {"name": "area::ai"}]))
        assert gitlab.about.label_titles("acme/feedback") == {"status::new", "area::ai"}
        assert dict(asked.calls.last.request.url.params) == {"per_page": "100", "include_ancestor_groups": "true"}


def test_hooks_seen_and_hidden() -> None:
    hook = {"id": 1, "url": "https://sb.example/webhooks/gitlab", "issues_events": True, "alert_status": "executable"}
    with wired() as (routes, gitlab):
        routes.get(f"{PROJECT}/hooks").mock(side_effect=[ok([hook]), httpx.Response(403), httpx.Response(401)])
        url = "https://sb.example/webhooks/gitlab"
        assert gitlab.about.hooks("acme/feedback") == (Hook(1, url, "executable", frozenset({"issues_events"})),)
        assert gitlab.about.hooks("acme/feedback") is None
        with pytest.raises(Temporary):
            gitlab.about.hooks("acme/feedback")
