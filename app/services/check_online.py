"""`check --online`: does the installation have what it needs? One sentence a finding, each with its cure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from app.domain.account_book import AccountBook
from app.domain.failure import Missing, NotAccepted, Permanent
from app.domain.house_words import namesakes
from app.domain.installation import CALLS_A_MINUTE, HOOK_PATH, TRIGGERS, Allowance, Delivery, Hook, Member, Token
from app.domain.issue import Ref, Snapshot, User
from app.domain.program import Program, Tier
from app.domain.taxonomy import Taxonomy, scope_of

PLANNER = 15
"""The lowest role that may set labels (CONTRACT 0, 17.7)."""
MAINTAINER = 40
"""The lowest role that may see and set webhooks, schedules and variables (CONTRACT 9)."""
OLDEST = (18, 3)
"""GitLab gives keyset pages of issues since this version (CONTRACT 0)."""
NAMED = 10
"""So many of what is missing are named; the rest is counted."""


ON_FREE = (
    "tier: free. GitLab keeps several labels of one scope on a card, so two statuses may show until the bot takes one "
    "away; boards cannot be narrowed to an area; a group has one board; on GitLab.com there are no project access "
    "tokens, 24 pipeline schedules a day, and 500 webhook events a minute for the whole namespace."
)
"""What is less than on Premium (CONTRACT 1, 2, 5, 9)."""


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

    def group_members(self, group: str) -> Sequence[Member]:
        """Everybody with a role in a group."""
        ...

    def hooks(self, project: str) -> Sequence[Hook] | None:
        """The webhooks; None where we may not see them."""
        ...

    def last_delivery(self, project: str, hook: Hook) -> Delivery | None:
        """What became of a webhook's latest delivery; None where GitLab knows of none."""
        ...

    def allowance(self) -> Allowance | None:
        """How many calls GitLab lets us make; None where it does not tell."""
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
    """Asks GitLab about the tokens, and about each project, its labels, people and hook.

    `about` speaks with the service's token, `operators` with the operator's, where there is one.
    """

    about: About
    operators: About | None
    reader: Reads
    taxonomy: Taxonomy
    program: Program
    today: date
    book: AccountBook = field(default_factory=AccountBook, repr=False)

    def run(self) -> Iterator[Found]:
        """The findings, as they come. Raises Temporary and Permanent where GitLab cannot be asked at all."""
        me = self.about.whoami()
        version = self.about.version()
        yield Found(True, f"GitLab {version} takes our token; we are @{me.username} (id {me.id}).")
        if _number(version) < OLDEST:
            yield Found(False, f"GitLab {version} is too old: sweeps need {'.'.join(map(str, OLDEST))} or newer.")
        yield from _token("Our token", self.about.token())
        yield from self._nobody(me)
        yield _allowed(self.about.allowance())
        if self.program.tier is Tier.FREE:
            yield Found(None, ON_FREE)
        operators = self.operators
        if operators:
            try:
                them = operators.whoami()
            except NotAccepted as refused:
                yield Found(False, str(refused))
                operators = None
            else:
                yield from self._operators(operators, them)
        for project in self.program.projects:
            try:
                yield from self._project(project.path, me, operators)
            except Missing:
                yield Found(False, f"{project.path} is not there for us: add @{me.username} to it as Planner or above.")
        yield from self._operator()
        if same := namesakes(self.book, self.taxonomy, self.program):
            yield Found(
                None,
                f"These accounts are called like a label, field, region or area of ours: {_named(same)}. Nobody is "
                "warned for typing such a name.",
            )

    def hooks(self) -> Iterator[Found]:
        """What GitLab says of our webhooks alone. Raises Temporary and Permanent."""
        for project in self.program.projects:
            yield from self._hooks(project.path, self.operators or self.about)

    def _nobody(self, me: User) -> Iterator[Found]:
        """The service has to be a user of its own: what that user does is taken for the bot's."""
        if self.program.roster.person(me.username):
            yield Found(
                False,
                f"Our token is that of @{me.username}, a person of program.yml: what they move and write by hand "
                "passes for the bot's, and no rule looks at it. Give the service a project or group access token.",
            )

    def _operators(self, operators: About, them: User) -> Iterator[Found]:
        yield Found(True, f"plan and apply take the token of @{them.username} (id {them.id}).")
        yield from _token("The operator's token", operators.token())
        places = dict.fromkeys(project.path for project in self.program.projects)
        if self.program.pipelines:
            places[self.program.pipelines.project] = None
        for path in places:
            try:
                level = _level(operators.members(path), them)
            except Missing:
                level = 0
            if level < MAINTAINER:
                what = "the webhook, schedules and variables"
                yield Found(False, f"{path}: @{them.username} is no Maintainer there, so apply cannot keep {what}.")
        if self.program.labels_in:
            yield from _labels_of_group(operators, self.program.labels_in, them)

    def _project(self, path: str, me: User, operators: About | None) -> Iterator[Found]:
        members = self.about.members(path)
        level = _level(members, me)
        if level < PLANNER:
            yield Found(False, f"{path}: @{me.username} may not set labels there; give it the role Planner or above.")
        elif level >= MAINTAINER and self.operators:
            yield Found(None, f"{path}: @{me.username} is a Maintainer there; for the service, Planner is enough.")
        wanted = {label.title for label in self.taxonomy.labels if not label.out_of_use(self.today)}
        yield _labels(path, sorted(wanted - self.about.label_titles(path)))
        here = {m.user.username.casefold() for m in members}
        absent = [p.username for p in self.program.roster.people if p.username.casefold() not in here]
        if absent:
            yield Found(None, f"{path}: these people of program.yml are not members there: {_named(absent)}.")
        yield from self._hooks(path, operators or self.about)

    def _hooks(self, path: str, about: About) -> Iterator[Found]:
        try:
            hooks = about.hooks(path)
        except Missing:
            hooks = None
        if hooks is None:
            yield Found(
                None,
                f"{path}: only a Maintainer's token can see hooks, so ours was not looked at; "
                "SOUNDING_BOARD_OPERATOR_TOKEN may hold one.",
            )
            return
        ours = [hook for hook in hooks if hook.url.rstrip("/").endswith(HOOK_PATH)]
        if not ours:
            cure = "`sounding-board apply` makes it" if self.program.service else "add one as the README shows"
            yield Found(False, f"{path}: no webhook ends in {HOOK_PATH}; {cure}.")
        for hook in ours:
            yield _hook(path, hook)
            yield _reached(path, hook, about.last_delivery(path, hook))

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


