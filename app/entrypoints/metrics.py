"""`/metrics` for Prometheus, on a port of its own: the webhooks' is open to GitLab, and so often to everybody.

Figures are read when they are asked for; nothing is kept twice. Labels are words of the program, never what people or
projects are called: who reads figures need not be allowed to read requests (promise 11).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.bootstrap import VERSION, Service
from app.domain.failure import Permanent, Temporary
from app.domain.ours import HELD, NEEDED
from app.domain.watched import Facts
from app.entrypoints.webhook import IntakeCounters
from app.entrypoints.webhook_events import Ignored
from app.gateways.gitlab_circuit import State
from app.services.watch import ROUND_EVERY

PREFIX = "sounding_board_"
WAITS_FOR = {NEEDED: "context", HELD: "move"}
"""What a request waits for, by our label on it."""


class Runs(Protocol):
    """What works the inbox off."""

    @property
    def alive(self) -> int:
        """How many threads live."""
        ...

    def outcomes(self) -> Mapping[str, int]:
        """How many runs ended how."""
        ...


class Reloads(Protocol):
    """What keeps the configuration fresh."""

    @property
    def rejected(self) -> bool:
        """Whether the one that is there cannot be used."""
        ...


class Figures(Collector):
    """Everything that is measured, read at the moment of asking. Without `intake` (a worker) no deliveries."""

    def __init__(self, service: Service, runs: Runs, reloads: Reloads, intake: IntakeCounters | None = None) -> None:
        self._service, self._runs, self._reloads, self._intake = service, runs, reloads, intake

    def collect(self) -> Iterator[Metric]:
        """All families."""
        version = {VERSION: 1}
        yield _gauges("build", "The version that runs, always 1.", "version", version)
        if self._intake:
            yield _counters("deliveries", "Webhook deliveries by what became of them.", "outcome", _taken(self._intake))
        yield from self._inbox()
        yield from self._work()
        yield from self._gitlab()
        yield _gauge(
            "configuration_rejected", "1 while a changed configuration cannot be used.", self._reloads.rejected
        )
        facts = self._service.facts()
        if facts and self._service.now() - facts.at <= 3 * ROUND_EVERY:
            yield from _seen(facts)

    def _inbox(self) -> Iterator[Metric]:
        """How much waits; that it cannot be read is a figure too."""
        inbox = self._service.inbox
        try:
            counts, due = inbox.counts(), inbox.next_due()
        except (Temporary, Permanent):
            yield _gauge("inbox_up", "Whether the inbox can be read.", 0)
            return
        late = max(0.0, (self._service.now() - due).total_seconds()) if due else 0.0
        states = {"waiting": counts.waiting, "running": counts.running, "dead": counts.dead}
        yield _gauge("inbox_up", "Whether the inbox can be read.", 1)
        yield _gauges("inbox_subjects", "Subjects in the inbox, by state; timers wait too.", "state", states)
        yield _gauge("inbox_late_seconds", "For how long the subject that waits longest has been due.", late)

    def _work(self) -> Iterator[Metric]:
        journal = self._service.journal
        yield _gauge("workers", "Worker threads that live.", self._runs.alive)
        yield _counters(
            "runs", "Runs by how they ended; dead ones wait for a person.", "outcome", self._runs.outcomes()
        )
        yield _counters("writes", "What was written to GitLab, by kind.", "kind", journal.writes())
        told = {verdict.replace(" ", "_"): count for verdict, count in journal.findings().items()}
        undone = {verdict: told.pop(verdict, 0) for verdict in ("put_back", "completed", "undone")} | told
        yield _counters("findings", "What rules made of what they saw; undone: people reversed us.", "verdict", undone)

    def _gitlab(self) -> Iterator[Metric]:
        line = self._service.doors.line
        calls = CounterMetricFamily(
            f"{PREFIX}gitlab_calls", "Calls to GitLab by kind and answer.", labels=["kind", "answer"]
        )
        for (kind, answer), count in line.traffic.so_far().items():
            calls.add_metric([kind, answer], count)
        yield calls
        yield _gauge("gitlab_budget_calls", "Calls that may go out at once by our own limit.", line.budget.left())
        if line.traffic.remaining is not None:
            left = "Calls that GitLab leaves to our token in this minute."
            yield _gauge("gitlab_remaining_calls", left, line.traffic.remaining)
        shut = line.circuit.state is not State.CLOSED
        yield _gauge("gitlab_down", "1 while GitLab does not answer and is left alone.", shut)
        yield _counter("gitlab_outages", "How often GitLab went down.", line.circuit.opened)


def _taken(intake: IntakeCounters) -> dict[str, int]:
    """Taken in, refused, and each reason for which one was not needed."""
    ignored = {f"ignored_{reason.name.lower()}": intake.ignored[reason] for reason in Ignored}
    return {
        "accepted": intake.accepted,
        "refused": intake.refused,
        "unavailable": intake.unavailable,
    } | ignored


def _seen(facts: Facts) -> Iterator[Metric]:
    """What the watch over ourselves saw in its last round."""
    runs = {job: at.timestamp() for job, at in facts.jobs.items()}
    yield _gauges("job_last_run_timestamp_seconds", "When a scheduled job ended last.", "job", runs)
    waiting = {WAITS_FOR.get(title, "other"): count for title, count in facts.waiting.items()}
    yield _gauges("waiting_requests", "Open requests that wait for somebody, by what for.", "for", waiting)
    if facts.loop:
        told = "1 while changes of our own note on the operator issue are not heard of."
        yield _gauge("webhooks_silent", told, facts.loop.silent)
    if facts.loop and facts.loop.answered:
        at = facts.loop.answered.timestamp()
        yield _gauge("webhooks_proved_timestamp_seconds", "When a webhook was last proved to arrive.", at)
    if facts.stopped is not None:
        yield _gauge("webhooks_stopped", "Webhooks of ours that GitLab does not send.", facts.stopped)
    if facts.token_expires:
        ends = datetime.combine(facts.token_expires, time(), UTC).timestamp()
        yield _gauge("token_expires_timestamp_seconds", "From when our access token no longer works.", ends)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}{name}", told, value=float(value))


def _gauges(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labelled(GaugeMetricFamily(f"{PREFIX}{name}", told, labels=[label]), values.items())


def _counter(name: str, told: str, value: float) -> Metric:
    return CounterMetricFamily(f"{PREFIX}{name}", told, value=value)


def _counters(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    return _labelled(CounterMetricFamily(f"{PREFIX}{name}", told, labels=[label]), values.items())


def _labelled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Iterable[tuple[str, float]]
) -> GaugeMetricFamily | CounterMetricFamily:
    for label, value in values:
        family.add_metric([label], value)
    return family


@contextmanager
def metrics_served(figures: Figures, host: str, port: int | None) -> Iterator[int | None]:
    """Serve them while the context is open; on which port, None where none was asked for. Raises Permanent."""
    if port is None:
        yield None
        return
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as problem:
        raise Permanent(f"cannot show /metrics at {host}:{port}: {problem.strerror}") from problem
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
