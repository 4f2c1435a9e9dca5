"""The ledger in a PostgreSQL database, or in one schema of it: the production home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg_pool import ConnectionPool

from ledger.recorders.contract import Cosignature, Signer
from ledger.recorders.following import Growth
from ledger.recorders.postgres_opening import prepared, translated
from ledger.recorders.postgres_writing import PostgresWriter
from ledger.recorders.reading import ReadingRecorder

READERS = 8
"""Connections kept for reading; more readers than that wait for one."""

_POSITION_AT = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, position FROM head
    UNION ALL
    SELECT CASE WHEN early THEN middle ELSE low END, CASE WHEN early THEN high ELSE middle - 1 END FROM (
        SELECT low, high, (low + high + 1) / 2 AS middle,
            (SELECT recordedtime FROM entries WHERE position = (low + high + 1) / 2) <= ? AS early
        FROM search WHERE low < high
    ) AS halved
)
SELECT low FROM search WHERE low = high
"""
_OFF = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name"
_COSIGN = (
    "INSERT INTO cosignatures AS kept (size, name, key_id, value)"
    " SELECT * FROM unnest(?::int8[], ?::text[], ?::bytea[], ?::bytea[])"
    " ON CONFLICT (name, key_id, size) DO UPDATE SET value = excluded.value WHERE excluded.value > kept.value RETURNING size"
)
_KEEP_AUDIT = (
    "INSERT INTO audit (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state RETURNING one"
)


class PostgresRecorder(ReadingRecorder):
    """eventsourcing's ApplicationRecorder and this ledger's `LedgerRecorder` on PostgreSQL.

    The tables are made where there are none, in the first schema of the search path; another schema version raises UnknownSchemaError.
    Threads read side by side on a pool of connections; writers of this and other processes take turns on the head row.
    `clock` tells the recorded time of entries that eventsourcing's own `insert_events` stores; `appending()` never asks it.
    `sign` signs the tree of every commit; without it nothing is signed.
    """

    AMONG = "= ANY(?)"
    POSITION_AT = _POSITION_AT
    CERTIFICATE = "right(topic, 13) = '.words-erased'"

    def __init__(self, url: str, *, clock: Callable[[], str] | None = None, sign: Signer | None = None) -> None:
        self._clock = clock
        with translated():
            prepared(url)
            self._pool = ConnectionPool(url, min_size=1, max_size=READERS, kwargs={"autocommit": True}, open=True)
        self._growth = Growth(self.head)
        self._writer = PostgresWriter(url, self._growth.reached, sign)

    def risk(self) -> str | None:
        """As `LedgerRecorder`. synchronous_commit is not asked for: the writer turns it on for itself."""
        off = [name for (name,) in self._read(_OFF)]
        return (
            f"PostgreSQL runs with {' and '.join(off)} off: a power cut may lose acknowledged entries." if off else None
        )

    def scrub(self) -> None:
        """As `LedgerRecorder`: the table is written anew, and its old file removed. The server's log goes on for a while."""
        self._run("VACUUM FULL words")

    def cosign(self, cosignatures: Sequence[Cosignature]) -> None:
        """As `LedgerRecorder`."""
        if cosignatures:
            self._read(_COSIGN, *map(list, zip(*cosignatures, strict=True)))

    def keep_audit(self, state: str) -> None:
        """As `LedgerRecorder`."""
        self._read(_KEEP_AUDIT, state)

    def close(self) -> None:
        """As `LedgerRecorder`."""
        self._writer.close()
        self._pool.close()

    def _array(self, values: Sequence[Any]) -> list[Any]:
        return list(values)

    def _read(self, query: LiteralString, *parameters: Any) -> list[Any]:
        with translated():
            try:
                return self._asked(query.replace("?", "%b"), parameters)
            except psycopg.OperationalError:
                # The server may have been restarted: let the pool replace what is dead, then ask once more. Reading changes nothing.
                self._pool.check()
                return self._asked(query.replace("?", "%b"), parameters)

    def _run(self, statement: LiteralString) -> None:
        with translated(), self._pool.connection() as connection:
            connection.execute(statement)

    def _asked(self, query: LiteralString, parameters: Sequence[Any]) -> list[Any]:
        with self._pool.connection() as connection:
            return connection.execute(query, parameters, binary=True).fetchall()
