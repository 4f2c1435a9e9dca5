"""What is kept beside the entries of a PostgreSQL ledger: which keys lock its words, cosignatures, how far the self-audit has come."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from ledger.recorders.contract import Cosignature, StoredEntry
from ledger.vault import LockedWords

_KEEP = (
    "INSERT INTO cosignatures AS kept (size, name, key_id, value)"
    " SELECT * FROM unnest(%b::int8[], %b::text[], %b::bytea[], %b::bytea[])"
    " ON CONFLICT (name, key_id, size) DO UPDATE SET value = excluded.value WHERE excluded.value > kept.value RETURNING size"
)
_BETWEEN = (
    "SELECT size, name, key_id, value FROM cosignatures WHERE size > %b AND size <= %b"
    " ORDER BY size, name, key_id LIMIT %b"
)
_LAST = "SELECT size, name, key_id, value FROM cosignatures WHERE name = %b AND key_id = %b ORDER BY size DESC LIMIT 1"
_KEEP_AUDIT = (
    "INSERT INTO audit (one, state) VALUES (1, %b) ON CONFLICT (one) DO UPDATE SET state = excluded.state RETURNING one"
)

_UNDER = "SELECT position, path, key, box FROM words WHERE key = %b ORDER BY position, path LIMIT %b"
_CERTIFICATES = (
    "SELECT position, originator_id, originator_version, topic, state FROM entries"
    " WHERE right(topic, 13) = '.words-erased' AND position > %b ORDER BY position"
)
_KEYS = "SELECT key, count(*) FROM words GROUP BY key ORDER BY key"


class PostgresBeside:
    """That part of `LedgerRecorder`."""

    @abstractmethod
    def _read(self, query: LiteralString, *parameters: Any) -> list[Any]: ...

    @abstractmethod
    def _run(self, statement: LiteralString) -> None: ...

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
        """As `LedgerRecorder`: the table is written anew, and its old file removed. The server's log goes on for a while."""
        self._run("VACUUM FULL words")

    def cosign(self, cosignatures: Sequence[Cosignature]) -> None:
        """As `LedgerRecorder`."""
        if cosignatures:
            self._read(_KEEP, *map(list, zip(*cosignatures, strict=True)))

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
        self._read(_KEEP_AUDIT, state)
