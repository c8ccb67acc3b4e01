"""How a card came to be where it is: the label events of `status::`, folded (workflow 3.6).

Our own moves are taken as they are. A person's move stands when its step is lawful for its mover at that time;
moves that did not stand are collapsed, so two drags cannot go round a rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from app.domain.issue import Issue, LabelEvent
from app.domain.roster import Role, Roster
from app.domain.taxonomy import Mode, Move, Workflow
from app.domain.voice import Bot, Voice, ours


@dataclass(frozen=True, slots=True)
class Step:
    """A person's move of a card. `moves` are the lawful moves that cover it (empty: unlawful for this mover).

    `mode` says how far we may go about it; `left` that the flip-flop breaker gives the card to people.
    `since` is when the card entered `source`.
    """

    event: LabelEvent
    source: str
    target: str
    since: datetime | None
    moves: tuple[Move, ...]
    mode: Mode
    left: bool = False

    @property
    def lawful(self) -> bool:
        """Whether somebody with the mover's roles may make this step."""
        return bool(self.moves)

    @property
    def stands(self) -> bool:
        """Whether the card may stay where it went as far as the step goes: lawful, left to people, or only watched."""
        return self.lawful or self.left or self.mode is not Mode.ENFORCE

    @property
    def mover(self) -> str:
        """The handle of who moved; GitLab may have forgotten."""
        return self.event.user.username if self.event.user else "somebody"


@dataclass(frozen=True, slots=True)
class History:
    """`present` are the statuses on the issue, newest last; `stood` the last one that stood, before `last`.

    `last` is the person's move still to be judged: the newest, when no move of ours came after it.
    `entered` is when the card came to where it stands; None when that is older than its events.
    """

    present: tuple[str, ...]
    stood: str
    last: Step | None
    entered: datetime | None
    ever: bool

    @property
    def current(self) -> str | None:
        """The status in place: the newest one present."""
        return self.present[-1] if self.present else None


@dataclass(frozen=True, slots=True)
class _Judge:
    """Everything a step is judged by."""

    workflow: Workflow
    roster: Roster
    area: str | None
    issue: Issue

    def step(self, fold: "_Fold", event: LabelEvent, target: str) -> Step:
        """The person's move to `target`, judged as of its own time."""
        named = sorted(self.workflow.steps(fold.stood, target), key=self.workflow.overrides)
        roles = self.roles(event)
        moves = tuple(m for m in named if m.who & roles)
        plain = [m for m in named if not self.workflow.overrides(m)]
        recent = [at for at in fold.put_backs if event.at - self.workflow.put_backs_within <= at <= event.at]
        return Step(
            event=event,
            source=fold.stood,
            target=target,
            since=fold.entered,
            moves=moves,
            mode=self.mode(next(iter(moves or plain), None), event.at),
            left=len(recent) >= self.workflow.put_backs,
        )

    def mode(self, move: Move | None, at: datetime) -> Mode:
        """How far we may go about a step that `move` governs; a rule judges only what came after it (3.2)."""
        if move is None:
            return self.workflow.modes.for_area(self.area)
        return move.modes.for_area(self.area) if move.effective_from <= at else Mode.OFF

    def roles(self, event: LabelEvent) -> frozenset[Role]:
        """What the mover was to this request when they moved it."""
        if event.user is None:
            return frozenset({Role.ANYONE})
        held = self.roster.roles_at(event.user.username, self.area, event.at)
        return held | {Role.AUTHOR} if event.user.id == self.issue.author.id else held

    def answers_closing(self, event: LabelEvent, target: str) -> bool:
        """A closed request may be given its last status by label: the answer to our question (T19)."""
        status = self.workflow.status(target)
        closed_at = self.issue.closed_at
        return bool(closed_at and closed_at <= event.at and status and status.terminal)


@dataclass(slots=True)
class _Fold:
    """Where the fold has come to."""

    present: list[str]
    stood: str
    entered: datetime | None = None
    last: Step | None = None
    put_backs: tuple[datetime, ...] = ()

    def to(self, status: str, at: datetime | None) -> None:
        """The card stands in `status` from now on."""
        if status != self.stood:
            self.entered = at
        self.stood = status


def fold(
    issue: Issue,
    events: Iterable[LabelEvent],
    workflow: Workflow,
    roster: Roster,
    area: str | None,
    bot: Bot,
    voice: Voice,
    now: datetime,
) -> History:
    """Fold the label events of the status scope, oldest first, into where the card stands and why."""
    titles = {s.title for s in workflow.statuses}
    known = sorted((e for e in events if e.label in titles), key=attrgetter("id"))
    before = _before_events(issue, known, titles)
    state = _Fold(present=before, stood=before[-1] if before else workflow.start)
    judge = _Judge(workflow, roster, area, issue)
    start = max(workflow.effective_from, now - workflow.judged_for)
    answered = _event_answered(voice)
    for event in known:
        place = state.present[-1] if state.present else None
        _put(state.present, event)
        now_in = state.present[-1] if state.present else None
        if now_in is None or now_in == place:
            continue
        if event.at < start:
            state.to(now_in, event.at)
        elif ours(event.user, bot, voice):
            _our_move(state, event, now_in, answered)
        else:
            _persons_move(state, judge, event, now_in)
    return History(tuple(state.present), state.stood, state.last, state.entered, ever=bool(known or before))


def _before_events(issue: Issue, known: list[LabelEvent], titles: set[str]) -> list[str]:
    """Statuses that were there before GitLab kept events: first seen leaving, or here without any event."""
    first: dict[str, str] = {}
    for event in known:
        first.setdefault(event.label or "", event.action)
    silent = sorted(t for t in issue.labels & titles if t not in first)
    return sorted(t for t, action in first.items() if action == "remove") + silent


def _put(present: list[str], event: LabelEvent) -> None:
    title = event.label or ""
    if title in present:
        present.remove(title)
    if event.action == "add":
        present.append(title)


def _our_move(state: _Fold, event: LabelEvent, target: str, answered: int | None) -> None:
    last = state.last
    if last is not None and target == last.target:
        return
    if last is not None and answered is not None and answered < last.event.id:
        # Our put-back answered an earlier drag and ran over this newer one: the newer one is still to be judged.
        return
    if last is not None and target == last.source:
        state.put_backs += (event.at,)
        state.stood, state.entered = last.source, last.since
    else:
        state.to(target, event.at)
    state.last = None


def _persons_move(state: _Fold, judge: _Judge, event: LabelEvent, target: str) -> None:
    last = state.last
    if target == state.stood:
        state.last = last if last and last.target == target else None
    elif last and not last.lawful and target == last.source:
        # Taking back a move that should not have been made is always right, whatever the table says.
        state.stood, state.entered, state.last = last.source, last.since, None
    elif judge.answers_closing(event, target):
        state.to(target, event.at)
        state.last = None
    else:
        state.last = judge.step(state, event, target)
        if state.last.stands:
            state.to(target, event.at)


def _event_answered(voice: Voice) -> int | None:
    note = voice.on("move")
    event = note.state.get("event") if note and note.open else None
    return event if isinstance(event, int) else None
