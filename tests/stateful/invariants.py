"""What holds of every request once a sweep is over, looked up in GitLab itself and not asked of the rules."""

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from app.bootstrap import Rules
from app.domain.envelope import Place, unseal
from app.domain.plan import Verdict
from app.domain.roster import Role
from app.domain.taxonomy import scope_of
from app.fakegitlab.model import Issue, LabelEvent, User
from app.fakegitlab.page.markdown import render
from app.fakegitlab.page.references import IssueLink, LabelLook
from app.fakegitlab.quick_actions import extract
from tests.stateful.installation import OURS, Installation, enforced

_MENTION = re.compile(r'class="mention" title="[^"]*">@([^<]*)<')


class _Anybody:
    """A world in which every handle is somebody's, so that no mention is overlooked."""

    def user(self, username: str) -> str | None:
        """Everybody is here."""
        return username

    def label(self, title: str) -> LabelLook | None:
        """No label is."""

    def issue(self, project_path: str | None, iid: int) -> IssueLink | None:
        """No issue is."""

    def own_path(self, url: str) -> str | None:
        """No address is."""


def mentioned(body: str) -> set[str]:
    """Whom a text notifies."""
    return set(_MENTION.findall(render(body, _Anybody())))


def hold(installation: Installation, rules: Rules | None = None) -> None:
    """All of them, for all requests, as `rules` judge them (else the service's)."""
    assert {label.title for label in installation.project.labels.values()} == installation.titles
    for issue in installation.requests:
        _kept_to_our_own(installation, issue)
        _harmless(installation, issue)
        if not _left_alone(issue):
            # Where we are switched off, a maintainer may make two notes of ours alike, and we do not tidy.
            _one_voice(installation, issue)
            _one_status(installation, issue)
            _nothing_objected(installation, issue, rules or installation.service)


def _titles(issue: Issue) -> set[str]:
    return {label.title for label in issue.labels}


def _left_alone(issue: Issue) -> bool:
    """Switched off by its label, or no request."""
    return any(title == "sounding-board::paused" or scope_of(title) == "program-doc" for title in _titles(issue))


def _one_voice(installation: Installation, issue: Issue) -> None:
    """At most one note a topic from each of our users."""
    place = Place(installation.gitlab.url, issue.project.id, issue.iid)
    key = b"a-signing-key-of-the-tests"
    found = [(note.author.username, unseal(note.body, place, (key,))) for note in installation.ours(issue)]
    topics = Counter((who, envelope.topic) for who, envelope in found if envelope)
    assert all(count == 1 for count in topics.values()), topics


def _kept_to_our_own(installation: Installation, issue: Issue) -> None:
    """We never close, reopen, or touch a label outside our scopes."""
    assert not [event for event in issue.state_events if event.user in installation.bots]
    touched = {event.label.title for event in issue.label_events if event.user in installation.bots}
    assert {title for title in touched if scope_of(title) not in OURS} == set()


def _harmless(installation: Installation, issue: Issue) -> None:
    """Nothing in our notes runs, and they call only those who had to do with this request."""
    involved = {event.user.username for event in issue.label_events} | {issue.author.username}
    involved |= {event.user.username for event in issue.state_events}
    involved |= {note.author.username for note in issue.notes}
    experts = {
        person.username
        for person in enforced().program.roster.people
        if {term.role for term in person.terms} & {Role.SME, Role.LEAD, Role.PM, Role.EM}
    }
    for note in installation.ours(issue):
        if note.updated_by not in {None, *installation.bots}:
            continue  # somebody else's words by now
        assert extract(note.body)[1] == []
        assert mentioned(note.body) <= involved | experts, note.body


def _one_status(installation: Installation, issue: Issue) -> None:
    statuses = {title for title in _titles(issue) if scope_of(title) == "status"}
    assert len(statuses) == 1 or (not statuses and issue.state == "closed"), statuses
    for title in statuses:
        came = [event for event in issue.label_events if event.label.title == title and event.action == "add"]
        if came and issue.state == "opened":
            assert _may_be_there(installation, issue, came[-1]), (title, came[-1].user.username)


def _may_be_there(installation: Installation, issue: Issue, came: LabelEvent) -> bool:
    """Looked at from outside: somebody with any right to bring it there did, or it had been there before."""
    if came.user in installation.bots or came.created_at < installation.clock.now - timedelta(hours=72):
        return True
    before = [event for event in issue.label_events if event.id < came.id and scope_of(event.label.title) == "status"]
    flow = enforced().taxonomy.workflow
    been = {flow.start} | {event.label.title for event in before}
    if came.label.title in been or _closed_at(issue, came) or _left_to_people(installation, before, came):
        return True
    held = _roles(issue, came.user, came.created_at)
    return any(move.who & held and move.sources & been and came.label.title in move.targets for move in flow.moves)


def _left_to_people(installation: Installation, before: list[LabelEvent], came: LabelEvent) -> bool:
    """Whether we had brought the card somewhere twice within the hour before."""
    lately = [event for event in before if came.created_at - event.created_at <= timedelta(hours=1)]
    by_us = [event.user in installation.bots for event in lately]
    return sum(now and not earlier for earlier, now in pairwise([False, *by_us])) >= 2


def _closed_at(issue: Issue, came: LabelEvent) -> bool:
    """Whether it was closed then: the last status of a closed request may be given by label."""
    states = [event.state for event in issue.state_events if event.created_at <= came.created_at]
    return bool(states) and states[-1] == "closed"


def _roles(issue: Issue, who: User, at: datetime) -> frozenset[Role]:
    """All this person is, in whatever area, and whether it is their own request."""
    held = enforced().program.roster.roles_at(who.username, None, at)
    return held | {Role.AUTHOR} if who is issue.author else held


def _nothing_objected(installation: Installation, issue: Issue, rules: Rules) -> None:
    """Judged afresh, nothing would be put back or mended."""
    planned = rules.reconciler.plan(installation.ref(issue), installation.clock.now)
    verdicts = {finding.verdict for finding in planned.plan.findings}
    assert verdicts.isdisjoint(
        {Verdict.PUT_BACK, Verdict.REPAIRED, Verdict.TIDIED, Verdict.COMPLETED, Verdict.OVERRIDDEN, Verdict.CANCELLED}
    ), planned.plan.findings
