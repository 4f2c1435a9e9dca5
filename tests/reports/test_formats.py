"""One report in every format: each is read back by a program that did not write it, and says the same numbers under the same ids (N1, R2)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from zipfile import ZipFile

import openpyxl
import page
import pypdf
import pytest

from ledger.figures import FIGURES
from ledger.reports.annual import Written
from ledger.reports.as_xlsx import FIRST_ROW
from ledger.reports.document import Cite, Document, Number
from ledger.reports.layout import CUT, CUT_BESIDE, MOST_ROWS, Cards, Grid, LaidSection, Prose, Span, Terms, laid_out
from ledger.reports.outline import CHAPTERS, outlined, pictures
from ledger.reports.written import Format, written

NARRATIVE = Written(
    "foreword",
    "## What we learned\n\nWe notified {{FIG-SIN}} incidents, *every one* of them read.\n\n- {{FIG-ACT-OVERDUE}} actions are overdue\n"
    "- {{FIG-NOWHERE}} is nothing\n",
    3,
)
"""A text that quotes two figures, and one that is not there."""


@pytest.fixture(scope="module")
def document(invented) -> Document:
    return outlined(replace(invented.report("2024-25"), narrative=(NARRATIVE,)))


@pytest.fixture(scope="module")
def files(document) -> dict[Format, bytes]:
    return {format_: written(document, format_) for format_ in Format}


def shown(document: Document) -> dict[Cite, Number]:
    return {each.cite: each for each in document.numbers()}


# --- the model


def spans(sections: tuple[LaidSection, ...]) -> Iterator[tuple[str, Span]]:
    """Every span that claims to be of figures, with where it stands."""
    for section in sections:
        for block in section.blocks:
            match block:
                case Cards(cards=cards):
                    yield from ((section.id, card.number) for card in cards)
                    yield from ((section.id, Span(card.caption)) for card in cards)
                case Grid(claims=True):
                    yield from ((section.id, each) for each in of_grid(block))
                case Terms(title=title, grids=grids, terms=terms):
                    yield from ((section.id, each) for each in title)
                    yield from ((section.id, each) for name, line in terms if name.startswith("By ") for each in line)
                    yield from ((section.id, each) for grid in grids for each in of_grid(grid))
                case Prose(lines=lines):
                    yield from ((section.id, each) for line in lines for each in line)
                case _:
                    pass
        yield from spans(section.parts)


def of_grid(grid: Grid) -> Iterator[Span]:
    yield from grid.caption
    for row in grid.rows:
        for cell in row:
            for line in cell:
                yield from line


NO_NUMBER = re.compile(
    r"\b(?:19|20)\d\d-\d\d(?:-Q\d)?\b|\b\d{1,2} [A-Z][a-z]+ \d{4}\b|\b\d{4}-\d\d-\d\d\b|\bFIG-[A-Z0-9-]+(?:\.[a-z0-9-]+)*"
    r"|\b[A-Z]{2,}(?:-[A-Z0-9]+)*-\d[\w-]*|as at position \d+|entries \d[\d -]*(?:and \d+ more)?|[Ss]ection \d+(?:/\d+)?|per [\d,]+|\d+[+] ?(?:hours|days)"
)
"""Years, days, ids, references and positions; what a section of a law or a base of a rate is called."""


def stray(text: str) -> list[str]:
    return re.findall(r"\d[\d,.]*", NO_NUMBER.sub(" ", text))


def test_a_number_without_an_id_is_found():
    assert stray("of 12 children") == ["12"]
    assert stray("2024-25, 31 March 2025, FIG-S11-GREEN, ACT-2024-001, as at position 454, per 10,000") == []


def names_of(document: Document) -> list[str]:
    """What figures, agencies and parts of breakdowns are called, numbers in them and all; the longest first."""
    found = {word for each in document.report.figures for word in (each.caption, each.unit)} | {
        *document.report.names.values()
    }
    for each in document.report.figures:
        found |= {document.called(part.code, name) for name, parts in each.by.items() for part in parts}
        found |= {each.caption[:1].lower() + each.caption[1:]}
    return sorted(found, key=len, reverse=True)


def without(names: list[str], text: str) -> str:
    for name in names:
        text = text.replace(name, "")
    return text


def test_no_words_of_the_document_hide_a_number(document):
    names = names_of(document)
    for where, span in spans(laid_out(document, 25)):
        if span.cite is not None:
            number = document.number(span.cite)
            assert number is not None and span.text == number.said, where
        else:
            assert stray(without(names, span.text)) == [], f"{where}: {span.text}"


def test_every_number_of_a_figure_is_cited_somewhere(document):
    cited = {span.cite for _, span in spans(laid_out(document, 25)) if span.cite is not None}
    wanted = {cite for cite, number in shown(document).items() if cite.id in FIGURES and cite.which == "value"}
    assert wanted <= cited


def test_a_figure_that_is_not_there_is_said_to_be_missing(document, files):
    assert b"[no such figure: FIG-NOWHERE]" in files[Format.HTML]


# --- each format, read back


class Page(HTMLParser):
    """What a page says in its `data` elements, and all else that it says."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[tuple[Cite, str]] = []
        self.rest: list[str] = []
        self._open: list[str] = []
        self._cite: Cite | None = None
        self.claims = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag != "meta":
            self._open.append(tag)
        if tag == "data":
            which = given.get("data-which", "value")
            self._cite = Cite(given["data-figure"], given.get("data-by", ""), given.get("data-code", ""), which)
        if tag == "table":
            self.claims = given.get("class") == "figures"

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()
        if tag == "table":
            self.claims = False

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "data" and self._cite is not None:
            self.numbers.append((self._cite, data))
        elif self.claims and self._open[-1] != "code":
            self.rest.append(data)


