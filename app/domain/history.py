"""How a card came to be where it is: the label events of `status::`, folded (workflow 3.6).

A title that another has replaced counts as that one: label events show a renamed label under its present title, but a
merged one under its old title (CONTRACT 2), and to exchange it for its successor is no move. Our own moves are taken as
they are. A person's move stands when its step is lawful for its mover at that time; moves that did not stand are
collapsed, so two drags cannot go round a rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from app.domain.issue import Issue, LabelEvent
from app.domain.ours import MOVE
from app.domain.roster import Role, Roster
from app.domain.taxonomy import Mode, Move, Taxonomy, Workflow, scope_of
from app.domain.voice import Bot, Voice, ours

WRITTEN_WITHIN = timedelta(minutes=10)
"""The labels of a move we complete follow its note within seconds; a run that died looks anew when it is made good."""

TAKEN_BACK_WITHIN = timedelta(minutes=2)
"""Whoever returns their own card this soon let it go in the wrong list, and owes nobody a reason."""


@dataclass(frozen=True, slots=True)
class Step:
    """A person's move of a card. `moves` are the lawful moves that cover it (empty: unlawful for this mover).

    `mode` says how far we may go about it; `left` that the flip-flop breaker gives the card to people.
    `since` is when the card entered `source`; `roles` are the mover's, then.
    """

    event: LabelEvent
    source: str
    target: str
    since: datetime | None
    moves: tuple[Move, ...]
    mode: Mode
    left: bool = False
    roles: frozenset[Role] = frozenset({Role.ANYONE})

    @property
    def lawful(self) -> bool:
        """Whether somebody with the mover's roles may make this step."""
        return bool(self.moves)

    @property
    def stands(self) -> bool:
        """Whether the card may stay where it went as far as the step goes: lawful, left to people, or only watched."""
        return self.lawful or self.left or self.mode is not Mode.ENFORCE

    @property
    def goes_back(self) -> bool:
        """Whether an objection to it puts the card back."""
        return self.mode is Mode.ENFORCE and not self.left

    @property
    def mover(self) -> str | None:
        """The handle of who moved; None where GitLab has forgotten."""
        return self.event.user.username if self.event.user else None


@dataclass(frozen=True, slots=True)
class History:
    """`present` are the statuses on the issue, newest last; `stood` the last one that stood, before `last`.

    `last` is the person's move still to be judged: the newest, when no move of ours came after it.
    `path` are the people's moves that brought it to where `last` sets out from, oldest first, none of ours between.
    `late` is the unlawful move that brought the card here too long ago to be put back.
    `entered` is when the card came to where it stands; None when that is older than its events.
    """

    present: tuple[str, ...]
    stood: str
    last: Step | None
    entered: datetime | None
    ever: bool
    late: Step | None = None
    path: tuple[Step, ...] = ()

    @property
    def current(self) -> str | None:
        """The status in place: the newest one present."""
        return self.present[-1] if self.present else None

    @property
    def before_last(self) -> "History | None":
        """As it was before `last`: the move that brought the card to where that one set out from is to be judged, as
        nobody has yet. None where no move did: what came before the first of `path` was judged in its time.
        """
        if self.last is None or not self.path or self.last.source == self.path[0].source:
            return None
        *path, last = self.path
        return replace(self, stood=last.target, last=last, entered=last.event.at, path=tuple(path))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Everything a step is judged by."""

    workflow: Workflow
    roster: Roster
    issue: Issue
    events: tuple[LabelEvent, ...]
    successors: Mapping[str, str]

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
            roles=roles,
        )

    def mode(self, move: Move | None, at: datetime) -> Mode:
        """How far we may go about a step that `move` governs; a rule judges only what came after it (3.2)."""
        area = self.area(at)
        default = self.workflow.modes.for_area(area)
        if move is None or default is Mode.OFF:
            return default
        return move.modes.for_area(area) if move.effective_from <= at else Mode.OFF

    def area(self, at: datetime) -> str | None:
        """The request's area at that time: whoever moved a card before it changed hands was right to."""
        labels = set(self.issue.labels)
        for event in sorted(self.events, key=attrgetter("id"), reverse=True):
            if event.at > at and event.label:
                (labels.discard if event.action == "add" else labels.add)(event.label)
        return area_of({self.successors.get(title, title) for title in labels})

    def roles(self, event: LabelEvent) -> frozenset[Role]:
        """What the mover was to this request when they moved it."""
        if event.user is None:
            return frozenset({Role.ANYONE})
        held = self.roster.roles_at(event.user.username, self.area(event.at), event.at)
        return held | {Role.AUTHOR} if event.user.id == self.issue.author.id else held

    def answers_closing(self, event: LabelEvent, target: str) -> bool:
        """A closed request may be given its last status by label: the answer to our question (T19)."""
        status = self.workflow.status(target)
        closed_at, closer = self.issue.closed_at, self.issue.closed_by
        closed = closer is not None and event.user is not None and closer.id == event.user.id
        asked = closed or self.roles(event) > {Role.ANYONE}
        return bool(asked and closed_at and closed_at <= event.at and status and status.terminal)


