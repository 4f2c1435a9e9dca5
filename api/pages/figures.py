"""GET /pages/figures, /pages/figures/{id}, /pages/reports: every number leads to its definition, its entries and their proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import needs, sees_of
from api.asking import InTime, UpTo, ledger_of
from api.figures import FigureId, OfAFigure, Year, asked_figures
from api.pages.as_at import standing
from api.pages.cells import Cell
from api.pages.links import TIMES, address
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.pages.questions import filled
from api.pages.words import code, day
from api.problems import NOT_FOUND, Problem
from api.reports import Kind, OfAnEdition, asked_restatement
from api.reports import Period as OfPeriod
from api.waiting import moment_of
from ledger.access.policy import Verb
from ledger.domain.calendar import days_of, london_day
from ledger.domain.history import Entry
from ledger.domain.report_record import reference_of
from ledger.figures import answers
from ledger.figures.answer import Answer, asking
from ledger.figures.measures import Value
from ledger.figures.period import APRIL, QUARTERS, NotAPeriod, Period
from ledger.figures.so_far import so_far
from ledger.projections.as_at import Moment
from ledger.reports.editions import editions_in
from ledger.reports.spoken import spoken_ranges
from ledger.reports.standing import stage
from ledger.reports.written import Format

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.COUNT)], include_in_schema=False)
FIGURES, REPORTS = ("Figures", "/pages/figures"), ("Reports", "/pages/reports")
SHOWN = 50
"""Entries told one by one; the rest by their numbers."""
BASIS = {"records": "Counted from records", "dataset": "Stated by a dataset", "nothing": "Nothing recorded"}
NAMES = {
    Format.HTML: "Read it", Format.PDF: "PDF", Format.XLSX: "Spreadsheet", Format.CSV: "CSV", Format.CSVW: "CSV metadata", Format.JSON: "JSON",
}  # fmt: skip
"""The formats of a report, those for people first."""


class OfYear(InTime):
    """Of which reporting year; without it, that of the day the page is about."""

    year: Year | None = None


@dataclass(frozen=True)
class Report:
    """The report of one period: where it is, how it stands, and its published editions with where each is restated."""

    title: str
    href: str
    stands: str
    formats: tuple[tuple[str, str], ...]
    editions: tuple[tuple[int, str, int, str], ...]


@router.get("/figures")
def figures(request: Request) -> Response:
    """All figures of a reporting year, by section."""
    asked = filled(request, OfYear)
    when = moment_of(request, asked)
    year = asked.year or _year_of(when.as_of)
    ledger, tables, period = ledger_of(request), request.app.state.parts.tables, Period.year(year)
    as_of = asked.as_of or so_far(ledger, period, when)
    try:
        with asking(tables, ledger.packs(as_at=when.as_at), period, when.as_at, as_of) as question:
            found = tuple(answers(question))
    except NotAPeriod as before:
        raise Problem(NOT_FOUND, str(before)) from None
    sections: dict[str, list[tuple[Answer, str, str]]] = {}
    for each in found:
        sections.setdefault(each.section, []).append(
            (each, said(each.value, each.unit), f"/pages/figures/{each.id}?year={year}")
        )
    return render(
        request, "figures.html", title=f"Figures {year}", standing=standing(request, when), sections=sections,
        years=_years(request), year=year, basis=BASIS, so_far=as_of if as_of is not None and as_of < period.last else None,
        times=[(name, value) for name in TIMES if (value := request.query_params.get(name))],
    )  # fmt: skip


@router.get("/figures/{id}")
def figure(request: Request, id: Annotated[FigureId, Path()], asked: Annotated[OfAFigure, Query()]) -> Response:
    """One figure, or a family: its definition, its working and the entries behind it."""
    when, _, period, found = asked_figures(request, id, asked)
    return render(
        request,
        "figure.html",
        title=found[0].caption if len(found) == 1 else f"Figures {id}",
        crumbs=(HOME, FIGURES),
        standing=standing(request, when),
        period=period.name,
        figures=[(each, said(each.value, each.unit), _parts(each), _entries(request, each)) for each in found],
        basis=BASIS,
        ranges=spoken_ranges,
        said_value=said,
    )


@router.get("/reports")
def reports(request: Request) -> Response:
    """Every reporting year the ledger tells of, its quarters, and what was published."""
    asked = filled(request, UpTo)
    when = moment_of(request, asked)
    today = london_day(ledger_of(request).clock.now())
    begun = (of for year in _years(request) for of in _of_year(year) if days_of(of[1])[0] <= today)
    named = {f"report/{reference_of(*of)}": of for of in begun}
    held = ledger_of(request).records(list(named), when.as_at)
    found = [_report(request, *of, held.get(name, ()), when) for name, of in named.items()]
    return render(request, "reports.html", title="Reports", standing=standing(request, when), reports=found)


@router.get("/reports/{kind}/{period}/restatement", dependencies=[needs(Verb.SCRUTINISE)])
def restated(request: Request, kind: Kind, period: OfPeriod) -> Response:
    """What was published beside what it is now."""
    told = asked_restatement(request, kind, period, filled(request, OfAnEdition)).wire()
    return render(
        request,
        "restatement.html",
        title=f"Published and now: {kind} report {period}",
        crumbs=(HOME, REPORTS),
        told=told,
        moved=[each for each in told["figures"] if each["movements"]],
        year=period[: len("2019-20")],
    )


def said(value: Value, unit: str) -> str:
    """A number with the sign of its unit."""
    if value is None:
        return "Cannot tell"
    number = f"{value:,}"
    return f"£{number}" if unit == "pounds" else f"{number}%" if unit.startswith("%") else number


def _parts(each: Answer) -> Iterator[tuple[str, list[list[Cell]]]]:
    for name, parts in each.by.items():
        rows = [
            [Cell(code(part.code) if part.code.islower() else part.code), Cell(said(part.value, each.unit))]
            for part in parts
        ]
        yield code(name.replace("_", "-")), rows


def _entries(request: Request, each: Answer) -> list[tuple[int, str]]:
    """The first entries behind a figure with their sentences, for whoever reads cases; others get their number alone."""
    if not permitted(request, Verb.READ):
        return []
    ledger, sees = ledger_of(request), sees_of(request)
    entries = (ledger.entry_at(position) for position in each.entries)
    return [(e.position, e.event.sentence()) for e in islice((e for e in entries if sees(e.originator_id)), SHOWN)]


def _year_of(on: date) -> str:
    first = on.year - (on.month < APRIL)
    return f"{first}-{(first + 1) % 100:02d}"


def _years(request: Request) -> list[str]:
    """Every reporting year from that of the ledger's first entry until now, the newest first."""
    ledger = ledger_of(request)
    if ledger.head().position == 0:
        return [_year_of(london_day(ledger.clock.now()))]
    first, last = (int(_year_of(each)[:4]) for each in (ledger.entry_at(1).day, london_day(ledger.clock.now())))
    return [f"{year}-{(year + 1) % 100:02d}" for year in range(max(first, last - 20), last + 1)][::-1]


def _of_year(year: str) -> Iterator[tuple[str, str]]:
    yield "annual", year
    for number in QUARTERS:
        yield "quarterly", f"{year}-Q{number}"


def _report(request: Request, kind: str, period: str, held: Sequence[Entry], when: Moment) -> Report:
    path = f"/reports/{kind}/{period}"
    times = {"as_at": request.query_params.get("as_at", "")}
    formats = tuple((name, address(path, times.items(), format=each.value)) for each, name in NAMES.items())
    published = editions_in(held)
    told = tuple(
        (number, day(event.published_on.isoformat()), position, f"/pages{path}/restatement?edition={number}")
        for number, (position, event) in published.items()
    )
    stands = stage(ledger_of(request), kind, held, when.as_at, on=when.as_of)
    return Report(f"{code(kind)} report {period}", address(f"/pages{path}", times.items()), stands, formats, told)
