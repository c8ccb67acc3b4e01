"""A service on PostgreSQL whose database goes away, comes back, or is not there yet; and two that share one."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from app.bootstrap import kept
from app.domain.inbox import Counts
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab
from tests.chaos.installation import LOOPBACK, Installation, installation, port_for, until
from tests.chaos.test_disk_and_signals import Town
from tests.postgres import PASSWORD, Server
from tests.scenarios.living import SIGNING_TOKEN, enforced, peopled


@pytest.fixture
def town(tmp_path: Path, own_postgres: Server) -> Iterator[Town]:
    """A GitLab that answers, and an installation whose inbox is in a database of its own server."""
    world, project, _ = peopled(enforced())
    port = port_for("gitlab on postgres")
    world.base_url = f"http://{LOOPBACK}:{port}"
    with installation(tmp_path, world.base_url, world.user("sounding-board").token) as place, ExitStack() as opened:
        place.environment = {**place.environment, "SOUNDING_BOARD_DATABASE_URL": own_postgres.database()}
        world.add_hook(world.root, project, place.url + PATH, signing_token=SIGNING_TOKEN)
        town = Town(world, project, place, port, opened)
        opened.enter_context(FakeGitLab(world, port=port, deliver=False))
        yield town


def counts(place: Installation) -> Counts:
    with closing(kept.inbox_beside(place.settings())) as view:
        return view.counts()


def test_while_the_database_is_away_deliveries_are_refused_and_all_comes_back_by_itself(
    town: Town, own_postgres: Server
) -> None:
    service = town.place.serve()
    assert town.place.get("/readyz") == (200, '{"ready":true,"failing":[]}')
    own_postgres.stop()
    lost, delivery = town.files("filed while the database is away")
    assert town.place.post(delivery) == 503
    assert town.place.get("/healthz")[0] == 200
    until(
        lambda: town.place.get("/readyz") == (503, '{"ready":false,"failing":["inbox"]}'),
        "it says that it is not ready",
    )
    own_postgres.start()
    until(lambda: town.place.get("/readyz")[0] == 200, "it is ready again")
    later, delivery = town.files("filed when it is back")
    assert town.place.post(delivery) == 200
    until(lambda: town.judged(later), "the later card is judged")
    assert not town.judged(lost)
    service.popen.terminate()
    assert service.ends() == 0
    assert PASSWORD not in "\n".join(service.lines)
    assert list(town.place.data.glob("*.sqlite3")) == []


def test_a_service_that_starts_before_its_database_waits_for_it(town: Town, own_postgres: Server) -> None:
    own_postgres.stop()
    service = town.place.run("serve", "--port", str(town.place.port))
    own_postgres.start()
    until(lambda: town.place.get("/readyz")[0] == 200, "it is ready")
    assert service.lives


def replicas(database: str) -> int:
    """How many live."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM sounding_board.holder").fetchone()
    return int(row[0]) if row else 0


def test_a_worker_beside_serve_shares_its_inbox(town: Town) -> None:
    served, beside = town.place.serve(), town.place.run("worker")
    until(lambda: replicas(town.place.environment["SOUNDING_BOARD_DATABASE_URL"]) == 2, "both are there")
    filed = [town.files(f"number {number}") for number in range(8)]
    for _, delivery in filed:
        assert town.place.post(delivery) == 200
    until(lambda: all(town.judged(issue) for issue, _ in filed), "all are judged")
    for process in (beside, served):
        process.popen.terminate()
        assert process.ends() == 0, process.lines
    assert counts(town.place).running == 0
