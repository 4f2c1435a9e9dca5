"""A table as a file to take along: an XLSX workbook with one real table and a sheet that says what it is, or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from ledger.reports.workbook import BASE, MEASURED, begun, cut, head_look, on_paper, table
from ledger.spreadsheets.guard import guarded

AS_AT = "As at"
Value = str | int | float | date | time | None
MOST_ROWS = 1_048_575
"""Of a worksheet, below its heads."""
NARROWEST, WIDEST = 9, 60
"""Of a column, in characters."""
ON_A_PAGE = 16
"""Columns that are still read when they are printed side by side."""
HEAD_HEIGHT = 32
"""Points: two lines."""
EMPTY = 1
"""A table has at least one row, if an empty one."""


class TooLong(ValueError):
    """More than a worksheet holds."""


@dataclass(frozen=True)
class Table:
    """A table under its heads. `about`: what the sheet beside it says of it, at least of which moment it is, under AS_AT. `on`: the day
    that the file gives as its own.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    about: Mapping[str, str]
    on: date


def to_csv(table: Table) -> bytes:
    """RFC 4180, with a head line; days as 2020-03-31; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.heads)
    writer.writerows([guarded("" if cell is None else str(cell)) for cell in row] for row in table.rows)
    return text.getvalue().encode()


def to_xlsx(taken: Table, colour: str) -> bytes:
    """The table comes first and begins in the first row, as programs read it; the same table gives the same bytes. Raises TooLong."""
    if len(taken.rows) > MOST_ROWS:
        raise TooLong(f"A worksheet holds {MOST_ROWS:,} rows, and there are {len(taken.rows):,}; CSV holds them all.")
    body = io.BytesIO()
    book = begun(body, title=taken.title, created=datetime.combine(taken.on, time()))
    head = head_look(book, colour)
    _rows(book, taken, head, _Looks(book))
    _about(book, taken, head)
    book.close()
    return body.getvalue()


class _Looks:
    """How cells look, by what is in them."""

    def __init__(self, book: Workbook) -> None:
        self.text = book.add_format({**BASE, "text_wrap": True, "num_format": "@"})
        self.day = book.add_format({**BASE, "num_format": "d mmm yyyy", "align": "left"})
        self.number = book.add_format({**BASE, "num_format": "0"})


def _rows(book: Workbook, taken: Table, head: Format, looks: _Looks) -> None:
    sheet = book.add_worksheet(taken.title[:31])
    on_paper(sheet, f"{taken.title}. {taken.about[AS_AT]}")
    if len(taken.heads) <= ON_A_PAGE:
        sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_row(0, HEAD_HEIGHT)
    sheet.freeze_panes(1, 1)
    for n, name in enumerate(taken.heads):
        sheet.set_column(n, n, _width(name, [row[n] for row in taken.rows[:MEASURED]]))
    last, right = max(len(taken.rows), EMPTY), len(taken.heads) - 1
    sheet.add_table(0, 0, last, right, table("Rows", taken.heads, head, filtered=True))
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_rowcol_to_cell(last, right)}"})
    for n, row in enumerate(taken.rows, 1):
        for at, cell in enumerate(row):
            match cell:
                case None | "":
                    pass
                case str():
                    sheet.write_string(n, at, cut(cell), looks.text)
                case int() | float():
                    sheet.write_number(n, at, cell, looks.number)
                case date():
                    sheet.write_datetime(n, at, datetime.combine(cell, time()), looks.day)
                case time():
                    sheet.write_string(n, at, f"{cell:%H:%M}", looks.text)


def _about(book: Workbook, taken: Table, head: Format) -> None:
    sheet = book.add_worksheet("About")
    strong, text = book.add_format({**BASE, "bold": True}), book.add_format({**BASE, "text_wrap": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.add_table(0, 0, len(taken.about), 1, table("About", ("About", taken.title), head))
    for n, (name, said) in enumerate(taken.about.items(), 1):
        sheet.write_string(n, 0, name, strong)
        sheet.write_string(n, 1, said, text)


def _width(head: str, cells: Sequence[Value]) -> int:
    lines = [len(line) for cell in cells if cell is not None for line in str(cell).split("\n")]
    words = max(map(len, head.split()), default=0) + 4
    return min(WIDEST, max(NARROWEST, words, *(each + 2 for each in lines), 0))
