"""Issue templates as files of a project: which are not as declared, and how they come there (CONTRACT 8).

Git names a file's content by a sum that can be computed here, so the list of a folder tells all that is to be known.
Files of other names are other people's and are never looked into.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.issue_template import FOLDER
from app.domain.issue_template import NAME as OURS
from app.domain.program import TemplateMode
from app.domain.provision import Act, Change, Difference, Kind, Refusal, Step, Where

BRANCH = "sounding-board/templates"
"""Where templates wait for review; ours to make anew."""
NAME = "issue templates"

_MARK = re.compile(r"<!-- sounding-board templates: [0-9a-f]* -->")


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A file as it should be: its path in the repository, and its whole text."""

    path: str
    text: str

    @property
    def blob(self) -> str:
        """Git's name for this content (SHA-1 over a header and the bytes)."""
        data = self.text.encode()
        return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.removeprefix(f"{FOLDER}/")


@dataclass(frozen=True, slots=True)
class LastCommit:
    """Who changed a file last, and in which commit."""

    id: str
    by: str


@dataclass(frozen=True, slots=True)
class MergeRequestSeen:
    """A merge request from our branch. `open` is false for one that was closed without being merged."""

    iid: int
    description: str
    open: bool


Blobs = Mapping[str, str]
"""What stands in the folder: Git's names of contents, by path."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was read of one project. `branch` is the default one, or the one to be made of an `empty` repository.

    `pushes` is false where the token may not write what is needed. `merge_request` is the newest merge request from our
    branch, `proposed` what stands there; `last` are the last commits of files that are not as declared.
    """

    blobs: Blobs
    branch: str
    empty: bool = False
    pushes: bool = True
    merge_request: MergeRequestSeen | None = None
    proposed: Blobs | None = None
    last: Mapping[str, LastCommit] | None = None


@dataclass(frozen=True, slots=True)
class FileWrite:
    """A file to be written; `last_commit` is the one we saw, None where the file is new."""

    path: str
    text: str
    last_commit: str | None = None


@dataclass(frozen=True, slots=True)
class MergeRequestWish:
    """A merge request into `target`, found (`iid`) or to be opened; `description` is what it should say."""

    target: str
    description: str
    iid: int | None = None


