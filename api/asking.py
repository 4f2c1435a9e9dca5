"""The parameters of questions: strict models that know no other parameter, and the places in time they name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.problems import BAD_QUERY, Problem
from ledger.application import Ledger
from ledger.canonical import GREATEST_INTEGER
from ledger.domain import fields
from ledger.domain.register import RECORDS, REGISTER
from ledger.projections.as_at import ASKED_YEARS, NotAPlaceInTime, read_place

MOST_DIGITS = 16
"""Of a position: as many as 2^53 has."""


class Asked(BaseModel):
    """The query of a question; an unknown parameter is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Asked):
    """A question without parameters."""


def _whole(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdecimal() and len(value) <= MOST_DIGITS):
        raise PydanticCustomError("whole", "this should be a whole number from 0")
    return value


Position = Annotated[int, Field(ge=0, le=GREATEST_INTEGER), BeforeValidator(_whole)]
EntryPosition = Annotated[int, Field(ge=1, le=GREATEST_INTEGER), BeforeValidator(_whole)]
"""Of an entry: 0 is before the first."""
Reference = fields.Reference


def _place(value: str) -> str:
    try:
        read_place(value)
    except NotAPlaceInTime:
        raise PydanticCustomError(
            "place",
            "this should be a position, a day such as 2020-03-31, or an instant with its offset, from 1900 to 2199",
        ) from None
    return value


DAY = {"type": "string", "format": "date", "pattern": f"^{ASKED_YEARS}-[0-9]{{2}}-[0-9]{{2}}$"}
AsAt = Annotated[
    str,
    AfterValidator(_place),
    WithJsonSchema(
        {
            "description": "What the ledger held: up to a position, to the end of a day in London, or to an instant.",
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
                DAY,
                {"type": "string", "format": "date-time", "pattern": f"^{ASKED_YEARS}-"},
            ],
        }
    ),
]


Day = Annotated[
    date, fields.day_text(f"{ASKED_YEARS}-[0-9]{{2}}-[0-9]{{2}}", "day", "1900 to 2199"), WithJsonSchema(DAY)
]


def _record(value: str) -> str:
    if value not in RECORDS:
        raise PydanticCustomError("record", "this should be a kind of record this ledger keeps")
    return value


RecordName = Annotated[str, AfterValidator(_record), WithJsonSchema({"type": "string", "enum": sorted(RECORDS)})]


def _type(value: str) -> str:
    if value not in REGISTER:
        raise PydanticCustomError("type", "this should be an event type; GET /schemas lists them")
    return value


TypeName = Annotated[str, AfterValidator(_type), WithJsonSchema({"type": "string", "enum": sorted(REGISTER)})]


class UpTo(Asked):
    """As at: what the ledger held."""

    as_at: AsAt | None = None
    at_least: Annotated[
        Position | None, Field(description="Wait until this position is in the answer, five seconds at most.")
    ] = None


class InTime(UpTo):
    """As at and as of: what every list, record, history, figure and report takes."""

    as_of: Annotated[
        Day | None,
        Field(
            description="What was true on this day by what the ledger held; without it, the day of as_at, else today, or of a year that is not over the day of the last entry. Of a day to come: if nothing more is recorded."
        ),
    ] = None


async def asked_once(request: Request) -> None:
    """No parameter is given twice, unless it is a filter: which one counts would be a guess."""
    several: frozenset[str] = getattr(request.scope.get("endpoint"), "takes_several", frozenset())
    given = [name for name, _ in request.query_params.multi_items() if name not in several]
    if len(given) > len(set(given)):
        raise Problem(BAD_QUERY, "A parameter is given twice.", {"faults": []})


def ledger_of(request: Request) -> Ledger:
    """The ledger this service stands on."""
    found: Any = request.app.state.parts.ledger
    assert isinstance(found, Ledger)
    return found
