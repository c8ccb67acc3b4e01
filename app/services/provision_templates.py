"""The issue templates of each project that holds requests: planned, and brought there by commit or merge request."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Protocol

from app.domain.failure import Permanent, Temporary, in_part
from app.domain.issue_template import LAYOUT, issue_templates
from app.domain.program import Program, TemplateMode
from app.domain.provision import Draft, Kind, Refusal, Step, Where
from app.domain.provision_templates import (
    BRANCH,
    Blobs,
    FileWrite,
    LastCommit,
    MergeRequestSeen,
    MergeRequestWish,
    Seen,
    TemplateFile,
    TemplatesWish,
    canonical,
    compare,
    differing,
    left_behind,
    waits,
)
from app.domain.taxonomy import Taxonomy


class TemplateDoor(Protocol):
    """The door to repositories. All raise Temporary, Permanent."""

    def files(self, project: str, branch: str | None = None) -> Blobs:
        """What stands in the folder of templates; nothing where there is none."""
        ...

    def default_branch(self, project: str) -> tuple[str, bool, bool]:
        """Its name, whether the repository is empty, and whether we are less than a Developer."""
        ...

    def may_push(self, project: str, branch: str) -> bool:
        """Whether we may push there."""
        ...

    def last_commit(self, project: str, branch: str, path: str) -> LastCommit:
        """Who changed a file last."""
        ...

    def merge_request(self, project: str) -> MergeRequestSeen | None:
        """The merge request from our branch that is open, or was closed last."""
        ...

    def commit(self, project: str, branch: str, start: str | None, writes: Sequence[FileWrite]) -> None:
        """Files as one commit."""
        ...

    def open_merge_request(self, project: str, target: str, description: str) -> int:
        """A merge request from our branch; its number."""
        ...

    def describe(self, project: str, iid: int, description: str) -> None:
        """Another description for it."""
        ...


class TemplateWording(Protocol):
    """Turns a template's layout and values into Markdown."""

    def issue(self, template: str, data: Mapping[str, object], area: str | None) -> str:
        """The whole text."""
        ...


class ProvisionTemplates:
    """The part of plan and apply for issue templates. A project whose templates are as declared costs one call."""

    kind = Kind.TEMPLATES

    def __init__(
        self,
        door: TemplateDoor,
        words: TemplateWording,
        taxonomy: Taxonomy,
        program: Program,
        places: Mapping[str, Where],
    ) -> None:
        self._door, self._words = door, words
        self._taxonomy, self._program, self._places = taxonomy, program, places

    def draft(self) -> Draft[TemplatesWish | None]:
        """What each project lacks. Raises Temporary, Permanent."""
        if self._program.templates is TemplateMode.OFF:
            return Draft((), "off")
        files = self._files()
        steps: list[Step[TemplatesWish | None]] = []
        old: list[Step[TemplatesWish | None]] = []
        refusals: list[Refusal] = []
        texts: list[str] = []
        declared = 0
        for project in self._program.projects:
            blobs = self._door.files(project.path)
            seen = self._seen(project.path, files, blobs)
            texts.append(canonical(project.path, files, seen))
            where = self._places.get("templates", self._places.get(f"project:{project.path}"))
            old += left_behind(project.path, files, blobs, where)
            if seen is None:
                declared += len(files)
                continue
            declared += len(files) - len(differing(files, seen.blobs))
            found = compare(project.path, files, self._program.templates, seen, where)
            steps += [found.step] if found.step else []
            refusals += [found.refusal] if found.refusal else []
        return Draft((*steps, *old), "\n".join(texts), tuple(refusals), declared)

    def _files(self) -> tuple[TemplateFile, ...]:
        return tuple(
            TemplateFile(
                one.path,
                self._words.issue(LAYOUT, {each.name: getattr(one, each.name) for each in fields(one)}, one.area),
            )
            for one in issue_templates(self._taxonomy, self._program)
        )

    def _seen(self, project: str, files: tuple[TemplateFile, ...], blobs: Blobs) -> Seen | None:
        """What has to be known to say what to do; None where all is as declared."""
        if not differing(files, blobs):
            return None
        merge_request, proposed = None, None
        if self._program.templates is TemplateMode.MERGE_REQUEST:
            merge_request, proposed = self._door.merge_request(project), self._door.files(project, BRANCH)
            if waits(files, merge_request, proposed):
                return Seen(blobs, "", merge_request=merge_request, proposed=proposed)
        branch, empty, below = self._door.default_branch(project)
        pushes = not below
        if pushes and self._program.templates is TemplateMode.COMMIT and not empty:
            pushes = self._door.may_push(project, branch)
        onto, there = (BRANCH, proposed or {}) if merge_request and merge_request.open else (branch, blobs)
        changed = [file.path for file in differing(files, there) if file.path in there]
        last = {path: self._door.last_commit(project, onto, path) for path in changed}
        return Seen(blobs, branch, empty, pushes, merge_request, proposed, last)

    def make(self, step: Step[TemplatesWish | None]) -> str | None:
        """Commit, look whether it is there, and ask for review where that is the way; tells which merge request."""
        wish = step.wish
        if wish is None:
            return None
        if wish.writes:
            self._commit(wish)
        try:
            number = self._propose(wish)
        except (Temporary, Permanent) as problem:
            if not wish.writes:
                raise
            raise in_part(problem, f"The issue templates are on {wish.branch}, and nobody is asked yet.") from problem
        return f"merge !{number} of {wish.project} to bring them there" if number is not None else None

    def _propose(self, wish: TemplatesWish) -> int | None:
        """The merge request that is open afterwards; None where the templates come by commit."""
        if wish.merge_request is None:
            return None
        if wish.merge_request.iid is not None:
            self._door.describe(wish.project, wish.merge_request.iid, wish.merge_request.description)
            return wish.merge_request.iid
        found = self._open(wish.project)
        return self._ask(wish.project, wish.merge_request) if found is None else found

    def _ask(self, project: str, wish: MergeRequestWish) -> int:
        """Harmless where another run of ours was quicker: GitLab keeps one for the same branches."""
        try:
            return self._door.open_merge_request(project, wish.target, wish.description)
        except Permanent:
            found = self._open(project)
            if found is None:
                raise
            return found

    def _open(self, project: str) -> int | None:
        found = self._door.merge_request(project)
        return found.iid if found and found.open else None

    def _commit(self, wish: TemplatesWish) -> None:
        """Another run of ours may have been quicker: then all is there as it should be."""
        try:
            self._door.commit(wish.project, wish.branch, wish.start, wish.writes)
        except Permanent:
            if not self._there(wish):
                raise
            return
        if not self._there(wish):
            raise Permanent(
                f"GitLab took the commit on {wish.branch} of {wish.project}, and the templates there are others. "
                "Perhaps somebody was quicker; plan again."
            )

    def _there(self, wish: TemplatesWish) -> bool:
        return not differing(wish.files, self._door.files(wish.project, wish.branch))
