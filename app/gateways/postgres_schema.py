"""The tables in PostgreSQL, and how they come from one version of the program to the next: forwards only.

A rolling restart has old replicas at work while a new one brings the tables forward. So a step adds and never takes
away what the version before it uses; what nobody uses any more goes a version later.
"""

import math
from collections.abc import Sequence

from app.domain.failure import Permanent
from app.gateways.postgres_link import SCHEMA, Connection, Link

INBOX_AND_JOURNAL = (
    'CREATE TABLE subject (key text COLLATE "C" PRIMARY KEY,'
    " priority smallint, due_at timestamptz, event_due timestamptz, timer_due timestamptz, not_until timestamptz,"
    " first_event_at timestamptz, attempts integer, deliveries jsonb, reason text,"
    " token bigint, holder bigint, run_priority smallint, attempt integer, lease_until timestamptz,"
    " run_deliveries jsonb,"
    " died_at timestamptz, dead_priority smallint, dead_attempts integer, dead_reason text, dead_deliveries jsonb)",
    "CREATE INDEX subject_next ON subject (priority, due_at) WHERE due_at IS NOT NULL AND token IS NULL",
    "CREATE INDEX subject_running ON subject (holder) WHERE token IS NOT NULL",
    "CREATE INDEX subject_dead ON subject (died_at) WHERE died_at IS NOT NULL",
    "CREATE SEQUENCE claim_token",
    'CREATE TABLE delivery (id text COLLATE "C" PRIMARY KEY, at timestamptz NOT NULL)',
    "CREATE INDEX delivery_age ON delivery (at)",
    "CREATE SEQUENCE holder_id",
    "CREATE TABLE holder (id bigint PRIMARY KEY, alive_until timestamptz NOT NULL)",
    "CREATE TABLE line (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL,"
    " project text NOT NULL, iid bigint NOT NULL, dry boolean NOT NULL, who text, event_id bigint,"
    " moved_at timestamptz, said text NOT NULL)",
    "CREATE INDEX line_of_issue ON line (project, iid, id)",
    "CREATE INDEX line_of_person ON line (who, moved_at, event_id) WHERE moved_at IS NOT NULL",
    "CREATE INDEX line_age ON line (at)",
)

BUDGET = (
    "CREATE UNLOGGED TABLE budget (who text PRIMARY KEY, calls float8 NOT NULL, calls_at float8 NOT NULL,"
    " notes float8 NOT NULL, notes_at float8 NOT NULL, bulk float8 NOT NULL, bulk_at float8 NOT NULL,"
    " rests_until float8 NOT NULL)",
)
"""Unlogged: a crash of PostgreSQL may forget how much was drawn, and no call waits for a disk."""

TRACES = ("ALTER TABLE delivery ADD COLUMN trace text",)
"""With the delivery, which nobody changes: an older replica that writes a subject's row leaves nothing stale behind."""

MIGRATIONS: Sequence[Sequence[str]] = (INBOX_AND_JOURNAL, BUDGET, TRACES)
READABLE_FROM = 1
"""The oldest version of the program, by its number of steps, that can work with the tables as they are now."""

FORWARD = 7_305_831
"""The number of the lock that whoever brings the tables forward holds."""


def bring_forward(url: str, migrations: Sequence[Sequence[str]] = MIGRATIONS, patience: float = 0.0) -> None:
    """Make the tables, or bring them to this version, all of it or nothing. Raises Temporary, Permanent."""
    link = Link(url, "schema", patience, deadline=math.inf)
    try:
        link.do(lambda connection: _bring_forward(connection, migrations))
    finally:
        link.close()


def _bring_forward(connection: Connection, migrations: Sequence[Sequence[str]]) -> None:
    connection.execute("SET LOCAL statement_timeout TO 0; SET LOCAL lock_timeout TO 0")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (FORWARD,))
    version = _version(connection)
    if version >= len(migrations):
        return
    for step in migrations[version:]:
        for statement in step:
            connection.execute(statement.encode())
    connection.execute("UPDATE schema_version SET version = %s, readable_from = %s", (len(migrations), READABLE_FROM))


def _version(connection: Connection) -> int:
    """How many steps were made. Raises Permanent where the tables are too new for this program."""
    there = connection.execute("SELECT to_regclass(%s) AS found", (f"{SCHEMA}.schema_version",)).fetchone()
    if there is None or there["found"] is None:
        _begin(connection)
    row = connection.execute("SELECT version, readable_from FROM schema_version").fetchone()
    version, readable_from = (row["version"], row["readable_from"]) if row else (0, 0)
    if readable_from > len(MIGRATIONS):
        raise Permanent(f"PostgreSQL: the tables were made by a newer version of this program (schema {version})")
    return int(version)


def _begin(connection: Connection) -> None:
    found = connection.execute("SELECT to_regnamespace(%s) AS found", (SCHEMA,)).fetchone()
    if found is None or found["found"] is None:
        connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
    connection.execute("CREATE TABLE schema_version (version integer NOT NULL, readable_from integer NOT NULL)")
    connection.execute("INSERT INTO schema_version VALUES (0, 0)")
