"""GET /incidents/{reference}/history: what was known of an incident at one position, without hindsight."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import needs, sees_of
from api.answers import json_answer
from api.asking import InTime, Position, Reference, ledger_of
from api.contract import DAY, INSTANT, OPEN, STATEMENT, TEXT, WHOLE, YES, json_content, many, responses, shape
from api.problems import NOT_FOUND, Problem
from api.records import AS_IT_COUNTS, DAYS_LATE, HOLD, RESTRICTED, told_entry, told_standing
from api.waiting import moment_of
from ledger.access.policy import Verb
from ledger.clock import spelled
from ledger.domain.history import Entry, effective, fold, happened_by, statements
from ledger.histories import INCIDENT, History, history
from ledger.projections.as_at import Moment
from ledger.projections.links import links_to

router = APIRouter(tags=["records"], dependencies=[needs(Verb.READ)])

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
        "recorded_late": DAYS_LATE,
        "record": TEXT,
        "time": INSTANT,
        "recordedtime": INSTANT,
        "departures": many(TEXT),
        "entry": OPEN,
    },
    {"as_corrected": AS_IT_COUNTS, "statements": many(STATEMENT)},
)
HISTORY = shape(
    {
        "incident": TEXT,
        "as_at": WHOLE,
        "as_of": DAY,
        "records": many(OF_RECORD),
        "entries": many(OF_ENTRY),
        "elsewhere": many(TEXT),
    }
)


class When(InTime):
    before: Annotated[
        Position | None,
        Field(description="Exactly what was recorded before this position; with as_at, the earlier of both."),
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
    return json_answer(told_history(reference, *held_history(request, reference, when)))


def held_history(request: Request, reference: str, when: When) -> tuple[Moment, History]:
    """The history of an incident as whoever asks may see it, and the moment it is of; raises Problem."""
    ledger, tables = ledger_of(request), request.app.state.parts.tables
    asked = moment_of(request, when)
    if when.before is not None:
        last = min(max(0, when.before - 1), ledger.head().position)
        before = moment_of(request, when.model_copy(update={"as_at": str(last)}))
        asked = before if when.as_at is None or before.as_at < asked.as_at else asked
    as_at = asked.as_at
    found = history(
        [f"{INCIDENT}/{reference}"],
        lambda names: links_to(tables, names, as_at),
        lambda names: ledger.records(names, as_at),
    )
    found = found.seen_by(sees_of(request))
    if f"{INCIDENT}/{reference}" not in found.joined:
        raise Problem(NOT_FOUND, f"No such incident was begun by position {as_at}.")
    return asked, found


def told_history(reference: str, when: Moment, found: History) -> dict[str, Any]:
    """A history as JSON values."""
    told_of = {name: happened_by(when.as_of, entries) for name, entries in found.records.items()}
    shown = {entry.position for entries in told_of.values() for entry in entries}
    counted = {entry.position: entry for entries in found.records.values() for entry in effective(entries)}
    beside = {at: each for entries in found.records.values() for at, each in statements(entries).items()}
    return {
        "incident": f"{INCIDENT}/{reference}",
        "as_at": when.as_at,
        "as_of": when.as_of.isoformat(),
        "records": [_told_record(name, found) for name in found.joined if told_of[name]],
        "entries": [
            _told_entry(entry, counted.get(entry.position), beside.get(entry.position, ()))
            for entry in found.entries
            if entry.position in shown
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
