"""The ledger in one SQLite file: write-ahead log, synchronous FULL, no server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from eventsourcing.persistence import InterfaceError, Notification, OperationalError, ProgrammingError, StoredEvent

from ledger.log.tree import Frontier, leaf_hashes
from ledger.recorders.contract import (
    Appending,
    FullRow,
    Head,
    NewEntry,
    Signer,
    StoredEntry,
)
from ledger.recorders.following import FollowedRecorder, Growth
from ledger.recorders.sqlite_beside import SQLiteBeside
from ledger.recorders.sqlite_reading import ReadingOnly, read_damaged
from ledger.recorders.sqlite_writing import HEAD, NO_END, RECORDS, SQLiteWriter, opened, prepared, translated
from ledger.recorders.staging import as_new_entry, frontier_of, instant
from ledger.vault import LockedWords

PAGE = 1000
"""Entries read at a time by a stream: the most it holds in memory."""

_PAGE = (
    "SELECT position, originator_id, originator_version, topic, state FROM entries"
    " WHERE position > ? AND position <= ? ORDER BY position"
)
_ENTRY = "SELECT position, originator_id, originator_version, topic, state FROM entries WHERE position = ?"
_BODIES = "SELECT position, state FROM entries WHERE position > ? AND position <= ? ORDER BY position"
_ROWS = (
    "SELECT position, originator_id, originator_version, topic, state, source, id, content, recordedtime"
    " FROM entries WHERE position > ? AND position <= ? ORDER BY position"
)
_WORDS = "SELECT position, path, key, box FROM words WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position, path"
_WORDS_BETWEEN = (
    "SELECT position, path, key, box FROM words WHERE position > ? AND position <= ? ORDER BY position, path"
)
_NODES = "SELECT hash FROM nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
_NOTES = "SELECT size, note FROM checkpoints WHERE size > ? AND size <= ?"
_POSITION_AT = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0, position FROM head
    UNION ALL
    SELECT iif(recordedtime <= ?1, entries.position, low), iif(recordedtime <= ?1, high, entries.position - 1)
    FROM search CROSS JOIN entries ON entries.position = (low + high + 1) / 2 WHERE low < high
)
SELECT low FROM search WHERE low = high
"""


