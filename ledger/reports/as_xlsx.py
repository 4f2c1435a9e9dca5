"""A document as a spreadsheet: a cover, the contents, notes, what people wrote, and a sheet for each table, which is a real one.

No cell is merged, no text is a formula, every number is a number, and what stands in place of one is explained on the notes.
Charts are the spreadsheet's own, over the cells they show, each with its words.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ledger.domain.fields import NOT_STATED
from ledger.figures.answer import Answer
from ledger.reports.charts import COLOURS, FONT, Chart, Point
from ledger.reports.columns import column
from ledger.reports.document import Cite, Document, Number, Quoted, Text
from ledger.reports.drawing import chart_of
from ledger.reports.narrative import texts_of
from ledger.reports.outline import CHAPTERS, notes, pictures
from ledger.reports.parts import Part
from ledger.reports.spoken import meant, plain, spoken_entries
from ledger.reports.workbook import BASE, MEASURED, begun, cut, head_look, on_paper, table

HEADS = ("Figure", "Id", "By", "Part", "Value", "Unit", "Of which", "Out of", "When", "From", "Entries", "Note")
VALUE = HEADS.index("Value")
MOST_RANGES = 200
LINE, MOST_LINES = 15, 27
"""The height of a line, in points; and the most of them: a row has at most 409 points."""
FIRST_ROW = 3
"""Of a table, below its heads; counted from 0."""
DAY_NOUGHT = date(1899, 12, 30)
"""From which a spreadsheet counts days."""
Cell = str | int | Decimal | date


@dataclass(frozen=True)
class Sheet:
    """A sheet with one table: `rows` under `heads`; `money`: per row, whether its numbers are pounds, or shares."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    looks: list[str]
    note: str = ""
    chart: Chart | None = None


def to_xlsx(document: Document) -> bytes:
    """A workbook. The same document gives the same bytes: its date is that of the last entry it is made of."""
    body = io.BytesIO()
    book = begun(
        body, title=document.title, subject=document.report.period.name, author=_whose(document), created=_date(document),
        comments=f"As at position {document.report.as_at}",
    )  # fmt: skip
    book.set_size(2400, 1600)
    looks = _Looks(book, document.brand.colour)
    sheets = [*_of_figures(document), *_of_parts(document), *_of_charts(document)]
    _cover(book, looks, document)
    names = [f"{n} {each.name}"[:31].strip() for n, each in enumerate(sheets, 1)]
    _contents(book, looks, document, [(name, each.title) for name, each in zip(names, sheets, strict=True)])
    _notes(book, looks, document)
    if document.report.narrative:
        _narrative(book, looks, document)
    for n, sheet in enumerate(sheets, 1):
        _table(book, looks, replace(sheet, name=names[n - 1]), n)
    book.close()
    return body.getvalue()


def _date(document: Document) -> datetime:
    report = document.report
    made = report.held_at or datetime.combine(report.period.last, time(), UTC)
    return made.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _whose(document: Document) -> str:
    return document.brand.name or (document.report.partnership.name if document.report.partnership else "")


class _Looks:
    """How cells look."""

    def __init__(self, book: Workbook, colour: str) -> None:
        self.title = book.add_format({**BASE, "font_size": 18, "bold": True, "font_color": colour})
        self.strong = book.add_format({**BASE, "bold": True})
        self.text = book.add_format({**BASE, "text_wrap": True})
        self.plain = book.add_format(BASE)
        self.link = book.add_format({**BASE, "font_color": "#1A5A9E", "underline": 1})
        self.head = head_look(book, colour)
        self.mark = book.add_format({**BASE, "align": "right"})
        self.day = book.add_format({**BASE, "num_format": "d mmmm yyyy", "align": "left"})
        self.of = {
            "number": book.add_format({**BASE, "num_format": "#,##0"}),
            "exact": book.add_format({**BASE, "num_format": "#,##0.0###"}),
            "money": book.add_format({**BASE, "num_format": "£#,##0.00;-£#,##0.00"}),
        }

    def of_cell(self, cell: Cell, look: str) -> Format:
        match cell:
            case int() if look != "money":
                return self.of["number"]
            case int() | Decimal():
                return self.of["money" if look == "money" else "exact"]
            case date():
                return self.day
            case str() if cell.startswith("[") and cell.endswith("]"):
                return self.mark
            case _:
                return self.text


