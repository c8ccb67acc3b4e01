"""Which issues are asked for (OpenAPI 19.4; doc/api/issues.md; CONTRACT 3, documented)."""

import calendar
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from app.fakegitlab import access
from app.fakegitlab.api.request import Request
from app.fakegitlab.model import Issue, Milestone
from app.fakegitlab.refusal import bad_parameter

Test = Callable[[Issue], bool]
UNBUILT = ("epic_id", "iteration_id", "iteration_title")
TYPES = ("issue", "incident", "test_case", "requirement", "task", "ticket")
DUE = ("0", "any", "today", "tomorrow", "overdue", "week", "month", "next_month_and_previous_two_weeks", "")
SCOPES = ("all", "created_by_me", "assigned_to_me")
EXCLUSIVE = (("author_id", "author_username"), ("assignee_id", "assignee_username"), ("milestone", "milestone_id"))
_WORD = re.compile(r"[^\W_]+")


def matching(request: Request, rows: Iterable[Issue], scope: str) -> list[Issue]:
    """The visible ones that pass every filter of the request, in the order they came."""
    _refuse(request)
    tests = [*statistics_tests(request, scope), *_list_tests(request)]
    rows = visible(request, rows)
    for test in tests:
        rows = filter(test, rows)
    return list(rows)


def visible(request: Request, rows: Iterable[Issue]) -> Iterable[Issue]:
    """Those the caller may read; whoever asked has checked the project."""
    user = request.user
    if user is not None and user.admin:
        return rows
    return (issue for issue in rows if not issue.confidential or access.sees_issue(user, issue))


def statistics_tests(request: Request, scope: str) -> Iterator[Test]:
    """The filters that lists and `issues_statistics` share; each also as `not[…]` where GitLab has it."""
    yield from _scope_tests(request, scope)
    yield from _text_tests(request)
    yield from _time_tests(request)
    for name, make in NEGATABLE.items():
        if _given(request, name):
            yield make(request, name)
        if _given(request, f"not[{name}]"):
            test = make(request, f"not[{name}]")
            yield test if make is _timebox else _opposite(test)
    if _given(request, "my_reaction_emoji"):
        yield _reaction(request)


def _refuse(request: Request) -> None:
    request.refuse_unbuilt(UNBUILT if request.world.tier == "premium" else ())
    for one, other in EXCLUSIVE:
        if _given(request, one) and _given(request, other):
            raise bad_parameter(f"{one}, {other} are mutually exclusive")


def _given(request: Request, name: str) -> bool:
    return request.parameters.get(name) not in (None, "", [])


def _opposite(test: Test) -> Test:
    return lambda issue: not test(issue)


def _list_tests(request: Request) -> Iterator[Test]:
    state = request.choice("state", ("opened", "closed", "all"), "all")
    if state != "all":
        yield lambda issue: issue.state == state
    kind = request.text("issue_type") and request.choice("issue_type", TYPES, "")
    if kind:
        yield lambda issue: issue.issue_type == kind
    closer = request.number("closed_by_id")
    if closer:
        yield lambda issue: issue.closed_by is not None and issue.closed_by.id == closer
    yield from _due_tests(request)
    health = request.text("health_status").lower()
    if health and request.world.tier == "premium":
        yield _wildcard(health, lambda issue: issue.health_status)


def _scope_tests(request: Request, scope: str) -> Iterator[Test]:
    if scope not in SCOPES:
        raise bad_parameter("scope does not have a valid value")
    if scope == "created_by_me":
        yield lambda issue: issue.author is request.actor
    if scope == "assigned_to_me":
        yield lambda issue: request.actor in issue.assignees


def _text_tests(request: Request) -> Iterator[Test]:
    """`search` finds words by their beginnings, in title and description or where `in` says
    (app/models/concerns/pg_full_text_searchable.rb, sure), without English word stems
    (differs from app/models/concerns/pg_full_text_searchable.rb, sure)."""
    secret, words = request.flag_or_none("confidential"), request.text("search").lower().split()
    if secret is not None:
        yield lambda issue: issue.confidential == secret
    if not words:
        return
    columns = ("title", "description")
    places = [one for one in request.words("in") if one in columns] if request.text("in") else columns
    parts = [part for word in words for part in _WORD.findall(word)]
    yield lambda issue: _begins(" ".join(getattr(issue, place) or "" for place in places).lower(), parts)


def _begins(text: str, parts: list[str]) -> bool:
    if not all(part in text for part in parts):
        return False
    words = _WORD.findall(text)
    return all(any(word.startswith(part) for word in words) for part in parts)


def _time_tests(request: Request) -> Iterator[Test]:
    """Both ends are inclusive: "on or after", "on or before" (doc/api/issues.md, documented)."""
    for name in ("created", "updated"):
        field, after, before = f"{name}_at", request.moment(f"{name}_after"), request.moment(f"{name}_before")
        if after:
            yield lambda issue, field=field, after=after: getattr(issue, field) >= after  # type: ignore[misc]
        if before:
            yield lambda issue, field=field, before=before: getattr(issue, field) <= before  # type: ignore[misc]


