"""Rows made into events: each with an id that names the file by its hash and the row, so that a sheet read twice is recorded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ledger.domain.calendar import start_of_day
from ledger.domain.register import TYPE_PREFIX
from ledger.spreadsheets.mapping import EACH, ITEM, Making, SheetMapping, holds, may_be_left_out, put
from ledger.spreadsheets.sheet import Row, Sheet
from ledger.spreadsheets.template import ABSENT, Reading, Trouble, columns_of, filled


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row: the cell, where one is to blame, its column, and what should be there; never what it says."""

    row: int
    cell: str
    column: str
    message: str


class From(NamedTuple):
    """The column and the cell that a field came from."""

    column: str
    at: str


@dataclass(frozen=True)
class Made:
    """One event out of a row, or several: the CloudEvent, and from which cells each of its fields came, by JSON pointer."""

    row: Row
    event: dict[str, Any]
    came_from: Mapping[str, tuple[From, ...]]

    def blame(self, pointer: str, message: str) -> Fault:
        """A fault of the event, told of the cells that its field came from: those of the nearest field above it that came from any."""
        where = pointer
        while where and not self.came_from.get(where):
            where = where.rpartition("/")[0]
        found = self.came_from.get(where, ())
        cells, columns = ", ".join(each.at for each in found), ", ".join(each.column for each in found)
        field = pointer.removeprefix("/data/").strip("/").replace("/", ".")
        return Fault(self.row.number, cells, columns, f"{field}: {message}" if field else message)


@dataclass(frozen=True)
class ReadSheet:
    """A sheet read through a mapping: events in the order of its rows, faults, and how many rows were passed over as the mapping says."""

    made: tuple[Made, ...]
    faults: tuple[Fault, ...]
    skipped: int


def read(sheet: Sheet, mapping: SheetMapping) -> ReadSheet:
    """Every event that a sheet gives. A row that gives none, and is not one to skip, is a fault."""
    rows = [row for row in sheet.rows if not (mapping.skip and holds(mapping.skip, row))]
    faults = [*_refused(rows, mapping.refuse), *(_useless(row) for row in rows if not _of(row, mapping))]
    lacking = {fault.row for fault in faults}
    made: list[Made] = []
    reading = Reading(mapping.dates, mapping.words)
    for n, making, own in _gathered(rows, mapping):
        if lacking.isdisjoint(row.number for row in own):
            found = _Rows(own, reading, f"sheet:{sheet.sha256}/{sheet.number}/{own[0].number}/{n}").event(making)
            faults += found.faults
            made += [found.made] if found.made is not None else []
    return ReadSheet(tuple(made), tuple(dict.fromkeys(faults)), len(sheet.rows) - len(rows))


def without_parts(found: ReadSheet, sheet: Sheet, whole: str, refused: Iterable[Fault]) -> ReadSheet:
    """The same without any event of a record of which something is refused; `whole` is the column that names the record."""
    named = {row.number: row.cells[whole].value for row in sheet.rows}
    faults = dict.fromkeys([*found.faults, *refused])
    broken = {named[fault.row] for fault in faults}
    kept: list[Made] = []
    for each in found.made:
        if named[each.row.number] not in broken:
            kept.append(each)
        elif each.row.number not in {fault.row for fault in faults}:
            faults[Fault(each.row.number, "", whole, "held back, since something else of this record is refused")] = (
                None
            )
    return ReadSheet(tuple(kept), tuple(faults), found.skipped)


def _of(row: Row, mapping: SheetMapping) -> list[tuple[int, Making]]:
    """What a row gives; several events are numbered, as their ids say."""
    return list(enumerate((making for making in mapping.event if making.is_of(row)), 1))


def _gathered(rows: Iterable[Row], mapping: SheetMapping) -> list[tuple[int, Making, list[Row]]]:
    """Events to make with the rows of each, in the order of their first rows."""
    found: dict[tuple[Any, ...], tuple[int, Making, list[Row]]] = {}
    for row in rows:
        for n, making in _of(row, mapping):
            own = [row.cells[column].value for column in mapping.together] or [row.number]
            found.setdefault((n, making.type, *own), (n, making, []))[2].append(row)
    return list(found.values())


