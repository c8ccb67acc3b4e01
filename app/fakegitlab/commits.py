"""A repository in memory: whole trees, branches that point at commits, and the rules of writing to them.

Just enough for issue templates and configuration changes (app/services/files; lib/api/files.rb, sure).
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.fakegitlab import access
from app.fakegitlab.model import Project, User
from app.fakegitlab.possessions import Commit, Repository
from app.fakegitlab.refusal import Refused, forbidden, not_found
from app.fakegitlab.state import State

CHANGED = (
    "You are attempting to update a file that has changed since you started editing it."  # Files::UpdateService, sure
)
THERE = "A file with this name already exists"
MISSING = "A file with this name doesn't exist"


@dataclass(frozen=True, slots=True)
class Action:
    """One change of a file: `create`, `update`, `delete` or `move`."""

    kind: str
    path: str
    content: bytes | None = None
    previous_path: str = ""
    last_commit_id: str = ""


def commit(
    state: State,
    author: User,
    project: Project,
    branch: str,
    message: str,
    actions: Sequence[Action],
    start: str | None = None,
    name: str = "",
    email: str = "",
    *,
    force: bool = False,
) -> Commit:
    """All the actions or none, as one commit on a branch, which is made from `start` if it is not there yet, and with
    `force` in any case (app/services/commits/create_service.rb, sure).
    """
    repository = project.own.repository
    _require_push(author, project, branch)
    tip = _starting_point(project, branch, start, force)
    files = dict(tip.files) if tip else {}
    for action in actions:
        _apply(repository, tip, files, action)
    mail = email or author.email or f"{author.username}@example.com"
    new = _commit(state, repository, message, name or author.name, mail, files, (tip.sha,) if tip else ())
    if not repository.branches:
        project.default_branch = branch
        repository.protected[branch] = access.MAINTAINER
    repository.branches[branch] = new.sha
    return new


def _commit(
    state: State,
    repository: Repository,
    message: str,
    name: str,
    email: str,
    files: dict[str, str],
    parents: tuple[str, ...],
) -> Commit:
    number = state.next_id("commit")
    text = "\0".join([str(number), message, *parents, *(part for pair in sorted(files.items()) for part in pair)])
    sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    new = Commit(sha, parents, message, name, email, state.now(), files)
    repository.commits[sha] = new
    return new


def _require_push(author: User, project: Project, branch: str) -> None:
    if access.level(author, project) < access.DEVELOPER:
        raise forbidden()
    if access.level(author, project) < project.own.repository.protected.get(branch, 0):
        raise Refused(400, {"message": "You are not allowed to push into this branch"})


def _starting_point(project: Project, branch: str, start: str | None, force: bool) -> Commit | None:
    repository = project.own.repository
    if branch in repository.branches and not (force and start):
        if start is not None and start != branch:
            raise Refused(
                400,
                {
                    "message": f"A branch called '{branch}' already exists. Switch to that branch in order "
                    "to make changes"
                },
            )
        return repository.commits[repository.branches[branch]]
    if not repository.branches:
        return None
    found = resolve(project, start) if start else None
    if found is None:
        raise Refused(400, {"message": "You can only create or edit files when you are on a branch"})
    return found


def _apply(repository: Repository, tip: Commit | None, files: dict[str, str], action: Action) -> None:
    path, source = action.path.strip("/"), (action.previous_path or action.path).strip("/")
    if action.kind == "create":
        if path in files:
            raise Refused(400, {"message": THERE})
    elif source not in files:
        raise Refused(400, {"message": MISSING})
    if action.last_commit_id and tip and last_commit(repository, tip, source).sha != action.last_commit_id:
        raise Refused(400, {"message": CHANGED})
    old = files.pop(source, "") if action.kind in ("delete", "move") else files.get(path, "")
    if action.kind != "delete":
        files[path] = old if action.content is None else base64.b64encode(action.content).decode()


def resolve(project: Project, ref: str | None) -> Commit | None:
    """The commit of a branch, of a SHA or its beginning, or of `HEAD`; None if there is none."""
    repository = project.own.repository
    name = (ref or "HEAD").removeprefix("refs/heads/")
    if name == "HEAD":
        name = project.default_branch
    if name in repository.branches:
        return repository.commits[repository.branches[name]]
    if len(name) >= 7:
        return next((one for sha, one in repository.commits.items() if sha.startswith(name)), None)
    return None


def require(project: Project, ref: str | None) -> Commit:
    """As `resolve`, or 404."""
    found = resolve(project, ref)
    if found is None:
        raise not_found("Commit")
    return found


def history(repository: Repository, tip: Commit) -> list[Commit]:
    """A commit and what led to it, the newest first."""
    found: dict[str, Commit] = {}
    waiting = [tip.sha]
    while waiting:
        sha = waiting.pop()
        if sha not in found:
            found[sha] = repository.commits[sha]
            waiting += found[sha].parents
    order = {sha: at for at, sha in enumerate(repository.commits)}
    return sorted(found.values(), key=lambda one: -order[one.sha])


def last_commit(repository: Repository, tip: Commit, path: str) -> Commit:
    """The commit that last changed a path."""
    for one in history(repository, tip):
        before = repository.commits[one.parents[0]].files.get(path) if one.parents else None
        if before != one.files.get(path):
            return one
    return tip


def changed(repository: Repository, one: Commit) -> list[str]:
    """The paths a commit changed against its first parent."""
    before = repository.commits[one.parents[0]].files if one.parents else {}
    return sorted(path for path in {*before, *one.files} if before.get(path) != one.files.get(path))


def merge(state: State, author: User, project: Project, source: str, target: str, message: str) -> Commit:
    """A merge commit on `target`; what the source changed since they parted wins, conflicts are never found
    (differs from doc/api/merge_requests.md, documented)."""
    repository = project.own.repository
    ours = repository.commits[repository.branches[target]]
    theirs = repository.commits[repository.branches[source]]
    common = next(one for one in history(repository, theirs) if one in history(repository, ours))
    files = dict(ours.files)
    for path in {*common.files, *theirs.files}:
        if common.files.get(path) != theirs.files.get(path):
            files.pop(path, None)
            if path in theirs.files:
                files[path] = theirs.files[path]
    mail = author.email or f"{author.username}@example.com"
    new = _commit(state, repository, message, author.name, mail, files, (ours.sha, theirs.sha))
    repository.branches[target] = new.sha
    return new