def _due_tests(request: Request) -> Iterator[Test]:
    """Weeks begin on Monday; `overdue` does not look at the state (app/finders/issues_finder.rb, sure)."""
    wanted, today = request.choice("due_date", DUE, ""), request.world.now().date()
    if wanted == "0":
        yield lambda issue: issue.due_date is None
    elif wanted == "any":
        yield lambda issue: issue.due_date is not None
    elif wanted == "overdue":
        yield lambda issue: issue.due_date is not None and issue.due_date < today
    elif wanted:
        first, last = _span(wanted, today)
        yield lambda issue: issue.due_date is not None and first <= issue.due_date <= last


def _span(wanted: str, today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    match wanted:
        case "today":
            return today, today
        case "tomorrow":
            return today + timedelta(days=1), today + timedelta(days=1)
        case "week":
            return monday, monday + timedelta(days=6)
        case "month":
            return today.replace(day=1), _month_end(today)
    return today - timedelta(weeks=2), _month_end(_month_end(today) + timedelta(days=1))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _labels(request: Request, name: str) -> Test:
    """`labels` is AND, titles in their exact case; `None` and `Any` are words of their own; `not` excludes each."""
    wanted = set(request.words(name))
    special = {one.lower() for one in wanted}
    if "none" in special or "no label" in special:
        return lambda issue: not issue.labels
    if "any" in special:
        return lambda issue: bool(issue.labels)
    if name.startswith("not["):
        return lambda issue: not wanted.isdisjoint(label.title for label in issue.labels)
    return lambda issue: wanted <= {label.title for label in issue.labels}


def _milestone(request: Request, name: str) -> Test:
    title = request.text(name)
    if title.lower() in ("none", "any"):
        return lambda issue: (issue.milestone is not None) == (title.lower() == "any")
    return lambda issue: issue.milestone is not None and issue.milestone.title == title


def _timebox(request: Request, name: str) -> Test:
    """`Upcoming`: active, and the next of its place to be due; `Started`: active and begun.

    `not[…]` of them: active, and due by now or still to begin (app/models/milestone.rb, sure).
    """
    box, today = request.choice(name, ("Any", "None", "Upcoming", "Started"), ""), request.world.now().date()
    wanted = name == "milestone_id"
    if box in ("Any", "None"):
        return lambda issue: ((issue.milestone is not None) == (box == "Any")) is wanted
    fits = _upcoming if box == "Upcoming" else _started
    return lambda issue: (one := issue.milestone) is not None and one.state == "active" and fits(one, today, wanted)


def _upcoming(milestone: Milestone, today: date, wanted: bool) -> bool:
    due = milestone.due_date
    if due is None or (due > today) is not wanted:
        return False
    others = (one.due_date for one in milestone.owner.milestones.values() if one.state == "active")
    return not wanted or due == min(other for other in others if other is not None and other > today)


def _started(milestone: Milestone, today: date, wanted: bool) -> bool:
    return milestone.start_date is not None and (milestone.start_date <= today) is wanted


def _iids(request: Request, name: str) -> Test:
    iids = set(request.numbers(name))
    return lambda issue: issue.iid in iids


def _author(request: Request, name: str) -> Test:
    number = request.number(name)
    return lambda issue: issue.author.id == number


def _author_name(request: Request, name: str) -> Test:
    wanted = request.text(name).lower()
    return lambda issue: issue.author.username.lower() == wanted


def _assignee(request: Request, name: str) -> Test:
    wanted = request.text(name).lower()
    if wanted in ("none", "any"):
        return lambda issue: bool(issue.assignees) == (wanted == "any")
    number = request.number(name)
    return lambda issue: any(user.id == number for user in issue.assignees) if number else not issue.assignees


def _assignee_names(request: Request, name: str) -> Test:
    """All of them; on Free one name at most (doc/api/issues.md, documented)."""
    names = request.words(name)
    if len(names) > 1 and request.world.tier == "free":
        raise bad_parameter(f"{name} allows one value, but found {len(names)}: {', '.join(names)}")
    wanted = {one.lower() for one in names}
    if name.startswith("not["):
        return lambda issue: any(user.username.lower() in wanted for user in issue.assignees)
    return lambda issue: wanted <= {user.username.lower() for user in issue.assignees}


def _weight(request: Request, name: str) -> Test:
    """Premium only; elsewhere GitLab does not know the parameter."""
    if request.world.tier == "free":
        return lambda _issue: not name.startswith("not[")
    return _wildcard(request.text(name).lower(), lambda issue: issue.weight)


def _wildcard(wanted: str, value: Callable[[Issue], object]) -> Test:
    if wanted in ("none", "any"):
        return lambda issue: (value(issue) is not None) == (wanted == "any")
    return lambda issue: str(value(issue)) == wanted


def _reaction(request: Request) -> Test:
    """The caller's own reaction; `None` and `Any` count theirs too."""
    user, name = request.user, request.text("my_reaction_emoji")

    def own(issue: Issue) -> set[str]:
        return {award.name for award in issue.awards if award.user is user}

    if name.lower() in ("none", "any"):
        return lambda issue: bool(own(issue)) == (name.lower() == "any")
    return lambda issue: name in own(issue)


NEGATABLE: dict[str, Callable[[Request, str], Test]] = {
    "labels": _labels,
    "milestone": _milestone,
    "milestone_id": _timebox,
    "iids": _iids,
    "author_id": _author,
    "author_username": _author_name,
    "assignee_id": _assignee,
    "assignee_username": _assignee_names,
    "weight": _weight,
}
