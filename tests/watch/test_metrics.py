"""What Prometheus sees of a living service, and that every alert asks for something it sees."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from app import bootstrap
from app.domain.failure import Permanent, Temporary
from app.domain.ours import HELD, NEEDED
from app.domain.watched import Facts, Loop
from app.entrypoints.metrics import Figures, metrics_served
from app.entrypoints.webhook import IntakeCounters
from app.entrypoints.webhook_events import Ignored
from app.settings import Settings
from tests.scenarios.living import COMPLETE, PROJECT, enforced, living

HOUSE = Path(__file__).parents[2]
ALERTS = YAML(typ="safe").load((HOUSE / "deploy" / "alerts.yml").read_text())["groups"][0]["rules"]
NAME = re.compile(r"sounding_board_\w+")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Runs:
    """Four workers, of whom one has died."""

    alive = 3

    def outcomes(self) -> dict[str, int]:
        return {"done": 8, "retry": 2, "dead": 1, "lost": 0}


class Reloads:
    """A configuration that cannot be used."""

    rejected = True


@pytest.fixture
def service(tmp_path: Path) -> Iterator[bootstrap.Service]:
    """A service that works for nobody yet; nothing is asked of GitLab."""
    settings = Settings.model_validate(
        {
            "gitlab_url": "http://127.0.0.1:9",
            "gitlab_token": "glpat-very-secret",
            "signing_key": "0123456789abcdef",
            "config_dir": bootstrap.SHIPPED,
            "data_dir": tmp_path,
        }
    )
    opened = bootstrap.service(settings, enforced(), bootstrap.inbox_rules(settings))
    yield opened
    opened.close()


def shown(figures: Figures) -> dict[str, float]:
    """Every sample by `name{labels}`, as it comes over HTTP."""
    with metrics_served(figures, "127.0.0.1", 0) as port:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {s.name + "".join(f"{{{k}={v}}}" for k, v in s.labels.items()): s.value for s in samples}


def seen() -> Facts:
    """A round that saw everything there is to see."""
    return Facts(
        bootstrap.utc_now(),
        {"sweep": NOON, "score": NOON, "due": NOON},
        {NEEDED: 4, HELD: 2},
        Loop(NOON, NOON, silent=True),
        1,
        date(2026, 12, 24),
    )


def everything(service: bootstrap.Service, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """All that there can be to see."""
    intake = IntakeCounters(accepted=5, refused=2, unavailable=1)
    intake.ignored[Ignored.PROJECT] = 3
    service.doors.line.traffic.count("read", "2xx", {"RateLimit-Remaining": "1990"})
    monkeypatch.setattr(bootstrap.Service, "facts", lambda _: seen())
    return shown(Figures(service, Runs(), Reloads(), intake))


def test_figures_over_http(service: bootstrap.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    found = everything(service, monkeypatch)
    expected = {
        "sounding_board_deliveries_total{outcome=accepted}": 5,
        "sounding_board_deliveries_total{outcome=refused}": 2,
        "sounding_board_deliveries_total{outcome=unavailable}": 1,
        "sounding_board_deliveries_total{outcome=ignored_project}": 3,
        "sounding_board_inbox_up": 1,
        "sounding_board_inbox_subjects{state=waiting}": 0,
        "sounding_board_inbox_late_seconds": 0,
        "sounding_board_workers": 3,
        "sounding_board_runs_total{outcome=retry}": 2,
        "sounding_board_writes_total{kind=change_labels}": 0,
        "sounding_board_findings_total{verdict=undone}": 0,
        "sounding_board_findings_total{verdict=put_back}": 0,
        "sounding_board_findings_total{verdict=completed}": 0,
        "sounding_board_gitlab_calls_total{answer=2xx}{kind=read}": 1,
        "sounding_board_gitlab_budget_calls": 150,
        "sounding_board_gitlab_remaining_calls": 1990,
        "sounding_board_gitlab_down": 0,
        "sounding_board_gitlab_outages_total": 0,
        "sounding_board_configuration_rejected": 1,
        "sounding_board_job_last_run_timestamp_seconds{job=sweep}": NOON.timestamp(),
        "sounding_board_waiting_requests{for=context}": 4,
        "sounding_board_waiting_requests{for=move}": 2,
        "sounding_board_webhooks_silent": 1,
        "sounding_board_webhooks_proved_timestamp_seconds": NOON.timestamp(),
        "sounding_board_webhooks_stopped": 1,
        "sounding_board_token_expires_timestamp_seconds": datetime(2026, 12, 24, tzinfo=UTC).timestamp(),
    }
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_shown(
    rule: dict[str, str], service: bootstrap.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = everything(service, monkeypatch)
    names = {name.partition("{")[0] for name in found}
    asked = set(NAME.findall(rule["expr"]))
    assert asked
    assert asked - names == set()
    for name, label, value in re.findall(r'(sounding_board_\w+)\{(\w+)!?="(\w+)"\}', rule["expr"]):
        assert any(one.startswith(name) and f"{{{label}={value}}}" in one for one in [*found, *LATER]), (name, value)


LATER = ("sounding_board_gitlab_calls_total{answer=4xx}{kind=read}",)
"""Shown as soon as there was one."""


def test_an_inbox_that_cannot_be_read_is_a_figure_and_a_worker_counts_no_deliveries(
    service: bootstrap.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise Temporary("the disk is gone")

    monkeypatch.setattr(service.inbox, "counts", broken)
    found = shown(Figures(service, Runs(), Reloads()))
    assert found["sounding_board_inbox_up"] == 0
    assert not [name for name in found if "deliveries" in name or "inbox_subjects" in name]


def test_a_port_in_use_is_told_in_words(service: bootstrap.Service) -> None:
    figures = Figures(service, Runs(), Reloads())
    with (
        metrics_served(figures, "127.0.0.1", 0) as port,
        pytest.raises(Permanent, match=rf"^cannot show /metrics at 127.0.0.1:{port}: Address already in use$"),
        metrics_served(figures, "127.0.0.1", port),
    ):
        pass


def test_what_happens_on_a_board_is_counted_and_nobody_is_named(tmp_path: Path) -> None:
    """A card is dragged where it may not; neither its title, its people nor its project is among the figures."""
    with free_port() as port, living(tmp_path, enforced(), metrics_port=port) as house:
        omar = house.world.user("sa.omar")
        house.stage.quiet()
        issue = house.world.create_issue(
            omar, house.stage.project, "Secret wish of Acme", description=COMPLETE, add_labels=["status::new"]
        )
        house.stage.quiet()
        house.world.update_issue(omar, issue, add_labels=["status::accepted"], remove_labels=["status::new"])
        house.stage.quiet()
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        house.said(issue)
    found = {s.name: s.value for f in text_string_to_metric_families(text) for s in f.samples if not s.labels}
    counted = dict(re.findall(r"(\w+_total\{[^}]*\}) ([\d.]+)", text))
    assert float(counted['sounding_board_findings_total{verdict="put_back"}']) == 1
    assert float(counted['sounding_board_writes_total{kind="change_labels"}']) >= 1
    assert float(counted['sounding_board_deliveries_total{outcome="accepted"}']) >= 2
    assert float(counted['sounding_board_runs_total{outcome="done"}']) >= 2
    assert found["sounding_board_workers"] == 4
    for private in ("Acme", "omar", PROJECT, "customer-feedback", "status::"):
        assert private not in text


@contextmanager
def free_port() -> Iterator[int]:
    """A port that was free a moment ago."""
    with socket.socket() as lent:
        lent.bind(("127.0.0.1", 0))
        port = lent.getsockname()[1]
    yield port
