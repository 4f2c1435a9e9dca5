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
        connection.execute("PRAGMA temp_store = MEMORY")

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
    """One transaction that only reads, and sees one state of the tables from its first question to its last."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection
