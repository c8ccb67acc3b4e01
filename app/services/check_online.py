"""`check --online`: does the installation have what it needs? One sentence a finding, each with its cure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.account_book import AccountBook
from app.domain.failure import Missing, Permanent
from app.domain.house_words import namesakes
from app.domain.installation import Hook, Member, Token
from app.domain.issue import Ref, Snapshot, User
from app.domain.program import Program
from app.domain.taxonomy import Taxonomy, scope_of

PLANNER = 15
"""The lowest role that may set labels (CONTRACT 0, 17.7)."""
OLDEST = (18, 3)
"""GitLab gives keyset pages of issues since this version (CONTRACT 0)."""
NAMED = 10
"""So many of what is missing are named; the rest is counted."""
HOOK_PATH = "/webhooks/gitlab"
TRIGGERS = {
    "issues_events": "Issues events",
    "confidential_issues_events": "Confidential issues events",
    "note_events": "Comments",
    "confidential_note_events": "Confidential comments",
    "emoji_events": "Emoji events",
}
"""The triggers we need, by GitLab's name for each in the API and on its page (CONTRACT 1)."""


class About(Protocol):
    """What GitLab says about ourselves and a project; one call each, pages apart."""

    def whoami(self) -> User:
        """The user our token belongs to."""
        ...

    def version(self) -> str:
        """GitLab's version."""
        ...

    def token(self) -> Token | None:
        """What our token may do; None where GitLab does not tell."""
        ...

    def label_titles(self, project: str) -> frozenset[str]:
        """All labels there, groups' ones included."""
        ...

    def members(self, project: str) -> Sequence[Member]:
        """Everybody with a role there."""
        ...

    def hooks(self, project: str) -> Sequence[Hook] | None:
        """The webhooks; None where we may not see them."""
        ...


class Reads(Protocol):
    """Reads an issue."""

    def snapshot(self, ref: Ref) -> Snapshot:
        """The issue, whole."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """One thing looked at. `well` is None for what is only worth knowing."""

    well: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class CheckOnline:
    """Asks GitLab about the token, and about each project, its labels, people and hook."""

    about: About
    reader: Reads
    taxonomy: Taxonomy
    program: Program
    book: AccountBook = field(default_factory=AccountBook, repr=False)

    def run(self) -> Iterator[Found]:
        """The findings, as they come. Raises Temporary and Permanent where GitLab cannot be asked at all."""
        me = self.about.whoami()
        version = self.about.version()
        yield Found(True, f"GitLab {version} takes our token; we are @{me.username} (id {me.id}).")
        if _number(version) < OLDEST:
            yield Found(False, f"GitLab {version} is too old: sweeps need {'.'.join(map(str, OLDEST))} or newer.")
        yield from self._token()
        for project in self.program.projects:
            try:
                yield from self._project(project.path, me)
            except Missing:
                yield Found(False, f"{project.path} is not there for us: add @{me.username} to it as Planner or above.")
        yield from self._operator()
        if same := namesakes(self.book, self.taxonomy, self.program):
            yield Found(
                None,
                f"These accounts are called like a label, field, region or area of ours: {_named(same)}. Nobody is "
                "warned for typing such a name.",
            )

    def _token(self) -> Iterator[Found]:
        token = self.about.token()
        if token and "api" not in token.scopes:
            has = f"{', '.join(sorted(token.scopes))} only" if token.scopes else "no scope that lets it write"
            yield Found(False, f"Our token has {has}; it needs the scope api to write.")
        if token and token.expires_at:
            yield Found(None, f"Our token runs out on {token.expires_at:%Y-%m-%d}; rotate it before that day.")

    def _project(self, path: str, me: User) -> Iterator[Found]:
        members = self.about.members(path)
        level = max((m.access_level for m in members if m.user.id == me.id), default=0)
        if level < PLANNER:
            yield Found(False, f"{path}: @{me.username} may not set labels there; give it the role Planner or above.")
        missing = sorted(self.taxonomy.titles - self.about.label_titles(path))
        yield _labels(path, missing)
        here = {m.user.username.casefold() for m in members}
        absent = [p.username for p in self.program.roster.people if p.username.casefold() not in here]
        if absent:
            yield Found(None, f"{path}: these people of program.yml are not members there: {_named(absent)}.")
        yield from self._hooks(path)

    def _hooks(self, path: str) -> Iterator[Found]:
        hooks = self.about.hooks(path)
        if hooks is None:
            yield Found(None, f"{path}: only a Maintainer's token can see hooks, so ours was not looked at.")
            return
        ours = [hook for hook in hooks if hook.url.rstrip("/").endswith(HOOK_PATH)]
        if not ours:
            yield Found(False, f"{path}: no webhook ends in {HOOK_PATH}; add one as the README shows.")
        for hook in ours:
            yield _hook(path, hook)

    def _operator(self) -> Iterator[Found]:
        issue = self.program.operator_issue
        if issue is None:
            yield Found(None, "program.yml names no operator_issue, so only the journal hears of bursts.")
            return
        try:
            labels = self.reader.snapshot(issue).issue.labels
        except Permanent:
            yield Found(False, f"The operator issue {issue} is not there for us; make it, or name another.")
            return
        if self.program.holds_requests(issue.project) and not any(scope_of(t) == "program-doc" for t in labels):
            yield Found(False, f"The operator issue {issue} passes for a request; give it ~program-doc::operator.")


def _number(version: str) -> tuple[int, ...]:
    """`19.4.0-ee` as (19, 4); a version that cannot be read is taken for a new one."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else OLDEST


def _labels(path: str, missing: Sequence[str]) -> Found:
    if not missing:
        return Found(True, f"{path}: all labels of the taxonomy are there.")
    return Found(
        False, f"{path}: these labels of label_taxonomy.yml are not there yet: {_named(missing)}. Make them first."
    )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _hook(path: str, hook: Hook) -> Found:
    if hook.alert_status not in (None, "executable"):
        return Found(False, f"{path}: GitLab has stopped our webhook ({hook.alert_status}); send it a test event.")
    off = [name for event, name in TRIGGERS.items() if event not in hook.events]
    if off:
        return Found(False, f"{path}: our webhook does not send {', '.join(off)}; switch that on.")
    return Found(True, f"{path}: our webhook is there and sends what we need.")
