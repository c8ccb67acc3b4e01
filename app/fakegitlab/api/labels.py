"""Labels of projects and groups (rest_contract list_project_labels … group_labels; CONTRACT 2)."""

from app.fakegitlab import labels
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.digits import read_number
from app.fakegitlab.model import Group, Label, Project
from app.fakegitlab.refusal import not_found

UPDATES = ("new_name", "color", "description", "priority", "archived")


def _place(request: Request) -> Project | Group:
    return request.project() if "/projects/" in request.path else request.group()


@routes.on("GET", "/projects/:id/labels")
@routes.on("GET", "/groups/:id/labels")
def list_labels(request: Request) -> Answer:
    """By title; those of ancestor groups too unless `include_ancestor_groups` is false."""
    place, deep = _place(request), request.flag("include_ancestor_groups", default=True)
    found = _available(place) if deep else list(place.labels.values())
    words, archived = request.text("search").lower(), request.flag_or_none("archived")
    found = [one for one in found if words in one.title.lower() and archived in (None, one.archived)]
    counts = request.flag("with_counts")
    found.sort(key=lambda one: (one.title.lower(), one.id))
    return paged(request, found, lambda one: shapes.label(request.world, one, place, counts))


def _available(place: Project | Group) -> list[Label]:
    if isinstance(place, Project):
        return list(labels.available(place))
    return [label for group in place.line() for label in group.labels.values()]


@routes.on("GET", "/projects/:id/labels/:label_id")
@routes.on("GET", "/groups/:id/labels/:label_id")
def get_label(request: Request) -> Answer:
    """One label by id or title, id first; here ancestor labels count."""
    place, key = _place(request), request.arguments["label_id"]
    found = _available(place)
    by_id = [one for one in found if one.id == read_number(key)]
    one = next(iter([*by_id, *(each for each in found if each.title == key)]), None)
    if one is None:
        raise not_found("Label")
    return ok(shapes.label(request.world, one, place, counts=False))


@routes.on("POST", "/projects/:id/labels")
@routes.on("POST", "/groups/:id/labels")
def create_label(request: Request) -> Answer:
    """409 if any available label has that title."""
    place, actor = _place(request), request.actor
    request.need("name", "color")
    new = labels.create(
        request.world,
        actor,
        place,
        request.text("name"),
        request.text("color"),
        request.text_or_none("description"),
        request.number("priority"),
    )
    new.archived = request.flag("archived")
    return created(shapes.label(request.world, new, place, counts=True))


@routes.on("PUT", "/projects/:id/labels/:label_id")
@routes.on("PUT", "/groups/:id/labels/:label_id")
def update_label(request: Request) -> Answer:
    """Only the place's own labels: an ancestor's gives 404 here."""
    place, actor = _place(request), request.actor
    request.need_one_of(UPDATES)
    one = labels.owned(place, request.arguments["label_id"])
    labels.update(
        request.world,
        actor,
        one,
        request.text_or_none("new_name"),
        request.text_or_none("color"),
        request.text_or_none("description"),
        request.flag_or_none("archived"),
    )
    if request.has("priority"):
        one.priority = request.number("priority")
    return ok(shapes.label(request.world, one, place, counts=True))


@routes.on("DELETE", "/projects/:id/labels/:label_id")
@routes.on("DELETE", "/groups/:id/labels/:label_id")
def delete_label(request: Request) -> Answer:
    """Deletes board lists and label links too."""
    place, actor = _place(request), request.actor
    labels.delete(request.world, actor, labels.owned(place, request.arguments["label_id"]))
    return empty()
