"""kill -9 at random moments under load: every delivery that was acknowledged leads to a run that ends."""

import http.client
import itertools
import json
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.gateways.inbox_view import InboxView

CARDS = 40
SENDERS = 6
PATIENCE = 60.0


class Senders:
    """GitLab, with several hands: sends on and on, and remembers what was acknowledged."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged: dict[str, str] = {}
        self.heard = threading.Condition()
        self.ended = threading.Event()
        self.numbers = itertools.count(1)
        self.threads = [threading.Thread(target=self.send_on) for _ in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def send_on(self) -> None:
        while not self.ended.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                while not self.ended.is_set():
                    self.send_one(connection)
            except (OSError, http.client.HTTPException):
                continue
            finally:
                connection.close()

    def send_one(self, connection: http.client.HTTPConnection) -> None:
        number = next(self.numbers)
        project = {"path_with_namespace": "sme/feedback"}
        issue = {"iid": number % CARDS + 1, "type": "Issue"}
        body = json.dumps({"object_kind": "issue", "project": project, "object_attributes": issue})
        headers = {"X-Gitlab-Token": "the-secret", "webhook-id": f"d{number}"}
        connection.request("POST", "/webhooks/gitlab", body, headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"accepted": true}')
        with self.heard:
            self.acknowledged[f"d{number}"] = f"request:sme/feedback#{issue['iid']}"
            self.heard.notify_all()

    def wait_for_more(self, number: int) -> None:
        with self.heard:
            target = len(self.acknowledged) + number
            assert self.heard.wait_for(lambda: len(self.acknowledged) >= target, PATIENCE)

    def end(self) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


def killed_over_and_over(folder: Path, rounds: int, chance: random.Random) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        command = [sys.executable, "-m", "tests.worker.service_to_kill", str(listener.fileno()), str(folder)]
        senders = Senders(listener.getsockname()[1])
        for _ in range(rounds):
            with subprocess.Popen(command, pass_fds=[listener.fileno()]) as doomed:
                senders.wait_for_more(chance.randint(1, 250))
                doomed.kill()
        with subprocess.Popen(command, pass_fds=[listener.fileno()]) as last:
            senders.wait_for_more(10)
            senders.end()
            wait_until_done(folder / "inbox.sqlite3")
            last.terminate()
    runs = [json.loads(line) for line in (folder / "runs.jsonl").read_text().splitlines()]
    led_to = {(delivery, key) for key, deliveries in runs for delivery in deliveries}
    assert set(senders.acknowledged.items()) <= led_to


def wait_until_done(path: Path) -> None:
    view = InboxView.beside(path)
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while (counts := view.counts()).waiting or counts.running:
        assert time.monotonic() < end, counts
        pause.wait(0.02)
    assert counts.dead == 0
    view.close()


def test_nothing_acknowledged_is_lost_in_three_kills(tmp_path: Path) -> None:
    killed_over_and_over(tmp_path, 3, random.Random(17))


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1])
def test_nothing_acknowledged_is_lost_in_twenty_kills(tmp_path: Path, seed: int) -> None:
    killed_over_and_over(tmp_path, 20, random.Random(seed))