def test_the_page_says_each_number_under_its_id_and_no_other(document, files):
    found = Page()
    found.feed(files[Format.HTML].decode())
    numbers = shown(document)
    assert {cite for cite, _ in found.numbers} >= {
        cite for cite in numbers if cite.id in FIGURES and cite.which == "value"
    }
    for cite, text in found.numbers:
        assert text == numbers[cite].said
    names = names_of(document)
    assert [text for text in found.rest if stray(without(names, text))] == []


def test_the_csv_and_the_json_say_the_same(document, files):
    numbers = shown(document)
    rows = list(csv.DictReader(io.StringIO(files[Format.CSV].decode(), newline="")))
    told = {Cite(row["figure"], row["dimension"], row["code"]): row for row in rows}
    assert (
        len(told)
        == len(rows)
        == sum(c.which == "value" and c.dimension != "beside" and c.id.startswith("FIG") for c in numbers)
    )
    of_json: dict[Cite, Any] = {}
    for each in json.loads(files[Format.JSON])["figures"]:
        of_json[Cite(each["id"])] = each["value"]
        of_json |= {
            Cite(each["id"], name, part["code"]): part["value"] for name, parts in each["by"].items() for part in parts
        }
    assert of_json.keys() == told.keys()
    for cite, row in told.items():
        value = numbers[cite].value
        assert (None if row["value"] == "" else Decimal(row["value"])) == value
        assert (None if of_json[cite] is None else Decimal(of_json[cite])) == value
        assert (row["mark"] == "x") is (value is None)


def test_the_metadata_name_the_columns_of_the_csv(files):
    told = json.loads(files[Format.CSVW])
    head = next(csv.reader(io.StringIO(files[Format.CSV].decode())))
    assert [column["name"] for column in told["tableSchema"]["columns"]] == head
    assert told["url"] == "annual-2024-25.csv" and told["@context"][0] == "http://www.w3.org/ns/csvw"


def of_cell(value: Any) -> Decimal | str | None:
    return Decimal(str(value)) if isinstance(value, int | float) else value


def test_the_spreadsheet_has_a_real_table_a_sheet_and_the_same_numbers(document, files):
    book = openpyxl.load_workbook(io.BytesIO(files[Format.XLSX]))
    assert book.sheetnames[:4] == ["Cover", "Contents", "Notes", "Written"]
    found: dict[str, list[Any]] = {}
    for sheet in book.worksheets[1:]:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        (table,) = sheet.tables.values()
        assert sheet[table.ref][0][0].row == FIRST_ROW
        rows = [[cell.value for cell in row] for row in sheet[table.ref]]
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
        if rows[0][:2] == ["Figure", "Id"]:
            for row in rows[1:]:
                found.setdefault(row[1], []).append(row)
    assert list(found) == list(document.figures)
    for id_, rows in found.items():
        each = document.figures[id_]
        values = [each.value, *(part.value for parts in each.by.values() for part in parts)]
        assert [of_cell(row[4]) for row in rows] == ["[x]" if value is None else Decimal(value) for value in values]


