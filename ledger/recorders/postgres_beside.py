"""What is kept beside the entries of a PostgreSQL ledger, never by who appends: cosignatures, and how far the self-audit has come."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, LiteralString

from ledger.recorders.contract import Cosignature

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


class PostgresBeside:
    """That part of `LedgerRecorder`."""

    @abstractmethod
    def _read(self, query: LiteralString, *parameters: Any) -> list[Any]: ...

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
