"""From a row's dataclass to its table: columns, their kinds, and how a value is written without passing through SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Boolean, Column, Date, Dialect, Index, MetaData, String, Table
from sqlalchemy.types import TypeDecorator, TypeEngine

from ledger.domain.fields import NOT_STATED
from ledger.projections.folding import Kept
from ledger.projections.rows import Projection

TIMES = ("record", "reference", "key", "valid_from", "valid_until", "since", "until", "first_entry", "last_entry")
"""Columns that every table has before those of its row."""


class DayText(TypeDecorator[date | str]):
    """A day, or 'not-stated', kept as text. Compared with a day, 'not-stated' comes after every day."""

    impl = String(collation="C").with_variant(String(), "sqlite")
    cache_ok = True

    def process_bind_param(self, value: date | str | None, dialect: Dialect) -> str | None:
        return day_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | str | None:
        return value if value is None or value == NOT_STATED else date.fromisoformat(value)


class InstantText(TypeDecorator[datetime]):
    """An instant, kept as text in UTC with microseconds, so that text order is time order."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class ExactText(TypeDecorator[Decimal]):
    """A decimal number, kept as text so that it keeps its exact digits; add it up in Python."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class ListText(TypeDecorator[tuple[str, ...]]):
    """Several codes or references, kept as a JSON list; `ListText.having(column, code)` finds one of them."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else list_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else _listed(value)


@lru_cache(maxsize=10_000)
def _listed(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def day_text(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def list_text(value: Sequence[str]) -> str:
    return _list_text(tuple(value)) if value else "[]"


@lru_cache(maxsize=10_000)
def _list_text(value: tuple[str, ...]) -> str:
    return json.dumps(value, separators=(",", ":"))


@dataclass(frozen=True)
class Kind:
    """One kind of value: its column, and how it is written on a raw connection (None: as it is)."""

    column: TypeEngine[Any]
    write: Callable[[Any], Any] | None = None


PLAIN = String().with_variant(String(collation="C"), "postgresql")
"""Text in the order of its code points, on either engine."""
TEXT = Kind(PLAIN)
DAY = Kind(Date(), date.isoformat)
KINDS: dict[frozenset[Any], Kind] = {
    frozenset({str}): TEXT,
    frozenset({int}): Kind(BigInteger()),
    frozenset({bool}): Kind(Boolean()),
    frozenset({date}): DAY,
    frozenset({date, str}): Kind(DayText(), day_text),
    frozenset({datetime}): Kind(InstantText(), instant_text),
    frozenset({Decimal}): Kind(ExactText(), str),
    frozenset({tuple}): Kind(ListText(), list_text),
}


def kind_of(annotation: Any) -> tuple[Kind, bool]:
    """The kind of a row's field, and whether it may be None; TypeError for one no column can hold."""
    members = set(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else {annotation}
    optional = NoneType in members
    plain = frozenset(_plain(member) for member in members - {NoneType})
    if plain not in KINDS:
        raise TypeError(f"no column can hold {annotation}")
    return KINDS[plain], optional


def _plain(member: Any) -> Any:
    if get_origin(member) is tuple and get_args(member) == (str, ...):
        return tuple
    if get_origin(member) is not None and all(isinstance(value, str) for value in get_args(member)):
        return str  # a Literal of words
    return member


@cache
def _row_kinds(row: type[Any]) -> dict[str, tuple[Kind, bool]]:
    hints = get_type_hints(row)
    kinds = {field.name: kind_of(hints[field.name]) for field in fields(row)}
    if clash := set(kinds) & set(TIMES):
        raise TypeError(f"{row.__name__} may not have a field called {min(clash)}: every table has that column")
    return kinds


def row_kinds(row: type[Any]) -> dict[str, tuple[Kind, bool]]:
    """Every field of a row's dataclass with its kind and whether it may be None."""
    return _row_kinds(row)  # type: ignore[arg-type, unused-ignore]


def columns_of(projection: type[Projection[Any]] | Projection[Any]) -> list[Column[Any]]:
    """New columns for a projection's table, in the order in which rows are written."""
    times: list[Column[Any]] = [
        Column("record", PLAIN, nullable=False),
        Column("reference", PLAIN, nullable=False),
        Column("key", PLAIN, nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_until", Date),
        Column("since", BigInteger, nullable=False),
        Column("until", BigInteger),
        Column("first_entry", BigInteger, nullable=False),
        Column("last_entry", BigInteger, nullable=False),
    ]
    kinds = row_kinds(projection.row)
    return times + [Column(name, kind.column, nullable=optional) for name, (kind, optional) in kinds.items()]


QUESTIONS = MetaData()
"""One table per projection under its stable name, for asking: in the database it is a view of the generation that counts."""


@cache
def table_of(projection: type[Projection[Any]]) -> Table:
    """The table a projection is asked through: `table_of(ActionLog).c.due_on`."""
    return Table(projection.table, QUESTIONS, *columns_of(projection))


def generation_name(table: str, generation: int) -> str:
    return f"{table}_g{generation}"


def generation_table(projection: Projection[Any], generation: int) -> Table:
    """The table that holds one generation of a projection's rows; a held row's identity is unique in it."""
    table = Table(generation_name(projection.table, generation), MetaData(), *columns_of(projection))
    held = table.c.until.is_(None)
    identity = (table.c.record, table.c.reference, table.c.key, table.c.valid_from)
    Index(f"{table.name}_held", *identity, unique=True, sqlite_where=held, postgresql_where=held)
    return table


def further_indexes(projection: Projection[Any], generation: int) -> list[Index]:
    """What makes asking quick, and is made last when a generation is built from nothing.

    The first holds all that `tables.held` goes by, so that only rows which are held then are looked at.
    """
    table = Table(generation_name(projection.table, generation), MetaData(), *columns_of(projection))
    wanted = (("until", "valid_until", "valid_from", "since"), ("reference",), *projection.indexes)
    return [Index(f"{table.name}_{n}", *(table.c[column] for column in names)) for n, names in enumerate(wanted)]


def writer_of(projection: Projection[Any], dates_as_text: bool) -> Callable[[Kept], tuple[Any, ...]]:
    """A function from a row to the values of its columns, as a raw connection takes them."""
    names = tuple(row_kinds(projection.row))
    facts = attrgetter(*names) if len(names) > 1 else lambda row: (getattr(row, names[0]),)
    kinds = [row_kinds(projection.row)[name][0] for name in names]
    converters = [(n, kind.write) for n, kind in enumerate(kinds) if kind.write and (dates_as_text or kind is not DAY)]
    day = date.isoformat if dates_as_text else _as_it_is

    def values(kept: Kept) -> tuple[Any, ...]:
        interval, identity = kept.interval, kept.identity
        fact = interval.fact
        row = list(facts(fact.row))
        for n, write in converters:
            if row[n] is not None:
                row[n] = write(row[n])
        until = interval.valid_until
        return (
            identity.record, identity.reference, interval.key, day(interval.valid_from),
            None if until is None else day(until), kept.since, kept.until, fact.first_entry, fact.last_entry, *row,
        )  # fmt: skip

    return values


def _as_it_is(value: date) -> Any:
    return value
