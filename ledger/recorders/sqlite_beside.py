"""What is kept beside the entries of a SQLite ledger: which keys lock its words, cosignatures, how far the self-audit has come."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eventsourcing.persistence import OperationalError

from ledger.recorders.contract import Cosignature, StoredEntry
from ledger.recorders.sqlite_writing import opened, translated
from ledger.vault import LockedWords

_KEEP = (
    "INSERT INTO cosignatures (size, name, key_id, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (name, key_id, size) DO UPDATE SET value = excluded.value WHERE excluded.value > value"
)
_BETWEEN = "SELECT size, name, key_id, value FROM cosignatures WHERE size > ? AND size <= ? ORDER BY size, name, key_id LIMIT ?"
_LAST = "SELECT size, name, key_id, value FROM cosignatures WHERE name = ? AND key_id = ? ORDER BY size DESC LIMIT 1"
_KEEP_AUDIT = "INSERT INTO audit (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state"

_UNDER = "SELECT position, path, key, box FROM words WHERE key = ? ORDER BY position, path LIMIT ?"
_CERTIFICATES = (
    "SELECT position, originator_id, originator_version, topic, state FROM entries"
    " WHERE substr(topic, -13) = '.words-erased' AND position > ? ORDER BY position"
)
_KEYS = "SELECT key, count(*) FROM words GROUP BY key ORDER BY key"


class SQLiteBeside:
    """That part of `LedgerRecorder`."""

    path: Path

    @abstractmethod
    def _read(self, query: str, *parameters: Any) -> list[Any]: ...

    def words_under(self, key: str, limit: int) -> Sequence[LockedWords]:
        """As `LedgerRecorder`."""
        return list(map(LockedWords._make, self._read(_UNDER, key, limit)))

    def certificates(self, after: int) -> Sequence[StoredEntry]:
        """As `LedgerRecorder`."""
        return list(map(StoredEntry._make, self._read(_CERTIFICATES, after)))

    def vault_keys(self) -> Mapping[str, int]:
        """As `LedgerRecorder`."""
        return dict(self._read(_KEYS))

    def scrub(self) -> None:
        """As `LedgerRecorder`: deleting writes zeros (secure_delete), and the log before it is emptied here."""
        with translated(), closing(opened(self.path)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise OperationalError("Somebody reads the ledger all the time: its write-ahead log could not be emptied.")

    def cosign(self, cosignatures: Sequence[Cosignature]) -> None:
        """As `LedgerRecorder`."""
        self._keep(_KEEP, cosignatures)

    def cosignatures(self, after: int, upto: int, limit: int) -> Sequence[Cosignature]:
        """As `LedgerRecorder`."""
        return list(map(Cosignature._make, self._read(_BETWEEN, after, upto, limit)))

    def last_cosignature(self, name: str, key_id: bytes) -> Cosignature | None:
        """As `LedgerRecorder`."""
        found = self._read(_LAST, name, key_id)
        return Cosignature._make(found[0]) if found else None

    def audit(self) -> str | None:
        """As `LedgerRecorder`."""
        found = self._read("SELECT state FROM audit")
        return str(found[0][0]) if found else None

    def keep_audit(self, state: str) -> None:
        """As `LedgerRecorder`."""
        self._keep(_KEEP_AUDIT, [(state,)])

    def _keep(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with translated(), closing(opened(self.path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows)
            connection.execute("COMMIT")
