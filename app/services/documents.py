"""Documents of the program, agendas say: each created once though many race, then rewritten around what people type
(agendas 4.1, 4.4). Knows nothing of what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from app.domain.document import News, Standing, Wanted, Written
from app.domain.document_marker import DocumentName, bound, loose, marked, with_marker
from app.domain.failure import Permanent, Temporary
from app.domain.issue import Issue, Note, Ref, User
from app.domain.kept_edits import Kept
from app.domain.managed_blocks import composed
from app.domain.managed_lines import Box, Item
from app.domain.managed_merge import LIMIT, merge
from app.domain.ticks import EDITED, marks
from app.domain.voice import Identity
from app.services.ports import Wording

ATTEMPTS = 4
"""How often one run writes a document that people write at the same moment."""


class ProgramIssues(Protocol):
    """Issues that we write, in GitLab. All raise Temporary, Permanent."""

    def labelled(self, project: str, title: str, since: datetime | None = None) -> Sequence[Issue]:
        """Issues with this label, open and closed, created since then."""
        ...

    def made_by(self, project: str, author: int, since: datetime | None = None) -> Sequence[Issue]:
        """Issues by this user, open and closed, created since then."""
        ...

    def create(self, project: str, title: str, text: str, labels: Sequence[str]) -> Issue:
        """A new issue."""
        ...

    def read(self, ref: Ref) -> Issue:
        """One issue, read now."""
        ...

    def describe(self, ref: Ref, text: str, *, close: bool = False) -> None:
        """Another description."""
        ...

    def label(self, ref: Ref, titles: Sequence[str]) -> None:
        """Put labels on."""
        ...

    def activity(self, ref: Ref) -> Sequence[Note]:
        """GitLab's own notes, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Documents:
    """Finds, creates and rewrites documents. Safe to run in several places at once."""

    door: ProgramIssues
    wording: Wording
    identity: Identity

    def find(self, wanted: Wanted) -> Issue | None:
        """The document, open or closed, if it was ever created; one call where its label is still on it."""
        return next(iter(self._candidates(wanted)), None)

    def ensure(self, wanted: Wanted, listed: Iterable[Issue] = ()) -> Standing:
        """The one document: found, or created and won. People are called once, when it is won.

        `listed` are issues that the caller has read lately; where the document is among them, no call is made.

        A creation whose answer is lost raises Temporary; the next run finds what it made. Raises Permanent too.
        """
        if found := self._marked(listed, wanted):
            return self._settled(wanted, found, fresh=False)
        if found := self._candidates(wanted):
            return self._settled(wanted, found)
        text = with_marker(composed(wanted.layout, str(wanted.name)), loose(wanted.name, self.identity))
        made = self.door.create(wanted.project, wanted.title, text, wanted.labels)
        found = self._marked(self.door.labelled(wanted.project, wanted.labels[0], wanted.since), wanted) or (made,)
        standing = self._settled(wanted, found)
        return replace(standing, created=standing.issue.ref == made.ref)

    def rewrite(self, known: Issue, name: DocumentName, news: News) -> Written:
        """Bring the blocks up to date. With no news since `known` was read, no call is made.

        Else GitLab is read immediately before writing and just after: what somebody wrote before our reading survives
        by the merge, what wrote over ours is merged once more, a tick that we wrote over is set again. Five calls.
        Raises Temporary, Permanent.
        """
        written = self._merged(known, name, news)
        if not written.changed:
            return written
        heeded = max((note.id for note in self.door.activity(known.ref)), default=0)
        return self._write(known.ref, name, news, heeded)

    def _write(self, ref: Ref, name: DocumentName, news: News, heeded: int) -> Written:
        kept: dict[Kept, None] = {}
        edited: dict[User, None] = {}
        changed = False
        for _ in range(ATTEMPTS):
            written = self._merged(self.door.read(ref), name, news)
            kept |= dict.fromkeys(written.kept)
            if not written.changed:
                return replace(written, changed=changed, kept=tuple(kept), overwritten=tuple(edited))
            self.door.describe(ref, written.issue.description)
            changed = True
            since = [note for note in self.door.activity(ref) if note.id > heeded]
            heeded = max((note.id for note in since), default=heeded)
            over = self._written_over(since)
            edited |= dict.fromkeys(note.author for note in over if note.body == EDITED)
            news = replace(news, boxes={**news.boxes, **_boxes(over, written.items)})
        raise Temporary(f"{ref} is being edited all the while; what is new there is written later.", retry_after=60.0)

    def _merged(self, issue: Issue, name: DocumentName, news: News) -> Written:
        merged = merge(issue.description, news.blocks, str(name), news.boxes, news.settled)
        text = with_marker(merged.text, bound(name, self.identity, issue, news.state))
        if text != issue.description and len(text) > LIMIT:
            raise Permanent(
                f"The description of {issue.ref} is full: GitLab takes {LIMIT:,} characters. Shorten what people wrote "
                "there, or move it into a comment."
            )
        return Written(replace(issue, description=text), text != issue.description, merged.kept, merged.items)

    def _written_over(self, since: Sequence[Note]) -> Sequence[Note]:
        """What people did between our last look and our own write; our write's note, and all behind it, is left out."""
        return since[: next((i for i, note in enumerate(since) if self.identity.bot.is_us(note.author)), len(since))]

    def _settled(self, wanted: Wanted, found: Sequence[Issue], *, fresh: bool = True) -> Standing:
        """The lowest number stays and calls people, if nobody was called; later ones are closed with a link to it."""
        first, *later = found
        closed = tuple(issue.ref for issue in later if self._close(issue, first.ref, wanted))
        mark = marked(first, self.identity)
        if first.state == "closed":
            return Standing(first, closed=closed)
        if not set(wanted.labels[:1]) <= first.labels:
            self.door.label(first.ref, wanted.labels[:1])
        if mark is None or not mark.bound:
            first = first if fresh else self.door.read(first.ref)
            first = self._bind(first, wanted, calling=mark is not None)
        return Standing(first, closed=closed)

    def _bind(self, issue: Issue, wanted: Wanted, *, calling: bool) -> Issue:
        """Make it the one, and call people in the same write. The issue was read a moment ago, in a list."""
        news = News(wanted.calling if calling and wanted.calling else wanted.blocks)
        self.door.describe(issue.ref, self._merged(issue, wanted.name, news).issue.description)
        return self.rewrite(self.door.read(issue.ref), wanted.name, news).issue

    def _close(self, issue: Issue, first: Ref, wanted: Wanted) -> bool:
        """Close a later one of ours, with all that was typed there."""
        fresh = self.door.read(issue.ref)
        if fresh.state == "closed" or self._name_of(fresh) != str(wanted.name):
            return False
        told = self.wording.note("document_doubled", {"ref": str(first)}, None)
        self.door.describe(fresh.ref, with_marker(f"{told}\n\n{fresh.description}", None), close=True)
        return True

    def _candidates(self, wanted: Wanted) -> tuple[Issue, ...]:
        """All that are this document, by number. Where none has the label still, all issues of ours are looked through;
        last of all, an open one of ours with the very title and no marker: somebody emptied it.
        """
        labelled = self.door.labelled(wanted.project, wanted.labels[0], wanted.since)
        if found := self._marked(labelled, wanted):
            return found
        users = (self.identity.bot.id, *sorted(self.identity.bot.retired))
        ours = {i.ref: i for user in users for i in self.door.made_by(wanted.project, user, wanted.since)}
        ours |= {issue.ref: issue for issue in labelled}
        return self._marked(ours.values(), wanted) or self._emptied(ours.values(), wanted)

    def _marked(self, issues: Iterable[Issue], wanted: Wanted) -> tuple[Issue, ...]:
        found = (issue for issue in issues if self._name_of(issue) == str(wanted.name))
        return tuple(sorted(found, key=lambda issue: issue.ref.iid))

    def _emptied(self, issues: Iterable[Issue], wanted: Wanted) -> tuple[Issue, ...]:
        ours = (i for i in issues if i.state == "opened" and self.identity.bot.is_us(i.author))
        same = (i for i in ours if i.title == wanted.title and marked(i, self.identity) is None)
        return tuple(sorted(same, key=lambda issue: issue.ref.iid))[:1]

    def _name_of(self, issue: Issue) -> str | None:
        mark = marked(issue, self.identity)
        return mark.document if mark else None


def _boxes(over: Iterable[Note], items: Mapping[str, Item]) -> dict[str, Box]:
    """The ticks that we wrote over, as they stood; those of lines that only bear our key are left."""
    ours = (mark for mark in marks(over) if mark.key in items and items[mark.key].label == mark.label)
    return {mark.key: "x" if mark.action == "ticked" else " " for mark in ours}
