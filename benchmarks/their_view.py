"""Their way to a read table: a ProjectionRunner over their PostgreSQL application, a row for each action, its tracking in the same transaction."""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from benchmarks.theirs import Actions, environment

UPSERT = (
    "INSERT INTO action_log VALUES (%s, %s, %s, %s) ON CONFLICT (action) DO UPDATE SET stage = excluded.stage,"
    " day = excluded.day, owner = coalesce(excluded.owner, action_log.owner)"
)
PATIENCE = 3_600.0


class ActionLog(PostgresTrackingRecorder):
    """One table of actions."""

    def __init__(self, datastore: PostgresDatastore, **rest: Any) -> None:
        super().__init__(datastore, **rest)
        self.check_identifier_length("action_log")
        columns = "action uuid PRIMARY KEY, stage text NOT NULL, day text NOT NULL, owner text"
        self.sql_create_statements.append(SQL("CREATE TABLE IF NOT EXISTS action_log (" + columns + ")").format())

    def take(self, told: Any, tracking: Tracking) -> None:
        """One event into the table."""
        owner = told.data.get("owner", {}).get("agency") if isinstance(told.data.get("owner"), dict) else None
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(UPSERT, (told.originator_id, told.kind, told.day, owner))


class KeepsActionLog(Projection[ActionLog]):
    """Every event goes into the table."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """As Projection's."""
        self.view.take(domain_event, tracking)


def run(database: str, upto: int) -> None:
    """Build the table anew from a database's first so many events."""
    with ProjectionRunner(
        application_class=Actions, projection_class=KeepsActionLog, view_class=ActionLog, env=environment(database)
    ) as runner:
        runner.wait(upto, timeout=PATIENCE)
