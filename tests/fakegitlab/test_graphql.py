"""The questions common clients ask by GraphQL, with its limits and its words (CONTRACT 7)."""

from typing import Any

import httpx
import pytest

from app.fakegitlab import FakeGitLab
from app.fakegitlab.model import User
from tests.fakegitlab.conftest import Pod

BOARD = """
query Board($path: ID!, $first: Int = 2, $after: String) {
  me: currentUser { ...person }
  project(fullPath: $path) {
    id name
    issues(first: $first, after: $after, state: opened, labelName: ["status::new"]) {
      nodes { iid title state labels { nodes { title } } notes { nodes { body author { username } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
fragment person on UserCore { username __typename }
"""


def ask(served: FakeGitLab, token: str | None, query: str, **variables: object) -> httpx.Response:
    """One question, as `token`'s owner or as nobody."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    wish = {"query": query, "variables": variables}
    return httpx.post(f"{served.url}/api/graphql", json=wish, headers=headers)


def told(served: FakeGitLab, user: User, query: str, **variables: object) -> Any:
    """The answer, which has to be one."""
    answer = ask(served, user.token, query, **variables)
    assert answer.status_code == 200
    return answer.json()


def test_a_board_is_read_page_by_page(pod: Pod, served: FakeGitLab) -> None:
    for _ in range(3):
        pod.world.add_note(pod.robin, pod.file("status::new", "area::ai"), "Us too.")
    pod.file("status::reviewed")

    first = told(served, pod.sam, BOARD, path="sme/customer-feedback")["data"]

    assert first["me"] == {"username": "sam", "__typename": "CurrentUser"}
    assert (first["project"]["id"], first["project"]["name"]) == ("gid://gitlab/Project/1", "Customer Feedback")
    rows = first["project"]["issues"]["nodes"]
    assert [row["iid"] for row in rows] == ["3", "2"]
    assert rows[0]["labels"]["nodes"] == [{"title": "area::ai"}, {"title": "status::new"}]
    assert {"body": "Us too.", "author": {"username": "robin"}} in rows[0]["notes"]["nodes"]
    page = first["project"]["issues"]["pageInfo"]
    assert page["hasNextPage"] is True

    rest = told(served, pod.sam, BOARD, path="sme/customer-feedback", after=page["endCursor"])["data"]
    assert [row["iid"] for row in rest["project"]["issues"]["nodes"]] == ["1"]
    assert rest["project"]["issues"]["pageInfo"]["hasNextPage"] is False


def test_strangers_see_null(pod: Pod, served: FakeGitLab) -> None:
    query = '{ project(fullPath: "sme/customer-feedback") { name } currentUser { username } }'
    assert told(served, pod.eve, query) == {"data": {"project": None, "currentUser": {"username": "eve"}}}
    assert ask(served, None, query).json() == {"data": {"project": None, "currentUser": None}}


def test_confidential_things_stay_hidden(pod: Pod, served: FakeGitLab) -> None:
    issue = pod.file()
    pod.world.add_note(pod.sam, issue, "Between us.", internal=True)
    query = (
        '{ project(fullPath: "sme/customer-feedback") { issue(iid: "1") { notes(filter: ONLY_COMMENTS) { count } } } }'
    )
    assert told(served, pod.sam, query)["data"]["project"]["issue"]["notes"]["count"] == 1
    assert told(served, pod.robin, query)["data"]["project"]["issue"]["notes"]["count"] == 0
    pod.world.update_issue(pod.sam, issue, confidential=True)
    assert told(served, pod.robin, query)["data"]["project"]["issue"] is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ project(fullPath: 1) { nmae } }", "Field 'nmae' doesn't exist on type 'Project'"),
        ("{ currentUser(id: 1) { name } }", "Field 'currentUser' doesn't accept argument 'id'"),
        (
            "{ currentUser }",
            "Field must have selections (field 'currentUser' returns CurrentUser but has no selections.)",
        ),
        ("{ currentUser { name }", "Unexpected end of document"),
        ("{ currentUser ? }", 'Parse error on "?" at [1, 15]'),
        ("mutation { x }", "The stand-in does not know mutations"),
    ],
)
def test_bad_queries_are_told_so_with_status_200(pod: Pod, served: FakeGitLab, query: str, words: str) -> None:
    answer = ask(served, pod.sam.token, query)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (200, words)


def test_too_much_at_once_is_refused(pod: Pod, served: FakeGitLab) -> None:
    deep = "labels { nodes { id title } } notes { nodes { id body author { id name } } }"
    fields = " ".join(f"a{n}: issues {{ nodes {{ {deep} }} }}" for n in range(6))
    answer = told(served, pod.sam, f'{{ project(fullPath: "sme/customer-feedback") {{ {fields} }} }}')
    assert answer["errors"][0]["message"].endswith(", which exceeds max complexity of 250")
    long = ask(served, pod.sam.token, "{ currentUser { name } } #" + "x" * 10_000)
    assert (long.status_code, long.json()) == (422, {"errors": [{"message": "Query too large"}]})


def test_a_list_weighs_more_when_searched_and_nothing_more_by_iid(pod: Pod, served: FakeGitLab) -> None:
    def weighs(arguments: str, times: int) -> bool:
        fields = " ".join(f"a{n}: issues({arguments}) {{ nodes {{ id title state }} }}" for n in range(times))
        answer = told(served, pod.sam, f'{{ project(fullPath: "sme/customer-feedback") {{ {fields} }} }}')
        return "errors" not in answer

    assert weighs("first: 100", 20)
    assert not weighs('first: 100, search: "x"', 20)
    assert weighs('iids: ["1"]', 40)
    assert not weighs("first: 100", 40)


def test_a_token_that_may_not_read_is_no_token(pod: Pod, served: FakeGitLab) -> None:
    narrow = pod.world.add_token(pod.sam, scopes=("read_user",))
    answer = ask(served, narrow.value, "{ currentUser { name } }")
    assert (answer.status_code, answer.json()) == (401, {"errors": [{"message": "Invalid token"}]})


def test_a_page_has_a_hundred_rows_at_most(pod: Pod, served: FakeGitLab) -> None:
    for _ in range(101):
        pod.file()
    query = '{ project(fullPath: "sme/customer-feedback") { issues(first: 500) { count nodes { iid } } } }'
    issues = told(served, pod.sam, query)["data"]["project"]["issues"]
    assert (issues["count"], len(issues["nodes"])) == (101, 100)


def test_dead_tokens_and_job_tokens_are_not_let_in(pod: Pod, served: FakeGitLab) -> None:
    job = pod.world.add_token(pod.mia)
    job.job_of = pod.project
    for headers in ({"JOB-TOKEN": job.value}, {"PRIVATE-TOKEN": "nonsense"}):
        answer = httpx.post(f"{served.url}/api/graphql", json={"query": "{ currentUser { name } }"}, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"errors": [{"message": "Invalid token"}]})
    reading = pod.world.add_token(pod.sam, scopes=("read_api",))
    assert ask(served, reading.value, "{ currentUser { name } }").json() == {"data": {"currentUser": {"name": "Sam"}}}
