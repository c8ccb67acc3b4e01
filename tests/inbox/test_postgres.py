"""The PostgreSQL inbox: the contract over real connections, and what is particular to several replicas."""

import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import psycopg
import pytest

from app.domain.failure import Left, Permanent, Temporary
from app.domain.inbox import Arrival, Counts, Failure, Fate, InboxRules, Receipt
from app.domain.subject import TokenExpiry
from app.gateways.inbox_postgres import PostgresInbox
from app.gateways.inbox_postgres_view import PostgresView, retry_all_beside, retry_beside
from app.gateways.journal_postgres import PostgresJournal
from app.gateways.postgres_link import Connection, Link, Work, translated, whereabouts
from app.gateways.postgres_schema import MIGRATIONS, bring_forward
from tests.chaos.installation import until
from tests.inbox.contract import CARD, MINUTE, OTHER, RULES, T0, InboxContract, Open, sure
from tests.postgres import PASSWORD, Server

PATIENCE = 20.0
GONE = "PostgreSQL at {where}: WHY; given up after 0 s"


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
        opened.append(PostgresInbox(database, replace(RULES, silent=timedelta(seconds=6))))
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
    one._held.discard(sure(one.claim(T0)).token)
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
        (
            lambda url: url.replace(PASSWORD, "wrong-" + PASSWORD),
            GONE.replace("WHY", 'password authentication failed for user "owner"'),
        ),
        (lambda url: url + "_gone", GONE.replace("WHY", 'database "test_{number}_gone" does not exist')),
        (lambda url: re.sub(r":\d+/", ":1/", url), GONE.replace("WHY", "it cannot be reached")),
        (lambda url: url + "?sslmode=%zz", "PostgreSQL: the address cannot be read"),
    ],
    ids=["password", "name", "port", "nonsense"],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(
    database: str, change: Callable[[str], str], told: str
) -> None:
    with pytest.raises((Temporary, Permanent)) as refusal:
        PostgresInbox(change(database), RULES, patience=0)
    where = change(database).rpartition("@")[2]
    assert str(refusal.value) == told.format(number=database.rpartition("_")[2], where=where)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://somebody:secret@db.example.com:6432/board?sslmode=require", "db.example.com:6432/board"),
        ("postgresql://somebody:secret@one:1,two/board", "one:1,two:5432/board"),
        ("postgresql://somebody@db/", "db:5432/"),
        ("postgresql:///board", "this machine:5432/board"),
        ("postgresql://somebody:secret@db/board?sslmode=%zz", "an address that cannot be read"),
    ],
)
def test_of_an_address_people_are_told_where_it_leads_and_not_who_asks(address: str, told: str) -> None:
    assert whereabouts(address) == told


