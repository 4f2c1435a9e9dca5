"""What a figure counts: rows of a temporal table, or cases worked out one by one, grouped into cells with their entries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true
from sqlalchemy.sql.functions import Function

from ledger.domain.adoption import Packs
from ledger.domain.fields import NOT_STATED
from ledger.figures.period import Period
from ledger.projections.columns import table_of
from ledger.projections.rows import Projection
from ledger.projections.tables import Held, Tables, by_reference, held

R = TypeVar("R")
Codes = tuple[Any, ...]
"""One value per dimension of a breakdown: a word, True or False, several words, or None where none is given."""


class Cell(NamedTuple):
    """Some of what is counted, alike in every dimension: how many rows, their amounts, and the entries they rest on."""

    of: Codes
    rows: int
    amount: int
    stated: int
    """Rows whose amount is stated; the others leave the sum open."""
    entries: Sequence[int]


@dataclass(frozen=True)
class Asked:
    """One asking: the period (or the day that ends it), the position, the packs, and one state of the tables to read from.

    `as_of`: only what was true by the end of this day; None, and any day after the period, is the whole of it.
    """

    period: Period
    as_at: int
    packs: Packs
    tables: Tables
    on: Connection
    as_of: date | None = None
    known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What figures of one asking work out once and share, by name."""

    @property
    def day(self) -> date:
        """The day of a snapshot: the last of the period, or the day asked about where that is earlier."""
        return self.period.last if self.as_of is None else min(self.as_of, self.period.last)

    @property
    def so_far(self) -> date | None:
        """The day up to which the period is told, if not to its end."""
        return self.day if self.day < self.period.last else None

    def held(self, projection: type[Projection[R]], *also: ColumnElement[bool]) -> list[Held[R]]:
        """Rows as at the position and as of the end of the period."""
        return self.tables.rows(projection, as_at=self.as_at, as_of=self.day, also=also, on=self.on)

    def some(
        self, projection: type[Projection[Any]], columns: Sequence[ColumnElement[Any]], *also: ColumnElement[bool]
    ) -> Iterator[Any]:
        """Only these columns of the same rows, in order of reference and key: for tables that may be long."""
        table = table_of(projection)
        question = select(*columns).where(held(table, self.as_at, self.day), *also)
        return iter(self.on.execute(question.order_by(*by_reference(table))))


class Counted(Protocol):
    """Anything that can be counted."""

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        """What it needs to have counted in the tables, so that several can be counted in one pass."""

    def cells(self, asked: Asked, by: Sequence[str]) -> list[Cell]:
        """The cells of a breakdown by these dimensions; of none, one cell or no cell."""

    def any(self, asked: Asked) -> bool:
        """Whether there is anything to count."""


@dataclass(frozen=True)
class Selection:
    """Rows of one table for which every condition holds, as at the position and as of the end of the period.

    `cites`: the columns that hold the entries a row rests on. `amount`: the column that is summed; without one a row is 1.
    `dimensions`: the column behind a dimension where its name is another. `at_last`: the rows as they stand at last, for
    what says itself which period it is of and may well be recorded after its end (accounts, courses).
    """

    projection: type[Projection[Any]]
    where: tuple[ColumnElement[bool], ...] = ()
    cites: tuple[str, ...] = ("first_entry",)
    amount: ColumnElement[Any] | None = None
    dimensions: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    at_last: bool = False

    def having(self, *conditions: ColumnElement[bool]) -> Selection:
        """The same rows, fewer of them."""
        return replace(self, where=(*self.where, *conditions))

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return [Wanted(self, tuple(by))]

    def cells(self, asked: Asked, by: Sequence[str]) -> list[Cell]:
        """One question, grouped by the engine; none where it was counted together with others."""
        known: tuple[Selection, list[Cell]] | None = asked.known.get((id(self), tuple(by)))
        if known is not None and known[0] is self:
            return known[1]
        return count_together(asked, [Wanted(self, tuple(by))])[0]

    def any(self, asked: Asked) -> bool:
        """Whether there is one such row."""
        table = table_of(self.projection)
        question = select(table.c.since).where(self._held(asked), *self.where).limit(1)
        return asked.on.execute(question).first() is not None

    def dimension(self, name: str) -> ColumnElement[Any]:
        """The column behind a dimension."""
        return self.dimensions[name] if name in self.dimensions else table_of(self.projection).c[name]

    def aggregates(self, listed: Callable[..., Function[Any]]) -> list[ColumnElement[Any]]:
        """How many rows, the entries they cite, and where an amount is summed its sum and how many state it; of this selection's rows only."""
        cited = [listed(table_of(self.projection).c[name]) for name in self.cites]
        summed = [] if self.amount is None else [func.sum(self.amount), func.count(self.amount)]
        own = and_(true(), *self.where)
        return [aggregate.filter(own) for aggregate in (func.count(), *cited, *summed)]

    def cell(self, of: Codes, counted: Sequence[Any]) -> Cell:
        """A cell from those aggregates."""
        rows, cited = counted[0], counted[1 : 1 + len(self.cites)]
        amount, stated = (rows, rows) if self.amount is None else counted[1 + len(self.cites) :]
        return Cell(of, rows, int(amount or 0), stated, _positions(cited))

    def _held(self, asked: Asked) -> ColumnElement[bool]:
        return held(table_of(self.projection), asked.as_at, asked.as_of if self.at_last else asked.day)