def _of_figures(document: Document) -> Iterator[Sheet]:
    """A sheet for each section of figures: each figure, then each part of its breakdowns."""
    for section, figures in document.report.sections.items():
        sheet = Sheet(section, section, HEADS, [], [])
        for each in figures:
            _figure_rows(document, each, sheet)
        yield sheet


def _figure_rows(document: Document, each: Answer, sheet: Sheet) -> None:
    name, look = meant(each.caption), "money" if each.unit == "pounds" else ""
    whole = _numbers(document, Cite(each.id))
    sheet.rows.append((name, each.id, "", name, *whole[:1], each.unit, *whole[1:], each.when, each.basis, cut(spoken_entries(each, MOST_RANGES)), each.note))  # fmt: skip
    sheet.looks.append(look)
    for dimension, parts in each.by.items():
        for part in parts:
            numbers = _numbers(document, Cite(each.id, dimension, part.code))
            sheet.rows.append((name, each.id, plain(dimension), document.called(part.code, dimension), *numbers[:1], each.unit, *numbers[1:], each.when, each.basis, "", ""))  # fmt: skip
            sheet.looks.append(look)


def _numbers(document: Document, cite: Cite) -> tuple[Cell, Cell, Cell]:
    """Value, numerator and denominator."""
    numerator, denominator = cite._replace(which="numerator"), cite._replace(which="denominator")
    value, *sides = (document.number(each) for each in (cite, numerator, denominator))
    return _shown(value), *(("[z]" if each is None else _shown(each)) for each in sides)  # type: ignore[return-value]


def _shown(number: Number | None) -> Cell:
    if number is None or number.mark:
        return f"[{number.mark if number else 'z'}]"
    return "[x]" if number.value is None else number.value


def _of_parts(document: Document) -> Iterator[Sheet]:
    """A sheet for each part of the report that has anything to tell."""
    for part in (each for each in document.report.parts if each.rows):
        heads = tuple(column(name, part.id).heading for name in part.columns)
        columns = [_column(document, part, n) for n in range(len(part.columns))]
        entries = cut(spoken_entries(part, MOST_RANGES))
        note = " ".join(filter(None, (f"From entries {entries}" if entries else "", part.note)))
        looks = ["money" if part.id == "PART-COSTS" else ""] * len(part.rows)
        yield Sheet(part.title, f"{part.title} ({part.id})", heads, list(zip(*columns, strict=True)), looks, note)


def _of_charts(document: Document) -> Iterator[Sheet]:
    """A sheet for each chart: its numbers as a table, and the chart beside it."""
    for picture in pictures(document):
        chart = chart_of(document, picture)
        of = {name: {point.label: point for point in points} for name, points in chart.series.items()}
        labels = list(dict.fromkeys(label for points in of.values() for label in points))
        rows: list[tuple[Cell, ...]] = [
            (label, *(_drawn(points.get(label)) for points in of.values())) for label in labels
        ]
        heads = ("Part", *(f"{name or 'Value'} ({figure})" for name, figure in zip(of, picture.figures, strict=False)))
        if not picture.dimension:
            heads = ("Figure", "Value")
        looks = ["money" if chart.unit == "pounds" else ""] * len(rows)
        yield Sheet(
            f"Chart of {picture.title}",
            f"{picture.title}: {', '.join(picture.figures)}",
            heads,
            rows,
            looks,
            f"In {chart.unit}",
            chart,
        )


def _drawn(point: Point | None) -> Cell:
    return (
        "[z]"
        if point is None
        else point.said
        if point.said.startswith("[")
        else "[x]"
        if point.value is None
        else point.value
    )


def _column(document: Document, part: Part, n: int) -> list[Cell]:
    """A column of a part, from the first row to the last. A long ledger has many rows of few codes, so each is looked up once."""
    name, called = part.columns[n], cache(document.called)
    kind = column(name, part.id).kind

    def cell(row: int, value: Any) -> Cell:
        match value:
            case None:
                return ""
            case bool():
                return "yes" if value else "no"
            case list():
                return ", ".join(called(str(each)) for each in value)
            case _ if value == NOT_STATED:
                return "[x]"
            case _ if kind == "number":
                return _shown(document.cell(part, row, name))
            case str() if kind == "day":
                return date.fromisoformat(value)
            case str() if kind == "code":
                return called(value.replace(".", " "))
            case _:
                return str(value)

    return [cell(row, cells[n]) for row, cells in enumerate(part.rows, 1)]


