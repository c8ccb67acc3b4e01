"""The PostgreSQL inbox: the contract over real connections, and what is particular to several replicas."""

import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from app.domain.failure import Permanent, Temporary
from app.domain.inbox import Arrival, Counts, Failure, Fate, InboxRules, Receipt
from app.domain.subject import TokenExpiry
from app.gateways.inbox_postgres import PostgresInbox
from app.gateways.inbox_postgres_view import PostgresView, retry_all_beside, retry_beside
from app.gateways.journal_postgres import PostgresJournal
from app.gateways.postgres_schema import MIGRATIONS, bring_forward
from tests.chaos.installation import until
from tests.inbox.contract import CARD, MINUTE, OTHER, RULES, T0, InboxContract, Open, sure
from tests.postgres import PASSWORD, Server

PATIENCE = 20.0


def forget_holders(url: str) -> None:
    """All replicas have been silent for too long."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE sounding_board.holder SET alive_until = '-infinity'")


class TestPostgresInbox(InboxContract):
    @pytest.fixture
    def open_inbox(self, database: str) -> Iterator[Open]:
        opened: list[PostgresInbox] = []

        def open_again(rules: InboxRules) -> PostgresInbox:
            """Closing writes nothing about claims; that the one before is gone shows in its silence."""
            for inbox in opened:
                inbox.close()
                forget_holders(database)
            opened[:] = [PostgresInbox(database, rules)]
            return opened[0]

        yield open_again
        for inbox in opened:
            inbox.close()


@pytest.fixture
def replicas(database: str) -> Iterator[Callable[[], PostgresInbox]]:
    """Starts replicas on one database."""
    opened: list[PostgresInbox] = []

    def start() -> PostgresInbox:
        opened.append(PostgresInbox(database, RULES))
        return opened[-1]

    yield start
    for inbox in opened:
        inbox.close()


def test_replicas_share_what_waits_and_never_run_a_subject_at_the_same_time(
    replicas: Callable[[], PostgresInbox],
) -> None:
    one, two = replicas(), replicas()
    one.put(Arrival(CARD, delivery="d1"), T0)
    two.put(Arrival(CARD, delivery="d2"), T0)
    claim = sure(two.claim(T0))
    assert claim.deliveries == ("d1", "d2")
    one.put(Arrival(CARD, delivery="d3"), T0)
    assert one.claim(T0) is None
    assert two.settle(claim, T0)
    assert sure(one.claim(T0)).deliveries == ("d3",)


def test_a_delivery_that_comes_to_two_replicas_is_one(replicas: Callable[[], PostgresInbox]) -> None:
    one, two = replicas(), replicas()
    assert one.put(Arrival(CARD, delivery="d1"), T0) is Receipt.ACCEPTED
    assert two.put(Arrival(CARD, delivery="d1"), T0) is Receipt.REPEATED
    assert two.put(Arrival(OTHER, delivery="d1"), T0) is Receipt.REPEATED


def test_an_arrival_at_one_replica_wakes_the_watcher_of_another(replicas: Callable[[], PostgresInbox]) -> None:
    one, two = replicas(), replicas()
    watcher = threading.Thread(target=two.wait, args=(MINUTE,))
    until(lambda: listening(one) == 2, "both listen", PATIENCE)
    two.wait(timedelta(0))
    watcher.start()
    one.put(Arrival(CARD), T0)
    watcher.join(PATIENCE)
    assert not watcher.is_alive()


def listening(inbox: PostgresInbox) -> int:
    asked = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'sounding-board pulse'"
    row = inbox._link.do(lambda db: db.execute(asked).fetchone())
    assert row is not None
    return int(row["n"])


def test_what_a_silent_replica_ran_is_taken_over_and_its_late_end_changes_nothing(
    replicas: Callable[[], PostgresInbox], database: str
) -> None:
    one, two = replicas(), replicas()
    one.put(Arrival(CARD, delivery="d1"), T0)
    lost = sure(one.claim(T0))
    assert two.claim(T0) is None
    silence(database, one)
    taken = sure(two.claim(T0))
    assert (taken.deliveries, taken.attempt) == (("d1",), 2)
    assert not one.settle(lost, T0)
    assert one.fail(lost, Failure("late"), T0) is Fate.LOST
    assert two.settle(taken, T0)


def silence(database: str, replica: PostgresInbox) -> None:
    """It has shown no sign of life for too long."""
    with psycopg.connect(database) as connection:
        gone = "UPDATE sounding_board.holder SET alive_until = '-infinity' WHERE id = %s"
        connection.execute(gone, (replica._pulse.holder,))


def test_a_claim_whose_answer_was_lost_is_not_lost(replicas: Callable[[], PostgresInbox]) -> None:
    """The database made the claim, the connection broke before we heard of it."""
    one = replicas()
    one.put(Arrival(CARD, delivery="d1"), T0)
    one.claim(T0)
    one._held.clear()
    assert sure(one.claim(T0)).deliveries == ("d1",)


def test_the_oldest_living_replica_leads(replicas: Callable[[], PostgresInbox], database: str) -> None:
    one, two = replicas(), replicas()
    assert (one.leads(), two.leads()) == (True, False)
    silence(database, one)
    assert (one.leads(), two.leads()) == (False, True)


def test_replicas_that_start_at_once_make_one_schema(database: str) -> None:
    with ThreadPoolExecutor(6) as several:
        opened = list(several.map(lambda _: PostgresInbox(database, RULES), range(6)))
    assert len({inbox._pulse.holder for inbox in opened}) == 6
    for inbox in opened:
        inbox.close()


def test_looking_and_retrying_from_beside(replicas: Callable[[], PostgresInbox], database: str) -> None:
    inbox = replicas()
    for subject in (CARD, OTHER):
        inbox.put(Arrival(subject), T0)
        inbox.fail(sure(inbox.claim(T0)), Failure("404\0\ud800", final=True), T0)
    with closing(PostgresView.beside(database)) as view:
        assert view.counts() == Counts(0, 0, 2)
        assert [letter.reason for letter in view.dead(10)] == ["404?", "404?"]
    assert retry_beside(database, CARD.key, T0)
    assert not retry_beside(database, "request:sme/feedback#99", T0)
    assert retry_all_beside(database, T0) == 1
    assert inbox.counts() == Counts(2, 0, 0)


def test_a_database_in_which_nothing_has_run_says_so(database: str) -> None:
    with closing(PostgresView.beside(database)) as view, pytest.raises(Permanent) as refusal:
        view.counts()
    assert str(refusal.value) == (
        "PostgreSQL: nothing has run with this database yet, or it is another one (SOUNDING_BOARD_DATABASE_URL)."
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.replace(PASSWORD, "wrong-" + PASSWORD), 'password authentication failed for user "owner"'),
        (lambda url: url + "_gone", 'database "test_{number}_gone" does not exist'),
        (lambda url: re.sub(r":\d+/", ":1/", url), "it cannot be reached"),
        (lambda url: url + "?sslmode=%zz", "the address cannot be read"),
    ],
    ids=["password", "name", "port", "nonsense"],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(
    database: str, change: Callable[[str], str], told: str
) -> None:
    with pytest.raises((Temporary, Permanent)) as refusal:
        PostgresInbox(change(database), RULES, patience=0)
    assert str(refusal.value) == f"PostgreSQL: {told.format(number=database.rpartition('_')[2])}"


def test_tables_of_a_newer_version_are_left_alone(replicas: Callable[[], PostgresInbox], database: str) -> None:
    replicas()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE sounding_board.schema_version SET version = 99")
    replicas()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE sounding_board.schema_version SET readable_from = 98")
    with pytest.raises(Permanent) as refusal:
        replicas()
    assert str(refusal.value) == "PostgreSQL: the tables were made by a newer version of this program (schema 99)"


def test_a_schema_step_that_fails_leaves_everything_as_it_was(database: str) -> None:
    with pytest.raises(Permanent, match=r'^PostgreSQL: syntax error at or near "NONSENSE"$'):
        bring_forward(database, (*MIGRATIONS, ("CREATE TABLE more (id integer)", "NONSENSE")))
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT to_regnamespace('sounding_board')").fetchone()
    assert found == (None,)
    bring_forward(database)
    bring_forward(database, (*MIGRATIONS, ("CREATE TABLE more (id integer)",)))
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM sounding_board.more").fetchone() == (0,)


def test_what_the_first_schema_kept_is_there_in_this_version(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute((Path(__file__).parent / "first_schema.sql").read_bytes())
    with closing(PostgresInbox(database, RULES)) as inbox, closing(PostgresJournal(database)) as journal:
        assert inbox.counts() == Counts(1, 1, 1)
        assert inbox.put(Arrival(TokenExpiry("sme"), delivery="d0"), T0) is Receipt.REPEATED
        first, second = sure(inbox.claim(T0)), sure(inbox.claim(T0))
        assert {first.subject: first.attempt, second.subject: second.attempt} == {CARD: 1, OTHER: 2}
        assert inbox.dead(1)[0].reason == "GitLab does not let our token do this"
        assert [line.dry for line in journal.lines(CARD.ref, 10)] == [False]


def test_a_restart_of_the_database_is_survived_by_all_that_a_replica_does(own_postgres: Server) -> None:
    database = own_postgres.database()
    with closing(PostgresInbox(database, RULES)) as inbox, closing(PostgresJournal(database)) as journal:
        inbox.put(Arrival(CARD, delivery="d1"), T0)
        claim = sure(inbox.claim(T0))
        for how in (signal.SIGINT, signal.SIGQUIT):
            own_postgres.restart(how)
            assert inbox.put(Arrival(OTHER, delivery=f"after {how}"), T0) is Receipt.ACCEPTED
            assert journal.lines(CARD.ref, 1) == ()
            inbox.check()
        until(lambda: listening(inbox) == 1, "it listens again")
        assert inbox.settle(claim, T0)
        assert sure(inbox.claim(T0)).deliveries == (f"after {signal.SIGINT}", f"after {signal.SIGQUIT}")


def test_while_the_database_is_away_everything_says_so_and_our_runs_are_given_up_in_time(own_postgres: Server) -> None:
    rules = InboxRules(quiet=timedelta(0), silent=timedelta(seconds=3))
    with closing(PostgresInbox(own_postgres.database(), rules)) as inbox:
        assert inbox.held()
        own_postgres.stop()
        with pytest.raises(Temporary) as refusal:
            inbox.put(Arrival(CARD), T0)
        assert str(refusal.value) == "PostgreSQL: it cannot be reached"
        until(lambda: not inbox.held(), "it knows that others may take over")
        with pytest.raises(Temporary, match="silent for too long"):
            inbox.claim(T0)
        own_postgres.start()
        until(inbox.held, "it is back")
        assert inbox.put(Arrival(CARD), T0) is Receipt.ACCEPTED
        assert sure(inbox.claim(T0)).subject == CARD
