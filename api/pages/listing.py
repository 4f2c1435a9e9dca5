"""GET /pages/actions and the other lists: one list on a page, as filtered, sorted and turned to, at the moment of the bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import needs
from api.asking import MOST_DIGITS
from api.lists import answered, asking_for
from api.pages import words
from api.pages.as_at import standing
from api.pages.cells import Cell, Names
from api.pages.links import TIMES, address
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.pages.questions import asked, names_at, place_of
from api.pages.sheet import Column, Filter, Sheet
from api.pages.sheets import ROOMS, SHEETS
from api.pages.sheets.meetings import ATTENDANCE, MEETINGS
from api.problems import NOT_FOUND, Problem
from ledger.access.in_full import OF_LIST
from ledger.access.policy import Verb
from ledger.projections.as_at import Moment
from ledger.projections.asking import Answer, Asking
from ledger.projections.tables import Tables

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.READ)], include_in_schema=False)
LISTS = ("All lists", "/pages/lists")
ON_A_PAGE = 50
AT_ONCE = 10_000
"""Items of a download that are asked for together."""
FORMATS = ("csv", "xlsx", "json")
IN_FULL = ("csv", "xlsx")
"""Of a list as it is shown, and of its records with all that happened to each."""


@dataclass(frozen=True)
class Head:
    """The head of a column: the address that sorts by it, and how it is sorted now, as aria-sort says it."""

    text: str
    href: str
    sorted: str
    number: bool


@dataclass(frozen=True)
class Choice:
    """A field of the filter form with what was chosen; `options` are (value, words)."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


