"""How one generation of tables is made, written to and dropped; each engine in its own quick way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, Connection, MetaData, String, Table, delete, insert, select, update
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from ledger.domain.history import Entry
from ledger.projections.columns import (
    TIMES,
    further_indexes,
    generation_name,
    generation_table,
    row_kinds,
    writer_of,
)
from ledger.projections.folding import Batch, Kept, RowIdentity
from ledger.projections.rows import Projection

FRAMEWORK = 2
"""Raised when the same projections are to be kept in another way, so that tables made by the older code are built anew."""

STATE = Table(
    "projector_state",
    MetaData(),
    Column("generation", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("anchor", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("trouble", String),
)


class TablesDamaged(Exception):
    """The tables do not hold what they should; rebuilding makes them anew."""


class Generation(NamedTuple):
    """One set of tables: how far it has come, and why it cannot go on, if so. `anchor` is the hash of its last entry."""

    generation: int
    position: int
    anchor: str
    fingerprint: str
    live: bool
    trouble: str | None


def anchor_of(entry: Entry) -> str:
    """A hash by which the tables know the last entry they hold again."""
    name = f"{entry.position} {entry.originator_id} {entry.version} {entry.recordedtime.isoformat()} {entry.id}\n"
    return hashlib.sha256(name.encode() + entry.body).hexdigest()


def fingerprint(projections: Sequence[Projection[Any]]) -> str:
    """A hash over the shape and version of every projection."""
    shapes = {
        projection.table: [
            list(projection.records),
            projection.version,
            [[name, repr(kind.column), optional] for name, (kind, optional) in row_kinds(projection.row).items()],
            [list(index) for index in projection.indexes],
        ]
        for projection in projections
    }
    return hashlib.sha256(json.dumps([FRAMEWORK, TIMES, shapes], sort_keys=True).encode()).hexdigest()


def make_state(connection: Connection) -> None:
    """Make the schema, and the table that says how far each generation has come, where there are none.

    Whatever a program kept that knew another such table is dropped; it is built again from the ledger.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('ledger.projections'))")
        schema = connection.exec_driver_sql("SELECT current_setting('search_path')").scalar_one()
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    names = _names(connection, "table")
    if STATE.name in names:
        found = connection.exec_driver_sql(f'SELECT * FROM "{STATE.name}" LIMIT 0').keys()
        if list(found) == STATE.c.keys():
            return
        for view in _names(connection, "view"):
            connection.exec_driver_sql(f'DROP VIEW "{view}"')
        for name in names:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    connection.execute(CreateTable(STATE))


def generations(connection: Connection, *, lock: bool = False) -> list[Generation]:
    """Every generation there is, oldest first; locked against other writers if asked."""
    question = select(STATE).order_by(STATE.c.generation)
    if lock:
        question = question.with_for_update()
    return [Generation(*row) for row in connection.execute(question)]


def locked(connection: Connection, generation: int | None) -> Generation | None:
    """One generation (None: the live one), locked until the transaction ends, or None if there is no such."""
    which = STATE.c.live if generation is None else STATE.c.generation == generation
    question = select(STATE).where(which).with_for_update()
    row = connection.execute(question).one_or_none() or connection.execute(question).one_or_none()
    # asked twice: while the first question waited for its lock, another generation may have come to count
    return None if row is None else Generation(*row)


def set_state(connection: Connection, generation: int, **values: object) -> None:
    connection.execute(update(STATE).where(STATE.c.generation == generation).values(**values))


def make(connection: Connection, projections: Sequence[Projection[Any]], generation: int) -> None:
    """Make the empty tables of a generation, which is not live."""
    for projection in projections:
        table = generation_table(projection, generation)
        connection.execute(CreateTable(table))
        for index in table.indexes:
            connection.execute(CreateIndex(index))
    state = {
        "generation": generation,
        "position": 0,
        "anchor": "",
        "fingerprint": fingerprint(projections),
        "live": False,
    }
    connection.execute(insert(STATE).values(**state))


