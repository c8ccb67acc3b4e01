"""One connection to one GitLab, and the doors it opens."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import gitlab
import httpx

from app.gateways.gitlab_about import GitLabAbout
from app.gateways.gitlab_api import Api
from app.gateways.gitlab_backend import NEVER, READ_TIMEOUT, Again, HttpxBackend, http_client
from app.gateways.gitlab_boards import GitLabBoards
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_commits import GitLabCommits
from app.gateways.gitlab_documents import GitLabDocuments
from app.gateways.gitlab_hooks import GitLabHooks
from app.gateways.gitlab_labels import GitLabLabels
from app.gateways.gitlab_line import Line
from app.gateways.gitlab_list import GitLabLister
from app.gateways.gitlab_merge_note import GitLabMergeNote
from app.gateways.gitlab_read import GitLabReader
from app.gateways.gitlab_schedules import GitLabSchedules
from app.gateways.gitlab_templates import GitLabTemplates
from app.gateways.gitlab_variables import GitLabVariables
from app.gateways.gitlab_write import GitLabWriter, KnownLabels
from app.gateways.traces import Traces


@dataclass(frozen=True, slots=True)
class GitLab:
    """The doors. Safe to use from several threads; close it, or leave it as a context, when done."""

    url: str
    reader: GitLabReader
    writer: GitLabWriter
    lister: GitLabLister
    documents: GitLabDocuments
    about: GitLabAbout
    labels: GitLabLabels
    templates: GitLabTemplates
    boards: GitLabBoards
    hooks: GitLabHooks
    schedules: GitLabSchedules
    variables: GitLabVariables
    merge_note: GitLabMergeNote
    commits: GitLabCommits
    client: httpx.Client
    line: Line

    def close(self) -> None:
        """Close all connections."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(
    url: str,
    token: str,
    budget: Budget | None = None,
    patience: float = READ_TIMEOUT,
    version: str = "0",
    clock: Callable[[], float] = time.time,
    reading: Again = NEVER,
    traces: Traces | None = None,
    *,
    operator: bool = False,
) -> GitLab:
    """Doors to the GitLab at `url` (its root, without /api). Calls nothing yet.

    `patience` is how many seconds an answer may take; `clock` is Unix time. `reading` says when a read is repeated,
    `operator` that the token is an operator's and not the service's. `traces` makes a span for each call.
    """
    client = http_client(token.strip(), version, patience)
    line = Line(budget or Budget())
    backend = HttpxBackend(client, url, line, clock, reading, traces, operator=operator)
    api = Api(
        gitlab.Gitlab(
            url,
            retry_transient_errors=False,
            keep_base_url=True,
            user_agent=client.headers["User-Agent"],
            backend=lambda: backend,
        )
    )
    return _doors(url, api, client, line)


def _doors(url: str, api: Api, client: httpx.Client, line: Line) -> GitLab:
    labels = KnownLabels(api)
    return GitLab(
        url=url,
        reader=GitLabReader(api),
        writer=GitLabWriter(api, labels),
        lister=GitLabLister(api),
        documents=GitLabDocuments(api, labels),
        about=GitLabAbout(api, labels),
        labels=GitLabLabels(api),
        templates=GitLabTemplates(api),
        boards=GitLabBoards(api),
        hooks=GitLabHooks(api),
        schedules=GitLabSchedules(api),
        variables=GitLabVariables(api),
        merge_note=GitLabMergeNote(api),
        commits=GitLabCommits(api),
        client=client,
        line=line,
    )
