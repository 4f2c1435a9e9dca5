"""GET /incidents/{reference}/history: what was known of an incident at one position, without hindsight."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.answers import json_answer
from api.asking import AsAt, Asked, Position, Reference, ledger_of
from api.contract import INSTANT, OPEN, STATEMENT, TEXT, WHOLE, YES, json_content, many, responses, shape
from api.problems import NOT_FOUND, Problem
from api.records import AS_IT_COUNTS, HOLD, RESTRICTED, told_entry, told_standing
from api.waiting import answered_at
from ledger.clock import spelled
from ledger.domain.history import Entry, effective, fold, statements
from ledger.histories import INCIDENT, History, history
from ledger.projections.links import links_to

router = APIRouter(tags=["records"])

OF_RECORD = shape(
    {"record": TEXT, "joined": WHOLE, "version": WHOLE, "void": YES},
    {"duplicate_of": TEXT, "restricted": RESTRICTED, "holds": many(HOLD)},
)
OF_ENTRY = shape(
    {
        "position": WHOLE,
        "leaf": TEXT,
        "sentence": TEXT,
        "counts": YES,
        "record": TEXT,
        "time": INSTANT,
        "recordedtime": INSTANT,
        "departures": many(TEXT),
        "entry": OPEN,
    },
    {"as_corrected": AS_IT_COUNTS, "statements": many(STATEMENT)},
)
HISTORY = shape(
    {"incident": TEXT, "as_at": WHOLE, "records": many(OF_RECORD), "entries": many(OF_ENTRY), "elsewhere": many(TEXT)}
)


class When(Asked):
    before: Annotated[
        Position | None,
        Field(description="Exactly what was recorded before this position; with as_at, the earlier of both."),
    ] = None
    as_at: AsAt | None = None
    at_least: Annotated[
        Position | None, Field(description="Wait until this position is in the answer, five seconds at most.")
    ] = None


@router.get(
    "/incidents/{reference}/history",
    summary="The history of an incident",
    responses=responses(404, 422, ok=json_content(HISTORY)),
)
def incident_history(
    request: Request, reference: Annotated[Reference, Path()], when: Annotated[When, Query()]
) -> Response:
    """Everything recorded of an incident and of the records that cite it, in order, as the ledger held it at one position.

    Other incidents that share a record with it are named in `elsewhere`, and not shown.
    """
    as_at = answered_at(request, when.as_at)
    if when.before is not None:
        head = ledger_of(request).head().position
        before = answered_at(request, str(min(max(0, when.before - 1), head)))
        as_at = before if when.as_at is None else min(before, as_at)
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    found = history(
        [f"{INCIDENT}/{reference}"],
        lambda names: links_to(tables, names, as_at),
        lambda names: ledger.records(names, as_at),
    )
    if not found.joined:
        raise Problem(NOT_FOUND, f"No such incident was begun by position {as_at}.")
    return json_answer(told_history(reference, as_at, found))


def told_history(reference: str, as_at: int, found: History) -> dict[str, Any]:
    """A history as JSON values."""
    counted = {entry.position: entry for entries in found.records.values() for entry in effective(entries)}
    beside = {at: each for entries in found.records.values() for at, each in statements(entries).items()}
    return {
        "incident": f"{INCIDENT}/{reference}",
        "as_at": as_at,
        "records": [_told_record(name, found) for name in found.joined],
        "entries": [
            _told_entry(entry, counted.get(entry.position), beside.get(entry.position, ())) for entry in found.entries
        ],
        "elsewhere": list(found.elsewhere),
    }


def _told_record(name: str, found: History) -> dict[str, Any]:
    standing = fold(found.records[name])
    told = {"record": name, "joined": found.joined[name], "version": standing.version, "void": standing.void}
    return told | told_standing(standing)


def _told_entry(entry: Entry, as_it_counts: Entry | None, beside: Sequence[Entry]) -> dict[str, Any]:
    times = {"time": entry.time.isoformat(), "recordedtime": spelled(entry.recordedtime)}
    extra = {"record": entry.originator_id, **times, "departures": list(entry.departures)}
    return told_entry(entry, as_it_counts, beside) | extra
