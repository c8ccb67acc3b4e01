"""The operator issue: what does not belong on one request is told here, in one living note a topic (workflow 3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from app.domain.issue import Ref
from app.domain.plan import Say
from app.domain.voice import Identity
from app.services.ports import IssueReader, IssueWriter, Wording

FORGOTTEN_AFTER = timedelta(hours=1)
"""A burst that ended this long ago is told afresh, not added to."""


@dataclass(frozen=True, slots=True)
class OperatorIssue:
    """Writes to the operator issue. Without one (`issue` None) the journal alone keeps what happened."""

    reader: IssueReader
    writer: IssueWriter
    wording: Wording
    identity: Identity
    issue: Ref | None
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def burst(self, person: str, ref: Ref, at: datetime) -> None:
        """Add a put-back of a burst to the one summary about it."""
        self._list("burst", f"burst {person}", {"person": person}, [str(ref)], at)

    def unsaid(self, refs: Sequence[Ref], at: datetime) -> None:
        """Name the requests that wait for the next run."""
        self._list("unsaid", "unsaid", {}, [str(r) for r in refs], at)

    def token_expires(self, where: str, at: datetime) -> None:
        """GitLab warned that an access token runs out."""
        self._list("token_expires", f"token {where}", {}, [where], at)

    def _list(self, template: str, topic: str, data: dict[str, object], items: list[str], at: datetime) -> None:
        if self.issue is None:
            return
        with self._one_at_a_time:
            snapshot = self.reader.snapshot(self.issue)
            note = self.identity.hear(snapshot).on(topic)
            before, since = note.state.get("items") if note else None, note.state.get("at") if note else None
            fresh = isinstance(since, str) and at - datetime.fromisoformat(since) < FORGOTTEN_AFTER
            kept = [str(i) for i in before] if fresh and isinstance(before, list) else []
            whole = list(dict.fromkeys([*kept, *items]))
            say = Say(topic, template, {**data, "items": whole}, {"items": whole, "at": at.isoformat()})
            if note is None or note.state.get("items") != whole:
                text = self.wording.note(template, say.data, None)
                self.writer.apply(self.issue, self.identity.sign(text, say, note, snapshot.issue))
