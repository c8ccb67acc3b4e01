"""The program as code: plan and apply, over one road. Kinds of things are parts that read, compare and write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.domain.failure import Permanent, Temporary
from app.domain.provision import Act, Change, Draft, Kind, Limits, Provision, Step, checksum, refusals

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
    """One step after it was tried; `problem` is None when it was made."""

    change: Change
    problem: str | None = None


class Provisioning:
    """Plans and applies the chosen kinds. `version` is the checksum of the configuration."""

    def __init__(self, parts: Sequence[Part[Any]], version: str) -> None:
        order = tuple(Kind)
        self._parts = tuple(sorted(parts, key=lambda part: order.index(part.kind)))
        self._version = version
        self._drafts: tuple[tuple[Part[Any], Draft[Any]], ...] = ()

    def plan(self, limits: Limits) -> Provision:
        """What would be done. Reads only."""
        self._drafts = tuple((part, part.draft()) for part in self._parts)
        changes = tuple(step.change for _, draft in self._drafts for step in draft.steps)
        stops = tuple(stop for _, draft in self._drafts for stop in draft.refusals)
        seen = checksum((self._version, *(draft.seen for _, draft in self._drafts)))
        return Provision(changes, stops + refusals(changes, limits), seen, tuple(p.kind for p in self._parts))

    def carry_out(self) -> Iterator[Done]:
        """Make the steps of the last plan in order; stops after the first that could not be made."""
        for part, draft in self._drafts:
            for step in draft.steps:
                if step.change.act is Act.REPORT:
                    continue
                try:
                    part.make(step)
                except (Temporary, Permanent) as problem:
                    yield Done(step.change, str(problem))
                    return
                yield Done(step.change)
