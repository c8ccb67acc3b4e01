"""Labels that other teams need on the same issue (requests 2.7): added with ours, never removed."""

from collections.abc import Iterable

from app.domain.taxonomy import Taxonomy


def also(labels: Iterable[str], taxonomy: Taxonomy) -> frozenset[str]:
    """What goes with these labels by `also_apply:` and is not among them."""
    here = frozenset(labels)
    declared = (label for scope in taxonomy.scopes for label in scope.labels if label.title in here)
    return frozenset(title for label in declared for title in label.also_apply) - here
