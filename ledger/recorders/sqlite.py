"""The ledger in one SQLite file: write-ahead log, synchronous FULL, no server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError, ProgrammingError

from ledger.recorders.contract import Cosignature, Signer
from ledger.recorders.following import Growth
from ledger.recorders.reading import ReadingRecorder
from ledger.recorders.sqlite_reading import ReadingOnly, read_damaged
from ledger.recorders.sqlite_writing import SQLiteWriter, opened, prepared, translated

_POSITION_AT = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0, position FROM head
    UNION ALL
    SELECT iif(recordedtime <= ?1, entries.position, low), iif(recordedtime <= ?1, high, entries.position - 1)
    FROM search CROSS JOIN entries ON entries.position = (low + high + 1) / 2 WHERE low < high
)
SELECT low FROM search WHERE low = high
"""
_COSIGN = (
    "INSERT INTO cosignatures (size, name, key_id, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (name, key_id, size) DO UPDATE SET value = excluded.value WHERE excluded.value > value"
)
_KEEP_AUDIT = "INSERT INTO audit (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state"


class SQLiteRecorder(ReadingRecorder):
    """eventsourcing's ApplicationRecorder and this ledger's `LedgerRecorder` on a SQLite file.

    A new file is made where there is none (its folder must exist); one of another schema version raises UnknownSchemaError.
    Threads read side by side, each on a connection of its own; writers of this and other processes take turns.
    With `read_only` no file is made, no table either, and `appending()` raises ProgrammingError; the file may be one nobody may write to.
    `clock` tells the recorded time of entries that eventsourcing's own `insert_events` stores; `appending()` never asks it.
    `sign` signs the tree of every commit; without it nothing is signed.
    """

    AMONG = "IN (SELECT value FROM json_each(?))"
    POSITION_AT = _POSITION_AT
    CERTIFICATE = "substr(topic, -13) = '.words-erased'"

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Callable[[], str] | None = None,
        read_only: bool = False,
        sign: Signer | None = None,
    ) -> None:
        self.path = Path(path)
        self._clock = clock
        self._reads = ReadingOnly(self.path) if read_only else None
        with translated():
            self._reads.prepared() if self._reads else prepared(self.path)
        self._idle: list[sqlite3.Connection] = []
        self._guard = Lock()
        self._closed = False
        self._growth = Growth(self.head)
        self._writer = self._reads or SQLiteWriter(self.path, self._growth.reached, sign)

    def risk(self) -> str | None:
        """As `LedgerRecorder`: every connection here writes with synchronous FULL."""
        return None

    def scrub(self) -> None:
        """As `LedgerRecorder`: deleting writes zeros (secure_delete), and the log before it is emptied here."""
        with translated(), closing(opened(self.path)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise OperationalError("Somebody reads the ledger all the time: its write-ahead log could not be emptied.")

    def cosign(self, cosignatures: Sequence[Cosignature]) -> None:
        """As `LedgerRecorder`."""
        self._keep(_COSIGN, cosignatures)

    def keep_audit(self, state: str) -> None:
        """As `LedgerRecorder`."""
        self._keep(_KEEP_AUDIT, [(state,)])

    def snapshot(self, path: str | Path) -> None:
        """Copy the whole file, read tables included, as it is at one instant while others go on writing; refuses an existing path."""
        with translated(), self._reading() as source:
            if Path(path).exists():
                raise ProgrammingError(f"{path} exists already.")
            with closing(sqlite3.connect(path)) as copy:
                source.backup(copy)

    def close(self) -> None:
        """As `LedgerRecorder`."""
        self._writer.close()
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _keep(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with translated(), closing(opened(self.path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows)
            connection.execute("COMMIT")

    def _array(self, values: Sequence[Any]) -> str:
        return json.dumps(list(values))

    def _read(self, query: str, *parameters: Any) -> list[Any]:
        with translated(), self._reading() as connection:
            return connection.execute(query, parameters).fetchall()

    def _read_damaged(self, query: str, *parameters: Any) -> list[Any]:
        """As `_read`, with NOT_TEXT for each text that is not UTF-8, so that a verification can say where it stands."""
        try:
            return self._read(query, *parameters)
        except OperationalError:
            with translated(), self._reading() as connection:
                return read_damaged(connection, query, parameters)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            if self._closed:
                raise InterfaceError("This recorder is closed.")
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._reads.opened() if self._reads else opened(self.path)
        try:
            yield connection
            if self._reads:
                self._reads.still_as_it_was()
        finally:
            self._put_back(connection)

    def _put_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
