"""GET and POST /erasures: words are erased when one person asked for it and another confirmed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, get_args

from eventsourcing.persistence import PersistenceError
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Speaker, needs, sees
from api.answers import json_answer
from api.asking import Nothing, ledger_of
from api.contract import TEXT, WHOLE, YES, json_content, many, responses, shape
from api.problems import NOT_AN_EVENT, NOT_ERASED, NOT_FOUND, Problem
from api.words import RECORD, json_body, shaped
from ledger.access.erasing import (
    CONFIRMED,
    Asking,
    Askings,
    NotErased,
    Scope,
    asked,
    batch_of,
    carried_out,
    confirmed,
    copies_of,
    declined,
)
from ledger.access.openings import Opener
from ledger.access.policy import Verb
from ledger.application import Ledger
from ledger.domain.fields import written_as
from ledger.domain.general import ErasureGround, FieldName
from ledger.writer import Writer

router = APIRouter(tags=["the ledger"], dependencies=[needs(Verb.ERASE)])
MOST = 2**31 - 1
FIELD = r"^[a-z][a-z0-9_]{0,59}$"
Number = Annotated[int, Path(ge=1, le=MOST)]
SCOPE = shape({"record": TEXT}, {"entry": WHOLE, "fields": many(TEXT), "following": YES})
ASKING = shape(
    {
        "number": WHOLE,
        "asked": TEXT,
        "by": TEXT,
        "scope": SCOPE,
        "ground": TEXT,
        "upto": WHOLE,
        "state": TEXT,
        "certificates": many(WHOLE),
    },
    {"other": TEXT, "copies": many(shape({"made": TEXT, "kind": TEXT, "place": TEXT, "there": YES}))},
)
POSTED = shape(
    {
        "record": {"type": "string", "pattern": RECORD},
        "ground": {"type": "string", "enum": list(get_args(ErasureGround))},
    },
    {
        "entry": {"type": "integer", "minimum": 1, "maximum": MOST},
        "fields": {"type": "array", "maxItems": 10, "items": {"type": "string", "pattern": FIELD}},
        "following": YES,
    },
)
BODY = {"application/json": {"schema": POSTED}}


class Wanted(BaseModel):
    """What somebody asks to be erased: codes and references only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: Annotated[str, written_as(RECORD, "a record and its reference, such as action/ACT-1")]
    ground: ErasureGround
    entry: Annotated[int, Field(ge=1, le=MOST)] = 0
    fields: Annotated[tuple[FieldName, ...], Field(max_length=10)] = ()
    following: bool = False


@router.get("/erasures", summary="Requests to erase words", responses=responses(403, ok=json_content(many(ASKING))))
def erasures(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Every request there ever was of records that you see, what became of it, and the entries that certify what was erased."""
    return json_answer([each.told() for each in _askings(request).all() if sees(request, each.scope.record)])


@router.post(
    "/erasures",
    summary="Ask for words to be erased",
    status_code=201,
    responses=responses(403, 404, 409, 413, 415, 422, status=201, ok=json_content(ASKING)),
    openapi_extra={"requestBody": {"required": True, "content": BODY}},
)
async def ask(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """One person asks; nothing is erased before another confirms it. `following`: of every record that follows from this one too."""
    wanted = shaped(Wanted, await json_body(request), NOT_AN_EVENT)
    return await asyncio.to_thread(_asked, request, wanted)


@router.post(
    "/erasures/{number}/confirmation",
    summary="Confirm a request",
    responses=responses(403, 404, 409, ok=json_content(ASKING)),
)
async def confirm(request: Request, number: Number, _: Annotated[Nothing, Query()]) -> Response:
    """Another person than the one who asked: the words and their salts are erased, and the answer names the entries that certify it.

    `copies` are the files that this ledger's commands wrote them into: those are for people to find and destroy.
    """
    return await asyncio.to_thread(_confirmed, request, number)


@router.post(
    "/erasures/{number}/refusal",
    summary="Decline a request",
    responses=responses(403, 404, 409, ok=json_content(ASKING)),
)
def decline(request: Request, number: Number, _: Annotated[Nothing, Query()]) -> Response:
    """Answer it with no, or take one's own back; it stays in the list."""
    _seen(request, number)
    with _told():
        return json_answer(declined(_askings(request), number, _person(request)).told())


def _asked(request: Request, wanted: Wanted) -> Response:
    ledger = ledger_of(request)
    if not (ledger.record(wanted.record) and sees(request, wanted.record)):
        raise Problem(NOT_FOUND, "There is no such record.")
    scope = Scope(wanted.record, wanted.entry or None, wanted.fields, wanted.following)
    with _told():
        return json_answer(asked(ledger, _askings(request), _person(request), scope, wanted.ground).told(), 201)


def _confirmed(request: Request, number: int) -> Response:
    ledger, askings = ledger_of(request), _askings(request)
    writer: Writer = request.app.state.writer
    _seen(request, number)
    with _told():
        asking = confirmed(ledger, askings, number, _person(request))
        copies = [each.told() for each in copies_of(ledger, askings, asking)]
        done = carried_out(ledger, askings, asking, writer.submit(batch_of(ledger, asking)).result())
    return json_answer(done.told() | {"copies": copies})


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotErased as error:
        raise Problem(NOT_ERASED, str(error)) from None


def _seen(request: Request, number: int) -> Asking:
    found = next((each for each in _askings(request).all() if each.number == number), None)
    if found is None or not sees(request, found.scope.record):
        raise Problem(NOT_FOUND, "There is no such request.")
    return found


def _person(request: Request) -> Opener:
    speaker: Speaker = request.state.speaker
    return Opener.of(speaker)


def _askings(request: Request) -> Askings:
    found: Askings = request.app.state.askings
    return found


def resume(ledger: Ledger, askings: Askings, writer: Writer) -> None:
    """Carry out what was confirmed and broken off. What the ledger refuses now, a person hears of when they confirm it again."""
    for asking in askings.all():
        if asking.state != CONFIRMED:
            continue
        try:
            carried_out(ledger, askings, asking, writer.submit(batch_of(ledger, asking)).result())
        except (NotErased, PersistenceError) as error:
            logging.getLogger("uvicorn.error").error("erasure %d: %s", asking.number, error)  # noqa: TRY400 - it says all
