"""Where requests of a type are better brought first: a bug to support, as the taxonomy's `routes` say (H10)."""

from app.domain.case import Case
from app.domain.taxonomy import Route, scope_of


def route_of(case: Case) -> tuple[str, Route] | None:
    """The label and the route of a request, by its label, else by the type it tells; None where it is well here."""
    labels, told = set(map(case.taxonomy.current, case.snapshot.issue.labels)), case.facts.get("request_type")
    typed = any(scope_of(title) == "type" for title in labels)
    named = told.value.strip().casefold() if told and told.readable and not typed else ""
    for title, route in case.taxonomy.routes.items():
        if title in labels or (named and title.casefold() == f"type::{named}"):
            return title, route
    return None
