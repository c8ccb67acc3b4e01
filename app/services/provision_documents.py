"""The documents part of plan and apply: references to labels follow when those are renamed."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.failure import Permanent
from app.domain.issue import Issue, Ref
from app.domain.program import Program
from app.domain.provision import Draft, Kind, Step, Where
from app.domain.provision_documents import DocumentWish, canonical, compare, is_document
from app.domain.references import renamed, runs_something
from app.domain.taxonomy import Taxonomy


class Documents(Protocol):
    """The door to documents. All raise Temporary, Permanent."""

    def without(self, project: str, titles: Sequence[str]) -> tuple[Issue, ...]:
        """Open issues that carry none of these labels."""
        ...

    def read(self, ref: Ref) -> Issue:
        """One issue, read now."""
        ...

    def describe(self, ref: Ref, text: str) -> None:
        """Another description."""
        ...


class ProvisionDocuments:
    """Reads nothing while no label has an earlier title; else one list for each project, whether or not the label is
    still to be renamed: an apply that was cut short after the labels has to find the rest.
    """

    kind = Kind.DOCUMENTS

    def __init__(self, door: Documents, taxonomy: Taxonomy, program: Program, places: Mapping[str, Where]) -> None:
        self._door, self._taxonomy, self._program, self._places = door, taxonomy, program, places

    def draft(self) -> Draft[DocumentWish | None]:
        """What refers to labels by earlier titles. Raises Temporary, Permanent."""
        titles = self._taxonomy.successors
        if not titles:
            return Draft((), "")
        steps: list[Step[DocumentWish | None]] = []
        texts: list[str] = []
        documents = 0
        statuses = tuple(status.title for status in self._taxonomy.workflow.statuses)
        for project in self._program.projects:
            found = self._door.without(project.path, statuses)
            steps += compare(found, titles, self._program.holds_requests, self._places)
            texts.append(canonical(project.path, found))
            documents += sum(map(is_document, found))
        return Draft(tuple(steps), "\n".join(texts), as_declared=documents - len(steps))

    def make(self, step: Step[DocumentWish | None]) -> None:
        """Read again, as GitLab has no lock (CONTRACT 3), and rewrite the references of the text as it is now."""
        if step.wish is None:
            return
        ref = step.wish.ref
        now = self._door.read(ref).description
        mended = renamed(now, step.wish.titles, self._program.holds_requests)
        if mended == now:
            return
        if runs_something(now):
            raise Permanent(
                f"A line of {ref} begins with a slash since a moment ago, which GitLab would run as a command at each "
                "edit. Mend its references by hand."
            )
        self._door.describe(ref, mended)