class Wanted(NamedTuple):
    """A selection and the dimensions to count it by."""

    selection: Selection
    by: tuple[str, ...]


def count_ahead(asked: Asked, wanted: Iterable[Wanted]) -> None:
    """Count many selections, those of one table in one pass over it, and keep their cells for whoever asks next."""
    groups: dict[tuple[str, bool], list[Wanted]] = {}
    for each in wanted:
        groups.setdefault((each.selection.projection.table, each.selection.at_last), []).append(each)
    for group in groups.values():
        for each, cells in zip(group, count_together(asked, group), strict=True):
            asked.known[id(each.selection), each.by] = each.selection, cells


def count_together(asked: Asked, wanted: Sequence[Wanted]) -> list[list[Cell]]:
    """The cells of selections of one table, in one question; a selection's cells may be alike in its dimensions."""
    dimensions = [[selection.dimension(name) for name in by] for selection, by in wanted]
    groups = list({id(column): column for columns in dimensions for column in columns}.values())
    places = [[next(n for n, g in enumerate(groups) if g is column) for column in columns] for columns in dimensions]
    listed = func.json_agg if asked.on.dialect.name == "postgresql" else func.json_group_array
    aggregates = [selection.aggregates(listed) for selection, _ in wanted]
    first = wanted[0].selection
    question = (
        select(*groups, *(aggregate for several in aggregates for aggregate in several))
        .select_from(table_of(first.projection))
        .where(first._held(asked), or_(*(and_(true(), *each.selection.where) for each in wanted)))  # noqa: SLF001 - the same module
        .group_by(*groups)
    )
    found: list[list[Cell]] = [[] for _ in wanted]
    for row in asked.on.execute(question):
        at = len(groups)
        for each, where, several, cells in zip(wanted, places, aggregates, found, strict=True):
            if row[at]:
                cells.append(each.selection.cell(tuple(row[n] for n in where), row[at : at + len(several)]))
            at += len(several)
    return found


class Case(NamedTuple):
    """One case that was worked out: what it is in each dimension, the entries it rests on, and its amount (None: not stated)."""

    of: Mapping[str, Any]
    entries: tuple[int, ...]
    amount: int | None = 1


@dataclass(frozen=True)
class Cases:
    """Cases worked out one by one, because a clock or another record has to be asked."""

    all: tuple[Case, ...]

    @classmethod
    def of(cls, cases: Iterable[Case]) -> Cases:
        return cls(tuple(cases))

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return []

    def cells(self, asked: Asked, by: Sequence[str]) -> list[Cell]:
        found: dict[Codes, list[Case]] = {}
        for case in self.all:
            found.setdefault(tuple(case.of.get(name) for name in by), []).append(case)
        return [
            Cell(
                of,
                len(cases),
                sum(case.amount or 0 for case in cases),
                sum(case.amount is not None for case in cases),
                [position for case in cases for position in case.entries],
            )
            for of, cases in found.items()
        ]

    def any(self, asked: Asked) -> bool:
        return bool(self.all)


def within(day: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    """On a day of the period; a day that is not stated is in no period."""
    return and_(day >= period.first, day <= period.last)


def placed(day: ColumnElement[Any], time: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    """On a day of the period; where the day is not stated, by the time that its sender gives."""
    return or_(within(day, period), and_(day == NOT_STATED, within(time, period)))


def _positions(columns: Sequence[Any]) -> list[int]:
    found: list[int | None] = []
    for column in columns:
        found += json.loads(column) if isinstance(column, str) else column
    return [position for position in found if position is not None]
