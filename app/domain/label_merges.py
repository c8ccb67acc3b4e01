"""Merges in an order in which no label stands in another's way longer than it has to, and the issues they leave out."""

from collections.abc import Mapping, Sequence

from app.domain.label_wishes import Carrier, rival
from app.domain.taxonomy import scope_of

Merge = tuple[str, str]
"""The old title and the new one."""


def in_order(merges: Sequence[Merge]) -> list[Merge]:
    """Labels leave a scope before others come into it; where two change scopes crosswise, in the order given."""
    left, ordered = list(merges), list[Merge]()
    while left:
        ready = (one for one in left if not any(_leaves(other, scope_of(one[1])) for other in left if other != one))
        ordered.append(next(ready, left[0]))
        left.remove(ordered[-1])
    return ordered


def _leaves(merge: Merge, scope: str) -> bool:
    old, new = merge
    return bool(scope) and scope_of(old) == scope != scope_of(new)


def left_out(
    merges: Sequence[Merge],
    carriers: Mapping[str, tuple[Carrier, ...]],
    former: Mapping[str, frozenset[str]],
    exclusive: frozenset[str],
) -> dict[str, tuple[Carrier, ...]]:
    """The issues that keep an old title, by title, when these merges are made one after the other. `former` are all
    titles that become a new one."""
    now = {one.reference: one.labels for found in carriers.values() for one in found}
    kept: dict[str, tuple[Carrier, ...]] = {}
    for old, new in merges:
        found = carriers.get(old, ())
        kept[old] = tuple(
            one for one in found if rival(now[one.reference], former[new], new, scope_of(new) in exclusive)
        )
        for one in found:
            if one not in kept[old]:
                now[one.reference] = now[one.reference] - {old} | {new}
    return kept
