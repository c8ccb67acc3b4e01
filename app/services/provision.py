"""The program as code: plan and apply, over one road. Kinds of things are parts that read, compare and write."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.domain.failure import Permanent, Temporary
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


class Part(Protocol[W]):
    """One kind of thing the program owns in GitLab."""

    @property
    def kind(self) -> Kind:
        """Which."""
        ...

    def draft(self) -> Draft[W]:
        """Read, a list call a page, and compare. Raises Temporary and Permanent where it could not be read whole."""
        ...

    def make(self, step: Step[W]) -> None:
        """Do one step and compare GitLab's answer with the wish. Finds again what it needs; harmless when repeated.

        Raises Temporary, and Permanent where GitLab refuses or keeps something else than was asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """One step after it was tried; `problem` is None when it was made. `again_in` is in seconds, where GitLab said
    when to ask again.
    """

    change: Change
    problem: str | None = None
    again_in: float | None = None


class Provisioning:
    """Plans and applies the chosen kinds. `version` is the checksum of the configuration."""

    def __init__(self, parts: Sequence[Part[Any]], version: str) -> None:
        order = tuple(Kind)
        self._parts = tuple(sorted(parts, key=lambda part: order.index(part.kind)))
        self._version = version
        self._steps: deque[tuple[Part[Any], Step[Any]]] = deque()
        self._refused = False

    def plan(self, limits: Limits) -> Provision:
        """What would be done. Reads only.

        A kind that is refused to us is told among the refusals, beside the plan of the rest. Raises Temporary where
        GitLab cannot answer now: half a plan is none.
        """
        self._steps.clear()
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

    def _drafts(self) -> tuple[list[tuple[Part[Any], Draft[Any]]], dict[Kind, str]]:
        drafts: list[tuple[Part[Any], Draft[Any]]] = []
        problems: dict[Kind, str] = {}
        for part in self._parts:
            try:
                drafts.append((part, part.draft()))
            except Permanent as problem:
                problems[part.kind] = str(problem)
        return drafts, problems

    def carry_out(self) -> Iterator[Done]:
        """Make the pending changes of the last plan in their order; ends with the first that could not be made, and
        begins with that one when it is called again.

        Raises Permanent, before anything is written, where that plan was refused.
        """
        if self._refused:
            raise Permanent("This plan is refused, so nothing of it is made.")
        while self._steps:
            part, step = self._steps[0]
            try:
                part.make(step)
            except Temporary as problem:
                yield Done(step.change, str(problem), problem.retry_after)
                return
            except Permanent as problem:
                yield Done(step.change, str(problem))
                return
            self._steps.popleft()
            yield Done(step.change)