@dataclass(frozen=True, slots=True)
class TemplatesWish:
    """Files to write as one commit on a branch, made anew from `start` where that is given; then a merge request."""

    project: str
    branch: str
    start: str | None
    writes: tuple[FileWrite, ...]
    files: tuple[TemplateFile, ...]
    merge_request: MergeRequestWish | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What is to be done in one project."""

    step: Step[TemplatesWish | None] | None = None
    refusal: Refusal | None = None


def differing(files: Iterable[TemplateFile], blobs: Blobs) -> tuple[TemplateFile, ...]:
    """The files that are missing or have another content."""
    return tuple(file for file in files if blobs.get(file.path) != file.blob)


def canonical(project: str, files: Sequence[TemplateFile], seen: Seen | None) -> str:
    """All that was compared, as text: what should be there, and what is, files of ours only."""
    lines = [project, *(f"{file.path} {file.blob}" for file in files)]
    if seen:
        for where, blobs in (("is", seen.blobs), ("proposed", seen.proposed or {})):
            lines += [f"{where} {file.path} {blobs[file.path]}" for file in files if file.path in blobs]
        lines += [f"last {path} {last.id}" for path, last in sorted((seen.last or {}).items())]
        lines += [f"{seen.branch} {seen.empty} {seen.pushes}"]
        lines += [f"!{seen.merge_request.iid} {seen.merge_request.open}"] if seen.merge_request else []
    return "\n".join(lines)


def left_behind(
    project: str, files: Sequence[TemplateFile], blobs: Blobs, where: Where | None
) -> tuple[Step[TemplatesWish | None], ...]:
    """Issue templates of our kind that are none any more, as after an area got another name. Taking files away is left
    to people: GitLab goes on offering these."""
    wanted = {file.path for file in files}
    because = "the program has no area of this name; GitLab goes on offering it until the file is deleted"
    return tuple(
        Step(Change(Kind.TEMPLATES, Act.REPORT, project, path.removeprefix(f"{FOLDER}/"), (), where, because), None)
        for path in sorted(blobs)
        if path.startswith(f"{FOLDER}/{OURS} - ") and path not in wanted
    )


def compare(
    project: str, files: tuple[TemplateFile, ...], mode: TemplateMode, seen: Seen, where: Where | None
) -> Compared:
    """One step at most: all files come together. Into an empty repository they are committed, for a merge request
    needs a branch to go to.
    """
    if not differing(files, seen.blobs):
        return Compared()
    if not seen.pushes:
        return Compared(refusal=Refusal(_no_right(project, mode, seen)))
    if mode is TemplateMode.COMMIT or seen.empty:
        way = "the first commit of the empty repository" if seen.empty else f"a commit on {seen.branch}"
        wish = TemplatesWish(project, seen.branch, None, _writes(files, seen.blobs, seen), files)
        return Compared(Step(_change(project, files, seen, where, way), wish))
    return Compared(_by_merge_request(project, files, seen, where))


def _by_merge_request(
    project: str, files: tuple[TemplateFile, ...], seen: Seen, where: Where | None
) -> Step[TemplatesWish | None]:
    mark, found, proposed = _mark(files), seen.merge_request, seen.proposed or {}
    if found and waits(files, found, proposed):
        closed = f"!{found.iid} with just these was closed without being merged: reopen it, or write `templates: off`"
        if found.open:
            return _report(project, where, f"they wait for review in !{found.iid}")
        return _report(project, where, closed, unmet=True)
    if found and found.open:
        wish = MergeRequestWish(seen.branch, _MARK.sub(mark, found.description), found.iid)
        writes, way = _writes(files, proposed, seen), f"!{found.iid}, which is open"
        return Step(
            _change(project, files, seen, where, way), TemplatesWish(project, BRANCH, None, writes, files, wish)
        )
    wish = MergeRequestWish(seen.branch, described(mark))
    writes = _writes(files, seen.blobs, seen) if differing(files, proposed) else ()
    start = seen.branch if writes else None
    way = f"a merge request into {seen.branch}"
    return Step(_change(project, files, seen, where, way), TemplatesWish(project, BRANCH, start, writes, files, wish))


def waits(files: Sequence[TemplateFile], merge_request: MergeRequestSeen | None, proposed: Blobs) -> bool:
    """Whether just these contents wait for people already, or were turned down by them."""
    if merge_request and merge_request.open:
        return not differing(files, proposed)
    return merge_request is not None and _mark(files) in merge_request.description


def described(mark: str) -> str:
    """What a merge request of ours says."""
    return (
        f"The issue templates in `{FOLDER}`, as `label_taxonomy.yml` has them now. `sounding-board apply` "
        f"opened this, and keeps it up to date until it is merged.\n\n{mark}"
    )


def _mark(files: Sequence[TemplateFile]) -> str:
    """Hidden in the description: which contents it proposes."""
    text = "\n".join(f"{file.path} {file.blob}" for file in files)
    return f"<!-- sounding-board templates: {hashlib.sha256(text.encode()).hexdigest()[:32]} -->"


def _writes(files: Iterable[TemplateFile], there: Blobs, seen: Seen) -> tuple[FileWrite, ...]:
    last = seen.last or {}
    return tuple(
        FileWrite(file.path, file.text, last[file.path].id if file.path in there else None)
        for file in differing(files, there)
    )


def _change(project: str, files: Sequence[TemplateFile], seen: Seen, where: Where | None, way: str) -> Change:
    """As seen on the default branch, whatever waits for review."""
    act = Act.CHANGE if any(file.path in seen.blobs for file in files) else Act.CREATE
    differences = tuple(
        Difference(file.name, _now(file.path, seen), "as the taxonomy has it") for file in differing(files, seen.blobs)
    )
    because = f"they are made from the taxonomy; they come by {way}"
    return Change(Kind.TEMPLATES, act, project, NAME, differences, where, because)


def _now(path: str, seen: Seen) -> str:
    if path not in seen.blobs:
        return "not there"
    last = (seen.last or {}).get(path)
    return f"another text, last changed by {last.by}" if last else "another text"


def _report(project: str, where: Where | None, because: str, *, unmet: bool = False) -> Step[TemplatesWish | None]:
    return Step(Change(Kind.TEMPLATES, Act.REPORT, project, NAME, (), where, because, unmet=unmet), None)


def _no_right(project: str, mode: TemplateMode, seen: Seen) -> str:
    if mode is TemplateMode.COMMIT:
        return (
            f"The issue templates of {project} are to be committed on {seen.branch}, and the token's user may not push "
            "there. Let them push, give a Maintainer's token, or write `templates: merge_request`."
        )
    return (
        f"The issue templates of {project} are to come by a merge request, and the token's user is no Developer there. "
        "Give a Developer's or a Maintainer's token, or write `templates: off`."
    )
