"""What do 60 labels cost, beside other people's tools on the same stand-in? `python -m bench.labels`

Cold (none there yet), again (nothing to do), and with one colour drifted; calls take as long as over a network.
Targets: at most 61, 1 and 2 calls, and less time than the fastest other tool. The work alone, without the start of a
process, takes at most a tenth more than a plain loop over python-gitlab; cold it takes less, eight labels at a time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import gitlab
import httpx

from app.domain.provision import Limits
from app.gateways.config_load import load
from app.gateways.gitlab_connect import connect
from app.services.provision import Provisioning
from app.services.provision_labels import ProvisionLabels
from bench.listing import server
from bench.listing_server import TOKEN
from tests.config.small import PROGRAM, TAXONOMY, written

ROUNDS = ("cold", "again", "drifted")
MOST_CALLS = (61, 1, 2)
WORK_AT_MOST = 1.1
STRANGERS = Path(__file__).parents[1] / ".strangers"
COLOR = "#5c5b66"
OWN = ["status::new", "status::done", "area::ai", "region::apac", "theme::ai::chat"]
OWN += ["context::needed", "context::ready", "hold::open", "paused"]
"""The labels of the small program of the tests; plain ones make them sixty."""
TOPICS = [f"topic-{number}" for number in range(60 - len(OWN))]
LABELS = [(title, COLOR, f"About {title}.") for title in (*OWN, *TOPICS)]

Keep = Callable[[Path, str, str], Callable[[], None]]
"""Takes a directory, GitLab's address and a project; gives what makes the project's labels so, once."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, and calls to GitLab."""

    seconds: float
    calls: int


def ours(home: Path, url: str, path: str) -> Callable[[], None]:
    """Our configuration, and the command."""
    _configure(home, path)
    program = str(Path(sys.executable).parent / "sounding-board")
    more = {"SOUNDING_BOARD_GITLAB_URL": url, "SOUNDING_BOARD_OPERATOR_TOKEN": TOKEN}
    return lambda: _run([program, "apply", "--only", "labels", "--config", str(home)], home, more)


def gitlabform(home: Path, url: str, path: str) -> Callable[[], None]:
    """A section of labels, and the command."""
    wanted = {title: {"color": color, "description": text} for title, color, text in LABELS}
    file = home / "config.yml"
    file.write_text(json.dumps({"config_version": 3, "projects_and_groups": {path: {"labels": wanted}}}))
    program = str(STRANGERS / "gitlabform/bin/gitlabform")
    more = {"GITLAB_URL": url, "GITLAB_TOKEN": TOKEN}
    return lambda: _run([program, "--skip-version-check", "-c", str(file), "ALL_DEFINED"], home, more)


def gitlabracadabra(home: Path, url: str, path: str) -> Callable[[], None]:
    """A project with labels, and the command."""
    wanted = [{"name": title, "color": color, "description": text} for title, color, text in LABELS]
    settings, actions = home / "client.cfg", home / "actions.yml"
    actions.write_text(json.dumps({path: {"type": "project", "labels": wanted}}))
    settings.write_text(f"[global]\ndefault = here\n[here]\nurl = {url}\nprivate_token = {TOKEN}\n")
    program = str(STRANGERS / "gitlabracadabra/bin/gitlabracadabra")
    return lambda: _run([program, "--fail-on-errors", "-c", str(settings), str(actions)], home, {})


def our_work(home: Path, url: str, path: str) -> Callable[[], None]:
    """Plan and apply, in this process, over a new connection each time."""
    _configure(home, path)
    found = load(home)

    def once() -> None:
        with connect(url, TOKEN) as doors:
            part = ProvisionLabels(doors.labels, found.taxonomy, found.program, found.places, date(2026, 1, 1))
            provisioning = Provisioning([part], found.version)
            provisioning.plan(Limits())
            assert not [done for done in provisioning.carry_out() if done.problem]

    return once


def loop(home: Path, url: str, path: str) -> Callable[[], None]:  # noqa: ARG001
    """What one would write oneself with python-gitlab."""

    def once() -> None:
        with gitlab.Gitlab(url, private_token=TOKEN) as client:
            project = client.projects.get(path, lazy=True)
            there = {one.name: one for one in project.labels.list(iterator=True, per_page=100)}
            for title, color, text in LABELS:
                one = there.get(title)
                if one is None:
                    project.labels.create({"name": title, "color": color, "description": text})
                elif (one.color.lower(), one.description) != (color, text):
                    one.color, one.description = color, text
                    one.save()

    return once


