"""What every recorder answers by reading, in SQL that both engines speak; each brings its connections and the little that differs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, LiteralString, Protocol
from uuid import UUID

from eventsourcing.persistence import Notification, ProgrammingError, StoredEvent

from ledger.log.tree import Frontier, leaf_hashes
from ledger.recorders.contract import Appending, Cosignature, FullRow, Head, NewEntry, StoredEntry
from ledger.recorders.following import FollowedRecorder, Growth
from ledger.recorders.staging import Staged, as_new_entry, frontier_of, instant
from ledger.vault import LockedWords

PAGE = 1000
"""Entries read at a time by a stream: the most it holds in memory."""
NO_END = 2**63 - 1
HEAD = "SELECT position, recordedtime FROM head"

_ENTRIES = "SELECT position, originator_id, originator_version, topic, state FROM entries"
_EVENTS = "SELECT originator_id, originator_version, topic, state, position FROM entries"
_WORDS = "SELECT position, path, key, box FROM words"
_COSIGNATURES = "SELECT size, name, key_id, value FROM cosignatures"
_BETWEEN = "WHERE position > ? AND position <= ? ORDER BY position"
_ROWS = f"SELECT position, originator_id, originator_version, topic, state, source, id, content, recordedtime FROM entries {_BETWEEN}"


class Staging(Appending, Protocol):
    """An appending of ours, which shows what it has staged."""

    @property
    def staged(self) -> Staged: ...


class Writer(Protocol):
    """The one writing connection of a process."""

    def appending(self) -> AbstractContextManager[Staging]: ...
    def close(self) -> None: ...


class ReadingRecorder(FollowedRecorder):
    """All of `LedgerRecorder` and of eventsourcing's ApplicationRecorder that is a question, and the storing that its writer does."""

    AMONG: ClassVar[LiteralString]
    """A column among the values of one parameter, which `_array` makes."""
    POSITION_AT: ClassVar[LiteralString]
    CERTIFICATE: ClassVar[LiteralString]
    """What the topic of a certificate of erasure is, as the engine's index has it."""

    _clock: Callable[[], str] | None
    _growth: Growth
    _writer: Writer

    @abstractmethod
    def _read(self, query: LiteralString, *parameters: Any) -> list[Any]:
        """The rows, as tuples. `?` stands for each parameter."""

    @abstractmethod
    def _array(self, values: Sequence[Any]) -> Any: ...

    def _read_damaged(self, query: LiteralString, *parameters: Any) -> list[Any]:
        """As `_read`, of what may have been damaged."""
        return self._read(query, *parameters)

    def appending(self) -> AbstractContextManager[Appending]:
        """As `LedgerRecorder`."""
        return self._writer.appending()

    def head(self) -> Head:
        """As `LedgerRecorder`."""
        return Head(*self._read_damaged(HEAD)[0])

    def entries(self, after: int = 0, limit: int | None = None, *, upto: int | None = None) -> Iterator[StoredEntry]:
        """As `LedgerRecorder`. Each page is a read of its own, so that a slow reader holds nothing up."""
        end = self.head().position if upto is None else upto
        if limit is not None:
            end = min(end, after + limit)
        for start in range(after, end, PAGE):
            page = self._read(f"{_ENTRIES} {_BETWEEN}", start, min(start + PAGE, end))
            yield from map(StoredEntry._make, page)

    def bodies(self, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """As `LedgerRecorder`."""
        return self._read(f"SELECT position, state FROM entries {_BETWEEN}", after, after + limit)

    def entry(self, position: int) -> StoredEntry | None:
        """As `LedgerRecorder`."""
        found = self._read(f"{_ENTRIES} WHERE position = ?", position)
        return StoredEntry._make(found[0]) if found else None

    def record(self, originator_id: str, *, upto: int | None = None) -> Sequence[StoredEntry]:
        """As `LedgerRecorder`."""
        return self.records([originator_id], upto=upto)

    def records(self, originator_ids: Sequence[str], *, upto: int | None = None) -> Sequence[StoredEntry]:
        """As `LedgerRecorder`."""
        # "+ 0" keeps PostgreSQL from looking through the index of positions as well, which is as long as the ledger.
        query = f"{_ENTRIES} WHERE originator_id {self.AMONG} AND position + 0 <= ? ORDER BY position"
        found = self._read(query, self._array(originator_ids), NO_END if upto is None else upto)
        return list(map(StoredEntry._make, found))

    def certificates(self, after: int) -> Sequence[StoredEntry]:
        """As `LedgerRecorder`."""
        query = f"{_ENTRIES} WHERE {self.CERTIFICATE} AND position > ? ORDER BY position"
        return list(map(StoredEntry._make, self._read(query, after)))

    def names(self, positions: Sequence[int]) -> Mapping[int, str]:
        """As `LedgerRecorder`."""
        query = f"SELECT position, originator_id FROM entries WHERE position {self.AMONG}"
        return dict(self._read(query, self._array(positions)))

    def words(self, positions: Sequence[int]) -> Sequence[LockedWords]:
        """As `LedgerRecorder`."""
        query = f"{_WORDS} WHERE position {self.AMONG} ORDER BY position, path"
        return list(map(LockedWords._make, self._read(query, self._array(positions))))

    def words_under(self, key: str, limit: int) -> Sequence[LockedWords]:
        """As `LedgerRecorder`."""
        return list(
            map(LockedWords._make, self._read(f"{_WORDS} WHERE key = ? ORDER BY position, path LIMIT ?", key, limit))
        )

    def vault_keys(self) -> Mapping[str, int]:
        """As `LedgerRecorder`."""
        return dict(self._read("SELECT key, count(*) FROM words GROUP BY key ORDER BY key"))

    def position_at(self, instant_: str) -> int:
        """As `LedgerRecorder`. Times never decrease, so halving finds it without an index."""
        return int(self._read(self.POSITION_AT, instant(instant_))[0][0])

    def frontier(self) -> Frontier:
        """As `LedgerRecorder`."""
        frontier, position = self._read("SELECT frontier, position FROM head")[0]
        return frontier_of(frontier, position)

    def nodes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """As `LedgerRecorder`."""
        if level == 0:
            return leaf_hashes(body for _, body in self.bodies(start, stop - start))
        query = "SELECT hash FROM nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
        return [found for (found,) in self._read(query, level, start, stop)]

    def checkpoint(self, size: int) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints WHERE size = ?", size)

    def checkpoint_covering(self, position: int) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints WHERE size >= ? ORDER BY size LIMIT 1", position)

    def last_checkpoint(self) -> bytes | None:
        """As `LedgerRecorder`."""
        return self._note("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")

    def cosignatures(self, after: int, upto: int, limit: int) -> Sequence[Cosignature]:
        """As `LedgerRecorder`."""
        query = f"{_COSIGNATURES} WHERE size > ? AND size <= ? ORDER BY size, name, key_id LIMIT ?"
        return list(map(Cosignature._make, self._read(query, after, upto, limit)))

    def last_cosignature(self, name: str, key_id: bytes) -> Cosignature | None:
        """As `LedgerRecorder`."""
        query = f"{_COSIGNATURES} WHERE name = ? AND key_id = ? ORDER BY size DESC LIMIT 1"
        found = self._read(query, name, key_id)
        return Cosignature._make(found[0]) if found else None

    def audit(self) -> str | None:
        """As `LedgerRecorder`."""
        found = self._read("SELECT state FROM audit")
        return str(found[0][0]) if found else None

    def wait_beyond(self, position: int, timeout: float) -> bool:
        """As `LedgerRecorder`."""
        return self._growth.wait_beyond(position, timeout)

    def rows(self, after: int, limit: int) -> Sequence[FullRow]:
        """As `LedgerRecorder`."""
        upto = after + limit
        found = self._read_damaged(_ROWS, after, upto)
        kept: dict[int, list[LockedWords]] = {}
        for held in map(LockedWords._make, self._read_damaged(f"{_WORDS} {_BETWEEN}, path", after, upto)):
            kept.setdefault(held.position, []).append(held)
        notes = dict(self._read("SELECT size, note FROM checkpoints WHERE size > ? AND size <= ?", after, upto))
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
            f"{_EVENTS} WHERE originator_id = ? AND originator_version > ? AND originator_version <= ?"
            f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT ?",
            str(originator_id),
            -1 if gt is None else gt,
            NO_END if lte is None else lte,
            NO_END if limit is None else limit,
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
        wanted = f" AND topic {self.AMONG}" if topics else ""
        found = self._read(
            f"{_EVENTS} WHERE position >= ? AND position <= ?{wanted} ORDER BY position LIMIT ?",
            (start or 0) + (not inclusive_of_start),
            NO_END if stop is None else stop,
            *([self._array(topics)] if topics else ()),
            limit,
        )
        return [Notification(*row) for row in found]

    def _note(self, query: LiteralString, *parameters: Any) -> bytes | None:
        found = self._read(query, *parameters)
        return bytes(found[0][0]) if found else None
