"""The ledger in a PostgreSQL database, or in one schema of it: the production home."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    Notification,
    ProgrammingError,
    StoredEvent,
)
from psycopg_pool import ConnectionPool

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
from ledger.recorders.postgres_beside import PostgresBeside
from ledger.recorders.postgres_opening import prepared, translated
from ledger.recorders.postgres_writing import HEAD, NO_END, RECORDS, PostgresWriter
from ledger.recorders.staging import as_new_entry, frontier_of, instant
from ledger.vault import LockedWords

PAGE = 1000
"""Entries read at a time by a stream: the most it holds in memory."""

READERS = 8
"""Connections kept for reading; more readers than that wait for one."""

_PAGE = (
    "SELECT position, originator_id, originator_version, topic, state FROM entries"
    " WHERE position > %b AND position <= %b ORDER BY position"
)
_ENTRY = "SELECT position, originator_id, originator_version, topic, state FROM entries WHERE position = %b"
_BODIES = "SELECT position, state FROM entries WHERE position > %b AND position <= %b ORDER BY position"
_ROWS = (
    "SELECT position, originator_id, originator_version, topic, state, source, id, content, recordedtime"
    " FROM entries WHERE position > %b AND position <= %b ORDER BY position"
)
_WORDS = "SELECT position, path, key, box FROM words WHERE position = ANY(%b) ORDER BY position, path"
_WORDS_BETWEEN = (
    "SELECT position, path, key, box FROM words WHERE position > %b AND position <= %b ORDER BY position, path"
)
_NODES = "SELECT hash FROM nodes WHERE level = %b AND number >= %b AND number < %b ORDER BY number"
_NOTES = "SELECT size, note FROM checkpoints WHERE size > %b AND size <= %b"
_POSITION_AT = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, position FROM head
    UNION ALL
    SELECT CASE WHEN early THEN middle ELSE low END, CASE WHEN early THEN high ELSE middle - 1 END FROM (
        SELECT low, high, (low + high + 1) / 2 AS middle,
            (SELECT recordedtime FROM entries WHERE position = (low + high + 1) / 2) <= %b AS early
        FROM search WHERE low < high
    ) AS halved
)
SELECT low FROM search WHERE low = high
"""
_OFF = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name"
_EVENTS = (
    "SELECT originator_id, originator_version, topic, state, position FROM entries"
    " WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s"
    " ORDER BY originator_version"
)
_NOTIFICATIONS = (
    "SELECT originator_id, originator_version, topic, state, position FROM entries"
    " WHERE position >= %s AND position <= %s"
)


class PostgresRecorder(PostgresBeside, FollowedRecorder):
    """eventsourcing's ApplicationRecorder and this ledger's `LedgerRecorder` on PostgreSQL.

    The tables are made where there are none, in the first schema of the search path; another schema version raises UnknownSchemaError.
    Threads read side by side on a pool of connections; writers of this and other processes take turns on the head row.
    `clock` tells the recorded time of entries that eventsourcing's own `insert_events` stores; `appending()` never asks it.
    `sign` signs the tree of every commit; without it nothing is signed.
    """

    def __init__(self, url: str, *, clock: Callable[[], str] | None = None, sign: Signer | None = None) -> None:
        self._clock = clock
        with translated():
            prepared(url)
            self._pool = ConnectionPool(url, min_size=1, max_size=READERS, kwargs={"autocommit": True}, open=True)
        self._growth = Growth(self.head)
        self._writer = PostgresWriter(url, self._growth.reached, sign)

    def appending(self) -> AbstractContextManager[Appending]:
        """As `LedgerRecorder`."""
        return self._writer.appending()

    def head(self) -> Head:
        """As `LedgerRecorder`."""
        return Head(*self._read(HEAD)[0])

    def entries(self, after: int = 0, limit: int | None = None, *, upto: int | None = None) -> Iterator[StoredEntry]:
        """As `LedgerRecorder`. Each page is a read of its own, so that a slow reader holds no connection."""
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
        found = self._read(RECORDS, list(originator_ids), NO_END if upto is None else upto)
        return list(map(StoredEntry._make, found))

    def words(self, positions: Sequence[int]) -> Sequence[LockedWords]:
        """As `LedgerRecorder`."""
        return list(map(LockedWords._make, self._read(_WORDS, list(positions))))

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
        return self._note("SELECT note FROM checkpoints WHERE size = %b", size)

    def checkpoint_covering(self, position: int) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints WHERE size >= %b ORDER BY size LIMIT 1", position)

    def last_checkpoint(self) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")

    def risk(self) -> str | None:
        """As `LedgerRecorder`. synchronous_commit is not asked for: the writer turns it on for itself."""
        off = [name for (name,) in self._read(_OFF)]
        return (
            f"PostgreSQL runs with {' and '.join(off)} off: a power cut may lose acknowledged entries." if off else None
        )

    def wait_beyond(self, position: int, timeout: float) -> bool:
        """As `LedgerRecorder`."""
        return self._growth.wait_beyond(position, timeout)

    def rows(self, after: int, limit: int) -> Sequence[FullRow]:
        """As `LedgerRecorder`."""
        found = self._read(_ROWS, after, after + limit)
        kept: dict[int, list[LockedWords]] = {}
        for held in map(LockedWords._make, self._read(_WORDS_BETWEEN, after, after + limit)):
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
            _EVENTS + (" DESC LIMIT %s" if desc else " LIMIT %s"),
            str(originator_id),
            -1 if gt is None else gt,
            NO_END if lte is None else lte,
            limit,
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
        first = (start or 0) + (not inclusive_of_start)
        last = NO_END if stop is None else stop
        if topics:
            query = _NOTIFICATIONS + " AND topic = ANY(%s) ORDER BY position LIMIT %s"
            found = self._read(query, first, last, list(topics), limit)
        else:
            found = self._read(_NOTIFICATIONS + " ORDER BY position LIMIT %s", first, last, limit)
        return [Notification(*row) for row in found]

    def close(self) -> None:
        """As `LedgerRecorder`."""
        self._writer.close()
        self._pool.close()

    def _note(self, query: LiteralString, *parameters: Any) -> bytes | None:
        found = self._read(query, *parameters)
        return bytes(found[0][0]) if found else None

    def _read(self, query: LiteralString, *parameters: Any) -> list[Any]:
        with translated():
            try:
                return self._asked(query, parameters)
            except psycopg.OperationalError:
                # The server may have been restarted: let the pool replace what is dead, then ask once more. Reading changes nothing.
                self._pool.check()
                return self._asked(query, parameters)

    def _run(self, statement: LiteralString) -> None:
        with translated(), self._pool.connection() as connection:
            connection.execute(statement)

    def _asked(self, query: LiteralString, parameters: Sequence[Any]) -> list[Any]:
        with self._pool.connection() as connection:
            return connection.execute(query, parameters, binary=True).fetchall()
