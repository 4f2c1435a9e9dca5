"""What is taken along from the pages: a list as a spreadsheet people read, and its records in full for another ledger."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from api.pages.sheets import SHEETS
from ledger.access.in_full import OF_LIST
from tests.web.test_lists import THEN

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def book_of(year, path, **params):
    answer = year.client.get(path, params={"as_at": THEN} | params)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == XLSX
    return load_workbook(io.BytesIO(answer.content))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.question.name)
def test_every_list_is_a_spreadsheet_with_one_real_table_and_what_it_is(year, sheet):
    told = year.client.get(f"/pages/{sheet.question.name}/download/json", params={"as_at": THEN}).json()
    book = book_of(year, f"/pages/{sheet.question.name}/download/xlsx")
    rows = list(book.worksheets[0].values)
    assert [row[0] for row in rows[1:] if any(row)] == [item["reference"] for item in told["items"]]
    assert set(rows[0]) >= {"Reference", *(column.head for column in sheet.columns)}
    assert list(book.worksheets[0].tables) == ["Rows"]
    about = dict(book["About"].values)
    assert about["As at"].startswith(f"Entry {told['as_at']} of the ledger, as of 31 March 2025")
    assert about["What it is"] == sheet.lede


def test_days_are_days_and_numbers_numbers_in_a_spreadsheet(year):
    rows = list(book_of(year, "/pages/actions/download/xlsx").worksheets[0].values)
    due = rows[0].index("Due")
    assert any(isinstance(row[due], datetime) for row in rows[1:])
    assert {type(row[due]) for row in rows[1:]} <= {datetime, str}
    rows = list(book_of(year, "/pages/training/download/xlsx").worksheets[0].values)
    assert all(isinstance(row[rows[0].index("Booked")], int) for row in rows[1:])


def test_a_spreadsheet_says_how_it_was_filtered(year):
    about = dict(book_of(year, "/pages/actions/download/xlsx", owner_agency="AHT")["About"].values)
    assert about["Only"].startswith("Owner: ")


@pytest.mark.parametrize("name", sorted(OF_LIST))
def test_records_in_full_are_those_of_the_list_with_every_entry(year, name):
    told = year.client.get(f"/pages/{name}/download/json", params={"as_at": THEN}).json()
    answer = year.client.get(f"/pages/{name}/in-full/csv", params={"as_at": THEN})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert {row[0] for row in rows[1:]} == {item["reference"] for item in told["items"]}
    assert all(int(row[rows[0].index("Entry")]) <= told["as_at"] for row in rows[1:])
    cells = [
        ["" if cell is None else cell for cell in row]
        for row in book_of(year, f"/pages/{name}/in-full/xlsx").worksheets[0].values
    ]
    assert [[str(cell.date()) if isinstance(cell, datetime) else str(cell) for cell in row] for row in cells] == rows
    assert year.client.get(f"/pages/{name}/in-full/pdf").status_code == 404


def test_the_page_leads_to_its_records_in_full_as_filtered(year):
    links = year.get("/pages/actions", params={"owner_agency": "AHT", "as_at": THEN}).links
    (href,) = [each for each in links if "/in-full/csv" in each]
    rows = list(csv.DictReader(io.StringIO(year.client.get(href).text)))
    assert {row["Owner agency"] for row in rows if row["Step"] == "raised"} == {"AHT"}
    assert "/pages/meetings/in-full/xlsx?group=QAS" in year.get("/pages/attendance", params={"group": "QAS"}).links
    assert not [each for each in year.get("/pages/risks").links if "in-full" in each]
