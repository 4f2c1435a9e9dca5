"""Where keys are kept: a file beside a SQLite ledger, a schema of its own in a PostgreSQL database. Replay cannot make it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

BUSY = 30
"""Seconds to wait for another writer of the file."""


def access_file(ledger: Path) -> Path:
    """The file beside a SQLite ledger that holds its keys."""
    return ledger.with_name(f"{ledger.stem}.access.sqlite")


def open_engine(database: str) -> Engine:
    """Connections to what is kept of access to a ledger, which is named by a path (SQLite) or a postgresql:// URL."""
    if database.startswith(("postgresql://", "postgres://")):
        return _postgres(database)
    return _sqlite(access_file(Path(database)))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; on SQLite nobody else writes meanwhile."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


def _sqlite(path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str) -> Engine:
    engine = create_engine("postgresql+psycopg://" + url.partition("://")[2], pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        """Tables stand in a schema named for the ledger's own, `access` where that is the database's usual one."""
        connection.autocommit = True
        ours = connection.execute("SELECT current_schema()").fetchone()[0]
        schema = "access" if ours in (None, "public") else f"{ours}_access"
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        connection.execute(f'SET search_path TO "{schema}"')
        connection.autocommit = False

    return engine