@dataclass(slots=True)
class _Fold:
    """Where the fold has come to."""

    present: list[str]
    stood: str
    entered: datetime | None = None
    last: Step | None = None
    path: tuple[Step, ...] = ()
    late: Step | None = None
    put_backs: tuple[datetime, ...] = ()
    left: str = ""

    @property
    def place(self) -> str:
        """The title of the newest status present, or of the old one that went before its successor came; or none."""
        return self.present[-1] if self.present else self.left

    def put(self, event: LabelEvent, successors: Mapping[str, str]) -> None:
        """A status was put on or taken off."""
        title = event.label or ""
        self.present = [one for one in self.present if one != title]
        if event.action == "add":
            self.present.append(title)
        self.left = title if title in successors and not self.present else ""

    def to(self, status: str, at: datetime | None, brought: Step | None = None) -> None:
        """The card stands in `status` from now on; `brought` is the person's move that made it."""
        if status != self.stood:
            self.entered = at
        self.stood, self.late = status, None
        self.path = (*self.path, brought) if brought else ()

    def put_back(self, target: str) -> bool:
        """We put the card where the last of its moves since we judged it set out from, if that is there."""
        undone = [step for step in (*self.path, self.last) if step and step.source == target] if self.last else []
        if undone:
            self.back(undone[-1])
            # Where we put a card, what had brought it there was judged.
            self.path, self.last = (), None
        return bool(undone)

    def back(self, step: Step) -> None:
        """The card stands again where that step had found it."""
        self.stood, self.entered = step.source, step.since
        self.path = self.path[: self.path.index(step)] if step in self.path else self.path


def fold(
    issue: Issue,
    events: Iterable[LabelEvent],
    taxonomy: Taxonomy,
    roster: Roster,
    bot: Bot,
    voice: Voice,
    now: datetime,
) -> History:
    """Fold the label events of the status scope, oldest first, into where the card stands and why."""
    events = tuple(events)
    workflow, successors = taxonomy.workflow, taxonomy.successors
    current = _statuses(taxonomy)
    known = sorted((e for e in events if e.label in current), key=attrgetter("id"))
    before = _before_events(issue, known, set(current))
    state = _Fold(present=before, stood=current[before[-1]] if before else workflow.start)
    judge = _Judge(workflow, roster, issue, events, successors)
    start = max(workflow.effective_from, now - workflow.judged_for)
    answered = _event_answered(voice)
    for event, now_in in _moves(state, known, current, successors):
        if event.at < start:
            _old_move(state, judge, event, now_in, by_us=ours(event.user, bot, voice))
        elif ours(event.user, bot, voice):
            _our_move(state, event, now_in, answered)
        else:
            _persons_move(state, judge, event, now_in)
    present = tuple(dict.fromkeys(current[title] for title in state.present))
    if state.last and _back_already(state.last, present, voice):
        state.put_back(present[-1])
    path = tuple(step for step in state.path if step is not state.last)
    return History(present, state.stood, state.last, state.entered, bool(known or before), state.late, path)


def area_of(labels: Iterable[str]) -> str | None:
    """The key of the request's area; None where it has none, or several, so that nobody is wrongly refused."""
    areas = [title.rpartition("::")[2] for title in labels if scope_of(title) == "area"]
    return areas[0] if len(areas) == 1 else None


