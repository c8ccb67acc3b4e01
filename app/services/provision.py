"""The program as code: plan and apply, over one road. Kinds of things are parts that read, compare and write."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Protocol, TypeVar

from app.domain.failure import Left, Permanent, Temporary
from app.domain.provision import (
    Act,
    Change,
    Draft,
    Kind,
    Limits,
    Provision,
    Step,
    checksum,
    not_looked_at,
    refusals,
)

W = TypeVar("W")

SIDE_BY_SIDE = 8
"""Steps that may be made at the same time: sixty labels take the time of eight calls, not of sixty."""


class Part(Protocol[W]):
    """One kind of thing the program owns in GitLab."""

    @property
    def kind(self) -> Kind:
        """Which."""
        ...

    def draft(self) -> Draft[W]:
        """Read, a list call a page, and compare. Raises Temporary and Permanent where it could not be read whole."""
        ...

    def make(self, step: Step[W]) -> str | None:
        """Do one step and compare GitLab's answer with the wish. Finds again what it needs; harmless when repeated.
        What people have to know of it besides is returned, as half a sentence.

        Raises Temporary, and Permanent where GitLab refuses or keeps something else than was asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """One step after it was tried; `problem` is None when it was made, else `left` tells how far it came. `again_in`
    is in seconds, where GitLab said when to ask again. `told` is what people have to know of it besides.
    """

    change: Change
    problem: str | None = None
    again_in: float | None = None
    left: Left = Left.UNDONE
    told: str | None = None


class Provisioning:
    """Plans and applies the chosen kinds. `version` is the checksum of the configuration."""

    def __init__(self, parts: Sequence[Part[Any]], version: str) -> None:
        order = tuple(Kind)
        self._parts = tuple(sorted(parts, key=lambda part: order.index(part.kind)))
        self._version = version
        self._steps: deque[tuple[Part[Any], Step[Any]]] = deque()
        self._tried: list[Part[Any]] = []
        self._refused = False

    def plan(self, limits: Limits) -> Provision:
        """What would be done. Reads only.

        A kind that is refused to us is told among the refusals, beside the plan of the rest. Raises Temporary where
        GitLab cannot answer now: half a plan is none.
        """
        self._steps.clear()
        self._tried.clear()
        drafts, problems = self._drafts()
        steps = [(part, step) for part, draft in drafts for step in draft.steps]
        changes = tuple(step.change for _, step in steps)
        looked = [part.kind for part, draft in drafts if not draft.refusals]
        own = tuple(stop for _, draft in drafts for stop in draft.refusals)
        stops = (*not_looked_at(problems, looked), *own, *refusals(changes, limits))
        self._refused = bool(stops)
        self._steps.extend((part, step) for part, step in steps if step.change.act is not Act.REPORT)
        return Provision(
            changes=changes,
            refusals=stops,
            seen=checksum((self._version, *(draft.seen for _, draft in drafts))),
            kinds=tuple(part.kind for part in self._parts),
            unseen=tuple(problems),
            as_declared={part.kind: draft.as_declared for part, draft in drafts},
        )

    def _drafts(self) -> tuple[list[tuple[Part[Any], Draft[Any]]], dict[Kind, Permanent]]:
        drafts: list[tuple[Part[Any], Draft[Any]]] = []
        problems: dict[Kind, Permanent] = {}
        for part in self._parts:
            try:
                drafts.append((part, part.draft()))
            except Permanent as problem:
                problems[part.kind] = problem
        return drafts, problems

    @property
    def coming(self) -> tuple[Change, ...]:
        """The changes of the last plan that are made next, side by side; none when all are made.

        Raises Permanent, before anything is written, where that plan was refused.
        """
        if self._refused:
            raise Permanent("This plan is refused, so nothing of it is made.")
        return tuple(step.change for _, step in self._next())

    def make_next(self) -> tuple[Done, ...]:
        """Try what is coming; what could not be made is told last, and comes first when it is tried again."""
        if not self.coming:
            return ()
        tried = self._try(self._next())
        failed = [(part, step) for part, step, done in tried if done.problem]
        for _ in tried:
            self._steps.popleft()
        self._steps.extendleft(reversed(failed))
        self._tried += [part for part, _, done in tried if not done.problem and part not in self._tried]
        return tuple(sorted((done for _, _, done in tried), key=lambda done: done.problem is not None))

    def carry_out(self) -> Iterator[Done]:
        """Make the pending changes of the last plan in their order; ends where one could not be made."""
        while done := self.make_next():
            yield from done
            if done[-1].problem:
                return

    def _next(self) -> list[tuple[Part[Any], Step[Any]]]:
        """The next step, and those behind it that may be made beside it: of a kind, one goes ahead, since what hinders
        it, a missing right, mostly hinders all.
        """
        ahead = self._steps and self._steps[0][0] not in self._tried
        alike = list(takewhile(lambda pair: pair[1].beside, islice(self._steps, 1 if ahead else SIDE_BY_SIDE)))
        return alike or list(islice(self._steps, 1))

    @staticmethod
    def _try(batch: list[tuple[Part[Any], Step[Any]]]) -> list[tuple[Part[Any], Step[Any], Done]]:
        """Each step of a batch once, with what became of it."""

        def one(pair: tuple[Part[Any], Step[Any]]) -> tuple[Part[Any], Step[Any], Done]:
            part, step = pair
            return part, step, _made(part, step)

        if len(batch) == 1:
            return [one(batch[0])]
        with ThreadPoolExecutor(len(batch), thread_name_prefix="apply") as pool:
            return list(pool.map(one, batch))


def _made(part: Part[Any], step: Step[Any]) -> Done:
    try:
        told = part.make(step)
    except Temporary as problem:
        return Done(step.change, str(problem), problem.retry_after, problem.left)
    except Permanent as problem:
        return Done(step.change, str(problem), left=problem.left)
    return Done(step.change, told=told)
