"""Open documents of the program, agendas say, that refer to labels by an earlier title.

GitLab keeps Markdown as text, so a reference does not follow when its label is renamed (CONTRACT 8).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.domain.issue import Issue, Ref
from app.domain.provision import Act, Change, Difference, Kind, Step, Where
from app.domain.references import references, renamed, runs_something, written
from app.domain.taxonomy import scope_of

SCOPE = "program-doc"
Ours = Callable[[str], bool]
"""Whether a project, by its path, is one of the program's."""


@dataclass(frozen=True, slots=True)
class DocumentWish:
    """A document whose references are to be brought up to date."""

    ref: Ref
    titles: Mapping[str, str]


def is_document(issue: Issue) -> bool:
    """Whether an issue is a document of the program (workflow 3.1), and open."""
    return issue.state == "opened" and any(scope_of(title) == SCOPE for title in issue.labels)


def compare(
    issues: Iterable[Issue], titles: Mapping[str, str], ours: Ours, places: Mapping[str, Where]
) -> tuple[Step[DocumentWish | None], ...]:
    """A step for each document with an earlier title in it. One that GitLab would run commands from is only told.

    A document is named by its reference alone: more people read plans than may read a confidential issue's title.
    """
    steps = (_step(issue, titles, ours, places) for issue in issues if is_document(issue))
    return tuple(step for step in steps if step)


def _step(
    issue: Issue, titles: Mapping[str, str], ours: Ours, places: Mapping[str, Where]
) -> Step[DocumentWish | None] | None:
    text = issue.description
    mended = renamed(text, titles, ours)
    if mended == text:
        return None
    left = {found.title for found in references(mended)}
    now = {old: new for old, new in titles.items() if old in {found.title for found in references(text)}}
    differences = tuple(
        Difference("reference", f'~"{old}"', written(new, quoted=True) or new)
        for old, new in now.items()
        if old not in left or mended.count(old) < text.count(old)
    )
    where = next((places.get(f"label:{new}") for new in now.values()), None)
    act, because = Act.CHANGE, "GitLab keeps texts as they were written"
    if runs_something(text):
        act = Act.REPORT
        because = "a line of it begins with a slash, which GitLab would run as a command at each edit; mend it by hand"
    name = str(issue.ref)
    change = Change(Kind.DOCUMENTS, act, issue.ref.project, name, differences, where, because, 1, (name,))
    return Step(change, None if act is Act.REPORT else DocumentWish(issue.ref, titles))


def canonical(project: str, issues: Iterable[Issue]) -> str:
    """What was compared: which documents there are, and what they say."""
    documents = sorted((i.ref.iid, i.description) for i in issues if is_document(i))
    return "\n".join([project, *(f"{iid} {hashlib.sha256(text.encode()).hexdigest()}" for iid, text in documents)])
