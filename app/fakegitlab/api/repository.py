"""Files, trees, branches and commits, just enough for templates and configuration (doc/api/repository_files.md,
documented)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from app.fakegitlab import access, commits
from app.fakegitlab.api.answer import Answer, created, empty, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.request import Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.model import Project
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json
from app.fakegitlab.possessions import Commit
from app.fakegitlab.refusal import Refused, bad_parameter, forbidden, not_found
from app.fakegitlab.state import State

ACTIONS = ("create", "delete", "move", "update", "chmod")


def readable(request: Request) -> Project:
    """The project, if its code is the caller's to read: guests of a private one read none."""
    one = request.project()
    if one.visibility == "private" and access.level_in(request.user, one) < access.PLANNER:
        raise forbidden()
    return one


def _blob(request: Request, content: str, one: Commit, path: str, ref: str) -> tuple[bytes, Json]:
    data, project = base64.b64decode(content), request.project()
    return data, {
        "file_name": path.rsplit("/", 1)[-1],
        "file_path": path,
        "size": len(data),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(data).hexdigest(),
        "ref": ref,
        "blob_id": _sum("blob", data),
        "commit_id": one.sha,
        "last_commit_id": commits.last_commit(project.own.repository, one, path).sha,
        "execute_filemode": False,
    }


def _file(request: Request, need_ref: bool) -> tuple[bytes, Json]:
    project, path = readable(request), request.arguments["file_path"]
    if need_ref:
        request.need("ref")
    ref = request.text("ref", "HEAD")
    one = commits.require(project, ref)
    content = one.files.get(path)
    if content is None:
        raise not_found("File")
    return _blob(request, content, one, path, ref)


def _as_headers(body: Mapping[str, object]) -> list[tuple[bytes, bytes]]:
    """`X-Gitlab-File-Name` and so on, beside the body and instead of it for HEAD."""
    return [
        (
            f"x-gitlab-{name.replace('_', '-')}".encode(),
            str(value).lower().encode() if isinstance(value, bool) else str(value).encode(),
        )
        for name, value in body.items()
    ]


@routes.on("GET", "/projects/:id/repository/files/:file_path")
def get_file(request: Request) -> Answer:
    """A file with its content in base64."""
    data, body = _file(request, need_ref=True)
    answer = ok(body | {"content": base64.b64encode(data).decode()})
    answer.headers += _as_headers(body)
    return answer


@routes.on("GET", "/projects/:id/repository/files/:file_path/raw")
def raw_file(request: Request) -> Answer:
    """A file as it is."""
    data, body = _file(request, need_ref=False)
    return Answer(200, data, _as_headers(body), b"text/plain")


def _write(request: Request, kind: str) -> Json:
    project, actor = request.project(), request.actor
    request.need("branch", "commit_message", *(["content"] if kind != "delete" else []))
    for name in ("branch", "commit_message"):
        if not request.text(name):
            raise bad_parameter(f"{name} is empty")
    path = request.arguments["file_path"]
    content = None if kind == "delete" else _content(request.text("content"), request.text("encoding", "text"))
    action = commits.Action(kind, path, content, last_commit_id=request.text("last_commit_id"))
    commits.commit(
        request.world,
        actor,
        project,
        request.text("branch"),
        request.text("commit_message"),
        [action],
        request.text("start_branch") or None,
        request.text("author_name"),
        request.text("author_email"),
    )
    return {"file_path": path, "branch": request.text("branch")}


def _content(text: str, encoding: str) -> bytes:
    if encoding != "base64":
        return text.encode()
    try:
        return base64.b64decode(text)
    except binascii.Error:
        raise bad_parameter("content is invalid") from None


@routes.on("POST", "/projects/:id/repository/files/:file_path")
def create_file(request: Request) -> Answer:
    """A new file; 400 where there is one."""
    return created(_write(request, "create"))


@routes.on("PUT", "/projects/:id/repository/files/:file_path")
def update_file(request: Request) -> Answer:
    """New content; 400 if somebody changed it after `last_commit_id`."""
    return ok(_write(request, "update"))


@routes.on("DELETE", "/projects/:id/repository/files/:file_path")
def delete_file(request: Request) -> Answer:
    """Gone from the branch."""
    _write(request, "delete")
    return empty()


