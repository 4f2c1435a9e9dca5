"""Opening a ledger in PostgreSQL: making its tables where there are none, refusing what is none, and the names of what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing import persistence

from ledger.log.tree import Frontier
from ledger.recorders.contract import SCHEMA_VERSION, UnknownSchemaError, of_another_version

# An arbitrary number of our own: processes that open a new database at once take turns on it.
_MAKING_TABLES = 5_418_990_113


@contextmanager
def translated() -> Iterator[None]:
    """Raise psycopg's errors as those of eventsourcing.persistence with the same name."""
    try:
        yield
    except psycopg.Error as error:
        for kind in type(error).__mro__:
            known = getattr(persistence, kind.__name__, persistence.PersistenceError)
            if kind.__module__ == "psycopg" and issubclass(known, persistence.PersistenceError):
                raise known(str(error)) from error
        raise persistence.PersistenceError(str(error)) from error


def prepared(url: str) -> None:
    """Make the ledger's tables if there are none; raise UnknownSchemaError if they are another program's. Several processes may do so at once."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING_TABLES,))
        # Only the first schema of the search path counts: it is where tables would be made, and where their names lead.
        tables = (
            "SELECT bool_and(to_regclass(quote_ident(current_schema()) || '.' || name) IS NULL)"
            " FROM unnest(ARRAY['head', 'entries', 'words', 'nodes', 'checkpoints', 'cosignatures', 'audit']) AS name"
        )
        if connection.execute(tables).fetchone() == (True,):
            connection.execute(Path(__file__).with_name("postgres.sql").read_bytes())
            connection.execute("INSERT INTO head VALUES (1, 0, NULL, %s, %s)", (Frontier().to_bytes(), SCHEMA_VERSION))
        _check(connection)


def _check(connection: psycopg.Connection[Any]) -> None:
    where = f"The database {connection.info.dbname}"
    try:
        found = connection.execute("SELECT schema_version FROM head").fetchone()
    except psycopg.ProgrammingError as error:
        raise UnknownSchemaError(f"{where} is not a ledger: {error.diag.message_primary}.") from error
    if found != (SCHEMA_VERSION,):
        raise of_another_version(where, found)
