"""Where the tables live: a file beside a SQLite ledger, a schema of its own in a PostgreSQL database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

BUSY = 30
"""Seconds to wait for another writer of the file."""
SWITCH = "hashtext('ledger.projections ' || current_setting('search_path'))"
"""PostgreSQL's number for the lock that readers share and a switch to other tables takes alone."""


def tables_file(ledger: Path) -> Path:
    """The file beside a SQLite ledger that holds its tables; it may be deleted, and is then built again."""
    return ledger.with_name(f"{ledger.stem}.tables.sqlite")


def open_engine(database: str) -> Engine:
    """Connections to the tables of a ledger, which is named by a path (SQLite) or a postgresql:// URL."""
    if database.startswith(("postgresql://", "postgres://")):
        return _postgres(database)
    return _sqlite(tables_file(Path(database)))


def _sqlite(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a lost table is built again from the ledger

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str) -> Engine:
    engine = create_engine("postgresql+psycopg://" + url.partition("://")[2], pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        """Tables stand in a schema named for the ledger's own, `tables` where that is the database's usual one."""
        connection.autocommit = True
        ours = connection.execute("SELECT current_schema()").fetchone()[0]
        schema = "tables" if ours in (None, "public") else f"{ours}_tables"
        connection.execute(f'SET search_path TO "{schema}"')
        connection.autocommit = False

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; on SQLite nobody else writes meanwhile."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


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