@routes.on("GET", "/projects/:id/repository/tree")
def tree(request: Request) -> Answer:
    """Files and folders in a folder; 404 where there is no such folder."""
    project, folder = readable(request), request.text("path").strip("/")
    if not project.own.repository.branches:
        raise not_found("Tree")
    one = commits.resolve(project, request.text("ref") or None)
    if one is None:
        raise not_found("Tree")
    prefix, deep = f"{folder}/" if folder else "", request.flag("recursive")
    inside = [path.removeprefix(prefix) for path in one.files if path.startswith(prefix)]
    if folder and not inside:
        raise Refused(404, {"message": "404 invalid revision or path Not Found"})
    folders = {"/".join(parts[:n]) for path in inside for parts in [path.split("/")] for n in range(1, len(parts))}
    rows = [("tree", path) for path in sorted(folders)] + [("blob", path) for path in sorted(inside)]
    rows = [row for row in rows if deep or "/" not in row[1]]
    return paged(request, rows, lambda row: _entry(one, row[0], prefix + row[1]))


def _sum(kind: str, data: bytes) -> str:
    """Git's name for an object: of a file's content as `git hash-object` gives it."""
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def _entry(one: Commit, kind: str, path: str) -> Json:
    """Names of contents are Git's; of folders they only change with what is inside (differs from
    doc/api/repositories.md, documented)."""
    if kind == "blob":
        sha = _sum("blob", base64.b64decode(one.files[path]))
    else:
        inside = (f"{each} {one.files[each]}" for each in sorted(one.files) if each.startswith(path + "/"))
        sha = _sum("tree", "\0".join(inside).encode())
    mode = "100644" if kind == "blob" else "040000"
    return {"id": sha, "name": path.rsplit("/", 1)[-1], "type": kind, "path": path, "mode": mode}


def commit_shape(state: State, project: Project, one: Commit) -> Json:
    """A commit without its changes."""
    when = stamp(one.created_at)
    return {
        "id": one.sha,
        "short_id": one.sha[:8],
        "created_at": when,
        "parent_ids": list(one.parents),
        "title": one.message.split("\n")[0],
        "message": one.message,
        "author_name": one.author_name,
        "author_email": one.author_email,
        "authored_date": when,
        "committer_name": one.author_name,
        "committer_email": one.author_email,
        "committed_date": when,
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{state.base_url}/{project.full_path}/-/commit/{one.sha}",
    }


@routes.on("GET", "/projects/:id/repository/commits")
def list_commits(request: Request) -> Answer:
    """The newest first; of one file with `path`."""
    project = readable(request)
    tip = commits.resolve(project, request.text("ref_name") or None)
    if tip is None:
        raise not_found("Repository") if not project.own.repository.branches else not_found()
    found, path = commits.history(project.own.repository, tip), request.text("path").strip("/")
    if path:
        found = [
            one
            for one in found
            if any((each + "/").startswith(path + "/") for each in commits.changed(project.own.repository, one))
        ]
    since, until = request.moment("since"), request.moment("until")
    found = [one for one in found if (not since or one.created_at >= since) and (not until or one.created_at <= until)]
    return paged(request, found, lambda one: commit_shape(request.world, project, one))


@routes.on("GET", "/projects/:id/repository/commits/:sha")
def get_commit(request: Request) -> Answer:
    """One commit, by SHA or branch."""
    project = readable(request)
    one = commits.require(project, request.arguments["sha"])
    more: Json = {"stats": None, "status": None, "last_pipeline": None, "project_id": project.id}
    return ok(commit_shape(request.world, project, one) | more)


@routes.on("POST", "/projects/:id/repository/commits")
def create_commit(request: Request) -> Answer:
    """Several changes at once, all or none; `force` makes a branch anew from `start_branch`. 403 where the caller may
    not push (lib/api/commits.rb, sure)."""
    project, actor = request.project(), request.actor
    request.need("branch", "commit_message", "actions")
    guard = project.own.repository.protected.get(request.text("branch"), 0)
    if access.level(actor, project) < max(access.DEVELOPER, guard):
        raise Refused(403, {"message": "403 Forbidden - You are not allowed to push into this branch"})
    given = request.parameters.get("actions")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad_parameter("actions is invalid")
    new = commits.commit(
        request.world,
        actor,
        project,
        request.text("branch"),
        request.text("commit_message"),
        [_action(one) for one in given],
        request.text("start_branch") or request.text("start_sha") or None,
        request.text("author_name"),
        request.text("author_email"),
        force=request.flag("force"),
    )
    more: Json = {"stats": None, "status": None, "last_pipeline": None, "project_id": project.id}
    return created(commit_shape(request.world, project, new) | more)


def _action(one: Mapping[str, object]) -> commits.Action:
    kind = str(one.get("action"))
    if kind not in ACTIONS:
        raise bad_parameter("actions[0][action] does not have a valid value")
    text = one.get("content")
    if text is None and kind in ("create", "update"):
        raise Refused(400, {"message": "You must provide content"})
    content = None if text is None else _content(str(text), str(one.get("encoding", "text")))
    before, last = str(one.get("previous_path") or ""), str(one.get("last_commit_id") or "")
    return commits.Action("update" if kind == "chmod" else kind, str(one.get("file_path")), content, before, last)
