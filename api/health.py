"""GET /healthz, /readyz and /status: whether the service lives, can be used, and how far its tables have come."""

from __future__ import annotations

from typing import Annotated, Any

from eventsourcing.persistence import InterfaceError, OperationalError
from fastapi import APIRouter, Query, Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from api.access import needs
from api.answers import json_answer
from api.asking import Nothing, ledger_of
from api.contract import INSTANT, TEXT, WHOLE, YES, json_content, many, responses, shape
from ledger.access.policy import Verb
from ledger.evidence.self_audit import SelfAudit
from ledger.projections.tables import NoTables

router = APIRouter(tags=["running it"], dependencies=[needs(None)])
FAR_BEHIND = 10_000
"""Entries behind which the tables are still being built rather than kept."""

POSITIONS = {"head": WHOLE, "tables": WHOLE, "behind": WHOLE}
READY = shape({"ready": YES}, {**POSITIONS, "trouble": TEXT})
BREAK = shape({"position": WHOLE, "part": TEXT, "what": TEXT, "certain": YES, "first": INSTANT, "last": INSTANT})
AUDIT = shape(
    {"whole": YES, "position": WHOLE, "upto": WHOLE, "passes": WHOLE, "breaks": many(BREAK)},
    {"finished": INSTANT, "entries": WHOLE, "trouble": TEXT},
)
STATUS = shape(
    {**POSITIONS, "version": TEXT, "engine": TEXT, "audit": AUDIT},
    {"recordedtime": INSTANT, "trouble": TEXT, "risk": TEXT, "read_only": TEXT},
)


@router.get(
    "/healthz",
    summary="Alive",
    responses={200: {"description": "Alive", "content": json_content(shape({"alive": YES}))}, **responses(422)},
)
async def healthz(_: Annotated[Nothing, Query()]) -> Response:
    """The process answers."""
    return json_answer({"alive": True})


@router.get(
    "/readyz",
    summary="Ready",
    responses={
        **responses(422, ok=json_content(READY)),
        503: {"description": "Not ready, and why", "content": json_content(READY)},
    },
)
def readyz(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The database answers and the tables follow the ledger."""
    try:
        found = _standing(request)
    except (DBAPIError, OperationalError, InterfaceError):
        return json_answer({"ready": False, "trouble": "The database does not answer."}, 503)
    ready = "trouble" not in found and found["behind"] <= FAR_BEHIND
    return json_answer({"ready": ready, **found}, 200 if ready else 503)


@router.get(
    "/status",
    summary="Where things stand",
    dependencies=[needs(Verb.OPERATE)],
    responses=responses(422, ok=json_content(STATUS)),
)
def status(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The head of the ledger; how far the tables are behind it; `risk`, what a power cut could take, where the database is set up so;
    `read_only`, why nothing is recorded, where that is so; and `audit`, how the ledger's check of itself stands. It is `whole` where nothing wrong was seen since the last whole pass began.
    """
    ledger, risk = ledger_of(request), request.app.state.feed.recorder.risk()
    found = {"recordedtime": ledger.head().recordedtime, "risk": risk, "read_only": ledger.guard.read_only}
    told = {"version": request.app.version, "engine": request.app.state.parts.tables.engine.dialect.name}
    known = {name: value for name, value in found.items() if value}
    return json_answer(_standing(request) | told | known | {"audit": audited(request.app.state.watching.audit)})


def audited(audit: SelfAudit) -> dict[str, Any]:
    """How far the pass at hand has come, when the last whole one ended and over how many entries, and everything that was ever found."""
    state = audit.state
    told: dict[str, Any] = {
        "whole": state.whole,
        "position": state.mark.position,
        "upto": state.upto,
        "passes": state.passes,
    }
    told["breaks"] = [
        vars(known.broken) | {"part": str(known.broken.part), "first": known.first, "last": known.last}
        for known in state.found
    ]
    if state.finished is not None:
        told |= {"finished": state.finished, "entries": state.entries}
    return told | ({"trouble": audit.trouble} if audit.trouble else {})


def _standing(request: Request) -> dict[str, Any]:
    parts, keeper = request.app.state.parts, request.app.state.keeper
    trouble, tables = keeper.trouble, 0
    try:
        state = parts.tables.state()
        tables, trouble = state.position, trouble or state.trouble
    except NoTables:
        trouble = trouble or "The read tables are being built."
    head = ledger_of(request).head().position
    return {"head": head, "tables": tables, "behind": max(0, head - tables)} | ({"trouble": trouble} if trouble else {})