def test_the_spreadsheet_draws_its_charts_over_its_own_cells_and_tells_them_in_words(document, files):
    book = openpyxl.load_workbook(io.BytesIO(files[Format.XLSX]))
    charts = [sheet for sheet in book.worksheets if sheet._charts]
    assert len(charts) == len(pictures(document)) > 5
    with ZipFile(io.BytesIO(files[Format.XLSX])) as zipped:
        drawings = [zipped.read(name).decode() for name in zipped.namelist() if name.startswith("xl/drawings/drawing")]
    assert len(drawings) == len(charts) and all('descr="' in each for each in drawings)


def shown_in(document: Document, cite: Cite) -> str:
    number = document.number(cite)
    assert number is not None
    return "".join(number.said.split())


LENGTH = "a stream /Length does not match its raw content length"
"""page-validation takes the last byte of a compressed stream for the end of its line where that byte happens to be one."""


def lengths_hold(body: bytes) -> bool:
    """Whether every stream is as long as it says (ISO 19005-3, 6.1.7.1), counted byte by byte."""
    found = list(re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", body))
    return len(found) > 50 and all(
        re.match(rb"\r?\nendstream", body[each.end() + int(each[1]) :]) is not None for each in found
    )


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_3A])
def test_the_pdf_is_accessible_and_fit_for_an_archive(files, profile):
    found = page.validate_pdf_bytes(files[Format.PDF], profile=profile)
    assert [failure.message for failure in found.failures if failure.message != LENGTH] == []
    assert found.rules.total > 100 and lengths_hold(files[Format.PDF])


def test_a_stream_that_is_not_as_long_as_it_says_is_found(files):
    body = files[Format.PDF]
    stream = re.search(rb"/Length (\d+)", body)
    assert stream is not None
    wrong = body[: stream.start(1)] + str(int(stream[1]) + 1).encode() + body[stream.end(1) :]
    assert lengths_hold(body) and not lengths_hold(wrong)


def test_the_pdf_says_each_number_beside_its_id_and_carries_the_data(document, files):
    read = pypdf.PdfReader(io.BytesIO(files[Format.PDF]))
    text = "".join(
        "".join(each.extract_text() for each in read.pages).split()
    )  # a long id may be broken at the end of a line
    annex = text[text.rindex("Howeachfigureiscounted") :]
    at = 0
    for each in document.report.figures:
        at = annex.index(f":{shown_in(document, Cite(each.id))}{each.id}", at)
        for name, parts in each.by.items():
            after = at
            for part in parts:
                after = annex.index(shown_in(document, Cite(each.id, name, part.code)), after)
    assert read.attachments["annual-2024-25.csv"] == [files[Format.CSV]]
    assert read.attachments["annual-2024-25.csv-metadata.json"] == [files[Format.CSVW]]
    assert read.metadata is not None and read.metadata.title == document.title


def test_what_people_wrote_is_in_each_format_with_the_numbers_put_in(document, files):
    number = shown(document)[Cite("FIG-SIN")].said
    said = f"We notified {number} incidents, every one of them read."
    read = pypdf.PdfReader(io.BytesIO(files[Format.PDF]))
    assert said in " ".join(" ".join(each.extract_text() for each in read.pages).split())
    assert said in " ".join(re.sub(r"<[^>]*>", "", files[Format.HTML].decode()).split())
    book = openpyxl.load_workbook(io.BytesIO(files[Format.XLSX]))
    assert said in [cell.value for row in book["Written"].iter_rows() for cell in row]
    assert json.loads(files[Format.JSON])["narrative"][0]["text"] == NARRATIVE.text


# --- the seam for what is done before publishing


