"""Events told as the rows of a mapping: what `making` does, the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.domain.register import TYPE_PREFIX
from ledger.spreadsheets.mapping import Making, SheetMapping, item_of_rows
from ledger.spreadsheets.sheet import SPREADSHEET_ERROR, Value
from ledger.spreadsheets.template import ABSENT, COLUMN, columns_of

_NOT_KEPT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""What a spreadsheet or a CSV file turns into something else, a line that ends as on Windows included."""


class Untold(Exception):
    """The mapping has no way to say this."""


@dataclass(frozen=True)
class Unshown:
    """Words that stand in no cell, and why."""

    why: str


@dataclass(frozen=True)
class Happening:
    """An event with its words as far as they are shown: `data` is JSON, with `Unshown` in place of what is not."""

    type: str
    reference: str
    day: date
    precision: str
    data: Mapping[str, Any]


@dataclass
class Line:
    """One row by its columns, and what it leaves out."""

    cells: dict[str, Value] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def put(self, column: str, value: Any) -> None:
        """Raises Untold where the column says something else already."""
        match value:
            case Unshown(why=why):
                self.left_out.append(f"{column}: {why}")
                value = None
            case str() if not _comes_back(value):
                self.left_out.append(f"{column}: a spreadsheet does not keep all its characters")
        if self.cells.setdefault(column, value) != value:
            raise Untold


def columns_in_order(mapping: SheetMapping) -> list[str]:
    """Every column of a sheet, in the order in which the mapping first speaks of it."""
    found: dict[str, None] = {}
    for making in mapping.event:
        found |= dict.fromkeys([*columns_of([making.subject, making.on]), *making.only])
    for making in mapping.event:
        found |= dict.fromkeys(columns_of(making.templates))
    return list(found | dict.fromkeys([*mapping.together, *mapping.ignored, *mapping.refuse]))


def lines(mapping: SheetMapping, event: Happening) -> list[Line]:
    """The rows that the mapping makes this event of, but for columns that tell nothing of it. Raises Untold."""
    for making in mapping.event:
        if TYPE_PREFIX + making.type == event.type:
            try:
                return list(_lines(mapping, making, event))
            except Untold:
                continue
    raise Untold(event.type)


def _lines(mapping: SheetMapping, making: Making, event: Happening) -> Iterator[Line]:
    if extra := event.data.keys() - making.data.keys():
        raise Untold(min(extra))
    first = Line({column: words[0] for column, words in making.only.items()})
    _fill(making.subject, f"{mapping.record}/{event.reference}", first)
    _fill(making.on, event.day.isoformat(), first)
    _fill(making.precision, event.precision, first)
    items: list[tuple[Any, Any]] = []
    for name, template in making.data.items():
        value = event.data.get(name, ABSENT)
        item = item_of_rows(template)
        if item is None:
            _fill(template, value, first)
        elif isinstance(value, list):
            items += [(item, each) for each in value]
        elif value is not ABSENT:
            raise Untold(name)
    repeated = {*columns_of([making.subject, making.on]), *making.only, *mapping.together}
    for n, (item, value) in enumerate(items or [({}, {})]):
        line = first if n == 0 else Line({name: cell for name, cell in first.cells.items() if name in repeated})
        _fill(item, value, line)
        yield line


def _fill(template: Any, value: Any, line: Line) -> None:
    match template:
        case str():
            _fill_text(template, value, line)
        case dict():
            found = {} if value in (ABSENT, None) else value
            if not isinstance(found, dict) or found.keys() - template.keys():
                raise Untold
            for name, each in template.items():
                _fill(each, found.get(name, ABSENT), line)
        case _ if template != value:
            raise Untold


def _fill_text(template: str, value: Any, line: Line) -> None:
    column = COLUMN.search(template)
    if column is None:
        if template != value:
            raise Untold
        return
    name, before, after = column["column"].strip(), template[: column.start()], template[column.end() :]
    if value in (ABSENT, None) or value == column["otherwise"]:
        if column["may"] is None or (value in (ABSENT, None) and column["otherwise"]):
            raise Untold
        line.put(name, None)
    elif before or after:
        if not (isinstance(value, str) and value.startswith(before) and value.endswith(after)):
            raise Untold
        line.put(name, value.removeprefix(before).removesuffix(after))
    else:
        line.put(name, value if isinstance(value, Unshown) else _cell(column["filters"], value))


def _cell(filters: str, value: Any) -> Value:
    """A value as the cell that these filters read it from."""
    match filters.rpartition("|")[2], value:
        case "date", str():
            return date.fromisoformat(value)
        case "yes-no", bool():
            return "yes" if value else "no"
        case "pairs", dict():
            return "\n".join(f"{name}={each}" for name, each in value.items()) or None
        case "number", int():
            return value
        case (("" | "words" | "decimal"), str()):
            return value
        case _:
            raise Untold


def _comes_back(text: str) -> bool:
    return bool(text.strip()) and _NOT_KEPT.search(text) is None and SPREADSHEET_ERROR.fullmatch(text.strip()) is None
