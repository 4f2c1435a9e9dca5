"""What every spreadsheet made here has in common: no text is a formula, one look, tables that are real, and A4 across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ledger.reports.charts import FONT

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
BASE: Mapping[str, str | int] = {"font_name": FONT, "font_size": 11, "valign": "top"}
"""The look of a cell that has no other."""
LONGEST = 32_767
"""Characters that a cell takes."""
MEASURED = 200
"""Rows by which a column is made wide enough."""
A4 = 9
"""Of paper, by its number."""


def begun(body: Any, **properties: Any) -> Workbook:
    """A workbook into `body`; with `created` among its properties the same content gives the same bytes."""
    book = xlsxwriter.Workbook(body, OPTIONS)
    book.set_properties(properties)
    return book


def head_look(book: Workbook, colour: str) -> Format:
    """How the heads of a table look, in the house's colour."""
    return book.add_format({**BASE, "bold": True, "font_color": "#FFFFFF", "bg_color": colour, "text_wrap": True})


def on_paper(sheet: Worksheet, foot: str) -> None:
    """A sheet is printed on A4 across, with `foot` and the number of the page below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_footer(f"&L{foot}&RPage &P of &N".replace(" & ", " && "))


def table(name: str, heads: Sequence[str], head: Format, *, filtered: bool = False) -> dict[str, Any]:
    """The options of a real table."""
    columns = [{"header": each, "header_format": head} for each in heads]
    return {"name": name, "columns": columns, "style": "Table Style Light 1", "autofilter": filtered}


def cut(text: str) -> str:
    """As much of a text as a cell takes, and a sign where that is not all."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