def _sheet(book: Workbook, looks: _Looks, name: str, title: str, widths: Sequence[int]) -> Worksheet:
    made = book.add_worksheet(name)
    for n, width in enumerate(widths):
        made.set_column(n, n, width)
    made.write_string(0, 0, title, looks.title)
    made.hide_gridlines(2)
    on_paper(made, title)
    made.fit_to_pages(1, 0)
    return made


def _as_high(sheet: Worksheet, row: int, cells: Sequence[Cell], widths: Sequence[int]) -> None:
    """A row takes the lines that its longest cell wraps over; not every program works that out when it opens a file."""
    lines = max(
        sum(-(-len(line) // width) or 1 for line in str(cell).split("\n"))
        for cell, width in zip(cells, widths, strict=False)
    )
    if lines > 1:
        sheet.set_row(row, LINE * min(lines, MOST_LINES))


def _line(sheet: Worksheet, looks: _Looks, row: int, cells: Sequence[str], widths: Sequence[int]) -> None:
    """A row of text."""
    for n, cell in enumerate(cells):
        sheet.write_string(row, n, cell, looks.text)
    _as_high(sheet, row, cells, widths)


def _cover(book: Workbook, looks: _Looks, document: Document) -> None:
    widths = [90]
    sheet = _sheet(book, looks, "Cover", document.title, widths)
    report = document.report
    lines = [
        *(report.partnership.told if report.partnership else ()),
        document.disclosure,
        *notes(report, document.shorthand if document.checked else None),
    ]
    for n, line in enumerate(lines, 2):
        _line(sheet, looks, n, (line,), widths)
    logo = document.brand.logo
    if logo is not None and logo.kind == "png":
        options = {"image_data": io.BytesIO(logo.body), "description": logo.text, "object_position": 2}
        sheet.insert_image(len(lines) + 3, 0, "logo.png", options)


def _contents(book: Workbook, looks: _Looks, document: Document, sheets: Sequence[tuple[str, str]]) -> None:
    widths = [36, 70]
    sheet = _sheet(book, looks, "Contents", "Contents", widths)
    others = [("Notes", "Shorthand, and what the columns mean")]
    if document.report.narrative:
        others.append(("Written", "What the partnership writes about the period"))
    rows = [*others, *sheets]
    sheet.add_table(2, 0, 2 + len(rows), 1, table("T_Contents", ("Sheet", "What it holds"), looks.head))
    for n, (name, title) in enumerate(rows, 3):
        sheet.write_url(n, 0, f"internal:'{name}'!A1", looks.link, name)
        sheet.write_string(n, 1, title, looks.text)
        _as_high(sheet, n, (name, title), widths)
    empty = [f"{part.title}: {part.note}" for part in document.report.parts if not part.rows]
    for n, said_empty in enumerate(empty, len(rows) + 4):
        sheet.write_string(n, 0, said_empty, looks.plain)


def _notes(book: Workbook, looks: _Looks, document: Document) -> None:
    widths = [26, 110]
    sheet = _sheet(book, looks, "Notes", "Notes", widths)
    told = [(f"[{mark}]", meaning) for mark, meaning in document.shorthand.items()]
    told += [
        ("Of which, Out of", "The two numbers that a share in per cent is worked out from."),
        ("When", "The period of what is counted over a period, the day of what is counted on a day."),
        (
            "From",
            "records: worked out from the ledger's records; dataset: stated by a dataset; nothing: no record of it.",
        ),
        ("Entries", "The positions of the ledger's entries behind a number, as runs."),
    ]
    told += [
        (each.id, f"{each.definition} (version {each.version}) Rounding: {each.rounding}")
        for each in document.report.figures
    ]
    sheet.add_table(2, 0, 2 + len(told), 1, table("T_Notes", ("What", "What it means"), looks.head))
    for n, (what, meaning) in enumerate(told, 3):
        _line(sheet, looks, n, (what, meaning), widths)


def _narrative(book: Workbook, looks: _Looks, document: Document) -> None:
    widths = [30, 110]
    sheet = _sheet(book, looks, "Written", "What the partnership writes", widths)
    titles = {each.code: each.title for each in CHAPTERS}
    rows = [
        (titles.get(each.section, each.section), _said(document, text))
        for each in document.report.narrative for text in texts_of(each.text)
    ]  # fmt: skip
    sheet.add_table(2, 0, 2 + len(rows), 1, table("T_Written", ("Section", "Text"), looks.head))
    for n, (section, text) in enumerate(rows, 3):
        _line(sheet, looks, n, (section, cut(text)), widths)


def _said(document: Document, text: Text) -> str:
    lines = []
    for line in text.lines:
        said = [_quoted(document, each.cite) if isinstance(each, Quoted) else each.text for each in line]
        lines.append("".join(said))
    return "\n".join(f"• {line}" for line in lines) if text.kind in {"bullets", "numbered"} else "\n".join(lines)


def _quoted(document: Document, cite: Cite) -> str:
    number = document.number(cite)
    return f"[no such figure: {cite.id}]" if number is None else number.said


def _table(book: Workbook, looks: _Looks, sheet: Sheet, n: int) -> None:
    widths = [_width(head, [row[k] for row in sheet.rows[:MEASURED]]) for k, head in enumerate(sheet.heads)]
    made = _sheet(book, looks, sheet.name, sheet.title, widths)
    if sheet.note:
        made.write_string(1, 0, sheet.note, looks.strong)
    heads = tuple(head if sheet.heads.index(head) == k else f"{head} {k + 1}" for k, head in enumerate(sheet.heads))
    end = (FIRST_ROW - 1 + len(sheet.rows), len(heads) - 1)
    made.add_table(FIRST_ROW - 1, 0, *end, table(f"T_{n}", heads, looks.head, filtered=True))
    made.freeze_panes(FIRST_ROW, 0)
    made.repeat_rows(FIRST_ROW - 1)
    for k, (row, look) in enumerate(zip(sheet.rows, sheet.looks, strict=True), FIRST_ROW):
        _as_high(made, k, row, widths)
        for c, cell in enumerate(row):
            if cell == "":
                continue
            shape = looks.of_cell(cell, look if sheet.heads is not HEADS or c == VALUE else "")
            match cell:
                case int() | Decimal():
                    made.write_number(k, c, float(cell) if isinstance(cell, Decimal) else cell, shape)
                case date():
                    made.write_number(k, c, (cell - DAY_NOUGHT).days, shape)
                case str():
                    made.write_string(k, c, cut(cell), shape)
    if sheet.chart is not None:
        _chart(book, made, sheet.chart, heads, len(sheet.rows))


def _width(head: str, cells: Sequence[Cell]) -> int:
    longest = max([len(head), *(len(str(cell)) for cell in cells)], default=0)
    return min(max(longest + 2, 9), 48)


def _chart(book: Workbook, sheet: Worksheet, told: Chart, heads: Sequence[str], rows: int) -> None:
    """A native chart over the table's own cells."""
    chart = book.add_chart({"type": "bar"})
    first, last, name = FIRST_ROW, FIRST_ROW + rows - 1, sheet.get_name()
    label = {"value": True, "font": {"name": FONT, "size": 10}}
    for n, (head, colour) in enumerate(zip(heads[1:], COLOURS, strict=False), 1):
        chart.add_series({
            "name": head, "categories": [name, first, 0, last, 0], "values": [name, first, n, last, n], "data_labels": label,
            "fill": {"color": colour}, "gap": 60,
        })  # fmt: skip
    chart.set_title({"name": told.title, "name_font": {"name": FONT, "size": 12}})
    chart.set_y_axis({"reverse": True, "num_font": {"name": FONT}})
    chart.set_x_axis(
        {"name": told.unit, "num_font": {"name": FONT}, "name_font": {"name": FONT, "bold": False}, "min": 0}
    )
    chart.set_legend({"none": True} if len(heads) == 2 else {"position": "top", "font": {"name": FONT}})  # noqa: PLR2004 - one series
    chart.set_size({"width": 720, "height": 160 + 34 * rows * (len(heads) - 1)})
    sheet.insert_chart(FIRST_ROW - 1, len(heads) + 1, chart, {"description": told.alt, "object_position": 2})
