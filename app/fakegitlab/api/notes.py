"""Comments and their threads (rest_contract; CONTRACT 4, 12, documented)."""

from app.fakegitlab import access, notes
from app.fakegitlab.api import shapes
from app.fakegitlab.api.answer import Answer, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Note
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import bad_parameter, bad_request, not_found


@routes.on("GET", "/projects/:id/issues/:issue_iid/notes")
def list_notes(request: Request) -> Answer:
    """Newest first unless told; system notes too, unless `activity_filter=only_comments`."""
    shown = [note for note in request.issue().notes if access.sees_note(request.user, note)]
    wanted = request.choice("activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes")
    if wanted != "all_notes":
        shown = [note for note in shown if note.system == (wanted == "only_activity")]
    order = request.choice("order_by", ("created_at", "updated_at"), "created_at")
    down = request.choice("sort", ("asc", "desc"), "desc") == "desc"
    shown.sort(key=lambda note: (getattr(note, order), note.id), reverse=down)
    return paged(request, shown, lambda note: shapes.note(request.world, note))


@routes.on("GET", "/projects/:id/issues/:issue_iid/notes/:note_id")
def get_note(request: Request) -> Answer:
    """One comment."""
    return ok(shapes.note(request.world, request.note()))


@routes.on("POST", "/projects/:id/issues/:issue_iid/notes")
def create_note(request: Request) -> Answer:
    """201 with the note, or 202 when the body held quick actions only."""
    issue, actor = request.issue(), request.actor
    request.need("body")
    internal = request.flag("internal") or request.flag("confidential")
    spoken = notes.add(request.world, actor, issue, request.text("body"), internal, request.moment("created_at"))
    return _spoken(request, spoken, 201)


def _spoken(request: Request, spoken: notes.Spoken, status: int) -> Answer:
    if spoken.note is None:
        return ok({"commands_changes": spoken.changes, "summary": spoken.remarks}, 202)
    return ok(shapes.note(request.world, spoken.note) | {"commands_changes": spoken.changes}, status)


@routes.on("PUT", "/projects/:id/issues/:issue_iid/notes/:note_id")
def update_note(request: Request) -> Answer:
    """One's own, or with Maintainer another's."""
    note, actor = request.note(), request.actor
    request.need("body")
    return _spoken(request, notes.edit(request.world, actor, note, request.text("body")), 200)


@routes.on("DELETE", "/projects/:id/issues/:issue_iid/notes/:note_id")
def delete_note(request: Request) -> Answer:
    """One's own, or with Maintainer another's."""
    notes.delete(request.world, request.actor, request.note())
    return empty()


def _threads(request: Request) -> dict[str, list[Note]]:
    threads: dict[str, list[Note]] = {}
    for note in request.issue().notes:
        if access.sees_note(request.user, note):
            threads.setdefault(note.discussion_id, []).append(note)
    return threads


def _thread(request: Request, thread_id: str, members: list[Note]) -> Json:
    alone = len(members) == 1 and members[0].type is None
    shown = [shapes.note(request.world, note) for note in members]
    return {"id": thread_id, "individual_note": alone, "notes": shown}


@routes.on("GET", "/projects/:id/issues/:issue_iid/discussions")
def list_threads(request: Request) -> Answer:
    """Threads, oldest first; a comment without replies is a thread of one."""
    return paged(request, list(_threads(request).items()), lambda pair: _thread(request, *pair))


@routes.on("GET", "/projects/:id/issues/:issue_iid/discussions/:discussion_id")
def get_thread(request: Request) -> Answer:
    """One thread."""
    wanted = request.arguments["discussion_id"]
    members = _threads(request).get(wanted)
    if members is None:
        raise not_found("Discussion")
    return ok(_thread(request, wanted, members))


@routes.on("POST", "/projects/:id/issues/:issue_iid/discussions/:discussion_id/notes")
def reply(request: Request) -> Answer:
    """An answer in the thread of a note."""
    issue, actor = request.issue(), request.actor
    request.need("body")
    _members(request, "Discussion")
    thread, at = request.arguments["discussion_id"], request.moment("created_at")
    spoken = notes.add(request.world, actor, issue, request.text("body"), created_at=at, reply_to=thread)
    return _spoken(request, spoken, 201)


@routes.on("POST", "/projects/:id/issues/:issue_iid/discussions")
def start_thread(request: Request) -> Answer:
    """A comment that is a discussion from the beginning; answers with the discussion
    (lib/api/discussions.rb, sure)."""
    issue, actor = request.issue(), request.actor
    request.need("body")
    internal, at = request.flag("internal") or request.flag("confidential"), request.moment("created_at")
    spoken = notes.add(request.world, actor, issue, request.text("body"), internal, at, threaded=True)
    if spoken.note is None:
        return _spoken(request, spoken, 201)
    return ok(_thread(request, spoken.note.discussion_id, [spoken.note]), 201)


def _members(request: Request, what: str) -> list[Note]:
    members = _threads(request).get(request.arguments["discussion_id"])
    if members is None:
        raise not_found(what)
    return members


@routes.on("GET", "/projects/:id/issues/:issue_iid/discussions/:discussion_id/notes")
def thread_notes(request: Request) -> Answer:
    """The comments of a thread, oldest first; not paged (lib/api/discussions.rb, sure)."""
    return ok([shapes.note(request.world, note) for note in _members(request, "Notes")])


def _in_thread(request: Request) -> Note:
    note = request.note()
    if note not in _members(request, "Discussion"):
        raise not_found()
    return note


@routes.on("GET", "/projects/:id/issues/:issue_iid/discussions/:discussion_id/notes/:note_id")
def get_thread_note(request: Request) -> Answer:
    """One comment of a thread."""
    return ok(shapes.note(request.world, _in_thread(request)))


@routes.on("PUT", "/projects/:id/issues/:issue_iid/discussions/:discussion_id/notes/:note_id")
def update_thread_note(request: Request) -> Answer:
    """Its text; nothing on an issue can be resolved (app/models/concerns/noteable.rb, sure)."""
    note, actor = _in_thread(request), request.actor
    if request.has("body") == request.has("resolved"):
        raise bad_parameter("body, resolved are missing, exactly one parameter must be provided")
    if request.has("resolved"):
        raise bad_request("Note is not resolvable")
    return _spoken(request, notes.edit(request.world, actor, note, request.text("body")), 200)


@routes.on("DELETE", "/projects/:id/issues/:issue_iid/discussions/:discussion_id/notes/:note_id")
def delete_thread_note(request: Request) -> Answer:
    """One's own, or with Maintainer another's."""
    notes.delete(request.world, request.actor, _in_thread(request))
    return empty()
