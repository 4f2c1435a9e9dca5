"""The annual figures as one readable page that needs nothing from elsewhere: no script, no style sheet, no picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ledger.domain.fields import spoken
from ledger.figures.answer import DATASET, NOTHING, RECORDS, Answer
from ledger.figures.measures import Part, Value
from ledger.figures.stated import plain
from ledger.reports.annual import Report
from ledger.reports.table import spoken_ranges

MOST_RANGES = 200
"""Runs of entries told on a page; all of them are in the JSON of the same report."""
BASIS = {RECORDS: "records", DATASET: "a dataset", NOTHING: "no record"}


def to_html(made: Report, partnership: str = "") -> str:
    """A self-contained page in UTF-8; `partnership` is its public name, for the title. The same report gives the same bytes."""
    title = f"Safeguarding figures {made.period.name}" + (f": {partnership}" if partnership else "")
    return _pages().get_template("annual.html").render(report=made, title=title, basis=BASIS)


def number(value: Value | str) -> str:
    """A number as people read it, with its exact digits: `1,657`, `8.5`; `cannot tell` for none."""
    match value:
        case None:
            return "cannot tell"
        case int() | Decimal():
            return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        case _:
            return value


def said(value: Value, unit: str) -> str:
    """A number with the sign of its unit: `£299,345.00`, `8.5%`."""
    if value is None:
        return number(value)
    if unit == "pounds":
        return f"-£{number(-value)}" if value < 0 else f"£{number(value)}"
    return number(value) + ("%" if unit.startswith("%") else "")


def _pages() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    made.filters |= {
        "anchor": lambda name: "section-" + re.sub(r"[^a-z0-9]+", "-", name.lower()),
        "day": _day,
        "lower_first": lambda text: text[:1].lower() + text[1:] if text[1:2].islower() else text,
        "number": number,
        "part_value": _part_value,
        "plain": lambda code: plain(code).replace("_", " "),
        "ranges": _ranges,
        "value": lambda figure: said(figure.value, figure.unit),
    }
    return made


def _part_value(part: Part, figure: Answer) -> str:
    return said(part.value, figure.unit)


def _day(day: date) -> str:
    return spoken(day)


def _ranges(positions: Sequence[int]) -> str:
    return spoken_ranges(positions, MOST_RANGES)
