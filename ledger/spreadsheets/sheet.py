"""A worksheet of an XLSX file, or a CSV file, as rows of cells; nothing in it is run, followed or worked out."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ledger.spreadsheets.guard import unguarded

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 500 * 1024 * 1024
"""Of an XLSX file, which is a ZIP: a small one may hold a great deal of nothing."""
MOST_COLUMNS = 1_000
SPREADSHEET_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")

Value = str | int | float | bool | date | datetime | time | None


class NoSheet(Exception):
    """The file is no spreadsheet that can be read here, or has no such worksheet; the sentence says which."""


@dataclass(frozen=True)
class Cell:
    """A value with where it stands, as `C7`. `trouble`: why there is no value to go by, though the cell is not empty."""

    at: str
    value: Value = None
    trouble: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.trouble and (self.value is None or (isinstance(self.value, str) and not self.value.strip()))


@dataclass(frozen=True)
class Row:
    """One row of a table, by the names in the table's head."""

    number: int
    cells: Mapping[str, Cell]

    @property
    def is_empty(self) -> bool:
        return all(cell.is_empty for cell in self.cells.values())


@dataclass(frozen=True)
class Sheet:
    """A table: `sha256` is that of the whole file, `number` the worksheet's place in it, from 1."""

    sha256: str
    number: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(path: Path, *, name: str | None = None, head: int = 1) -> Sheet:
    """A worksheet by its name, or the first; `head` is the row that names the columns. Raises NoSheet, OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise NoSheet(f"The file has more than {MOST_BYTES // 1024 // 1024} megabytes.")
    octets = path.read_bytes()
    number, rows = _csv(octets, name) if path.suffix.lower() == ".csv" else _xlsx(octets, name)
    columns, body = _headed(list(rows), head)
    return Sheet(hashlib.sha256(octets).hexdigest(), number, columns, tuple(body))


def _headed(rows: Sequence[Sequence[Cell]], head: int) -> tuple[tuple[str, ...], Iterator[Row]]:
    if len(rows) < head:
        raise NoSheet(f"There is no row {head} to name the columns.")
    columns = [str(cell.value).strip() if cell.value is not None else "" for cell in rows[head - 1]]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise NoSheet(f"Row {head} names no column.")
    named = [name for name in columns if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise NoSheet(f"Row {head} names a column twice: {', '.join(twice)}.")
    return tuple(named), _rows(columns, rows, head)


def _rows(columns: Sequence[str], rows: Sequence[Sequence[Cell]], head: int) -> Iterator[Row]:
    for number, cells in enumerate(rows[head:], head + 1):
        beyond = [cell.at for cell in cells[len(columns) :] if not cell.is_empty]
        unnamed = [cell.at for name, cell in zip(columns, cells, strict=False) if not name and not cell.is_empty]
        if beyond or unnamed:
            raise NoSheet(f"{(unnamed + beyond)[0]} holds something, and row {head} has no name for its column.")
        found = {
            name: cell or Cell(f"{get_column_letter(n)}{number}")
            for n, (name, cell) in enumerate(zip_longest(columns, cells[: len(columns)]), 1)
            if name
        }
        row = Row(number, found)
        if not row.is_empty:
            yield row


def _csv(octets: bytes, name: str | None) -> tuple[int, Iterator[list[Cell]]]:
    if name is not None:
        raise NoSheet("A CSV file has no named worksheets.")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = octets.decode("cp1252", "replace")  # as Excel writes CSV on Windows
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise NoSheet(f"It is not CSV: {error}.") from error
    return 1, (
        [_cell(unguarded(text.replace("\r\n", "\n")) or None, row, column) for column, text in enumerate(line, 1)]
        for row, line in enumerate(lines, 1)
    )


def _xlsx(octets: bytes, name: str | None) -> tuple[int, Iterator[list[Cell]]]:
    _look_inside(octets)
    try:
        shown, typed = (
            load_workbook(io.BytesIO(octets), read_only=True, data_only=values, keep_links=False)
            for values in (True, False)
        )
        if name is not None and name not in shown.sheetnames:
            raise NoSheet(f"It has no worksheet of that name; there are: {', '.join(shown.sheetnames)}.")
        chosen = shown.sheetnames[0] if name is None else name
        pairs = zip(
            shown[chosen].iter_rows(max_col=MOST_COLUMNS), typed[chosen].iter_rows(max_col=MOST_COLUMNS), strict=True
        )
        rows = [
            [
                _known(value.value, kept.value, row, column)
                for column, (value, kept) in enumerate(zip(*both, strict=True), 1)
            ]
            for row, both in enumerate(pairs, 1)
        ]
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        ParseError,
        zipfile.BadZipFile,
        EOFError,
        AttributeError,
        TypeError,
        IndexError,
    ) as error:
        raise NoSheet("It is not an XLSX file that can be read.") from error
    return shown.sheetnames.index(chosen) + 1, iter(rows)


def _look_inside(octets: bytes) -> None:
    """An XLSX file is a ZIP: what it unpacks to is looked at before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile as error:
        raise NoSheet("It is neither CSV nor XLSX (an older .xls has to be saved as .xlsx).") from error
    if size > MOST_UNPACKED:
        raise NoSheet(f"It unpacks to more than {MOST_UNPACKED // 1024 // 1024} megabytes.")


def _known(value: Any, kept: Any, row: int, column: int) -> Cell:
    """A cell by the value last worked out for it; a formula is never worked out here."""
    if value is None and isinstance(kept, str) and kept.startswith("="):
        at = f"{get_column_letter(column)}{row}"
        return Cell(
            at, trouble="this is a formula whose result the file does not hold: open it, save it, and try again"
        )
    return _cell(value, row, column)


def _cell(value: Any, row: int, column: int) -> Cell:
    at = f"{get_column_letter(column)}{row}"
    match value:
        case str() if SPREADSHEET_ERROR.fullmatch(value.strip()):
            return Cell(at, trouble=f"this is an error of the spreadsheet ({value.strip()})")
        case None | str() | bool() | int() | float() | date() | time():
            return Cell(at, value)
        case _:
            return Cell(at, trouble="this is of a kind that cannot be read")
