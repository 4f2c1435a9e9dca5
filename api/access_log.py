"""GET /access-log: who opened which words and for what; and what whoever decided had opened before."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import needs
from api.answers import accepts, csv_answer, json_answer, link_header, next_link
from api.asking import Asked, Position, Reference, UpTo, ledger_of
from api.contract import CSV, HASH, INSTANT, TEXT, WHOLE, json_content, many, responses, shape
from api.problems import NOT_FOUND, Problem
from api.waiting import moment_of
from ledger.access.deciding import Prepared, prepared
from ledger.access.openings import AccessLog, Opening, Sought, span
from ledger.access.policy import Verb
from ledger.domain.fields import Day, written_as
from ledger.projections.replay import NotADecision

router = APIRouter(tags=["the access log"], dependencies=[needs(Verb.AUDIT)])
LIMIT = 100
MOST = 1_000

OPENING = shape(
    {
        "number": WHOLE, "opened": INSTANT, "subject": TEXT, "role": TEXT, "agency": TEXT, "purpose": TEXT, "record": TEXT, "position": WHOLE,
        "paths": TEXT, "held": WHOLE, "previous": HASH, "hash": HASH,
    },
    {"regarding": TEXT},
)  # fmt: skip
DECIDER = shape({"agency": TEXT, "openings": many(WHOLE)})
DECIDED = shape({"position": WHOLE, "records": many(TEXT), "deciders": many(DECIDER)})
END = shape({"number": WHOLE, "hash": HASH})
LOG = shape({"end": END, "openings": many(OPENING)}, {"next": TEXT, "decision": DECIDED})


class Wanted(Asked):
    """Which rows: all that is given must fit."""

    record: Annotated[
        str | None,
        written_as(r"^[a-z-]{1,40}/[A-Z0-9-]{1,40}$", "a record and its reference, such as incident/INC-1"),
        Field(description="Only of this record, as record/reference."),
    ] = None
    entry: Annotated[Position | None, Field(description="Only of the entry at this position.")] = None
    principal: Annotated[
        str | None,
        written_as(r"^[^\x00-\x1f]{1,300}$", "one line of at most 300 characters"),
        Field(description="Only what this speaker opened, as `subject` has it."),
    ] = None
    agency: Annotated[Reference | None, Field(description="Only what speakers of this agency opened.")] = None
    opened_from: Annotated[Day | None, Field(description="No opening before this day.")] = None
    opened_to: Annotated[Day | None, Field(description="No opening after this day.")] = None
    before: Annotated[
        Position | None, Field(description="Only what was opened before the ledger reached this position.")
    ] = None
    decision: Annotated[
        Position | None,
        Field(description="Of the records that the decision at this position rests on, before it."),
    ] = None
    after: Annotated[Position, Field(description="Only rows after this number.")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST, description="At most so many on a page.")] = LIMIT
    format: Annotated[Literal["json", "csv"] | None, Field(description="Without it, by the Accept header.")] = None

    @property
    def sought(self) -> Sought:
        """One row more than a page has, so that it is known whether there is another page."""
        since, until = span(self.opened_from, self.opened_to)
        records = None if self.record is None else frozenset({self.record})
        limit = self.limit + 1
        return Sought(records, self.entry, self.principal, self.agency, since, until, self.before, self.after, limit)


@router.get("/access-log", summary="Who opened what", responses=responses(404, 422, ok={**json_content(LOG), **CSV}))
def access_log(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
    """Openings of words, in order, each with the hash of the row before it; `end` is the last row there is.

    Keep `end`: `ledger access-log --verify --kept NUMBER:HASH` tells later whether any row up to it was changed or removed. With
    `decision`: every agency that took part in it, and the numbers of the rows that are its own, also where there are none.
    """
    told = asked_log(request, wanted)
    headers = link_header(told["next"]) if "next" in told else {}
    if wanted.format == "csv" or (
        wanted.format is None and accepts(request, "application/json", "text/csv") == "text/csv"
    ):
        return csv_answer(Opening._fields, told["openings"], headers)
    return json_answer(told, headers=headers)


def asked_log(request: Request, wanted: Wanted) -> dict[str, Any]:
    """A page of the log as JSON values, what of it bears on a decision, and where it goes on; raises Problem."""
    log: AccessLog = request.app.state.openings
    of = None if wanted.decision is None else _prepared(request, log, wanted.decision)
    found = log.sought(wanted.sought if of is None else of.narrowed(wanted.sought))
    page = found[: wanted.limit]
    told: dict[str, Any] = {"end": log.end()._asdict(), "openings": [_told(each) for each in page]}
    if of is not None:
        told["decision"] = of.told()
    if len(found) > len(page):
        told["next"] = next_link(request, after=page[-1].number)
    return told


def _prepared(request: Request, log: AccessLog, position: int) -> Prepared:
    ledger = ledger_of(request)
    if position <= ledger.head().position:
        moment_of(request, UpTo(at_least=position))
    try:
        return prepared(ledger, request.app.state.parts.tables, log, position)
    except NotADecision as none:
        raise Problem(NOT_FOUND, str(none)) from None


def _told(opening: Opening) -> dict[str, Any]:
    return {name: value for name, value in opening._asdict().items() if value is not None}
