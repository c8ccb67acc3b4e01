"""Issue templates of a project: files of its default branch (doc/api/project_templates.md; CONTRACT 8, documented)."""

import base64

from app.fakegitlab import commits
from app.fakegitlab.api.answer import Answer, ok
from app.fakegitlab.api.pagination import paged
from app.fakegitlab.api.repository import readable
from app.fakegitlab.api.request import NotBuilt, Request
from app.fakegitlab.api.routing import routes
from app.fakegitlab.payloads import Json
from app.fakegitlab.refusal import bad_parameter, not_found

FOLDERS = {"issues": ".gitlab/issue_templates/", "merge_requests": ".gitlab/merge_request_templates/"}
OTHERS = ("dockerfiles", "gitignores", "gitlab_ci_ymls", "licenses")


def _texts(request: Request) -> dict[str, str]:
    project, kind = readable(request), request.arguments["type"]
    if kind in OTHERS:
        raise NotBuilt(f"templates of {kind}")
    if kind not in FOLDERS:
        raise bad_parameter("type does not have a valid value")
    tip, folder = commits.resolve(project, None), FOLDERS[kind]
    files = tip.files if tip else {}
    return {
        path.removeprefix(folder).removesuffix(".md"): base64.b64decode(content).decode(errors="replace")
        for path, content in sorted(files.items())
        if path.startswith(folder) and path.endswith(".md")
    }


@routes.on("GET", "/projects/:id/templates/:type")
def templates(request: Request) -> Answer:
    """Their names."""
    rows: list[Json] = [{"key": name, "name": name} for name in _texts(request)]
    return paged(request, rows, lambda row: row)


@routes.on("GET", "/projects/:id/templates/:type/:name")
def template(request: Request) -> Answer:
    """One, with its text."""
    name, found = request.arguments["name"], _texts(request)
    if name not in found:
        raise not_found("Template")
    return ok({"name": name, "content": found[name]})
