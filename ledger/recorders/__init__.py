"""Homes for the entries: a SQLite file or a PostgreSQL database, with one promise (`ledger.recorders.contract`)."""

from __future__ import annotations

from collections.abc import Callable

from ledger.recorders.contract import Signer
from ledger.recorders.postgres import PostgresRecorder
from ledger.recorders.sqlite import SQLiteRecorder

__all__ = ["PostgresRecorder", "SQLiteRecorder", "open_recorder"]


def open_recorder(
    database: str,
    *,
    clock: Callable[[], str] | None = None,
    read_only: bool = False,
    sign: Signer | None = None,
) -> SQLiteRecorder | PostgresRecorder:
    """The recorder for a database: `postgresql://...` is a server, anything else the path of a SQLite file.

    Both are eventsourcing ApplicationRecorders and fulfil `LedgerRecorder`. What is not there yet is made. `clock` returns the time
    (RFC 3339 UTC, microseconds) for eventsourcing's own `insert_events`; `appending()` is told the time instead.
    `sign` signs the tree of every commit; without it the tree grows and nothing is signed.
    With `read_only` a file is neither made nor written to; on a server the rights of its user say what may be written.
    Raises UnknownSchemaError for a database of another program or version, OperationalError where it cannot be reached.
    """
    if database.startswith(("postgresql://", "postgres://")):
        return PostgresRecorder(database, clock=clock, sign=sign)
    return SQLiteRecorder(database, clock=clock, read_only=read_only, sign=sign)