def _configure(home: Path, path: str) -> None:
    lines = [f'  - {{title: {title}, color: "{COLOR}", description: About {title}.}}' for title in TOPICS]
    taxonomy = TAXONOMY.replace("paused_label:", "\n".join([*lines, "paused_label:"]))
    written(home, taxonomy, PROGRAM.replace("sme/feedback", path))


def _run(command: list[str], home: Path, more: dict[str, str]) -> None:
    """Raises RuntimeError with what it printed where it failed."""
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(home), **more}
    done = subprocess.run(  # noqa: S603
        command, cwd=home, env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@dataclass(slots=True)
class Standin:
    """The stand-in, asked from outside; each round has a new project."""

    url: str
    http: httpx.Client
    projects: int = 0

    def fastest(self, keep: Keep, rounds: int) -> list[Cost]:
        """The fastest of some rounds, each step for itself; its calls are the same in each."""
        tried = [self._round(keep) for _ in range(rounds)]
        return [min(costs, key=lambda cost: cost.seconds) for costs in zip(*tried, strict=True)]

    def _round(self, keep: Keep) -> list[Cost]:
        self.projects += 1
        wish = {"name": f"labels-{self.projects}", "namespace_id": 1}
        project = self.http.post("/api/v4/projects", json=wish).raise_for_status().json()
        with tempfile.TemporaryDirectory() as kept:
            once = keep(Path(kept), self.url, project["path_with_namespace"])
            found = [self._cost(once), self._cost(once)]
            drifted = f"/api/v4/projects/{project['id']}/labels/topic-7"
            self.http.put(drifted, json={"color": "#ff0000"}).raise_for_status()
            found.append(self._cost(once))
        assert self.http.get(drifted).json()["color"].lower() == COLOR
        return found

    def _cost(self, once: Callable[[], None]) -> Cost:
        self.http.delete("/-/fake/calls")
        start = time.perf_counter()
        once()
        took = time.perf_counter() - start
        return Cost(took, len(self.http.get("/-/fake/calls").json()["calls"]))


@contextmanager
def standin(latency: int) -> Iterator[Standin]:
    """The stand-in in its own process, with that many milliseconds for each call."""
    with server(0, latency) as url, httpx.Client(base_url=url, headers={"PRIVATE-TOKEN": TOKEN}) as http:
        yield Standin(url, http)


def _tell(name: str, costs: list[Cost], mine: list[Cost]) -> None:
    told = []
    for step, cost, my in zip(ROUNDS, costs, mine, strict=True):
        times = "" if costs is mine else f" ({cost.seconds / my.seconds:.1f} x ours)"
        told.append(f"{step} {cost.calls} calls {cost.seconds:.2f} s{times}")
    sys.stdout.write(f"    {name}: {', '.join(told)}\n")


def main() -> int:
    """Print the numbers and the ratios; 1 where a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--latency", type=int, default=50, help="milliseconds")
    chosen = options.parse_args()
    with standin(chosen.latency) as place:
        sys.stdout.write(f"  {len(LABELS)} labels at {chosen.latency} ms, as commands:\n")
        mine = place.fastest(ours, chosen.rounds)
        _tell("our apply", mine, mine)
        fast = True
        for tool in (gitlabform, gitlabracadabra):
            if not (STRANGERS / tool.__name__ / "bin" / tool.__name__).exists():
                sys.stdout.write(f"    {tool.__name__} is not installed; `make strangers` does that\n")
                continue
            theirs = place.fastest(tool, chosen.rounds)
            _tell(tool.__name__, theirs, mine)
            fast = fast and all(my.seconds < their.seconds for my, their in zip(mine, theirs, strict=True))
        sys.stdout.write("  the work alone:\n")
        work, plain = place.fastest(our_work, chosen.rounds), place.fastest(loop, chosen.rounds)
        _tell("plan and apply", work, work)
        _tell("a loop over python-gitlab", plain, work)
    few = all(cost.calls <= most for cost, most in zip((*mine, *work), MOST_CALLS * 2, strict=True))
    fast = fast and all(my.seconds <= WORK_AT_MOST * one.seconds for my, one in zip(work, plain, strict=True))
    return 0 if few and fast else 1


if __name__ == "__main__":
    raise SystemExit(main())
