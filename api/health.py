"""GET /healthz, /readyz and /status: whether the service lives, can be used, and how far its tables have come."""

from __future__ import annotations

from typing import Annotated, Any

from eventsourcing.persistence import InterfaceError, OperationalError
from fastapi import APIRouter, Query, Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from api.answers import json_answer
from api.asking import Nothing, ledger_of
from api.contract import INSTANT, TEXT, WHOLE, YES, json_content, responses, shape
from ledger.projections.tables import NoTables

router = APIRouter(tags=["running it"])
FAR_BEHIND = 10_000
"""Entries behind which the tables are still being built rather than kept."""

POSITIONS = {"head": WHOLE, "tables": WHOLE, "behind": WHOLE}
READY = shape({"ready": YES}, {**POSITIONS, "trouble": TEXT})
STATUS = shape({**POSITIONS, "version": TEXT, "engine": TEXT}, {"recordedtime": INSTANT, "trouble": TEXT, "risk": TEXT})


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


@router.get("/status", summary="Where things stand", responses=responses(422, ok=json_content(STATUS)))
def status(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The head of the ledger, how far the tables are behind it, and `risk`: what a power cut could take, where the database is set up so."""
    recordedtime, risk = ledger_of(request).head().recordedtime, request.app.state.feed.recorder.risk()
    told = {"version": request.app.version, "engine": request.app.state.parts.tables.engine.dialect.name}
    known = {name: value for name, value in (("recordedtime", recordedtime), ("risk", risk)) if value}
    return json_answer(_standing(request) | told | known)


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
