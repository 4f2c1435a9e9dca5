"""A document as one page that needs nothing from elsewhere: no script, no style sheet, no picture that is not in it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ledger.domain.fields import spoken
from ledger.reports.brand import Brand
from ledger.reports.charts import to_svg
from ledger.reports.document import Document
from ledger.reports.layout import Drawing, laid_out

MOST_RANGES = 200
"""Runs of entries told on a page; all of them are in the JSON of the same report."""
_YEAR = re.compile(r"\b\d{4}-\d{2}\b(?!-)")
_NAMESPACES = re.compile(r' xmlns(:xlink)?="[^"]*"')
"""A page knows them without being told."""


def to_html(document: Document) -> bytes:
    """A self-contained page in UTF-8. The same document gives the same bytes."""
    sections = laid_out(document, MOST_RANGES)
    text = _pages().get_template("report.html").render(
        document=document, sections=sections, report=document.report, brand=document.brand, logo=_logo(document.brand),
        so_far=spoken(document.report.as_of)
    )  # fmt: skip
    return text.encode()


def _logo(brand: Brand) -> str:
    if brand.logo is None:
        return ""
    kind = "svg+xml" if brand.logo.kind == "svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(brand.logo.body).decode()}"


def _pages() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"years": _years, "drawn": _drawn, "kind": lambda block: type(block).__name__}
    return made


def _drawn(drawing: Drawing, id_: str) -> Markup:
    return Markup(_NAMESPACES.sub("", to_svg(drawing.chart, id_), count=2))  # noqa: S704 - made by the drawing, its words escaped


def _years(text: str) -> Markup:
    """Text whose reporting years, such as 2019-20, are not broken at the end of a line."""
    return Markup(_YEAR.sub(r'<span class="year">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped just here