def test_a_start_that_waits_for_the_database_says_so_and_for_which(
    own_postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    database = own_postgres.database()
    own_postgres.stop()
    waiting = f"waiting for PostgreSQL at {database.rpartition('@')[2]}"
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(PostgresInbox, database, RULES)
        until(lambda: caplog.messages == [waiting], "it says so", 5)
        own_postgres.start()
        starting.result(PATIENCE).close()
    assert caplog.messages == [waiting]


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
        assert inbox.traces(("d0", "d1")) == ()


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
        with pytest.raises(Temporary) as stopped:
            inbox.claim(T0)
        assert str(stopped.value) == "PostgreSQL: it cannot be reached"
        own_postgres.start()
        until(inbox.held, "it is back")
        assert inbox.put(Arrival(CARD), T0) is Receipt.ACCEPTED
        assert sure(inbox.claim(T0)).subject == CARD


@pytest.mark.parametrize(
    "problem",
    [
        psycopg.OperationalError("connection failed: Connection refused"),
        psycopg.OperationalError("connection failed: FATAL:  the database system is shutting down"),
        psycopg.OperationalError("connection failed: FATAL:  the database system is starting up"),
        psycopg.OperationalError("FATAL:  terminating connection due to administrator command"),
        psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
        psycopg.errors.ConnectionFailure("the connection is lost"),
    ],
    ids=str,
)
def test_a_database_that_is_stopped_has_one_sentence_whatever_it_says_while_it_goes(problem: psycopg.Error) -> None:
    with pytest.raises(Temporary) as told, translated():
        raise problem
    assert str(told.value) == "PostgreSQL: it cannot be reached"


def test_a_replica_that_counted_as_gone_cuts_its_runs_off_and_joins_anew(
    replicas: Callable[[], PostgresInbox], database: str
) -> None:
    """A virtual machine was paused, or the database's clock was set: no time has passed for us."""
    one, two = replicas(), replicas()
    before = one._pulse.holder
    one.put(Arrival(CARD, delivery="d1"), T0)
    lost = sure(one.claim(T0))
    silence(database, one)
    taken = sure(two.claim(T0))
    until(lambda: not one.held(), "it knows that its run is over", PATIENCE)
    with pytest.raises(Temporary):
        one.claim(T0)
    assert one.fail(lost, Failure("cut off"), T0) is Fate.LOST
    assert one.held()
    assert one._pulse.holder > before
    assert two.settle(taken, T0)
    one.put(Arrival(CARD, delivery="d2"), T0)
    assert sure(one.claim(T0)).deliveries == ("d2",)


def test_a_replica_that_counts_as_gone_claims_nothing(replicas: Callable[[], PostgresInbox], database: str) -> None:
    one = replicas()
    one.put(Arrival(CARD, delivery="d1"), T0)
    silence(database, one)
    with pytest.raises(Temporary) as told:
        one.claim(T0)
    assert str(told.value) == "PostgreSQL: this replica counts as gone and has not joined anew yet"


def test_replicas_before_and_after_the_database_was_made_anew_are_never_the_same(database: str) -> None:
    """Sequences begin anew with it; a run from before must not end the run of another."""
    seen = []
    for _ in range(2):
        with closing(PostgresInbox(database, RULES)) as inbox:
            inbox.put(Arrival(CARD, delivery="d1"), T0)
            claim = sure(inbox.claim(T0))
            seen.append((inbox._pulse.holder, claim.token))
            inbox.settle(claim, T0)
        with psycopg.connect(database) as connection:
            connection.execute("DROP SCHEMA sounding_board CASCADE")
    assert len(dict(seen)) == 2
    assert len({token for _, token in seen}) == 2


def test_a_database_that_comes_back_empty_is_worked_with_again(
    replicas: Callable[[], PostgresInbox], database: str, caplog: pytest.LogCaptureFixture
) -> None:
    one = replicas()
    with psycopg.connect(database) as connection:
        connection.execute("DROP SCHEMA sounding_board CASCADE")
    with pytest.raises(Permanent):
        one.check()
    until(lambda: works(one), "the tables are there again", PATIENCE)
    one.put(Arrival(CARD, delivery="d1"), T0)
    assert sure(one.claim(T0)).deliveries == ("d1",)
    assert caplog.messages == [
        "no sign of life can be given, so nothing is worked on: PostgreSQL: nothing has run with this database yet, "
        "or it is another one (SOUNDING_BOARD_DATABASE_URL).",
        "this replica counted as gone: what it ran is cut off, and it joins the others anew",
    ]


def works(inbox: PostgresInbox) -> bool:
    try:
        inbox.check()
        return inbox.claim(T0) is None
    except (Temporary, Permanent):
        return False


def test_a_right_that_was_taken_away_is_told_and_given_back_is_enough(
    replicas: Callable[[], PostgresInbox], database: str, postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    one = replicas()
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE sounding_board.holder RENAME COLUMN alive_until TO hidden")
    until(lambda: bool(caplog.messages), "it is told", PATIENCE)
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE sounding_board.holder RENAME COLUMN hidden TO alive_until")
    heard = one._pulse._answered
    until(lambda: one._pulse._answered > heard, "it gives signs of life again", PATIENCE)
    assert caplog.messages == [
        'no sign of life can be given, so nothing is worked on: PostgreSQL: column "alive_until" does not exist'
    ]


def test_who_gives_no_sign_of_life_is_not_ready(replicas: Callable[[], PostgresInbox]) -> None:
    """Deliveries would be taken in and never looked at by this replica."""
    one = replicas()
    one._pulse._closed.set()
    one._pulse._thread.join()
    one._pulse._answered -= RULES.silent.total_seconds()
    with pytest.raises(Temporary) as told:
        one.check()
    assert str(told.value) == "PostgreSQL: no sign of life gets through to it"


def test_a_replica_ends_quietly_also_where_its_tables_are_gone(database: str) -> None:
    inbox = PostgresInbox(database, RULES)
    with psycopg.connect(database) as connection:
        connection.execute("DROP SCHEMA sounding_board CASCADE")
    inbox.close()


def test_the_time_of_all_stays_when_this_machines_clock_is_set(
    replicas: Callable[[], PostgresInbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica whose clock jumped an hour ahead must not see every lease of the others at its end."""
    one = replicas()
    before = datetime.now(UTC) + one.ahead()

    class Set(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr("app.gateways.postgres_pulse.datetime", Set)
    assert abs(Set.now(UTC) + one.ahead() - before) < timedelta(seconds=PATIENCE)
    assert -one.ahead() > timedelta(minutes=59)


def test_what_only_a_newer_version_knows_of_waits_for_it(replicas: Callable[[], PostgresInbox], database: str) -> None:
    one = replicas()
    with psycopg.connect(database) as connection:
        connection.execute(
            "INSERT INTO sounding_board.subject (key, priority, due_at, event_due, timer_due, attempts, deliveries)"
            " VALUES ('digest:weekly', 0, %(at)s, %(at)s, %(at)s, 0, '[]')",
            {"at": T0 - MINUTE},
        )
        connection.execute(
            "INSERT INTO sounding_board.subject (key, died_at, dead_priority, dead_attempts, dead_reason,"
            " dead_deliveries) VALUES ('digest:daily', %s, 0, 8, '404', '[]')",
            (T0,),
        )
    assert one.claim(T0) is None
    assert one.next_due() is None
    assert (one.waiting(9), one.dead(9), one.dead_letter("digest:daily")) == ((), (), None)
    assert not one.retry("digest:daily", T0)
    one.put(Arrival(CARD), T0)
    assert one.settle(sure(one.claim(T0)), T0)
    assert one.counts() == Counts(1, 0, 1)


def test_the_end_of_a_run_whose_answer_was_lost_for_long_is_no_loss(
    replicas: Callable[[], PostgresInbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit went through, the answer did not, and the database stayed away for longer than it is waited for."""
    one = replicas()
    one.put(Arrival(CARD), T0)
    claim = sure(one.claim(T0))
    plain = Link.do

    def unheard(self: Link, work: Work[bool], *, repeatable: bool = True) -> bool:
        plain(self, work)
        raise Temporary("PostgreSQL: it cannot be reached", left=Left.UNKNOWN)

    with monkeypatch.context() as lost:
        lost.setattr(Link, "do", unheard)
        with pytest.raises(Temporary):
            one.settle(claim, T0)
    assert one.settle(claim, T0)
    assert not one.settle(claim, T0)


def test_what_is_acknowledged_is_on_disk_also_where_the_server_is_in_a_hurry(database: str, postgres: Server) -> None:
    name = database.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit TO off".encode())
    with closing(Link(database, "test")) as link:
        row = link.do(lambda db: db.execute("SHOW synchronous_commit").fetchone())
    assert row == {"synchronous_commit": "on"}


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("40001", "two writers stood in each other's way"),
        ("25P03", "it was kept waiting in the middle of a transaction for too long"),
    ],
)
def test_what_passes_by_itself_is_no_refusal(database: str, state: str, told: str) -> None:
    def stumble(db: Connection) -> None:
        db.execute(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$".encode())

    with closing(Link(database, "test")) as link, pytest.raises(Temporary) as refusal:
        link.do(stumble)
    assert str(refusal.value) == f"PostgreSQL: {told}"


def test_a_server_that_stands_still_is_not_waited_for_without_end(own_postgres: Server) -> None:
    with closing(Link(own_postgres.database(), "test", deadline=0.5)) as link:
        link.do(lambda db: db.execute("SELECT 1"))
        with own_postgres.standing_still(), pytest.raises(Temporary) as refusal:
            link.do(lambda db: db.execute("SELECT 1"))
        assert str(refusal.value) == "PostgreSQL: it does not answer"
        link.do(lambda db: db.execute("SELECT 1"))
