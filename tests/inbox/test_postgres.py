"""The PostgreSQL inbox: the contract over real connections, and what is particular to several replicas."""

from collections.abc import Iterator

import psycopg
import pytest

from app.domain.inbox import InboxRules
from app.gateways.inbox_postgres import PostgresInbox
from tests.inbox.contract import InboxContract, Open


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
