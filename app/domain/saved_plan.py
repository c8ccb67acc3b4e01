"""A plan that was kept, and whether GitLab and the configuration are still as it saw them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.provision import Change, Limits, Provision


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan as people were shown it. `gitlab` is the address it was made at, `configuration` its version."""

    gitlab: str
    configuration: str
    limits: Limits
    provision: Provision


@dataclass(frozen=True, slots=True)
class Moved:
    """What is no longer as it was: `new` would be made now too, `gone` no longer. Both may be empty. With `file`, all
    is as it was seen and the plan says something else: it was edited, or another version wrote it.
    """

    configuration: bool
    new: tuple[Change, ...]
    gone: tuple[Change, ...]
    file: bool = False


def moved(saved: SavedPlan, configuration: str, now: Provision) -> Moved | None:
    """What differs from a plan made now, of the same kinds and limits; None where nothing does."""
    new = _without(now.changes, saved.provision.changes)
    gone = _without(saved.provision.changes, now.changes)
    if saved.provision.seen == now.seen and not new and not gone:
        return None
    return Moved(saved.configuration != configuration, new, gone, file=saved.provision.seen == now.seen)


def _without(changes: Iterable[Change], others: Iterable[Change]) -> tuple[Change, ...]:
    """Where a change is declared is no part of it: lines move when a comment is written."""
    known = {replace(other, where=None) for other in others}
    return tuple(change for change in changes if replace(change, where=None) not in known)
