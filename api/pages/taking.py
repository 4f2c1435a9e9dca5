"""GET /pages/actions/download/xlsx, /pages/actions/in-full/xlsx and the others: a list, or its records in full, as a file to take along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import needs
from api.answers import csv_answer, json_answer
from api.asking import ledger_of
from api.pages import words
from api.pages.cells import Cell, Item
from api.pages.listing import FORMATS, IN_FULL, Listing
from api.pages.questions import names_at
from api.pages.sheet import Sheet
from api.pages.sheets import SHEETS
from api.problems import BAD_QUERY, NOT_FOUND, Problem
from api.reports import SPREADSHEET
from ledger.access.in_full import OF_LIST, in_full
from ledger.access.policy import Verb
from ledger.access.wordings import Asker
from ledger.spreadsheets.book import AS_AT, Table, TooLong, Value, to_csv, to_xlsx

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.READ)], include_in_schema=False)


def download(request: Request, sheet: Sheet, format_: str) -> Response:
    """All of a list, as filtered and sorted: in the columns that the route for programs has, or for a spreadsheet those of the page."""
    if format_ not in FORMATS:
        raise Problem(NOT_FOUND, "A list comes as CSV, as a spreadsheet (xlsx) or as JSON.")
    listing = Listing(request, sheet)
    items = [item for found in listing.whole() for item in found.items]
    columns, headers = sheet.question.columns, _headers(listing, sheet.question.name, format_)
    if format_ == "csv":
        return csv_answer(columns, items, headers)
    when = listing.asking
    if format_ == "xlsx":
        return _xlsx(request, _as_shown(listing, items), headers)
    told = {"as_at": when.as_at, "as_of": when.as_of.isoformat(), "total": len(items), "items": items}
    return json_answer(told, headers=headers)


def take_in_full(request: Request, sheet: Sheet, format_: str) -> Response:
    """The records of a list, as filtered, with all that happened to each: what another ledger imports."""
    if format_ not in IN_FULL:
        raise Problem(NOT_FOUND, "Records in full come as CSV or as a spreadsheet (xlsx).")
    listing = Listing(request, sheet)
    references = [item["reference"] for found in listing.whole() for item in found.items]
    asker = Asker(request.state.speaker, listing.asking.as_at, listing.asking.as_of)
    table = in_full(ledger_of(request), listing.tables, sheet.question.name, references, asker)
    headers = _headers(listing, f"{sheet.question.name}-in-full", format_)
    if format_ == "csv":
        return Response(to_csv(table), headers=headers, media_type="text/csv")
    return _xlsx(request, replace(table, about={**_about(listing, len(references)), **table.about}), headers)


def _as_shown(listing: Listing, items: Sequence[Item]) -> Table:
    """The table of the page, days as days and numbers as numbers; what stands beside a cell there has a column of its own here."""
    asking, sheet = listing.asking, listing.sheet
    names = names_at(listing.tables, asking.as_at, asking.as_of)
    heads, columns = ["Reference"], [[item["reference"] for item in items]]
    for column in sheet.columns:
        cells = [column.make(item, names) for item in items]
        heads.append(column.head)
        columns.append([_typed(cell, item.get(column.sort)) for cell, item in zip(cells, items, strict=True)])
        beside = [_beside(cell, item["reference"]) for cell, item in zip(cells, items, strict=True)]
        if any(beside):
            heads.append(f"{column.head}: more")
            columns.append(beside)
    rows = list(zip(*columns, strict=True))
    return Table(sheet.title, heads, rows, _about(listing, len(items)), asking.as_of)


def _typed(cell: Cell, value: Any) -> Value:
    """What a cell says, as the day or the number that it says it of."""
    match value:
        case str() if (day := _day_of(value)) and cell.text == words.day(day):
            return day
        case bool():
            return cell.text
        case int() if cell.text == str(value):
            return value
        case _:
            return cell.text


def _day_of(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _beside(cell: Cell, reference: str) -> str:
    said = [*(tag.text for tag in cell.tags), "" if cell.small == reference else cell.small]
    return "; ".join(filter(None, said))


def _headers(listing: Listing, name: str, format_: str) -> dict[str, str]:
    as_at, as_of = listing.asking.as_at, listing.asking.as_of.isoformat()
    file = f"{name}-as-at-{as_at}-as-of-{as_of}.{format_}"
    return {"as-at": str(as_at), "as-of": as_of, "content-disposition": f'attachment; filename="{file}"'}


def _about(listing: Listing, total: int) -> dict[str, str]:
    """What a file says of itself: of which moment it is, and how it was filtered."""
    asking, sheet = listing.asking, listing.sheet
    said = listing.said(names_at(listing.tables, asking.as_at, asking.as_of))
    return {
        "What it is": sheet.lede,
        AS_AT: f"Entry {asking.as_at} of the ledger, as of {words.day(asking.as_of.isoformat())}",
        "Holds": words.counted(total, sheet.one, sheet.many),
        "Only": "; ".join(each for each, _ in said) or "All of them: nothing was filtered.",
    }


def _xlsx(request: Request, table: Table, headers: dict[str, str]) -> Response:
    try:
        return Response(to_xlsx(table, request.app.state.brand.colour), headers=headers, media_type=SPREADSHEET)
    except TooLong as error:
        raise Problem(BAD_QUERY, str(error)) from None


def _routes(sheet: Sheet) -> None:
    def file(request: Request, format_: str) -> Response:
        return download(request, sheet, format_)

    def whole(request: Request, format_: str) -> Response:
        return take_in_full(request, sheet, format_)

    name, several = sheet.question.name, frozenset(sheet.question.plain)
    ways: dict[str, Callable[..., Response]] = {f"/{name}/download/{{format_}}": file}
    if name in OF_LIST:
        ways[f"/{name}/in-full/{{format_}}"] = whole
    for path, answer in ways.items():
        answer.takes_several = several  # type: ignore[attr-defined]
        router.add_api_route(path, answer, name=f"file of {name}", dependencies=[needs(sheet.verb)])


for _sheet in SHEETS:
    _routes(_sheet)
