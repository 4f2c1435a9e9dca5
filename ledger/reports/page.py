"""The annual figures as one readable page that needs nothing from elsewhere: no script, no style sheet, no picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ledger.domain.fields import spoken
from ledger.figures.answer import DATASET, NOTHING, RECORDS, Answer
from ledger.figures.measures import Part, Value
from ledger.figures.stated import plain as words
from ledger.reports.annual import Report
from ledger.reports.parts import SAID_EMPTY
from ledger.reports.table import spoken_ranges

MOST_RANGES = 200
"""Runs of entries told on a page; all of them are in the JSON of the same report."""
BASIS = {RECORDS: "records", DATASET: "a dataset", NOTHING: "no record"}
MEANT = {
    "gps": "GPs",
    "lcspr": "local child safeguarding practice review",
    "marac": "multi-agency risk assessment conference (MARAC)",
    "scr": "serious case review",
    "taf": "Team around the Family (TAF)",
}
"""Words of codes that only people of the field would know, in lower case, and what they stand for."""
_YEAR = re.compile(r"\b\d{4}-\d{2}\b(?!-)")
_MEANT = re.compile(rf"\b({'|'.join(MEANT)})\b")


def to_html(made: Report) -> str:
    """A self-contained page in UTF-8. The same report gives the same bytes."""
    title = f"Safeguarding figures {made.period.name}" + (f": {made.partnership.name}" if made.partnership else "")
    return _pages().get_template("annual.html").render(report=made, title=title, basis=BASIS, nothing=SAID_EMPTY)


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


def plain(code: str) -> str:
    """A code as words that people outside the field know: `taf-open` is `Team around the Family (TAF) open`."""
    return meant(words(code).replace("_", " "))


def meant(text: str) -> str:
    """Words with the bare codes in them told in full."""
    return _MEANT.sub(lambda found: MEANT[found[0]], text)


def _pages() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    made.filters |= {
        "anchor": lambda name: "section-" + re.sub(r"[^a-z0-9]+", "-", name.lower()),
        "cell": _cell,
        "day": _day,
        "lower_first": lambda text: text[:1].lower() + text[1:] if text[1:2].islower() else text,
        "meant": meant,
        "number": number,
        "part_value": _part_value,
        "plain": plain,
        "ranges": _ranges,
        "value": lambda figure: said(figure.value, figure.unit),
        "years": _years,
    }
    return made


def _part_value(part: Part, figure: Answer) -> str:
    return said(part.value, figure.unit)


def _cell(value: object) -> str:
    """A cell of a part: a list as its items, what is not recorded as nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _day(day: date) -> str:
    return spoken(day)


def _years(text: str) -> Markup:
    """Text whose reporting years, such as 2019-20, are not broken at the end of a line."""
    return Markup(_YEAR.sub(r'<span class="year">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped just here


def _ranges(positions: Sequence[int]) -> str:
    return spoken_ranges(positions, MOST_RANGES)
