"""Compose file and systemd unit: secrets by file, no rights that are not needed, nothing that is no setting."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.entrypoints.web import FINISH_WITHIN
from tests.deploy.parts import HOUSE, SECRETS, compose, stages, unit, variable_problems

SERVICE = "sounding-board"


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def test_compose_has_the_service_twice_on_one_database() -> None:
    assert set(services()) == {SERVICE, "database"}
    ours = services()[SERVICE]
    assert ours["deploy"]["replicas"] == 2
    assert ours["ports"] == ["127.0.0.1:8080-8081:8080"]
    assert ours["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_every_secret_of_compose_is_a_file_that_is_declared_and_mounted() -> None:
    declared = compose()["secrets"]
    for service in services().values():
        variables = service["environment"]
        assert variable_problems(variables) == []
        named = {value for name, value in variables.items() if name.endswith("_FILE")}
        assert named == {f"/run/secrets/{name}" for name in service["secrets"]}
        assert set(service["secrets"]) <= set(declared)
    assert {each["file"] for each in declared.values()} == {f"secrets/{name}" for name in declared}
    assert SECRETS & set(declared) == {"gitlab_token", "signing_key", "webhook_signing_token", "database_url"}


def test_git_does_not_take_the_secrets_of_compose() -> None:
    asked = ["git", "check-ignore", "--no-index", "deploy/secrets/gitlab_token"]
    assert subprocess.run(asked, cwd=HOUSE, capture_output=True, check=False).returncode == 0


def test_the_service_in_compose_may_write_nowhere_and_rise_nowhere() -> None:
    ours = services()[SERVICE]
    assert ours["read_only"] is True
    assert ours["cap_drop"] == ["ALL"]
    assert ours["security_opt"] == ["no-new-privileges:true"]
    assert all(volume.endswith(":ro") for volume in ours["volumes"])
    assert "user" not in ours, "the image's own user"


def test_the_database_is_on_a_network_without_a_way_out() -> None:
    assert compose()["networks"]["back"] == {"internal": True}
    assert services()["database"]["networks"] == ["back"]
    assert "ports" not in services()["database"]


def test_every_image_is_pinned_to_a_version() -> None:
    images = {name: service["image"] for name, service in services().items() if "build" not in service}
    assert [name for name, image in images.items() if not re.search(r":\d+", image)] == []


def test_who_prepares_the_secrets_is_told_whose_they_have_to_be() -> None:
    (user,) = (each.rest.partition(":")[0] for each in stages()[-1] if each.name == "USER")
    for page in ("deploy/compose.yml", "docs/deployment.md"):
        assert f"`chown {user} secrets/* && chmod 0400 secrets/*`" in (HOUSE / page).read_text()


def test_a_start_that_fails_is_tried_again_for_ever_but_for_what_a_person_has_to_mend() -> None:
    assert unit()["StartLimitIntervalSec"] == ["0"]
    assert "StartLimitBurst" not in unit()
    assert (unit()["Restart"], unit()["RestartPreventExitStatus"]) == (["on-failure"], ["2"])
    assert services()[SERVICE]["restart"] == "unless-stopped"


def test_a_stop_leaves_the_service_the_time_it_takes() -> None:
    longest = FINISH_WITHIN.total_seconds()
    assert float(services()[SERVICE]["stop_grace_period"].removesuffix("s")) > longest
    assert float(unit()["TimeoutStopSec"][0]) > longest


def test_the_unit_sets_settings_and_every_secret_is_a_credential() -> None:
    variables = dict(pair.split("=", 1) for pair in unit()["Environment"])
    assert variable_problems(variables) == []
    loaded = {pair.split(":", 1)[0] for pair in unit()["LoadCredential"]}
    assert {value for name, value in variables.items() if name.endswith("_FILE")} == {f"%d/{name}" for name in loaded}
    assert loaded <= SECRETS
    assert variables["SOUNDING_BOARD_DATA_DIR"] == f"/var/lib/{unit()['StateDirectory'][0]}"


def test_a_command_beside_the_service_has_its_user_its_settings_and_its_secrets(tmp_path: Path) -> None:
    """A root's command would leave files of root's in the state directory, which the service cannot write then."""
    spy = tmp_path / "systemd-run"
    spy.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    spy.chmod(0o755)
    script = HOUSE / "deploy" / "sounding-board-command"
    asked = [str(script), "journal", "sme/customer-feedback#1"]
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    said = subprocess.run(asked, capture_output=True, text=True, check=True, env=path, timeout=60).stdout.splitlines()
    assert said[-3:] == [unit()["ExecStart"][0].split()[0], "journal", "sme/customer-feedback#1"]
    (name,) = (line.partition("=")[2] for line in said if line.startswith("--unit="))
    variables = [line.partition("=")[2] for line in said if line.startswith("--setenv=")]
    assert [line.replace(f"/run/credentials/{name}.service/", "%d/") for line in variables] == unit()["Environment"]
    properties = [line.removeprefix("--property=") for line in said if line.startswith("--property=")]
    shared = ("DynamicUser", "User", "StateDirectory", "StateDirectoryMode", "UMask", "LoadCredential")
    assert properties == [f"{key}={value}" for key in (*shared, "EnvironmentFile") for value in unit()[key]]
    assert {"--pipe", "--wait", "--collect"} <= set(said)


def test_one_lost_delivery_which_a_sweep_heals_wakes_nobody() -> None:
    rules = YAML(typ="safe").load((HOUSE / "deploy" / "alerts.yml").read_text())["groups"][0]["rules"]
    lost = [rule for rule in rules if 'outcome="unavailable"' in rule["expr"]]
    assert [(rule["labels"]["severity"], rule.get("for")) for rule in lost] == [("ticket", None), ("page", "20m")]
    assert all("`sounding-board sweep --since 1h --apply`" in rule["annotations"]["summary"] for rule in lost)


def verifiable(folder: Path) -> Path:
    """The unit, with a command that this machine has."""
    found = folder / "sounding-board.service"
    text = (HOUSE / "deploy" / "sounding-board.service").read_text()
    program = unit()["ExecStart"][0].split()[0]
    assert text.count(program) == 1
    found.write_text(text.replace(program, str(shutil.which("true"))))
    return found


needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is missing: systemd")


@needs_systemd
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    asked = ["systemd-analyze", "verify", "--man=no", str(verifiable(tmp_path))]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_little_that_the_unit_leaves_open(tmp_path: Path) -> None:
    """Its scale goes from 0 to 10; most services are above 9."""
    asked = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", str(verifiable(tmp_path))]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
