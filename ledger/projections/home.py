"""Where the tables live: a file beside a SQLite ledger, a schema of its own in a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from ledger.beside import file_beside, open_beside

SWITCH = "hashtext('ledger.projections ' || current_setting('search_path'))"
"""PostgreSQL's number for the lock that readers share and a switch to other tables takes alone."""


def tables_file(ledger: Path) -> Path:
    """The file beside a SQLite ledger that holds its tables; it may be deleted, and is then built again."""
    return file_beside(ledger, "tables")


def open_engine(database: str) -> Engine:
    """Connections to the tables of a ledger, which is named by a path (SQLite) or a postgresql:// URL."""
    return open_beside(database, "tables", lasting=False)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, and sees one state of the tables from its first question to its last.

    On PostgreSQL no other generation comes to count meanwhile: a transaction would find the new tables by their names
    and yet not see the rows that were written to them after it began.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with connection.begin():
                yield connection
            return
        connection.exec_driver_sql(f"SELECT pg_advisory_lock_shared({SWITCH})")
        connection.commit()
        connection.execution_options(isolation_level="REPEATABLE READ")
        try:
            with connection.begin():
                yield connection
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock_shared({SWITCH})")
            connection.commit()


def wait_for_readers(connection: Connection) -> None:
    """Wait until nobody reads, and let nobody begin, until the open transaction ends; SQLite's readers need no such care."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SWITCH})")
