"""Commits of a project's repository (doc/api/commits.md). Reading takes the Reporter role in a private project."""

from pydantic import BaseModel

from app.domain.failure import Permanent
from app.gateways.gitlab_api import Api, project_path


class _CommitBody(BaseModel):
    id: str


class GitLabCommits:
    """Tells what is newest."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def newest(self, project: str) -> str:
        """The newest commit of the default branch: one call. Raises Missing, Permanent where there is none."""
        found, _ = self._api.page(f"{project_path(project)}/repository/commits", _CommitBody, {"per_page": 1})
        if not found:
            raise Permanent(f"{project} has no commits yet: push the files of the program first.")
        return found[0].id
