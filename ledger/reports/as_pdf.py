"""A document as PDF: tagged for those who hear it (PDF/UA-1), fit to be archived (PDF/A-3a), its figures attached as CSV."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.domain.fields import spoken
from ledger.reports.as_csv import to_csv, to_csvw
from ledger.reports.charts import FONTS, to_svg
from ledger.reports.document import Document
from ledger.reports.layout import Cards, Drawing, Grid, Laid, LaidSection, Line, Prose, Span, Terms, laid_out

if TYPE_CHECKING:
    from ledger.figures.period import Period

MOST_RANGES = 25
"""Runs of entries told of one figure; the JSON of the same report has every entry."""
TEMPLATE = Path(__file__).with_name("report.typ")
STANDARDS = ["ua-1", "a-3a"]


def to_pdf(document: Document) -> bytes:
    """A PDF. The same document gives the same bytes: its date is that of the last entry it is made of."""
    import typst

    files = {"main.typ": TEMPLATE.read_bytes()}
    told = _told(document, files)
    files["report.json"] = json.dumps(told, ensure_ascii=False).encode()
    made: bytes = typst.compile(  # type: ignore[call-overload]  # its types leave out files that are held in memory
        files, font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf", pdf_standards=STANDARDS,
        timestamp=_date(document),
    )  # fmt: skip
    return made


def _date(document: Document) -> datetime:
    report = document.report
    made = report.held_at or datetime.combine(report.period.last, time(), UTC)
    return made.replace(microsecond=0)


def _told(document: Document, files: dict[str, bytes]) -> dict[str, Any]:
    """All that the template says; what it shows or carries besides is put into `files`."""
    report, brand = document.report, document.brand
    whose = brand.name or (report.partnership.name if report.partnership else "")
    kind = "Yearly report" if report.kind == "annual" else "Quarterly report"
    return {
        "title": document.title,
        "author": whose or "Safeguarding partnership",
        "description": f"{kind} {report.period.name}, by what the ledger held as at position {report.as_at}",
        "running": document.title,
        "kind": kind,
        "period": _period(report.period),
        "chapters_begin_pages": report.kind == "annual",
        "whose": whose,
        "days": f"{spoken(report.period.first)} to {spoken(report.period.last)}. By what the ledger held as at position {report.as_at}.",
        "notices": [*(report.partnership.told if report.partnership else ()), document.disclosure],
        "brand": {"colour": brand.colour, "accent": brand.accent},
        "logo": _logo(document, files),
        "sections": [_section(each, files) for each in laid_out(document, MOST_RANGES)],
        "attached": _attached(document, files),
    }  # fmt: skip


def _period(period: Period) -> str:
    year, _, quarter = period.name.partition("-Q")
    return f"Quarter {quarter} of {year}" if quarter else year


def _logo(document: Document, files: dict[str, bytes]) -> dict[str, str] | None:
    logo = document.brand.logo
    if logo is None:
        return None
    files["logo.svg"] = logo.body if logo.kind == "svg" else _in_svg(logo.body)
    return {"file": "logo.svg", "alt": logo.text}


def _in_svg(png: bytes) -> bytes:
    """A PNG as a drawing: the files that typst holds in memory are text."""
    width, height = (
        int.from_bytes(png[n : n + 4]) for n in (16, 20)
    )  # the first two fields of its header (PNG, 11.2.1)
    data = base64.b64encode(png).decode()
    size = f'width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
        f'<image href="data:image/png;base64,{data}" {size}/></svg>'
    ).encode()


def _attached(document: Document, files: dict[str, bytes]) -> list[dict[str, str]]:
    name = f"{document.report.kind}-{document.report.period.name}.csv"
    files[name], files[f"{name}-metadata.json"] = to_csv(document), to_csvw(document)
    return [
        {"name": name, "kind": "text/csv", "description": "Every figure of this report"},
        {"name": f"{name}-metadata.json", "kind": "application/json", "description": "What the columns of the figures are"},
    ]  # fmt: skip


def _section(section: LaidSection, files: dict[str, bytes]) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "blocks": [_block(each, files) | _unnamed(each, section.title) for each in section.blocks],
        "parts": [_section(each, files) for each in section.parts],
    }


def _unnamed(block: Laid, title: str) -> dict[str, Any]:
    """A table that stands right under a heading of the same words has no caption of its own."""
    return {"caption": []} if isinstance(block, Grid) and block.repeats(title) else {}


def _block(block: Laid, files: dict[str, bytes]) -> dict[str, Any]:
    match block:
        case Prose(kind=kind, lines=lines):
            return {"is": kind, "lines": [_line(line) for line in lines]}
        case Cards(cards=cards):
            told = [
                {"number": _span(c.number), "caption": c.caption, "under": c.under, "figure": c.figure} for c in cards
            ]
            return {"is": "cards", "cards": told}
        case Grid():
            return _grid(block)
        case Drawing(chart=chart, figures=figures):
            file = f"chart-{len(files)}.svg"
            files[file] = to_svg(chart).encode()
            return {"is": "drawing", "file": file, "title": chart.title, "alt": chart.alt, "figures": list(figures)}
        case Terms(figure=figure, title=title, terms=terms, grids=grids):
            said = [[term, _line(line)] for term, line in terms]
            return {
                "is": "terms",
                "figure": figure,
                "title": _line(title),
                "terms": said,
                "grids": [_grid(g) for g in grids],
            }


def _grid(grid: Grid) -> dict[str, Any]:
    rows = [[[_line(line) for line in cell] for cell in row] for row in grid.rows]
    return {"is": "grid", "caption": _line(grid.caption), "heads": grid.heads, "rows": rows, "note": grid.note}


def _line(line: Line) -> list[dict[str, Any]]:
    return [_span(each) for each in line]


def _span(span: Span) -> dict[str, Any]:
    more = {"b": span.strong, "c": span.code, "to": span.to}
    return {"t": span.text} | {name: value for name, value in more.items() if value}
