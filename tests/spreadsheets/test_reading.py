"""Spreadsheets as they are found: both kinds of file, and what in them is no value to go by."""

from __future__ import annotations

import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter

from ledger.spreadsheets import sheet as sheets
from ledger.spreadsheets.sheet import NoSheet, read_sheet


def xlsx(path, *rows, name="Sheet1"):
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"})
    page = book.add_worksheet(name)
    for n, row in enumerate(rows):
        page.write_row(n, 0, row)
    book.close()
    return path


def values(table):
    return [{name: cell.value for name, cell in row.cells.items()} for row in table.rows]


def test_a_cell_knows_where_it_stands_and_keeps_its_kind(tmp_path):
    path = xlsx(tmp_path / "log.xlsx", ["An action log"], ["Ref", "Due", "Places"], ["A1", date(2025, 5, 1), 12], [])
    table = read_sheet(path, head=2)
    (row,) = table.rows
    assert [(cell.at, cell.value) for cell in row.cells.values()] == [
        ("A3", "A1"),
        ("B3", datetime.fromisoformat("2025-05-01")),
        ("C3", 12),
    ]
    assert table.columns == ("Ref", "Due", "Places")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_file_is_read_in_the_ways_that_programs_write_it(tmp_path, encoding):
    path = tmp_path / "log.csv"
    path.write_bytes('Ref,Note\r\nA1,"Café, £5\r\nsecond line"\r\n,\r\n'.encode(encoding))
    assert values(read_sheet(path)) == [{"Ref": "A1", "Note": "Café, £5\nsecond line"}]


def test_a_formula_without_a_result_and_an_error_are_no_values(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Ref", "Count", "Rate"])
    book.active.append(["A1", "=1+1", "#DIV/0!"])
    book.save(tmp_path / "log.xlsx")
    (row,) = read_sheet(tmp_path / "log.xlsx").rows
    assert "formula" in row.cells["Count"].trouble
    assert "#DIV/0!" in row.cells["Rate"].trouble
    assert not row.cells["Count"].is_empty


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["Ref", "Ref"], ["A", "B"]], "names a column twice"),
        ([["Ref"], ["A", "beside the table"]], "B2 holds something"),
        ([["Ref", "", "Due"], ["A", "unnamed", "B"]], "B2 holds something"),
        ([["", ""]], "There is no row 1|names no column"),
    ],
)
def test_a_head_that_does_not_name_every_column_is_refused(tmp_path, rows, why):
    with pytest.raises(NoSheet, match=why):
        read_sheet(xlsx(tmp_path / "log.xlsx", *rows))


def test_a_worksheet_is_asked_for_by_its_name(tmp_path):
    path = xlsx(tmp_path / "log.xlsx", ["Ref"], ["A"], name="Actions")
    assert read_sheet(path, name="Actions").number == 1
    with pytest.raises(NoSheet, match="there are: Actions"):
        read_sheet(path, name="Training")


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0an old xls", b"Ref\nA"])
def test_what_is_no_spreadsheet_is_refused(tmp_path, octets):
    (tmp_path / "log.xlsx").write_bytes(octets)
    with pytest.raises(NoSheet):
        read_sheet(tmp_path / "log.xlsx")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "log.xlsx", "w") as packed:
        packed.writestr("xl/workbook.xml", "<not-closed>")
    with pytest.raises(NoSheet, match="not an XLSX file"):
        read_sheet(tmp_path / "log.xlsx")


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch):
    path = xlsx(tmp_path / "log.xlsx", ["Ref"], ["A"])
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
    with pytest.raises(NoSheet, match="unpacks to more than"):
        read_sheet(path)
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(NoSheet, match="megabytes"):
        read_sheet(path)
