"""GET /decisions/{position}: one decision replayed without hindsight, with the hash that no later entry changes."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import needs, sees_of
from api.answers import json_answer
from api.asking import Position, UpTo, ledger_of
from api.contract import HASH, OPEN, TEXT, WHOLE, json_content, many, responses, shape
from api.problems import NOT_FOUND, Problem
from api.waiting import moment_of
from ledger.access.policy import Verb
from ledger.projections.aloud import wire
from ledger.projections.replay import NotADecision, Replay, replay

router = APIRouter(tags=["records"], dependencies=[needs(Verb.READ)])

PART = shape({"heading": TEXT, "sentences": many(TEXT)})
THEN = shape({"decision": OPEN, "cases": many(TEXT), "entries": many(OPEN), "positions": many(OPEN), "clocks": many(OPEN), "packs": many(OPEN)})  # fmt: skip
LATER = shape({"as_at": WHOLE, "recorded_later": many(OPEN), "amended": many(OPEN), "after": many(OPEN)})
REPLAY = shape({"position": WHOLE, "sha256": HASH, "then": THEN, "later": LATER, "aloud": many(PART)})


@router.get(
    "/decisions/{position}", summary="A decision replayed", responses=responses(404, 422, ok=json_content(REPLAY))
)
def decision(request: Request, position: Annotated[Position, Path()], asked: Annotated[UpTo, Query()]) -> Response:
    """A decision as it stood when it was taken, without hindsight; and apart from that what came later, up to `as_at`.

    `then` is what had been recorded of its cases before it, where the agencies stood, how the clocks stood that day and which
    packs were in force; `sha256` is that of its canonical bytes (RFC 8785), and no later entry changes it. `later` has what had
    happened already and was recorded only afterwards, what was changed of what had been recorded, and the rest. `aloud` says
    all of it in sentences.
    """
    found = replayed(request, position, asked)
    return json_answer(wire(found), headers={"as-at": str(found.as_at)})


def replayed(request: Request, position: int, asked: UpTo) -> Replay:
    """The decision as whoever asks may see it; raises Problem."""
    ledger = ledger_of(request)
    stored = request.app.state.feed.recorder.entry(position)
    sees = sees_of(request)
    if stored is not None and not sees(stored.originator_id):
        raise _none(position)
    if asked.as_at is None and position <= ledger.head().position:
        asked = asked.model_copy(update={"at_least": max(position, asked.at_least or 0)})
    as_at = moment_of(request, asked).as_at
    try:
        found = replay(ledger, request.app.state.parts.tables, position, as_at)
    except NotADecision as none:
        raise Problem(NOT_FOUND, f"{none} GET /decisions lists them.") from None
    if not all(map(sees, found.names)):
        raise _none(position)
    return found.seen_by(sees)


def _none(position: int) -> Problem:
    return Problem(NOT_FOUND, f"There is no decision at position {position}. GET /decisions lists them.")