class Listing:
    """One list as it was asked for: what the query says, and the addresses of all that can be done with it."""

    def __init__(self, request: Request, sheet: Sheet) -> None:
        self.request, self.sheet, self.path = request, sheet, sheet.path
        self.given = [(name, value.strip()) for name, value in request.query_params.multi_items() if value.strip()]
        self.number = _number(request.query_params.get("page") or "1")
        question = sheet.question
        self.asked = asked(question, [(name, value) for name, value in self.given if name != "page"])
        self.asking: Asking = asking_for(question, request, self.asked)

    @property
    def tables(self) -> Tables:
        found: Tables = self.request.app.state.parts.tables
        return found

    def page(self) -> Answer:
        """The items of this page."""
        return self._answer(limit=ON_A_PAGE, skip=(self.number - 1) * ON_A_PAGE)

    def whole(self) -> Iterator[Answer]:
        """All items, so many at once."""
        after: str | None = None
        while True:
            found = self._answer(limit=AT_ONCE, after=after)
            yield found
            if (after := found.next) is None:
                return

    def _answer(self, **how: Any) -> Answer:
        return answered(self.sheet.question, self.request, replace(self.asking, **how))

    def href(self, *, without: tuple[str, ...] = (), **changes: Any) -> str:
        """This list with something changed; another order or filter begins at its first page."""
        return address(self.path, self.given, without=("page", *without), **changes)

    def picture(self) -> str:
        """The pictures of what this list shows."""
        return address(f"{self.path}/picture", self.given, without=("page", "sort"))

    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.sheet.columns]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column.head, "", "", column.number)
        now = self.asked.sort or "reference"
        way = "ascending" if now == column.sort else "descending" if now == f"-{column.sort}" else "none"
        return Head(
            column.head, self.href(sort=f"-{column.sort}" if way == "ascending" else column.sort), way, column.number
        )

    def choices(self, names: Names) -> list[Choice]:
        return [self._choice(each, names) for each in self.sheet.filters]

    def _choice(self, filter_: Filter, names: Names) -> Choice:
        match filter_.choices:
            case "agencies":
                options = names.agencies
            case "groups":
                options = names.groups
            case "only":
                options = {}
            case found:
                options = found
        chosen: list[str] = getattr(self.asked, filter_.name)
        return Choice(filter_.name, filter_.label, tuple(options.items()), chosen[0] if len(chosen) == 1 else "")

    def kept(self) -> list[tuple[str, str]]:
        """What the filter form carries along: the moment, the order, and filters that came by a link and have no field."""
        own = {each.name for each in self.sheet.filters}
        return [(name, value) for name, value in self.given if name not in own and name != "page"]

    def said(self, names: Names) -> list[tuple[str, str]]:
        """Each filter in words, and the address of the list without it."""
        labels = {each.name: each for each in self.sheet.filters}
        found = []
        for name, values in self.asking.filters.items():
            label = labels[name].label if name in labels else words.code(name.replace("_", "-"))
            known = dict(self._choice(labels[name], names).options) if name in labels else {}
            told = " or ".join(known.get(value, words.code(value)) for value in values)
            only = name in labels and labels[name].choices == "only"
            found.append((label if only else f"{label}: {told}", self.href(without=(name,))))
        return found

    def turning(self, total: int) -> dict[str, Any] | None:
        """The pagination of the Design System; None where all is on one page."""
        pages = -(-total // ON_A_PAGE)
        if pages <= 1:
            return None
        near = sorted({1, self.number - 1, self.number, self.number + 1, pages} & set(range(1, pages + 1)))
        items: list[dict[str, Any]] = []
        for before, number in zip([0, *near], near, strict=False):
            if number > before + 1:
                items.append({"ellipsis": True})
            items.append({"number": number, "current": number == self.number, "href": self._turned(number)})
        told: dict[str, Any] = {"items": items, "landmarkLabel": "Pages of this list"}
        if self.number > 1:
            told["previous"] = {"href": self._turned(self.number - 1)}
        if self.number < pages:
            told["next"] = {"href": self._turned(self.number + 1)}
        return told

    def _turned(self, number: int) -> str:
        return self.href() if number == 1 else self.href(page=number)


def show(request: Request, sheet: Sheet) -> Response:
    """The page of a list."""
    listing = Listing(request, sheet)
    found = listing.page()
    if not found.items and listing.number > 1:
        raise Problem(NOT_FOUND, "This list does not have so many pages.")
    names = names_at(listing.tables, found.as_at, found.as_of)
    rows = [[column.make(item, names) for column in sheet.columns] for item in found.items]
    first = (listing.number - 1) * ON_A_PAGE + 1
    return render(
        request,
        "list.html",
        title=sheet.title,
        crumbs=(HOME, LISTS),
        sheet=sheet,
        listing=listing,
        standing=standing(request, Moment(found.as_at, found.as_of)),
        heads=listing.heads(),
        rows=rows,
        choices=listing.choices(names),
        filters=listing.said(names),
        total=found.total,
        first=first,
        last=first + len(rows) - 1,
        turning=listing.turning(found.total),
        beside=_beside(sheet, found, names),
        downloads=[
            (each.upper(), address(f"{sheet.path}/download/{each}", listing.given, without=("page",)))
            for each in FORMATS
        ],
        in_full=_in_full(listing),
    )


@router.get("/lists")
def lists(request: Request) -> Response:
    """Every list that has a page."""
    rooms = [(room, [each for each in sheets if permitted(request, each.verb)]) for room, sheets in ROOMS.items()]
    return render(
        request,
        "lists.html",
        title="All lists",
        rooms=[(room, sheets) for room, sheets in rooms if sheets],
        standing=standing(request, place_of(request)),
    )


def _beside(sheet: Sheet, found: Answer, names: Names) -> list[list[Cell]]:
    return sheet.beside.rows(found.items, names) if sheet.beside else []


def _in_full(listing: Listing) -> list[tuple[str, str]]:
    """Where the records of a list are in full; of attendance, seat by seat, that is with the meetings."""
    path, given = listing.path, listing.given
    if listing.sheet is ATTENDANCE:
        path, given = MEETINGS.path, [(name, value) for name, value in given if name in {*TIMES, "group"}]
    elif listing.sheet.question.name not in OF_LIST:
        return []
    return [(each.upper(), address(f"{path}/in-full/{each}", given, without=("page", "sort"))) for each in IN_FULL]


def _number(told: str) -> int:
    if not (told.isascii() and told.isdecimal() and len(told) < MOST_DIGITS and int(told)):
        raise Problem(NOT_FOUND, "Pages are numbered from 1.")
    return int(told)


def _routes(sheet: Sheet) -> None:
    def page(request: Request) -> Response:
        return show(request, sheet)

    name = sheet.question.name
    page.takes_several = frozenset(sheet.question.plain)  # type: ignore[attr-defined]
    router.add_api_route(f"/{name}", page, name=f"page of {name}", dependencies=[needs(sheet.verb)])


for _sheet in SHEETS:
    _routes(_sheet)