def _token(whose: str, token: Token | None) -> Iterator[Found]:
    if token and "api" not in token.scopes:
        has = f"{', '.join(sorted(token.scopes))} only" if token.scopes else "no scope that lets it write"
        yield Found(False, f"{whose} has {has}; it needs the scope api to write.")
    if token and token.expires_at:
        yield Found(None, f"{whose} runs out on {token.expires_at:%Y-%m-%d}; rotate it before that day.")


def _allowed(allowance: Allowance | None) -> Found:
    if allowance is None:
        return Found(None, "GitLab tells no limit of calls; self-managed ones have none until somebody sets it.")
    told = f"GitLab lets our token make {allowance.limit} calls a minute, and {allowance.left} are left in this one"
    if allowance.limit < CALLS_A_MINUTE:
        return Found(None, f"{told}. We make up to {CALLS_A_MINUTE}, so sweeps and plans will wait now and then.")
    return Found(True, f"{told}; we make up to {CALLS_A_MINUTE}.")


def _level(members: Sequence[Member], user: User) -> int:
    return max((m.access_level for m in members if m.user.id == user.id), default=0)


def _labels_of_group(operators: About, group: str, them: User) -> Iterator[Found]:
    """Whoever has a role in its projects only has none in the group, and may not set its labels."""
    try:
        level = _level(operators.group_members(group), them)
    except Missing:
        level = 0
    if level < PLANNER:
        cure = "give it the role Planner or above in the group itself"
        yield Found(False, f"{group}: @{them.username} may not set this group's labels; {cure}.")


def _labels(path: str, missing: Sequence[str]) -> Found:
    if not missing:
        return Found(True, f"{path}: all labels of the taxonomy are there.")
    return Found(
        False,
        f"{path}: these labels of label_taxonomy.yml are not there yet: {_named(missing)}. "
        "`sounding-board plan` tells for each what `apply` does, or what is left to people.",
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


def _reached(path: str, hook: Hook, last: Delivery | None) -> Found:
    """Whether deliveries arrive, as GitLab saw it: it takes 2xx and 3xx for success (CONTRACT 1, Delivery)."""
    if last is None:
        return Found(
            None, f"{path}: GitLab knows of no delivery to our webhook in two days; Test, on its page, sends something."
        )
    when = f"{path}: our webhook's last delivery, on {last.at:%Y-%m-%d %H:%M} UTC,"
    if last.status[:1] in ("2", "3"):
        return Found(True, f"{when} was answered {last.status}.")
    answered = f"was answered {last.status}" if last.status.isdecimal() else f"failed ({last.status})"
    return Found(False, f"{when} {answered}; look whether GitLab reaches {hook.url} and the service runs.")