class SQLiteRecorder(SQLiteBeside, FollowedRecorder):
    """eventsourcing's ApplicationRecorder and this ledger's `LedgerRecorder` on a SQLite file.

    A new file is made where there is none (its folder must exist); one of another schema version raises UnknownSchemaError.
    Threads read side by side, each on a connection of its own; writers of this and other processes take turns.
    With `read_only` no file is made, no table either, and `appending()` raises ProgrammingError; the file may be one nobody may write to.
    `clock` tells the recorded time of entries that eventsourcing's own `insert_events` stores; `appending()` never asks it.
    `sign` signs the tree of every commit; without it nothing is signed.
    """

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

    def appending(self) -> AbstractContextManager[Appending]:
        """As `LedgerRecorder`."""
        return self._writer.appending()

    def head(self) -> Head:
        """As `LedgerRecorder`."""
        return Head(*self._read_damaged(HEAD)[0])

    def entries(self, after: int = 0, limit: int | None = None, *, upto: int | None = None) -> Iterator[StoredEntry]:
        """As `LedgerRecorder`. Each page is a read of its own, so that a slow reader never keeps the write-ahead log from shrinking."""
        end = self.head().position if upto is None else upto
        if limit is not None:
            end = min(end, after + limit)
        for start in range(after, end, PAGE):
            page = self._read(_PAGE, start, min(start + PAGE, end))
            yield from map(StoredEntry._make, page)

    def bodies(self, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """As `LedgerRecorder`."""
        return self._read(_BODIES, after, after + limit)

    def entry(self, position: int) -> StoredEntry | None:
        """As `LedgerRecorder`."""
        found = self._read(_ENTRY, position)
        return StoredEntry._make(found[0]) if found else None

    def record(self, originator_id: str, *, upto: int | None = None) -> Sequence[StoredEntry]:
        """As `LedgerRecorder`."""
        return self.records([originator_id], upto=upto)

    def records(self, originator_ids: Sequence[str], *, upto: int | None = None) -> Sequence[StoredEntry]:
        """As `LedgerRecorder`."""
        found = self._read(RECORDS, json.dumps(originator_ids), NO_END if upto is None else upto)
        return list(map(StoredEntry._make, found))

    def words(self, positions: Sequence[int]) -> Sequence[LockedWords]:
        """As `LedgerRecorder`."""
        return list(map(LockedWords._make, self._read(_WORDS, json.dumps(positions))))

    def position_at(self, instant_: str) -> int:
        """As `LedgerRecorder`. Times never decrease, so halving finds it without an index."""
        return int(self._read(_POSITION_AT, instant(instant_))[0][0])

    def frontier(self) -> Frontier:
        """As `LedgerRecorder`."""
        frontier, position = self._read("SELECT frontier, position FROM head")[0]
        return frontier_of(frontier, position)

    def nodes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """As `LedgerRecorder`."""
        if level == 0:
            return leaf_hashes(body for _, body in self.bodies(start, stop - start))
        return [found for (found,) in self._read(_NODES, level, start, stop)]

    def checkpoint(self, size: int) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints WHERE size = ?", size)

    def checkpoint_covering(self, position: int) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints WHERE size >= ? ORDER BY size LIMIT 1", position)

    def last_checkpoint(self) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")

    def risk(self) -> str | None:
        """As `LedgerRecorder`: every connection here writes with synchronous FULL."""
        return None

    def wait_beyond(self, position: int, timeout: float) -> bool:
        """As `LedgerRecorder`."""
        return self._growth.wait_beyond(position, timeout)

    def rows(self, after: int, limit: int) -> Sequence[FullRow]:
        """As `LedgerRecorder`."""
        found = self._read_damaged(_ROWS, after, after + limit)
        kept: dict[int, list[LockedWords]] = {}
        for held in map(LockedWords._make, self._read_damaged(_WORDS_BETWEEN, after, after + limit)):
            kept.setdefault(held.position, []).append(held)
        notes = dict(self._read(_NOTES, after, after + limit))
        return [
            FullRow(row[0], NewEntry(*row[1:8]), row[8], tuple(kept.get(row[0], ())), notes.get(row[0]))
            for row in found
        ]

    def load(self, rows: Sequence[FullRow]) -> None:
        """As `LedgerRecorder`."""
        with self._writer.appending() as held:
            held.staged.load(rows)

    def snapshot(self, path: str | Path) -> None:
        """Copy the whole file, read tables included, as it is at one instant while others go on writing; refuses an existing path."""
        with translated(), self._reading() as source:
            if Path(path).exists():
                raise ProgrammingError(f"{path} exists already.")
            with closing(sqlite3.connect(path)) as copy:
                source.backup(copy)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """As eventsourcing's, in one `appending()` and never tried twice. `recordedtime=` overrides the recorder's clock."""
        told = kwargs.get("recordedtime") or (self._clock() if self._clock else None)
        if told is None:
            raise ProgrammingError("Give the recorder a clock, or insert_events a recordedtime.")
        if not stored_events:
            return []
        with self._writer.appending() as held:
            now = max(told, held.head.recordedtime or told)
            held.append([as_new_entry(event) for event in stored_events], (), now)
        return list(range(held.head.position + 1, held.staged.end.position + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """As eventsourcing's; each event is a notification, so that it carries its position."""
        found = self._read(
            "SELECT originator_id, originator_version, topic, state, position FROM entries"
            " WHERE originator_id = ? AND originator_version > ? AND originator_version <= ?"
            f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT ?",
            str(originator_id),
            -1 if gt is None else gt,
            NO_END if lte is None else lte,
            -1 if limit is None else limit,
        )
        return [Notification(*row) for row in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """As eventsourcing's."""
        wanted = "AND topic IN (SELECT value FROM json_each(?4))" if topics else "AND ?4 = '[]'"
        found = self._read(
            "SELECT originator_id, originator_version, topic, state, position FROM entries"
            f" WHERE position >= ?1 AND position <= ?2 {wanted} ORDER BY position LIMIT ?3",
            (start or 0) + (not inclusive_of_start),
            NO_END if stop is None else stop,
            limit,
            json.dumps(list(topics)),
        )
        return [Notification(*row) for row in found]

    def close(self) -> None:
        """As `LedgerRecorder`."""
        self._writer.close()
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _note(self, query: str, *parameters: Any) -> bytes | None:
        found = self._read(query, *parameters)
        return bytes(found[0][0]) if found else None

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
