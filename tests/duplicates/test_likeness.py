"""The index in the process: read whole once a day, brought up to date now and then, and free while it is warm."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from app import bootstrap
from app.domain.duplicates import problem_of
from app.domain.failure import Temporary
from app.domain.issue import Issue, Ref, User
from app.domain.issue_template import LAYOUT, IssueTemplate, issue_templates
from app.gateways.templates import Templates
from app.services.likeness import FRESH_FOR, WHOLE_FOR, Likeness
from tests.duplicates.two_desks import NOON, PROJECT
from tests.rules.world import shipped

JANE = User(11, "sa.jane")
WORDS = Templates([bootstrap.SHIPPED / "templates"])


class Shelf:
    """A project's issues; counts how it is listed."""

    def __init__(self, *issues: Issue) -> None:
        self.issues, self.calls, self.down = list(issues), list[str](), False

    def changed_since(self, project: str, since: datetime) -> Sequence[Issue]:
        """Those changed since then."""
        self.calls.append("changed")
        return [i for i in self._all() if i.updated_at >= since]

    def all_issues(self, project: str) -> Sequence[Issue]:
        """All."""
        self.calls.append("all")
        return self._all()

    def _all(self) -> Sequence[Issue]:
        if self.down:
            raise Temporary("GitLab is down")
        return self.issues


def request(iid: int, title: str = "SAML groups are slow", area: str = "ai", at: datetime = NOON) -> Issue:
    labels = frozenset({f"area::{area}", "status::new"})
    return Issue(Ref(PROJECT, iid), 500 + iid, 7, title, "", labels, "opened", JANE, (), at, at)


def likeness(shelf: Shelf) -> Likeness:
    return Likeness(shelf, shipped().taxonomy, shipped().program)


def numbers(found: tuple[Ref, ...] | None) -> list[int] | None:
    return None if found is None else [ref.iid for ref in found]


def test_a_warm_index_lists_nothing() -> None:
    shelf = Shelf(request(1))
    index = likeness(shelf)
    for minute in range(20):
        assert numbers(index.alike(request(9), NOON + timedelta(minutes=minute))) == [1]
    assert shelf.calls == ["all"]


def test_it_is_brought_up_to_date_from_what_changed() -> None:
    shelf = Shelf(request(1))
    index = likeness(shelf)
    assert numbers(index.alike(request(9), NOON)) == [1]
    shelf.issues = [replace(request(1), title="Chat is slow", updated_at=NOON + FRESH_FOR), request(2)]
    assert numbers(index.alike(request(9), NOON + FRESH_FOR)) == [2]
    assert shelf.calls == ["all", "changed"]


def test_once_a_day_it_is_read_whole_and_forgets_what_was_deleted() -> None:
    shelf = Shelf(request(1), request(2))
    index = likeness(shelf)
    assert numbers(index.alike(request(9), NOON)) == [1, 2]
    shelf.issues = [request(2)]
    assert numbers(index.alike(request(9), NOON + WHOLE_FOR)) == [2]


def test_what_was_looked_at_a_moment_ago_is_known_already() -> None:
    index = likeness(Shelf())
    assert numbers(index.alike(request(1), NOON)) == []
    assert numbers(index.alike(request(2), NOON)) == [1]


def test_only_earlier_requests_of_the_area_are_alike_and_documents_never() -> None:
    document = replace(request(4), labels=frozenset({"area::ai", "program-doc::agenda"}))
    shelf = Shelf(request(1), request(2, area="agile"), document, request(12))
    assert numbers(likeness(shelf).alike(request(9), NOON)) == [1]


def test_what_was_closed_long_ago_is_left_out() -> None:
    lately, long_ago = NOON - timedelta(days=30), NOON - timedelta(days=400)
    closed = [replace(request(n), state="closed", closed_at=at) for n, at in ((1, lately), (2, long_ago))]
    assert numbers(likeness(Shelf(*closed)).alike(request(9), NOON)) == [1]


def test_while_it_cannot_be_listed_nobody_knows_and_it_is_not_tried_at_each_look() -> None:
    shelf = Shelf(request(1))
    shelf.down, index = True, likeness(shelf)
    assert [index.alike(request(9), NOON + timedelta(minutes=n)) for n in range(5)] == [None] * 5
    assert shelf.calls == ["all"]
    shelf.down = False
    assert numbers(index.alike(request(9), NOON + FRESH_FOR)) == [1]
    assert shelf.calls == ["all", "all"]


@pytest.mark.parametrize("template", issue_templates(shipped().taxonomy, shipped().program), ids=lambda one: one.name)
def test_templates_that_nobody_filled_in_are_not_alike(template: IssueTemplate) -> None:
    titles = ["Export audit events to Kafka", "Usage report by cost centre", "Offline mode of the editor plug-in"]
    blank = WORDS.issue(LAYOUT, {one.name: getattr(template, one.name) for one in fields(template)}, template.area)
    asked = [replace(request(n, title), description=blank) for n, title in enumerate(titles, 1)]
    index = likeness(Shelf(*asked[:2]))
    assert numbers(index.alike(asked[2], NOON)) == []
    assert problem_of({}, blank, shipped().taxonomy.fields) == ""
