# ruff: noqa: ARG002
"""Ticks on an agenda are carried out on the requests, as a drag would have done it (agendas 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.issue import Ref
from app.domain.meeting import Meeting
from app.domain.tick_decisions import Became, Decision, Outcome


@dataclass(frozen=True, slots=True)
class Decisions:
    """Carries out decisions, each so that doing it again changes nothing."""

    def make(self, decision: Decision, now: datetime, earlier: Outcome | None = None) -> Outcome:
        """What becomes of a tick or its undoing; `earlier` is what became of the box before. Raises Temporary,
        Permanent.
        """
        return Outcome(decision.ask.key, Became.UNEXPLAINED, None, decision.at, " ")

    def close_out(self, meeting: Meeting, agenda: Ref, refs: Sequence[Ref], now: datetime) -> int:
        """After the meeting: one outcome note for each request discussed, and `next` becomes `discussed`. How many
        requests were written to. Raises Temporary, Permanent; running it again goes on where it stopped.
        """
        return 0