def index(connection: Connection, projections: Sequence[Projection[Any]], generation: int) -> None:
    """Make what lets a generation be asked quickly."""
    for projection in projections:
        for made in further_indexes(projection, generation):
            connection.execute(CreateIndex(made))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f'ANALYZE "{generation_name(projection.table, generation)}"')


def make_live(connection: Connection, projections: Sequence[Projection[Any]], generation: int) -> None:
    """Let the stable names stand for this generation, in the transaction that is open."""
    for name in _names(connection, "view"):
        connection.exec_driver_sql(f'DROP VIEW "{name}"')
    for projection in projections:
        made = generation_name(projection.table, generation)
        connection.exec_driver_sql(f'CREATE VIEW "{projection.table}" AS SELECT * FROM "{made}"')
    connection.execute(update(STATE).values(live=STATE.c.generation == generation))


def drop(connection: Connection, generation: int) -> None:
    """Drop a generation's tables, whatever projections they were made for."""
    for name in _names(connection, "table"):
        if name.endswith(f"_g{generation}"):
            connection.execute(DropTable(Table(name, MetaData())))
    connection.execute(delete(STATE).where(STATE.c.generation == generation))


def write(connection: Connection, projections: Sequence[Projection[Any]], generation: int, batch: Batch) -> None:
    """Write one batch's changes; TablesDamaged if a row that is to be closed is not there."""
    close, insert_rows = ENGINES[connection.dialect.name]
    raw = connection.connection.driver_connection
    for projection in projections:
        changes = batch[projection.table]
        name = generation_name(projection.table, generation)
        if changes.closed and close(raw, name, changes.closed) != len(changes.closed):
            raise TablesDamaged(f"{name} lacks rows that it should hold; build the tables again with `ledger rebuild`.")
        if changes.passed or changes.opened:
            insert_rows(raw, name, projection, list(changes.rows()))


def _close_in_sqlite(raw: Any, name: str, closed: Sequence[tuple[int, RowIdentity]]) -> int:
    rows = [(position, record, reference, key, day.isoformat()) for position, (record, reference, key, day) in closed]
    where = "record = ? AND reference = ? AND key = ? AND valid_from = ? AND until IS NULL"
    count: int = raw.executemany(f'UPDATE "{name}" SET until = ? WHERE {where}', rows).rowcount
    return count


def _insert_in_sqlite(raw: Any, name: str, projection: Projection[Any], rows: Sequence[Kept]) -> None:
    values = writer_of(projection, dates_as_text=True)
    places = ", ".join("?" * (len(TIMES) + len(row_kinds(projection.row))))
    raw.executemany(f'INSERT INTO "{name}" VALUES ({places})', map(values, rows))


def _close_in_postgres(raw: Any, name: str, closed: Sequence[tuple[int, RowIdentity]]) -> int:
    where = "record = %s AND reference = %s AND key = %s AND valid_from = %s AND until IS NULL"
    with raw.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a plan made while the table was small must not outlive that
        cursor.executemany(
            f'UPDATE "{name}" SET until = %s WHERE {where}', [(position, *identity) for position, identity in closed]
        )
        count: int = cursor.rowcount
    return count


def _insert_in_postgres(raw: Any, name: str, projection: Projection[Any], rows: Sequence[Kept]) -> None:
    values = writer_of(projection, dates_as_text=False)
    with raw.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
        for row in rows:
            copy.write_row(values(row))


ENGINES: Mapping[str, Any] = {
    "sqlite": (_close_in_sqlite, _insert_in_sqlite),
    "postgresql": (_close_in_postgres, _insert_in_postgres),
}


def _names(connection: Connection, kind: str) -> list[str]:
    """The names of our tables or views."""
    if connection.dialect.name == "sqlite":
        question = f"SELECT name FROM sqlite_schema WHERE type = '{kind}' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    else:
        of = "pg_views" if kind == "view" else "pg_tables"
        question = f"SELECT {kind}name FROM {of} WHERE schemaname = current_schema() ORDER BY 1"
    return [row[0] for row in connection.exec_driver_sql(question)]
