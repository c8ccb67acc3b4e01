"""Open issues in a status that the workflow does not know: no column of a board shows them, and no rule judges them."""

from collections.abc import Iterable

from app.domain.label_succession import temporary
from app.domain.label_wishes import LabelPlace, LabelWish, Standing, TellOnly
from app.domain.provision import Act, Change, Kind, Step, counted
from app.domain.taxonomy import Taxonomy, scope_of


def unknown_statuses(place: LabelPlace, labels: Iterable[Standing], taxonomy: Taxonomy) -> tuple[Step[LabelWish], ...]:
    """A report for each such label that open issues carry."""
    found = tuple(labels)
    unknown = unknown_titles(found, taxonomy)
    return tuple(
        Step(_told(place, label.title, label.open), TellOnly())
        for label in found
        if label.open and label.title in unknown
    )


def unknown_titles(labels: Iterable[Standing], taxonomy: Taxonomy) -> tuple[str, ...]:
    """The labels that look like a status and are none."""
    statuses = [status.title for status in taxonomy.workflow.statuses]
    scopes = {scope_of(title) for title in statuses}
    known = {*taxonomy.titles, *taxonomy.successors, *map(temporary, statuses)}
    return tuple(one.title for one in labels if scope_of(one.title) in scopes and one.title not in known)


def _told(place: LabelPlace, title: str, number: int) -> Change:
    because = (
        f"{counted(number, 'open issue')} {'stands' if number == 1 else 'stand'} in it, and the workflow has no such "
        "status: say in `previously` what it became, or move them by hand"
    )
    return Change(Kind.LABELS, Act.REPORT, place.path, title, because=because, issues=number)
