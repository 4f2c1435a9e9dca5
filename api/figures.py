"""GET /figures and /figures/{id}: the published figures, each with its working, as at any position."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.access import counted_for, needs
from api.answers import json_answer
from api.asking import Day, InTime, Nothing, ledger_of
from api.contract import DAY, OPEN, TEXT, WHOLE, json_content, many, responses, shape
from api.problems import BAD_QUERY, NOT_FOUND, Problem
from api.waiting import moment_of
from ledger.access.policy import Verb
from ledger.domain.fields import written_as
from ledger.figures import FIGURES, answers_of
from ledger.figures.answer import Answer, asking
from ledger.figures.period import NotAPeriod, Period
from ledger.figures.so_far import so_far
from ledger.projections.as_at import Moment
from ledger.reports.seen import figures_seen

router = APIRouter(tags=["figures and reports"], dependencies=[needs(Verb.COUNT)])


def _year(value: str) -> str:
    try:
        Period.year(value)
    except NotAPeriod:
        raise PydanticCustomError(
            "year", "this should be a reporting year, 1 April to 31 March, such as 2019-20"
        ) from None
    return value


YEARS = [f"{first}-{(first + 1) % 100:02d}" for first in range(1900, 2099)]
Year = Annotated[str, AfterValidator(_year), WithJsonSchema({"type": "string", "enum": YEARS})]


FigureId = Annotated[
    str, written_as(r"^[A-Za-z0-9.-]{1,120}$", "a figure's id, such as FIG-ACT-OVERDUE; GET /figures lists them")
]


class OfAFigure(InTime):
    year: Annotated[Year | None, Field(description="Over a reporting year.")] = None
    on: Annotated[Day | None, Field(description="On a day. Without a year or a day: that of as_of.")] = None


FIGURE = {"type": "object", "required": ["id", "caption", "value", "unit", "kind", "by", "numerator", "denominator", "definition", "version", "entries"]}  # fmt: skip
OF_FIGURES = shape({"as_at": WHOLE, "as_of": DAY, "period": TEXT, "figures": many(FIGURE)})
OF_CATALOGUE = shape({"figures": many(OPEN)})


@router.get("/figures", summary="The catalogue of figures", responses=responses(422, ok=json_content(OF_CATALOGUE)))
def catalogue(_: Annotated[Nothing, Query()]) -> Response:
    """Every figure this program works out: its definition, unit, version and what it counts by."""
    told = [
        {
            "id": f.id,
            "caption": f.caption,
            "unit": f.unit,
            "kind": f.kind,
            "definition": f.definition,
            "version": f.version,
        }
        for f in FIGURES.values()
    ]
    return json_answer({"figures": told})


@router.get(
    "/figures/{id}", summary="One figure with its working", responses=responses(404, 422, ok=json_content(OF_FIGURES))
)
def figure(
    request: Request,
    id: Annotated[FigureId, Path()],
    asked: Annotated[OfAFigure, Query()],
) -> Response:
    """A figure, or a family of indicators such as `FIG-CONTACT`: value, definition, numerator, denominator and the entries behind it."""
    when, day, period, found = asked_figures(request, id, asked)
    told = {
        "as_at": when.as_at,
        "as_of": day.isoformat(),
        "period": period.name,
        "figures": [each.wire() for each in found],
    }
    return json_answer(told, headers={"as-at": str(when.as_at)})


def asked_figures(request: Request, id: str, asked: OfAFigure) -> tuple[Moment, date, Period, Sequence[Answer]]:
    """The answers of a figure or a family, the moment and day they are of, and their period; raises Problem."""
    if asked.year is not None and asked.on is not None:
        raise Problem(BAD_QUERY, "year and on both say when; give one.", {"faults": []})
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    when = moment_of(request, asked)
    position, period = when.as_at, Period.year(asked.year) if asked.year else Period.day(asked.on or when.as_of)
    try:
        as_of = asked.as_of or (so_far(ledger, period, when) if asked.year else None)
        with asking(tables, ledger.packs(as_at=position), period, position, as_of) as question:
            found = answers_of(id, question)
    except NotAPeriod as before:
        raise Problem(NOT_FOUND, str(before)) from None
    if not found:
        raise Problem(NOT_FOUND, f"There is no such figure, and no dataset states one for {period.name}.")
    sees = counted_for(request)
    return when, question.day, period, found if sees is None else figures_seen(ledger, found, sees)
