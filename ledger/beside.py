"""What stands beside a ledger: a file next to a SQLite ledger, a schema next to its own in a PostgreSQL database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event

from ledger.write_ahead import write_ahead

BUSY = 30
"""Seconds to wait for another writer of the file."""


def file_beside(ledger: Path, name: str) -> Path:
    """`year.sqlite` and `tables` give `year.tables.sqlite`."""
    return ledger.with_name(f"{ledger.stem}.{name}.sqlite")


def open_beside(database: str, name: str, *, lasting: bool) -> Engine:
    """Connections to what is kept under a name beside a ledger, which is a path (SQLite) or a postgresql:// URL.

    `lasting` for what replay cannot make again: its file is its owner's alone and safe from a loss of power, its schema made if missing.
    """
    if database.startswith(("postgresql://", "postgres://")):
        return _postgres(database, name, lasting)
    return _sqlite(file_beside(Path(database), name), lasting)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; on SQLite nobody else writes meanwhile."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


def make(tables: MetaData, engine: Engine) -> None:
    """Tables that are not there yet, though others may be making theirs in the same file at the same moment."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('beside'))")
        tables.create_all(connection)


def _sqlite(path: Path, lasting: bool) -> Engine:
    if lasting:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        write_ahead(connection, BUSY)
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(url: str, name: str, lasting: bool) -> Engine:
    engine = create_engine("postgresql+psycopg://" + url.partition("://")[2], pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        """The schema is named for the ledger's own, and by the name alone where that is the database's usual one."""
        connection.autocommit = True
        ours = connection.execute("SELECT current_schema()").fetchone()[0]
        schema = name if ours in (None, "public") else f"{ours}_{name}"
        if lasting:
            connection.execute("SELECT pg_advisory_lock(hashtext('beside'))")  # two that make it at once would fail
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            connection.execute("SELECT pg_advisory_unlock(hashtext('beside'))")
        connection.execute(f'SET search_path TO "{schema}"')
        connection.autocommit = False

    return engine