def _refused(rows: Iterable[Row], columns: Iterable[str]) -> Iterator[Fault]:
    for row in rows:
        for column in columns:
            if not row.cells[column].is_empty:
                why = "the sheet says here what it leaves out of this row, which cannot be recorded without"
                yield Fault(row.number, row.cells[column].at, column, why)


def _useless(row: Row) -> Fault:
    return Fault(row.number, "", "", "the mapping makes no event of this row, and does not say to skip it")


@dataclass(frozen=True)
class _Found:
    made: Made | None
    faults: tuple[Fault, ...]


class _Rows:
    """Rows on their way to one event; nearly always it is one."""

    def __init__(self, rows: Sequence[Row], reading: Reading, id_: str) -> None:
        self._rows, self._row, self._reading, self._id = rows, rows[0], reading, id_
        self._faults: list[Fault] = []
        self._came_from: dict[str, tuple[From, ...]] = {}

    def event(self, making: Making) -> _Found:
        self._faults += _contradictions(self._rows, making)
        subject, source, precision = (
            self._filled(text, f"/{name}")
            for name, text in (
                ("subject", making.subject),
                ("source", making.source),
                ("timeprecision", making.precision),
            )
        )
        on = self._day(making.on)
        data = {
            name: value
            for name, each in making.data.items()
            if (value := self._value(each, f"/data/{name}")) is not ABSENT
        }
        if self._faults or on is None:
            return _Found(None, tuple(self._faults))
        event = {
            "specversion": "1.0", "id": self._id, "source": source, "type": TYPE_PREFIX + making.type, "subject": subject,
            "time": start_of_day(on).isoformat(), "timeprecision": precision, "data": data,
        }  # fmt: skip
        return _Found(Made(self._row, event, self._came_from), ())

    def _day(self, template: str) -> date | None:
        said = self._filled(template, "/time")
        try:
            return date.fromisoformat(str(said))
        except ValueError:
            columns = ", ".join(columns_of(template))
            if not self._faults:
                self._faults.append(
                    Fault(self._row.number, "", columns, "`on` does not come to a date; it may need |date")
                )
            return None

    def _value(self, template: Any, pointer: str) -> Any:
        match template:
            case str():
                return self._filled(template, pointer)
            case {"each": dict() as columns, "item": item} if len(template) == len((EACH, ITEM)):
                return list(self._items(columns, item, pointer))
            case {"rows": dict() as item} if len(template) == 1:
                return list(self._items_of_rows(item, pointer))
            case dict():
                found = {name: self._value(each, f"{pointer}/{name}") for name, each in template.items()}
                return {name: value for name, value in found.items() if value is not ABSENT}
            case list():
                found_ = [self._value(each, f"{pointer}/{n}") for n, each in enumerate(template)]
                return [value for value in found_ if value is not ABSENT]
            case _:
                return template

    def _items(self, columns: Mapping[str, str], item: Any, pointer: str) -> Iterator[Any]:
        """One item for each column; none where the cell is empty and the mapping says that it may be, with nothing to stand for it."""
        n = 0
        for column, code in columns.items():
            if not (self._row.cells[column].is_empty and may_be_left_out(item)):
                yield self._value(put(item, column, code), f"{pointer}/{n}")
                n += 1

    def _items_of_rows(self, item: dict[str, Any], pointer: str) -> Iterator[Any]:
        """One item from each row that says anything of it."""
        first, columns, n = self._row, set(columns_of(item)), 0
        for row in self._rows:
            if not all(row.cells[column].is_empty for column in columns):
                self._row = row
                yield self._value(item, f"{pointer}/{n}")
                n += 1
        self._row = first

    def _filled(self, template: str, pointer: str) -> Any:
        self._came_from[pointer] = tuple(From(name, self._row.cells[name].at) for name in columns_of(template))
        try:
            return filled(template, self._row.cells, self._reading)
        except Trouble as trouble:
            self._faults.append(Fault(self._row.number, trouble.cell.at, trouble.column, trouble.message))
            return ABSENT


def _contradictions(rows: Sequence[Row], making: Making) -> Iterator[Fault]:
    """Cells that say something else than the first row of the same event, of what is told of it once."""
    first, *others = rows
    for row in others:
        for column in dict.fromkeys(columns_of(making.told_once)):
            cell = row.cells[column]
            if not cell.is_empty and cell.value != first.cells[column].value:
                yield Fault(
                    row.number, cell.at, column, f"this differs from row {first.number}, which tells of the same"
                )
