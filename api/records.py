"""GET /records/{record}/{reference}: everything recorded of one record, and what of it counts; POST /children."""

import secrets
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import needs, sees
from api.answers import json_answer
from api.asking import Asked, InTime, RecordName, Reference, ledger_of
from api.contract import DAY, INSTANT, OPEN, STATEMENT, TEXT, WHOLE, YES, json_content, many, responses, shape
from api.problems import NOT_FOUND, Problem
from api.waiting import moment_held
from ledger.access.policy import Verb
from ledger.canonical import read
from ledger.domain.children import BYTES, child_reference
from ledger.domain.general import Corrected, StatementAdded, Withdrawn
from ledger.domain.history import Entry, Standing, effective, fold, happened_by, statements
from ledger.entry import leaf_hash
from ledger.projections.as_at import Moment

router = APIRouter(tags=["records"], dependencies=[needs(Verb.READ)])
MOST_CHILDREN = 50

DAYS_LATE = {"type": ["integer", "null"], "minimum": 0}
"""Days from when it happened, or was known, to its recording; null where that says nothing (entered afterwards, a coarse time)."""
AS_IT_COUNTS = shape({"by": many(WHOLE), "time": INSTANT, "timeprecision": TEXT, "data": OPEN})
RECORD_ENTRY = shape(
    {"position": WHOLE, "leaf": TEXT, "sentence": TEXT, "counts": YES, "recorded_late": DAYS_LATE, "entry": OPEN},
    {"as_corrected": AS_IT_COUNTS, "statements": many(STATEMENT)},
)
RESTRICTED = shape({"ground": TEXT, "position": WHOLE}, {"until": TEXT})
HOLD = shape({"position": WHOLE, "authority": TEXT})
RECORD = shape(
    {"record": TEXT, "version": WHOLE, "as_at": WHOLE, "as_of": DAY, "void": YES, "entries": many(RECORD_ENTRY)},
    {"duplicate_of": TEXT, "restricted": RESTRICTED, "holds": many(HOLD)},
)


class HowMany(Asked):
    count: Annotated[int, Field(ge=1, le=MOST_CHILDREN)] = 1


@router.get(
    "/records/{record}/{reference}", summary="One record", responses=responses(404, 422, ok=json_content(RECORD))
)
def record(
    request: Request,
    record: Annotated[RecordName, Path()],
    reference: Annotated[Reference, Path()],
    asked: Annotated[InTime, Query()],
) -> Response:
    """Every entry of a record that tells of a day up to `as_of`, also what was corrected or withdrawn since, and how the record stands."""
    return json_answer(held_record(request, record, reference, asked))


def held_record(request: Request, record: str, reference: str, asked: InTime) -> dict[str, Any]:
    """One record as whoever asks may see it, as JSON values; raises Problem."""
    when = moment_held(request, asked)
    entries = ledger_of(request).record(f"{record}/{reference}", when.as_at)
    if not entries or not sees(request, f"{record}/{reference}"):
        raise Problem(NOT_FOUND, f"No such record was begun by position {when.as_at}.")
    return told_record(entries, when)


def told_record(entries: Sequence[Entry], when: Moment) -> dict[str, Any]:
    """One record as JSON values."""
    counted, beside = {entry.position: entry for entry in effective(entries)}, statements(entries)
    standing = fold(entries)
    told: dict[str, Any] = {
        "record": entries[0].originator_id,
        "version": standing.version,
        "as_at": when.as_at,
        "as_of": when.as_of.isoformat(),
        "void": standing.void,
        "entries": [
            told_entry(entry, counted.get(entry.position), beside.get(entry.position, ()))
            for entry in happened_by(when.as_of, entries)
        ],
    }
    return told | told_standing(standing)


def told_standing(standing: Standing) -> dict[str, Any]:
    """What else is to be known of a record: that it repeats another, is restricted, or held."""
    told: dict[str, Any] = {"duplicate_of": standing.duplicate_of} if standing.duplicate_of else {}
    if (restriction := standing.restriction) is not None:
        until = {"until": restriction.until.isoformat()} if restriction.until else {}
        told["restricted"] = {"ground": restriction.ground, "position": restriction.position} | until
    if standing.holds:
        told["holds"] = [{"position": hold.position, "authority": hold.authority} for hold in standing.holds]
    return told


def told_statement(entry: Entry) -> dict[str, Any]:
    """A statement as it stands beside an entry; its words are opened like any other."""
    told: dict[str, Any] = {"position": entry.position, "sentence": entry.event.sentence()}
    if isinstance(entry.event, StatementAdded):
        told |= {"whose": entry.event.whose} | ({"agency": entry.event.agency} if entry.event.agency else {})
    return told


def told_entry(entry: Entry, as_it_counts: Entry | None, beside: Sequence[Entry] = ()) -> dict[str, Any]:
    """One entry, and beside it what corrections made of it, and the statements. A correction or withdrawal counts by what it does to others."""
    told: dict[str, Any] = {
        "position": entry.position,
        "leaf": leaf_hash(entry.body),
        "sentence": entry.event.sentence(),
        "counts": as_it_counts is not None or isinstance(entry.event, Corrected | Withdrawn),
        "recorded_late": (as_it_counts or entry).recorded_late,
        "entry": read(entry.body),
    }
    if as_it_counts is not None and as_it_counts.corrected_by:
        told["as_corrected"] = {
            "by": list(as_it_counts.corrected_by),
            "time": as_it_counts.time.isoformat(),
            "timeprecision": as_it_counts.timeprecision,
            "data": as_it_counts.event.model_dump(mode="json", exclude_unset=True),
        }
    return told | ({"statements": [told_statement(each) for each in beside]} if beside else {})


@router.post(
    "/children",
    summary="References for children",
    dependencies=[needs(Verb.POST)],
    responses=responses(422, ok=json_content(shape({"children": many(TEXT)}))),
)
def children(asked: Annotated[HowMany, Query()]) -> Response:
    """Fresh references that stand for children. They hold nothing about a child; who is who is kept outside the ledger."""
    return json_answer({"children": [child_reference(secrets.token_bytes(BYTES)) for _ in range(asked.count)]})
