"""Labels of projects and groups (rest_contract; CONTRACT 2, documented)."""

from app.fakegitlab import labels, promotion
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Group, Label, Project
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import bad_parameter
from app.fakegitlab.subscriptions import follow

UPDATES = ("new_name", "color", "description", "priority", "archived")
GROUP_UPDATES = ("new_name", "color", "description", "archived")


def _place(request: Request) -> Project | Group:
    return request.project() if "/projects/" in request.path else request.group()


def _shape(request: Request, one: Label, place: Project | Group, counts: bool = True) -> Json:
    return shapes.label(request.world, one, place, counts) | {"subscribed": _follows(request, one)}


def _follows(request: Request, one: Label) -> bool:
    return request.user is not None and request.user.id in one.subscribers


@routes.on("GET", "/projects/:id/labels")
@routes.on("GET", "/groups/:id/labels")
def list_labels(request: Request) -> Answer:
    """By title; those of ancestor groups too unless `include_ancestor_groups` is false."""
    place = _place(request)
    words, archived = request.text("search").lower(), request.flag_or_none("archived")
    found = [
        one for one in _listed(request, place) if words in one.title.lower() or words in (one.description or "").lower()
    ]
    found = [one for one in found if archived in (None, one.archived)]
    counts = request.flag("with_counts")
    found.sort(key=lambda one: (one.title.lower(), one.id))
    return paged(request, found, lambda one: _shape(request, one, place, counts))


def _listed(request: Request, place: Project | Group) -> list[Label]:
    """Of a group also descendants' (`include_descendant_groups`) and projects' (`only_group_labels=false`) labels."""
    deep = request.flag("include_ancestor_groups", default=True)
    found = labels.usable(place) if deep else list(place.labels.values())
    if isinstance(place, Group):
        below = [one for one in request.world.groups.values() if place in one.line()[1:]]
        if request.flag("include_descendant_groups"):
            found += [label for one in below for label in one.labels.values()]
        if not request.flag("only_group_labels", default=True):
            projects = [one for one in request.world.projects.values() if one.group is place or one.group in below]
            found += [label for one in projects for label in one.labels.values()]
    return found


@routes.on("GET", "/projects/:id/labels/:label_id")
@routes.on("GET", "/groups/:id/labels/:label_id")
def get_label(request: Request) -> Answer:
    """One label by id or title, id first; here ancestor labels count, unless told otherwise."""
    place = _place(request)
    deep = request.flag("include_ancestor_groups", default=True)
    among = labels.usable(place) if deep else list(place.labels.values())
    return ok(_shape(request, labels.chosen(among, request.arguments["label_id"]), place, counts=False))


def _key(request: Request) -> str:
    """The label's id or title: in the path, or (deprecated, but clients use it) in `name` or `label_id`."""
    if "label_id" in request.arguments:
        return request.arguments["label_id"]
    if request.has("name") == request.has("label_id"):
        raise bad_parameter("label_id, name are missing, exactly one parameter must be provided")
    return request.text("label_id") or request.text("name")


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
    return created(_shape(request, new, place))


@routes.on("PUT", "/projects/:id/labels")
@routes.on("PUT", "/groups/:id/labels")
@routes.on("PUT", "/projects/:id/labels/:label_id")
@routes.on("PUT", "/groups/:id/labels/:label_id")
def update_label(request: Request) -> Answer:
    """Only the place's own labels: an ancestor's gives 404 here."""
    place, actor = _place(request), request.actor
    request.need_one_of(UPDATES if isinstance(place, Project) else GROUP_UPDATES)
    one = labels.owned(place, _key(request))
    labels.update(
        request.world,
        actor,
        one,
        request.text_or_none("new_name"),
        request.text_or_none("color"),
        request.text_or_none("description"),
        request.flag_or_none("archived"),
    )
    if request.has("priority") and isinstance(place, Project):
        one.priority = request.number("priority")
    return ok(_shape(request, one, place))


@routes.on("DELETE", "/projects/:id/labels")
@routes.on("DELETE", "/groups/:id/labels")
@routes.on("DELETE", "/projects/:id/labels/:label_id")
@routes.on("DELETE", "/groups/:id/labels/:label_id")
def delete_label(request: Request) -> Answer:
    """Deletes board lists and label links too."""
    place, actor = _place(request), request.actor
    labels.delete(request.world, actor, labels.owned(place, _key(request)))
    return empty()


@routes.on("PUT", "/projects/:id/labels/:label_id/promote")
@routes.on("PUT", "/projects/:id/labels/promote")
def promote_label(request: Request) -> Answer:
    """To the project's group: the id stays (CONTRACT 2, documented)."""
    project, actor = request.project(), request.actor
    one = promotion.promote(request.world, actor, labels.owned(project, _key(request)))
    return ok(_shape(request, one, project.group))


@routes.on("POST", "/projects/:id/labels/:label_id/subscribe")
@routes.on("POST", "/groups/:id/labels/:label_id/subscribe")
@routes.on("POST", "/projects/:id/labels/:label_id/unsubscribe")
@routes.on("POST", "/groups/:id/labels/:label_id/unsubscribe")
def follow_label(request: Request) -> Answer:
    """201, or 304 when it is so already."""
    place, actor = _place(request), request.actor
    one = labels.chosen(labels.usable(place), request.arguments["label_id"])
    if not follow(actor, one, not request.path.endswith("/unsubscribe")):
        return Answer(304)
    return created(_shape(request, one, place))