def test_a_pass_changes_a_number_in_every_format_at_once(document):
    def hide(number: Number) -> Number:
        return (
            number._replace(mark="c")
            if number.cite == Cite("FIG-SIN", "nature", "death") or number.cite == Cite("FIG-SIN")
            else number
        )

    hidden = document.changed(hide)
    assert hidden.number(Cite("FIG-SIN")).said == "[c]" and hidden.number(Cite("FIG-RR")) == document.number(
        Cite("FIG-RR")
    )
    found = Page()
    found.feed(written(hidden, Format.HTML).decode())
    assert {text for cite, text in found.numbers if cite == Cite("FIG-SIN")} == {"[c]"}
    rows = list(csv.DictReader(io.StringIO(written(hidden, Format.CSV).decode(), newline="")))
    assert [(r["value"], r["mark"], r["entries"]) for r in rows if r["figure"] == "FIG-SIN" and not r["dimension"]] == [
        ("", "c", "")
    ]
    told = next(f for f in json.loads(written(hidden, Format.JSON))["figures"] if f["id"] == "FIG-SIN")
    assert (told["value"], told["entries"]) == (None, [])
    assert [p["value"] for p in told["by"]["nature"] if p["code"] == "death"] == [None]
    book = openpyxl.load_workbook(io.BytesIO(written(hidden, Format.XLSX)))
    assert "[c]" in [cell.value for row in book.worksheets[4].iter_rows() for cell in row]
    assert {(m["id"], m["code"]) for m in json.loads(written(hidden, Format.JSON))["marks"]} == {
        ("FIG-SIN", ""),
        ("FIG-SIN", "death"),
    }


def test_a_pass_that_changes_nothing_changes_no_byte(document, files):
    same = document.changed(lambda number: number)
    for format_ in (Format.JSON, Format.CSV, Format.HTML):
        assert written(same, format_) == files[format_]


def test_a_long_table_is_cut_on_a_page_and_says_so_and_is_whole_in_the_spreadsheet_and_the_json(document):
    part = document.parts["PART-DECISIONS"]
    many = replace(part, rows=part.rows[:1] * (MOST_ROWS + 1), records=part.records[:1] * (MOST_ROWS + 1))
    beside = next(each for each in document.report.figures if each.comparators)
    compared = replace(beside, comparators=beside.comparators[:1] * (MOST_ROWS + 1))
    report = replace(
        document.report,
        parts=tuple(many if each is part else each for each in document.report.parts),
        figures=tuple(compared if each is beside else each for each in document.report.figures),
    )
    long = outlined(report)
    grids = {grid.about: grid for grid in grids_of(laid_out(long, 1))}
    assert len(grids[part.title].rows) == MOST_ROWS and CUT in grids[part.title].note
    of_beside = next(grid for about, grid in grids.items() if about.startswith("beside") and beside.id in about)
    assert len(of_beside.rows) == MOST_ROWS and of_beside.note == CUT_BESIDE
    book = openpyxl.load_workbook(io.BytesIO(written(long, Format.XLSX)))
    sheet = next(each for each in book if each["A1"].value == f"{part.title} ({part.id})")
    assert sheet.max_row == FIRST_ROW + MOST_ROWS + 1
    told = json.loads(written(long, Format.JSON))
    assert next(len(each["rows"]) for each in told["parts"] if each["id"] == part.id) == MOST_ROWS + 1
    assert next(len(each["comparators"]) for each in told["figures"] if each["id"] == beside.id) == MOST_ROWS + 1


def grids_of(sections: tuple[LaidSection, ...]) -> Iterator[Grid]:
    for section in sections:
        yield from (block for block in section.blocks if isinstance(block, Grid))
        yield from (grid for block in section.blocks if isinstance(block, Terms) for grid in block.grids)
        yield from grids_of(section.parts)


def test_every_section_of_figures_and_every_part_stands_in_a_chapter(document):
    from ledger.figures import SECTIONS
    from ledger.reports.parts import PARTS

    assert {name for chapter in CHAPTERS for name in chapter.figures} == set(SECTIONS)
    assert {id_ for chapter in CHAPTERS for id_ in chapter.parts} == {
        each.id for parts in PARTS.values() for each in parts
    }