def _moves(
    state: _Fold, known: Iterable[LabelEvent], current: Mapping[str, str], successors: Mapping[str, str]
) -> Iterator[tuple[LabelEvent, str]]:
    """The events that leave the card in another status, with that status; `state` takes in each event on the way."""
    for event in known:
        place = current.get(state.place)
        state.put(event, successors)
        now_in = current.get(state.place)
        if now_in is not None and now_in != place:
            yield event, now_in


def _before_events(issue: Issue, known: list[LabelEvent], titles: set[str]) -> list[str]:
    """Statuses that were there before GitLab kept events: first seen leaving, or here without any event."""
    first: dict[str, str] = {}
    for event in known:
        first.setdefault(event.label or "", event.action)
    silent = sorted(t for t in issue.labels & titles if t not in first)
    return sorted(t for t, action in first.items() if action == "remove") + silent


def _statuses(taxonomy: Taxonomy) -> dict[str, str]:
    """The statuses by every title that they have and had."""
    titles = {status.title: status.title for status in taxonomy.workflow.statuses}
    return titles | {old: new for old, new in taxonomy.successors.items() if new in titles}


def _old_move(state: _Fold, judge: _Judge, event: LabelEvent, target: str, by_us: bool) -> None:
    """A move too old to be put back is taken as it is; one that was against the rules of its time is remembered."""
    judged = not by_us and target != state.stood and event.at >= judge.workflow.effective_from
    step = judge.step(state, event, target) if judged else None
    state.to(target, event.at)
    state.late = step if step and not step.lawful and step.mode is not Mode.OFF else None


def _our_move(state: _Fold, event: LabelEvent, target: str, answered: "_Answered | None") -> None:
    last = state.last
    if last is not None and target == last.target:
        return
    if last is not None and answered is not None and answered.ran_over(event, last):
        # Our put-back answered an earlier drag and ran over this newer one: the newer one is still to be judged.
        return
    if state.put_back(target):
        state.put_backs += (event.at,)
    else:
        state.to(target, event.at)
        state.last = None


def _persons_move(state: _Fold, judge: _Judge, event: LabelEvent, target: str) -> None:
    last = state.last
    if target == state.stood:
        state.last = state.path[-1] if state.path else None
    elif last and target == last.source and _taken_back(last, event):
        # Taking back a move that should not have been made is always right, whatever the table says.
        state.back(last)
        state.last = state.path[-1] if state.path else None
    elif judge.answers_closing(event, target):
        state.to(target, event.at)
        state.last = None
    else:
        state.last = judge.step(state, event, target)
        if state.last.stands:
            state.to(target, event.at, state.last)


def _taken_back(last: Step, event: LabelEvent) -> bool:
    """Whether the card goes back from where it should not be, or its mover has thought better of it at once."""
    same = last.event.user is not None and event.user is not None and last.event.user.id == event.user.id
    return not last.lawful or (same and event.at - last.event.at <= TAKEN_BACK_WITHIN)


@dataclass(frozen=True, slots=True)
class _Answered:
    """What our note about the move had seen: label events up to `event`. A completion was written `at` that time."""

    event: int
    target: str | None = None
    at: datetime | None = None

    def ran_over(self, ours: LabelEvent, theirs: Step) -> bool:
        """Whether our label change was decided before that move of a person's, and followed it."""
        if self.event >= theirs.event.id:
            return False
        return self.at is None or (ours.label == self.target and ours.at - self.at <= WRITTEN_WITHIN)


def _back_already(last: Step, present: tuple[str, ...], voice: Voice) -> bool:
    """Whether our note put the card back to where that move, the last, had brought it: no label had to follow."""
    note = voice.on(MOVE)
    event = note.state.get("event") if note else None
    return bool(note and isinstance(event, int) and event >= last.event.id and present == (note.state.get("from"),))


def _event_answered(voice: Voice) -> _Answered | None:
    note = voice.on(MOVE)
    if note is None:
        return None
    event, after, at = note.state.get("event"), note.state.get("after"), note.state.get("at")
    if note.open:
        return _Answered(event) if isinstance(event, int) else None
    if isinstance(after, int) and isinstance(at, str):
        return _Answered(after, str(note.state.get("to")), datetime.fromisoformat(at))
    return None
