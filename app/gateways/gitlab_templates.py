"""Issue templates as files: reading a folder, committing, and asking for review (doc/api/repositories.md, commits.md,
merge_requests.md; lib/api/commits.rb).
"""

from collections.abc import Sequence

from gitlab.utils import EncodedId
from pydantic import BaseModel

from app.domain.failure import Missing, Permanent
from app.domain.issue_template import FOLDER
from app.domain.provision_templates import BRANCH, Blobs, FileWrite, LastCommit, MergeRequestSeen
from app.gateways.gitlab_answers import Forbidden
from app.gateways.gitlab_api import Api, Query, project_path
from app.gateways.gitlab_models import Text, understood

_TITLE = "Issue templates as the taxonomy has them"
_DEVELOPER = 30
_CHANGED = ("has changed since", "already exists", "doesn't exist")


class _EntryBody(BaseModel):
    id: str
    path: str
    type: str


class _RightBody(BaseModel):
    access_level: int = 0


class _RightsBody(BaseModel):
    project_access: _RightBody | None = None
    group_access: _RightBody | None = None


class _ProjectBody(BaseModel):
    default_branch: str | None = None
    empty_repo: bool = False
    permissions: _RightsBody = _RightsBody()


class _BranchBody(BaseModel):
    can_push: bool = True


class _CommitBody(BaseModel):
    id: str
    author_name: Text = ""


class _MergeRequestBody(BaseModel):
    iid: int
    state: str
    description: Text = ""
    project_id: int
    source_project_id: int | None = None
    source_branch: str
    target_branch: str

    def value(self) -> MergeRequestSeen:
        return MergeRequestSeen(self.iid, self.description, self.state == "opened")


class GitLabTemplates:
    """Each read is one call, pages apart; each write is one call."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def files(self, project: str, branch: str | None = None) -> Blobs:
        """What stands in the folder, on the default branch unless told; nothing where there is no such folder."""
        query = {"path": FOLDER, **({"ref": branch} if branch else {})}
        try:
            found = self._api.all(f"{_repository(project)}/tree", _EntryBody, query)
        except Missing:
            return {}
        return {entry.path: entry.id for entry in found if entry.type == "blob"}

    def default_branch(self, project: str) -> tuple[str, bool, bool]:
        """Its name, whether the repository is empty, and whether we are known to be less than a Developer."""
        body = self._api.one(project_path(project), _ProjectBody)
        rights = [
            right.access_level for right in (body.permissions.project_access, body.permissions.group_access) if right
        ]
        return body.default_branch or "main", body.empty_repo, bool(rights) and max(rights) < _DEVELOPER

    def may_push(self, project: str, branch: str) -> bool:
        """Whether we may push to a branch."""
        return self._api.one(f"{_repository(project)}/branches/{EncodedId(branch)}", _BranchBody).can_push

    def last_commit(self, project: str, branch: str, path: str) -> LastCommit:
        """Who changed a file last. Raises Permanent where it is gone meanwhile."""
        query: Query = {"ref_name": branch, "path": path, "per_page": 1}
        found, _ = self._api.page(f"{_repository(project)}/commits", _CommitBody, query)
        if not found:
            raise Permanent(f"{path} of {project} was taken away a moment ago; plan again.")
        return LastCommit(found[0].id, found[0].author_name)

    def merge_request(self, project: str) -> MergeRequestSeen | None:
        """The open merge request from our branch, else the newest that was closed unmerged. Forks' are not ours."""
        query = {"source_branch": BRANCH, "state": "all"}
        found, _ = self._api.page(_merge_requests(project), _MergeRequestBody, query)
        ours = [body for body in found if body.source_project_id == body.project_id and body.state != "merged"]
        ours.sort(key=lambda body: (body.state == "opened", body.iid))
        return ours[-1].value() if ours else None

    def commit(self, project: str, branch: str, start: str | None, writes: Sequence[FileWrite]) -> None:
        """All files in one commit. With `start`, the branch is made anew from there. Raises Changed, Permanent."""
        wish: dict[str, object] = {"branch": branch, "commit_message": _TITLE, "actions": [_action(w) for w in writes]}
        if start:
            wish |= {"start_branch": start, "force": True}
        try:
            self._api.client.http_post(f"{_repository(project)}/commits", post_data=wish)
        except Forbidden as refused:
            raise Permanent(
                f"GitLab does not let us push to {branch} of {project}: it is protected, or the token's user is no "
                "Developer there. Give a Maintainer's token, or let the templates come by merge request."
            ) from refused
        except Permanent as refused:
            if any(words in str(refused) for words in _CHANGED):
                raise Permanent(
                    f"Issue templates of {project} were changed on {start or branch} a moment ago by somebody else; "
                    "nothing was written. Plan again to see how they are now."
                ) from refused
            raise

    def open_merge_request(self, project: str, target: str, description: str) -> int:
        """A merge request from our branch; its number. Raises Permanent."""
        wish = {
            "source_branch": BRANCH,
            "target_branch": target,
            "title": _TITLE,
            "description": description,
            "remove_source_branch": True,
        }
        answer = self._api.client.http_post(_merge_requests(project), post_data=wish)
        made = understood(_MergeRequestBody, answer, f"a merge request of {project}")
        if (made.source_branch, made.target_branch, made.description) != (BRANCH, target, description):
            raise Permanent(f"GitLab opened !{made.iid} of {project} otherwise than asked. Look at it, and plan again.")
        return made.iid

    def describe(self, project: str, iid: int, description: str) -> None:
        """Another description for a merge request."""
        answer = self._api.client.http_put(f"{_merge_requests(project)}/{iid}", post_data={"description": description})
        if understood(_MergeRequestBody, answer, f"!{iid} of {project}").description != description:
            raise Permanent(f"GitLab said yes and did not change the description of !{iid} of {project}.")


def _repository(project: str) -> str:
    return f"{project_path(project)}/repository"


def _merge_requests(project: str) -> str:
    return f"{project_path(project)}/merge_requests"


def _action(write: FileWrite) -> dict[str, str]:
    action = {"action": "update" if write.last_commit else "create", "file_path": write.path, "content": write.text}
    return action | ({"last_commit_id": write.last_commit} if write.last_commit else {})
