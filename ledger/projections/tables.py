"""Asking the tables: rows as at a position of the ledger, and as of a day of the world."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, func, or_, select

from ledger.projections.columns import TIMES, table_of
from ledger.projections.home import open_engine, reading
from ledger.projections.rows import Projection
from ledger.projections.writing import STATE, Generation, generations

R = TypeVar("R")
SHORTEST, LONGEST = 0.002, 0.05
"""Seconds between two looks while waiting."""
NEVER = 2**63 - 1
"""A position that no ledger comes to."""


class NoTables(Exception):
    """The tables of this ledger have not been built yet."""


@dataclass(frozen=True, slots=True)
class Held(Generic[R]):
    """One row with its times: true in the world during [valid_from, valid_until), held by the ledger during [since, until).

    `first_entry` and `last_entry` are positions: of the entry that made the row, and of the one that last changed it.
    """

    row: R
    record: str
    reference: str
    key: str
    valid_from: date
    valid_until: date | None
    since: int
    until: int | None
    first_entry: int
    last_entry: int


def held_ever(table: Table, as_at: int) -> ColumnElement[bool]:
    """Rows the ledger held at a position, that position included, for whatever day of the world."""
    return and_(table.c.since <= as_at, or_(table.c.until.is_(None), table.c.until > as_at))


def held(table: Table, as_at: int, as_of: date | None = None) -> ColumnElement[bool]:
    """Rows the ledger held at a position about a day of the world, or, without a day, about how things stand at last."""
    if as_of is None:
        return and_(held_ever(table, as_at), table.c.valid_until.is_(None))
    until = table.c.valid_until
    return and_(held_ever(table, as_at), table.c.valid_from <= as_of, or_(until.is_(None), until > as_of))


def held_in_order(table: Table, as_at: int, as_of: date | None) -> ColumnElement[bool]:
    """The same as `held`, put so that the database walks the rows in the order asked for and ends with the page, instead of sorting them all."""
    not_over = func.coalesce(table.c.until, NEVER) > as_at
    until = table.c.valid_until
    in_force = [] if as_of is None else [table.c.valid_from <= as_of, or_(until.is_(None), until > as_of)]
    return and_(table.c.since <= as_at, not_over, *(in_force or [until.is_(None)]))


def how_many(table: Table, as_at: int, as_of: date, *also: ColumnElement[bool]) -> Select[Any]:
    """How many rows the ledger held at a position about a day: in three parts that share no row, so that an index alone counts each."""
    until, valid_until = table.c.until, table.c.valid_until
    parts = (
        and_(until.is_(None), valid_until.is_(None)),
        and_(until.is_(None), valid_until > as_of),
        and_(until > as_at, or_(valid_until.is_(None), valid_until > as_of)),
    )
    common = (table.c.since <= as_at, table.c.valid_from <= as_of, *also)
    counts = [select(func.count()).select_from(table).where(part, *common).scalar_subquery() for part in parts]
    return select(counts[0] + counts[1] + counts[2])


def by_reference(table: Table) -> tuple[ColumnElement[Any], ...]:
    """The order of references and keys, for rows that are all wanted.

    The reference is put as an expression, so that rows are found first and sorted then: SQLite would walk the whole table in the order of
    the index on it, which took five times as long at a million entries.
    """
    return table.c.reference.concat(""), table.c.key


class Tables:
    """One ledger's tables, for reading. What may be asked of a row, and how, stands with its projection."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._made = False

    @classmethod
    def open(cls, database: str) -> Tables:
        """The tables of a ledger named by a path (SQLite) or a postgresql:// URL."""
        return cls(open_engine(database))

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Several questions of one state of the tables."""
        with reading(self.engine) as connection:
            yield connection

    def state(self) -> Generation:
        """How far the tables have come, and what stops them, if anything. NoTables before they are first built."""
        with self.engine.connect() as connection:
            self._made = self._made or self.engine.dialect.has_table(connection, STATE.name)
            found = generations(connection) if self._made else []
        for generation in found:
            if generation.live:
                return generation
        raise NoTables("The tables have not been built yet.")

    def position(self) -> int:
        """The last position that is in the tables; 0 before they are first built."""
        try:
            return self.state().position
        except NoTables:
            return 0

    def wait_for(self, position: int, timeout: float) -> bool:
        """Whether the tables come as far as a position within so many seconds; at once if they are stopped short of it."""
        deadline, pause = time.monotonic() + timeout, SHORTEST
        while self.position() < position:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, LONGEST)
        return True

    def rows(
        self,
        projection: type[Projection[R]],
        *,
        as_at: int,
        as_of: date | None = None,
        where: Mapping[str, Any] | None = None,
        also: Sequence[ColumnElement[bool]] = (),
        order_by: Sequence[str | ColumnElement[Any]] = (),
        limit: int | None = None,
        offset: int = 0,
        on: Connection | None = None,
    ) -> list[Held[R]]:
        """Rows of a projection as at a position, as of a day (without one: as they stand at last).

        `where` maps a column to a value, or to a list, tuple or set of which it is one; `also` takes further conditions
        on `table_of(projection)`. A column in `order_by`, which is else by reference and key, may be preceded by `-`, or be an expression. `on`
        asks within a transaction of yours.
        """
        table = table_of(projection)
        holds = held if limit is None else held_in_order
        unsaid = by_reference(table) if limit is None else (table.c.reference, table.c.key)
        question = select(table).where(holds(table, as_at, as_of), *conditions(table, where or {}), *also)
        question = question.order_by(*([_order(table, name) for name in order_by] or unsaid))
        if limit is not None or offset:
            question = question.limit(limit).offset(offset)
        return self._ask(question, projection, on)

    def ever(
        self, projection: type[Projection[R]], *, as_at: int, where: Mapping[str, Any] | None = None
    ) -> list[Held[R]]:
        """Rows as at a position for every day of the world: each key's whole past, in time order."""
        table = table_of(projection)
        question = select(table).where(held_ever(table, as_at), *conditions(table, where or {}))
        return self._ask(question.order_by(*by_reference(table), table.c.valid_from), projection, None)

    def marked(
        self,
        projection: type[Projection[R]],
        marks: Sequence[ColumnElement[bool]],
        *,
        as_at: int,
        as_of: date | None,
        on: Connection,
    ) -> list[list[Held[R]]]:
        """For each of several conditions the rows for which it holds, by reference and key; all in one pass over the table."""
        table = table_of(projection)
        question = select(table, *marks).where(held(table, as_at, as_of), or_(*marks))
        found: list[list[Held[R]]] = [[] for _ in marks]
        columns = len(table.c)
        for row in on.execute(question.order_by(*by_reference(table))):
            made = _held(row[:columns], projection)
            for holds, rows in zip(row[columns:], found, strict=True):
                if holds:
                    rows.append(made)
        return found

    def _ask(self, question: Any, projection: type[Projection[R]], on: Connection | None) -> list[Held[R]]:
        if on is not None:
            return [_held(row, projection) for row in on.execute(question)]
        with self.engine.connect() as connection:
            return [_held(row, projection) for row in connection.execute(question)]


def conditions(table: Table, where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Equality, or membership, per column; KeyError for a column the table does not have."""
    found: list[ColumnElement[bool]] = []
    for name, value in where.items():
        column = table.c[name]
        if isinstance(value, list | tuple | set | frozenset):
            found.append(column.in_(list(value)))
        else:
            found.append(column.is_(None) if value is None else column == value)
    return found


def _order(table: Table, name: str | ColumnElement[Any]) -> Any:
    if not isinstance(name, str):
        return name
    return table.c[name[1:]].desc() if name.startswith("-") else table.c[name]


def _held(found: Any, projection: type[Projection[R]]) -> Held[R]:
    times, facts = found[: len(TIMES)], found[len(TIMES) :]
    return Held(projection.row(*facts), *times)
