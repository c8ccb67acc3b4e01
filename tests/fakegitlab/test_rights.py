"""Who may see and do what, and in which words they are refused (CONTRACT 2, 3, 10, 12)."""

from collections.abc import Callable, Iterator
from datetime import date

import httpx
import pytest

from app.fakegitlab import FakeGitLab
from app.fakegitlab.model import User
from tests.fakegitlab.conftest import Pod

Login = Callable[[User | None], httpx.Client]


@pytest.fixture
def login(served: FakeGitLab) -> Iterator[Login]:
    """A client for a person, or for nobody."""
    opened: list[httpx.Client] = []

    def client(user: User | None) -> httpx.Client:
        headers = {"PRIVATE-TOKEN": user.token} if user else {}
        opened.append(httpx.Client(base_url=f"{served.url}/api/v4", headers=headers))
        return opened[-1]

    yield client
    for one in opened:
        one.close()


def test_a_private_project_looks_like_none(pod: Pod, login: Login) -> None:
    pod.file()
    for stranger in (pod.eve, None):
        answer = login(stranger).get("/projects/sme%2Fcustomer-feedback/issues/1")
        assert (answer.status_code, answer.json()) == (404, {"message": "404 Project Not Found"})


def test_a_confidential_issue_looks_like_none_to_guests(pod: Pod, login: Login) -> None:
    issue = pod.file()
    pod.world.update_issue(pod.sam, issue, confidential=True)

    answer = login(pod.robin).get("/projects/1/issues/1")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Not found"})
    assert login(pod.robin).get("/projects/1/issues").json() == []
    assert login(pod.sam).get("/projects/1/issues/1").status_code == 200


def test_bad_tokens_are_told_so(pod: Pod, login: Login) -> None:
    late = pod.world.add_token(pod.sam, expires_at=date(2026, 9, 14))
    pod.world.revoke_token(pod.mia.token)
    expired = "Token is expired. You can either do re-authorization or token refresh."
    revoked = "Token was revoked. You have to re-authorize from the user."
    told: list[tuple[str, object]] = [
        ("nonsense", {"message": "401 Unauthorized"}),
        (late.value, {"error": "invalid_token", "error_description": expired}),
        (pod.mia.token, {"error": "invalid_token", "error_description": revoked}),
    ]
    for token, words in told:
        answer = login(None).get("/user", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()) == (401, words)


def test_a_token_that_may_only_read_cannot_write(pod: Pod, login: Login) -> None:
    pod.file()
    token = pod.world.add_token(pod.sam, scopes=("read_api",))
    answer = login(None).put("/projects/1/issues/1", headers={"PRIVATE-TOKEN": token.value}, json={"title": "x"})
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_another_persons_issue_is_not_a_guests_to_change(pod: Pod, login: Login) -> None:
    pod.file()
    answer = login(pod.robin).put("/projects/1/issues/1", json={"title": "Mine now"})
    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


def test_anothers_note_needs_a_maintainer(pod: Pod, login: Login) -> None:
    note = pod.world.add_note(pod.robin, pod.file(), "Mine.")
    assert note is not None
    where = f"/projects/1/issues/1/notes/{note.id}"

    assert login(pod.sam).put(where, json={"body": "No, mine."}).status_code == 403
    assert login(pod.sam).delete(where).status_code == 403
    assert login(pod.robin).put(where, json={"body": "Still mine."}).json()["body"] == "Still mine."
    assert login(pod.mia).delete(where).status_code == 204


def test_internal_notes_are_not_for_guests(pod: Pod, login: Login) -> None:
    pod.file()
    made = login(pod.sam).post("/projects/1/issues/1/notes", json={"body": "Between us.", "internal": True})
    assert made.json()["internal"] is True
    assert login(pod.robin).get("/projects/1/issues/1/notes").json() == []
    assert login(pod.robin).get(f"/projects/1/issues/1/notes/{made.json()['id']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/projects/1/issues", {}, "title is missing"),
        ("POST", "/projects/1/issues/1/notes", {}, "body is missing"),
        ("PUT", "/projects/1/issues/1", {"state_event": "explode"}, "state_event does not have a valid value"),
        ("GET", "/projects/1/issues?state=half-open", None, "state does not have a valid value"),
        ("GET", "/projects/1/issues/abc", None, "issue_iid is invalid"),
    ],
)
def test_bad_parameters(pod: Pod, http: httpx.Client, method: str, path: str, body: object, words: str) -> None:
    pod.file()
    answer = http.request(method, path, json=body)
    assert (answer.status_code, answer.json()) == (400, {"error": words})


def test_an_update_of_nothing_is_refused(pod: Pod, http: httpx.Client) -> None:
    pod.file()
    answer = http.put("/projects/1/issues/1", json={})
    assert answer.status_code == 400
    assert answer.json()["error"].endswith("are missing, at least one parameter must be provided")


def test_an_iid_given_twice_is_a_conflict_for_owners_and_ignored_for_others(pod: Pod, login: Login) -> None:
    pod.file()
    answer = login(pod.world.root).post("/projects/1/issues", data={"title": "Again", "iid": "1"})
    assert (answer.status_code, answer.json()) == (409, {"message": "Duplicated issue"})
    assert login(pod.sam).post("/projects/1/issues", data={"title": "Again", "iid": "1"}).json()["iid"] == 2


def test_a_deleted_accounts_words_go_to_the_ghost(pod: Pod, http: httpx.Client) -> None:
    bot = pod.world.add_user("project_1_bot_4ffca233d8298ea1", "Helper", bot=True)
    pod.world.add_member(pod.project, bot, "reporter")
    issue = pod.file()
    pod.world.add_note(bot, issue, "Beep.")
    assert http.get(f"/users/{bot.id}").json()["bot"] is True

    pod.world.revoke_token(bot.token)
    assert http.get("/projects/1/issues/1/notes").json()[0]["author"]["username"] == bot.username
    pod.world.delete_user(bot)

    assert http.get("/projects/1/issues/1/notes").json()[0]["author"]["username"] == "ghost"
    assert http.get(f"/users/{bot.id}").status_code == 404


def test_members_with_inherited_levels(pod: Pod, http: httpx.Client) -> None:
    pod.world.add_member(pod.group, pod.sam, "owner")
    shown = http.get("/projects/1/members/all").json()
    assert {one["username"]: one["access_level"] for one in shown} == {"sam": 50, "robin": 10, "mia": 40}
