"""Lists are whole, whatever the distribution and whatever happens meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.failure import Temporary
from app.gateways.gitlab_budget import Budget
from tests.gateways.gitlab_issue_list import START, IssueList, stamp
from tests.gateways.gitlab_wire import ISSUES, wired

ROOMY = Budget(rate=1e6, burst=1e6)
PROJECT = "acme/feedback"


def listed(issues: IssueList) -> list[int]:
    with wired(ROOMY) as (routes, gitlab):
        routes.get(ISSUES).mock(side_effect=issues)
        return [issue.ref.iid for issue in gitlab.lister.all_issues(PROJECT)]


def test_a_small_project_is_one_call() -> None:
    for count in (0, 1, 99, 100):
        issues = IssueList(range(count))
        assert listed(issues) == list(range(1, count + 1))
        assert len(issues.calls) == 1


@pytest.mark.parametrize(("count", "calls"), [(101, 4), (1000, 12), (2550, 30), (10_000, 102)])
def test_a_full_listing_is_its_pages_and_two_calls_or_a_few(count: int, calls: int) -> None:
    issues = IssueList(range(count))
    assert listed(issues) == list(range(1, count + 1))
    assert len(issues.calls) <= calls


def test_gaps_in_the_numbers_cost_a_few_calls_more() -> None:
    issues = IssueList([])
    for number in range(1, 30_000, 3):
        issues.put(number, number)
    assert len(listed(issues)) == 10_000
    assert len(issues.calls) <= 114


Moment = Callable[[int], float]
MOMENTS: st.SearchStrategy[Moment] = st.one_of(
    st.just(lambda n: float(n)),
    st.just(lambda n: -float(n)),
    st.just(lambda n: 0.0),
    st.just(lambda n: float(n // 250)),
    st.just(lambda n: n / 1000),
    st.just(lambda n: 1.25 ** min(n, 90)),
    st.integers(2, 997).map(lambda k: lambda n: float(n * k % 1009)),
    st.integers(1, 5).map(lambda k: lambda n: float(hash((n, k)) % k)),
)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 900), moment=MOMENTS, missing=st.integers(2, 40), link_at_the_end=st.booleans())
def test_each_issue_is_listed_once(count: int, moment: Moment, missing: int, link_at_the_end: bool) -> None:
    issues = IssueList([], link_at_the_end)
    for number in range(1, count + 1):
        if number % missing:
            issues.put(number, moment(number))
    assert sorted(listed(issues)) == sorted(issues.rows)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(101, 700), moment=MOMENTS)
def test_issues_created_meanwhile_hide_no_other(count: int, moment: Moment) -> None:
    def create(issues: IssueList) -> None:
        number = len(issues.rows) + 1
        issues.put(number, 1e9 + number)

    issues = IssueList([moment(number) for number in range(1, count + 1)], between=create)
    found = listed(issues)
    assert len(found) == len(set(found))
    assert set(range(1, count + 1)) <= set(found)


def test_a_failed_page_fails_the_whole_listing() -> None:
    issues = IssueList(range(1000))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502) if request.url.params.get("created_before", "") > stamp(700) else issues(request)

    with wired(ROOMY) as (routes, gitlab):
        routes.get(ISSUES).mock(side_effect=answer)
        with pytest.raises(Temporary):
            gitlab.lister.all_issues(PROJECT)


def test_what_changed_lately_is_one_call_and_asks_a_little_further_back() -> None:
    issues = IssueList([0, 300, 379, 380, 500, 600])
    with wired(ROOMY) as (routes, gitlab):
        routes.get(ISSUES).mock(side_effect=issues)
        found = gitlab.lister.changed_since(PROJECT, START + timedelta(seconds=500))
    assert [issue.ref.iid for issue in found] == [4, 5, 6]
    assert [dict(call) for call in issues.calls] == [
        {
            "per_page": "100",
            "issue_type": "issue",
            "pagination": "keyset",
            "order_by": "updated_at",
            "sort": "asc",
            "updated_after": stamp(380),
        }
    ]


def test_what_changes_while_the_changes_are_listed_is_not_skipped_and_counts_as_it_is_now() -> None:
    def change(issues: IssueList) -> None:
        if len(issues.calls) == 1:
            issues.rows[50].update(updated_at=stamp(9999), title="Changed")

    issues = IssueList(range(1000, 1250), between=change)
    with wired(ROOMY) as (routes, gitlab):
        routes.get(ISSUES).mock(side_effect=issues)
        found = gitlab.lister.changed_since(PROJECT, START + timedelta(seconds=1000))
    assert {issue.ref.iid for issue in found} == set(range(1, 251))
    assert len(found) == 250
    assert (found[-1].ref.iid, found[-1].title) == (50, "Changed")


def test_waiting_issues_are_found_by_any_of_their_labels() -> None:
    issues = IssueList([])
    issues.put(1, 1, labels=["sb::ask"])
    issues.put(2, 2, labels=["sb::hold", "sb::ask"])
    issues.put(3, 3, labels=["other"])
    issues.put(4, 4, labels=["sb::hold"], state="closed")
    with wired(ROOMY) as (routes, gitlab):
        routes.get(ISSUES).mock(side_effect=issues)
        found = gitlab.lister.labelled(PROJECT, ["sb::hold", "sb::ask"])
        assert [issue.ref.iid for issue in found] == [1, 2]
        assert len(issues.calls) == 2
        assert gitlab.lister.labelled(PROJECT, []) == ()
        assert len(issues.calls) == 2


def test_listings_give_way_to_people() -> None:
    slept: list[float] = []
    budget = Budget(rate=10, burst=40, reserve=35, patience=1, now=lambda: 0.0, sleep=slept.append)
    issues = IssueList(range(2500))
    with wired(budget) as (routes, gitlab):
        routes.get(ISSUES).mock(side_effect=issues)
        with pytest.raises(Temporary, match="Our own limit on calls to GitLab is reached"):
            gitlab.lister.all_issues(PROJECT)
    assert len(slept) == 10
    budget.take()
    assert len(slept) == 10
