"""Rows made into events: each with an id that names the file by its hash and the row, so that a sheet read twice is recorded once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

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


@dataclass(frozen=True)
class Made:
    """One event out of a row: the CloudEvent, and from which cells each of its fields came, by JSON pointer."""

    row: Row
    event: dict[str, Any]
    came_from: Mapping[str, tuple[str, ...]]

    def blame(self, pointer: str, message: str) -> Fault:
        """A fault of the event, told of the cells that its field came from: those of the nearest field above it that came from any."""
        where = pointer
        while where and not self.came_from.get(where):
            where = where.rpartition("/")[0]
        columns = self.came_from.get(where, ())
        cells = ", ".join(self.row.cells[column].at for column in columns)
        field = pointer.removeprefix("/data/").strip("/").replace("/", ".")
        return Fault(self.row.number, cells, ", ".join(columns), f"{field}: {message}" if field else message)


@dataclass(frozen=True)
class ReadSheet:
    """A sheet read through a mapping: events in the order of its rows, faults, and how many rows were passed over as the mapping says."""

    made: tuple[Made, ...]
    faults: tuple[Fault, ...]
    skipped: int


def read(sheet: Sheet, mapping: SheetMapping) -> ReadSheet:
    """Every event that a sheet gives. A row that gives none, and is not one to skip, is a fault."""
    made: list[Made] = []
    faults: list[Fault] = []
    skipped = 0
    reading = Reading(mapping.dates, mapping.words)
    for row in sheet.rows:
        if mapping.skip and holds(mapping.skip, row):
            skipped += 1
            continue
        giving = [making for making in mapping.event if making.is_of(row)]
        if not giving:
            faults.append(
                Fault(row.number, "", "", "the mapping makes no event of this row, and does not say to skip it")
            )
        for n, making in enumerate(giving, 1):
            found = _Row(row, reading, f"sheet:{sheet.sha256}/{sheet.number}/{row.number}/{n}").event(making)
            faults += found.faults
            if found.made is not None:
                made.append(found.made)
    return ReadSheet(tuple(made), tuple(dict.fromkeys(faults)), skipped)


@dataclass(frozen=True)
class _Found:
    made: Made | None
    faults: tuple[Fault, ...]


class _Row:
    """One row on its way to one event."""

    def __init__(self, row: Row, reading: Reading, id_: str) -> None:
        self._row, self._reading, self._id = row, reading, id_
        self._faults: list[Fault] = []
        self._came_from: dict[str, tuple[str, ...]] = {}

    def event(self, making: Making) -> _Found:
        subject, source = (
            self._filled(text, f"/{name}") for name, text in (("subject", making.subject), ("source", making.source))
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
            "time": start_of_day(on).isoformat(), "timeprecision": "day", "data": data,
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

    def _filled(self, template: str, pointer: str) -> Any:
        self._came_from[pointer] = tuple(columns_of(template))
        try:
            return filled(template, self._row.cells, self._reading)
        except Trouble as trouble:
            self._faults.append(Fault(self._row.number, trouble.cell.at, trouble.column, trouble.message))
            return ABSENT
