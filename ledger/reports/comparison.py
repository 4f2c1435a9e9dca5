"""The figures beside those a partnership published: which agree, which differ and why, and which nobody has explained."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.figures import FIGURES
from ledger.figures.answer import Answer, spelled
from ledger.figures.measures import Value
from ledger.figures.stated import Stated
from ledger.reports.annual import Report

UNEXPLAINED = "UNEXPLAINED"
Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Printed:
    """Which figure a published row counted from records stands for: the dimensions that say which number it is, and how
    what remains of its dimensions is called in the figure's breakdown.
    """

    family: str
    said: frozenset[tuple[str, str]]
    rest: Mapping[str, str]
    figure: str


def _dimensions(text: str) -> Dimensions:
    """`course=x;outcome=y` as pairs, in order of their names."""
    pairs = (pair.partition("=") for pair in text.split(";") if pair)
    return tuple(sorted((name, code) for name, _, code in pairs))


def _printed(family: str, figure: str, said: str = "", rest: str = "", by: str = "") -> Printed:
    return Printed(family, frozenset(_dimensions(said)), {rest: by or rest} if rest else {}, figure)


@dataclass(frozen=True)
class Compared:
    """One published number beside the one worked out. `figure` is the figure that was asked; values are None where there is none."""

    figure: str
    caption: str
    dimension: str
    printed: str
    computed: Value
    agrees: bool
    difference: Value
    explanation: str

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "figure": self.figure, "caption": self.caption, "dimension": self.dimension, "printed": self.printed,
            "computed": spelled(self.computed), "agrees": self.agrees, "difference": spelled(self.difference),
            "explanation": self.explanation or None,
        }  # fmt: skip


def compare(
    report: Report, published: Iterable[Mapping[str, str]], explanations: Mapping[str, Mapping[str, Any]]
) -> list[Compared]:
    """Each published row beside the report, in order. A number that differs without a named explanation says UNEXPLAINED.

    `published`: rows of published.csv; `explanations`: tables of differences.toml, named by a row's `difference`.
    """
    return [_compared(report, row, explanations) for row in published]


def read_published(path: Path) -> list[dict[str, str]]:
    """The rows of a published.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_explanations(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a differences.toml."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


RECORDED = (
    _printed("FIG-TRN", "FIG-TRN", "outcome=booked", "course"),
    _printed("FIG-TRN", "FIG-TRN-COMPLETED", "outcome=completed", "course"),
    _printed("FIG-TRN", "FIG-TRN-CANCELLED", "outcome=cancelled", "course"),
    _printed("FIG-TRN", "FIG-TRN-DNA", "outcome=did-not-attend", "course"),
    _printed("FIG-FIN", "FIG-FIN-CONTRIBUTED", "line=contributed", "agency"),
    _printed("FIG-FIN", "FIG-FIN-RECEIVED", "line=received", "head"),
    _printed("FIG-FIN", "FIG-FIN-SPENT", "line=spent", "head"),
    _printed("FIG-FIN", "FIG-FIN-RESERVE", "line=to-reserve"),
    _printed("FIG-FIN", "FIG-FIN", "line=total-income"),
    _printed("FIG-FIN", "FIG-FIN-SPENT", "line=total-expenditure"),
    _printed("FIG-AUD", "FIG-AUD-PLANNED", "status=planned"),
    _printed("FIG-AUD", "FIG-AUD", "status=held"),
    _printed("FIG-AUD", "FIG-AUD-PLANNED-HELD", "status=planned-and-held"),
    _printed("FIG-AUD", "FIG-AUD-ASSURANCES", "finding=assurance"),
    _printed("FIG-AUD", "FIG-AUD-GAPS", "finding=gap"),
    _printed("FIG-AUD", "FIG-AUD-GAP-AUDITS", "finding=gap", "theme", "themes"),
    _printed("FIG-LCSPR", "FIG-LCSPR-PUB", "status=published", "kind"),
    _printed("FIG-LCSPR", "FIG-LCSPR-OPEN", "status=in-progress", "kind"),
    _printed("FIG-NONSTAT", "FIG-NONSTAT", "status=considered"),
    _printed("FIG-NONSTAT", "FIG-NONSTAT-PROG", "status=progressed"),
    _printed("FIG-ATT", "FIG-ATT-MEETINGS", "", "group"),
)


def _compared(report: Report, row: Mapping[str, str], explanations: Mapping[str, Mapping[str, Any]]) -> Compared:
    figure, computed = _found(report, row)
    value = Decimal(row["value"])
    agrees = computed is not None and computed == value
    named = explanations.get(row["difference"], {})
    said = str(named.get("explanation", ""))
    return Compared(
        figure=figure or row["figure_id"] or row["indicator"],
        caption=row["caption"],
        dimension=row["dimensions"],
        printed=row["printed"],
        computed=computed,
        agrees=agrees,
        difference=None if computed is None or agrees else _plain(Decimal(computed) - value),
        explanation=said or ("" if agrees else UNEXPLAINED),
    )


def _found(report: Report, row: Mapping[str, str]) -> tuple[str, Value]:
    """The id of the figure that answers for a published row, and its number; an empty id where no figure does."""
    dimensions = _dimensions(row["dimensions"])
    if row["counted_from"] != "dataset":
        return _from_records(report, row["figure_id"], dimensions)
    for each in report.figures:
        if _is_of_row(each, report, row):
            known = FIGURES[each.id].stated_as.dimensions if each.id in FIGURES else frozenset()
            rest = tuple(d for d in dimensions if d not in known)
            if (value := _part(each, rest)) is not None:
                return each.id, value
        for beside in each.comparators:
            if _is_row(beside.stated, row, dimensions):
                return each.id, beside.stated.worth
    return "", None


def _from_records(report: Report, family: str, dimensions: Dimensions) -> tuple[str, Value]:
    for row in RECORDED:
        left = [(name, code) for name, code in dimensions if (name, code) not in row.said]
        if row.family == family and row.said <= set(dimensions) and {name for name, _ in left} <= set(row.rest):
            figure = next(each for each in report.figures if each.id == row.figure)
            return row.figure, _part(figure, tuple((row.rest[name], code) for name, code in left))
    return "", None


def _part(each: Answer, dimensions: Dimensions) -> Value:
    """A figure's value, or that of a part of it; None where it has no such part."""
    if not dimensions:
        return each.value
    name, code = (" and ".join(said) for said in zip(*dimensions, strict=True))
    return next((part.value for part in each.by.get(name, ()) if part.code == code), None)


def _is_of_row(each: Answer, report: Report, row: Mapping[str, str]) -> bool:
    """Whether a figure of the report is the one a row of a dataset was printed for, in the report's own period."""
    on, period = row["on"], (row["period_from"], row["period_to"])
    of_period = period == (report.period.first.isoformat(), report.period.last.isoformat())
    if not (on == report.period.last.isoformat() or (of_period and on in ("", "not-stated"))):
        return False
    if (figure := FIGURES.get(each.id)) is not None:
        return figure.is_stated_by(row["indicator"], row["definition"], _dimensions(row["dimensions"]))
    return each.id == _id(row) and str(each.version) == row["version"]


def _id(row: Mapping[str, str]) -> str:
    """The id of the indicator's figure, as `ledger.figures.indicators.figure_id` makes it."""
    family = row["indicator"].upper()
    family = family if family.startswith("FIG-") else f"FIG-{family}"
    measured = () if row["measure"] == "count" else (row["measure"],)
    return ".".join((family, row["definition"], row["unit"], *measured))


def _is_row(o: Stated, row: Mapping[str, str], dimensions: Dimensions) -> bool:
    """Whether an observation set beside a figure is the one that was printed in a row."""
    said = (o.indicator, o.definition, str(o.version), o.unit, o.measure, o.reference, o.dimensions)
    asked = (
        row["indicator"],
        row["definition"],
        row["version"],
        row["unit"],
        row["measure"],
        row["dataset"],
        dimensions,
    )
    return said == asked


def _plain(value: Decimal) -> Value:
    return int(value) if value == value.to_integral_value() else value
