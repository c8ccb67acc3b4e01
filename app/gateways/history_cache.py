"""Label events of issues, kept in a file between runs: reading them anew takes a call for each issue (CONTRACT 4).

A cache and nothing more: lost, corrupt, of another GitLab or another taxonomy, it is made again. An issue's events are
taken from it only while its `updated_at` is the same, as each change of labels touches that. It holds issue numbers,
times, the program's own label titles, and who moved them; no titles, no texts, no other labels, which may be called
after customers. So it may lie in a CI/CD cache; what it says is shown to people, and decides nothing.
"""

import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from app.domain.failure import Missing
from app.domain.issue import Issue, LabelEvent, Ref, User
from app.domain.taxonomy import Taxonomy
from app.gateways.gitlab_budget import in_background

FILE = "label-events.json"
VERSION = 1
SIDE_BY_SIDE = 8
"""How many issues are read at the same time."""

KEPT_UNSEEN = timedelta(days=35)
MOST_ISSUES = 20_000
"""What nobody asked for so long, and what is too much, is dropped; the least lately seen first."""

ReadEvents = Callable[[Ref], tuple[LabelEvent, ...]]
"""Reads the label events of one issue: one call. Raises Missing, Temporary, Permanent."""

_Event = tuple[int, AwareDatetime, Literal["add", "remove"], str, int | None, str | None]
"""Its id, when, what, the label's title, and the id and handle of whoever did it."""

_log = logging.getLogger(__name__)


class _Kept(BaseModel):
    """One issue. `seen` is the day on which somebody last asked for it."""

    model_config = ConfigDict(frozen=True)
    updated_at: AwareDatetime
    seen: date
    events: tuple[_Event, ...]


class _File(BaseModel):
    """The whole file. `of` says which GitLab and which labels it is about."""

    version: Literal[1]
    of: str
    issues: dict[int, _Kept]


class HistoryCache:
    """The label events of many issues, those of the program's labels only. Safe across threads, and for several
    processes: the last to write wins, and the other's news are read again.
    """

    def __init__(self, read: ReadEvents, directory: Path, instance: str, taxonomy: Taxonomy) -> None:
        """`instance` is GitLab's address: issues of two of them may have the same id."""
        self._read, self._path = read, directory / FILE
        self._titles = taxonomy.titles | taxonomy.successors.keys()
        self._of = _fingerprint(instance, taxonomy)
        self._issues: dict[int, _Kept] | None = None
        self._lock = threading.Lock()

    def events(self, issues: Sequence[Issue], now: datetime) -> Mapping[Ref, tuple[LabelEvent, ...]]:
        """By issue, the oldest first: no call for what is known, one for each other. What is gone meanwhile is left
        out. Raises Temporary, Permanent.
        """
        found, today = self._fresh(issues), now.date()
        try:
            for issue, events in self._read_all([issue for issue in issues if issue.id not in found]):
                rows = _rows(events, self._titles)
                found[issue.id] = _Kept(updated_at=issue.updated_at, seen=today, events=rows)
        finally:
            # What was read before a failure need not be read again.
            self._remember(found, today)
        return {issue.ref: _events(found[issue.id]) for issue in issues if issue.id in found}

    def _fresh(self, issues: Sequence[Issue]) -> dict[int, _Kept]:
        """What is known of these issues as they are now."""
        with self._lock:
            if self._issues is None:
                self._issues = self._load()
            known = ((issue, self._issues.get(issue.id)) for issue in issues)
            return {issue.id: kept for issue, kept in known if kept and kept.updated_at == issue.updated_at}

    def _read_all(self, issues: Sequence[Issue]) -> Iterator[tuple[Issue, tuple[LabelEvent, ...]]]:
        """Each issue with its events, as they come in. The first failure ends it."""

        def read(issue: Issue) -> tuple[LabelEvent, ...] | None:
            with in_background(), suppress(Missing):
                return self._read(issue.ref)
            return None

        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="histories") as pool:
            readings = [(issue, pool.submit(copy_context().run, read, issue)) for issue in issues]
            try:
                for issue, reading in readings:
                    if (events := reading.result()) is not None:
                        yield issue, events
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _remember(self, found: Mapping[int, _Kept], today: date) -> None:
        """Keep it, as asked for today; drop what nobody asks for, and write the file where anything differs."""
        seen = {number: one.model_copy(update={"seen": today}) for number, one in found.items()}
        with self._lock:
            before = self._issues or {}
            lately = sorted((before | seen).items(), key=lambda pair: (pair[1].seen, pair[0]), reverse=True)
            self._issues = {n: one for n, one in lately[:MOST_ISSUES] if today - one.seen <= KEPT_UNSEEN}
            if self._issues != before:
                self._write(self._issues)

    def _load(self) -> dict[int, _Kept]:
        try:
            found = _File.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as problem:
            self._cold(problem.strerror or "it cannot be read")
        except ValidationError:
            self._cold("it is no such file, or one of another version")
        else:
            if found.of == self._of:
                return found.issues
            self._cold("it is of another GitLab or of other labels")
        return {}

    def _cold(self, why: str) -> None:
        _log.warning("%s is not used: %s. Label events are read anew, a call for each request.", self._path, why)

    def _write(self, kept: Mapping[int, _Kept]) -> None:
        """Whole or not at all; nobody is served by failing because it cannot be kept."""
        found = {number: one.model_dump(mode="json") for number, one in kept.items()}
        text = json.dumps({"version": VERSION, "of": self._of, "issues": found}, separators=(",", ":"))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._path, text)
        except OSError as problem:
            _log.warning(
                "%s cannot be written: %s. The next run reads label events anew.", self._path, problem.strerror
            )


def _replace(path: Path, text: str) -> None:
    number, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _rows(events: Sequence[LabelEvent], titles: frozenset[str]) -> tuple[_Event, ...]:
    return tuple(
        (
            event.id,
            event.at,
            event.action,
            event.label,
            *((user.id, user.username) if (user := event.user) else (None, None)),
        )
        for event in events
        if event.label in titles
    )


def _events(kept: _Kept) -> tuple[LabelEvent, ...]:
    return tuple(
        LabelEvent(number, None if by is None else User(by, handle or ""), at, label, action)
        for number, at, action, label, by, handle in kept.events
    )


def _fingerprint(instance: str, taxonomy: Taxonomy) -> str:
    """Changes with the labels: which events are kept follows from them, and under which title a renamed one stands."""
    told = (instance, sorted(taxonomy.titles), sorted(taxonomy.successors.items()))
    return sha256(repr(told).encode()).hexdigest()[:16]
