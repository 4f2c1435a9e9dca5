"""GET /entries/{position}/words and POST /entries/{position}/openings: what was sealed of an entry, read or opened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from api.access import Speaker, forbidden, needs, sees
from api.answers import json_answer
from api.asking import Nothing, Position, ledger_of
from api.contract import HASH, TEXT, WHOLE, json_content, many, responses, shape
from api.problems import NO_PURPOSE, NOT_FOUND, TOO_LARGE, UNREADABLE, UNSUPPORTED, Kind, Problem, told_faults
from ledger.access.openings import AccessLog, Act, Opener, Opening, Purpose
from ledger.access.policy import Verb
from ledger.access.words import Disclosed, WordsOf, why_not_open, why_not_read, words_of
from ledger.canonical import Unreadable, read
from ledger.domain.fields import written_as
from ledger.domain.history import Entry
from ledger.entry import Fault
from ledger.findings import placed

router = APIRouter(tags=["the ledger"])
MOST_BYTES = 1_024
RECORD = r"^[a-z-]{1,40}/[A-Z0-9-]{1,40}$"
DISCLOSED = shape({"path": TEXT, "text": TEXT, "salt": TEXT, "commitment": HASH})
GONE = shape({"path": TEXT, "certificate": WHOLE})
WORDS = shape({"position": WHOLE, "record": TEXT, "words": many(DISCLOSED), "closed": many(TEXT), "erased": many(GONE)})
OPENED = shape({"opening": WHOLE, "opened": TEXT, "position": WHOLE, "record": TEXT, "words": many(DISCLOSED)})


class Asked(BaseModel):
    """What words are opened for: a code, and if it helps a record of this ledger. There is no place for words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Purpose
    regarding: Annotated[str, written_as(RECORD, "a record and its reference, such as action/ACT-1")] = ""


SCHEMA = shape(
    {"purpose": {"type": "string", "enum": [purpose.value for purpose in Purpose]}},
    {"regarding": {"type": "string", "pattern": RECORD}},
)


@router.get(
    "/entries/{position}/words",
    summary="Its ordinary words",
    responses=responses(403, 404, 422, ok=json_content(WORDS)),
    dependencies=[needs(Verb.READ)],
)
def words(request: Request, position: Annotated[Position, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """The free text of an entry, each with its salt and the commitment that the entry holds in its place.

    SHA-256 over salt and text is the commitment. `closed` are the places whose every opening is logged: POST …/openings.
    `erased` are those whose words are gone, and the entry that certifies it.
    """
    entry = seen_entry(request, position)
    found = read_words(request, entry)
    gone = [{"path": path, "certificate": position} for path, position in sorted(found.erased.items())]
    return json_answer(_told(entry, found.ordinary) | {"closed": [each.path for each in found.logged], "erased": gone})


def read_words(request: Request, entry: Entry) -> WordsOf:
    """What was sealed of an entry, for whoever may read its ordinary words; raises Problem."""
    speaker: Speaker = request.state.speaker
    if speaker is not None and (why := why_not_read(ledger_of(request), speaker, entry)):
        raise forbidden(why)
    return words_of(ledger_of(request), entry)


@router.post(
    "/entries/{position}/openings",
    summary="Open its other words",
    status_code=201,
    responses=responses(403, 404, 413, 415, 422, status=201, ok=json_content(OPENED)),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}}},
    dependencies=[needs(Verb.OPEN)],
)
async def open_(request: Request, position: Annotated[Position, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """The words of an entry whose every opening is logged. Who opened them, when and for what is in the access log before they are sent."""
    asked = shaped(Asked, await json_body(request), NO_PURPOSE)
    return await asyncio.to_thread(_opened, request, position, asked)


def _opened(request: Request, position: int, asked: Asked) -> Response:
    entry, opening, found = opened(request, position, asked)
    return json_answer({"opening": opening.number, "opened": opening.opened} | _told(entry, found.logged), 201)


def opened(request: Request, position: int, asked: Asked) -> tuple[Entry, Opening, WordsOf]:
    """The words of an entry, once their opening stands in the access log; raises Problem."""
    ledger, entry = ledger_of(request), seen_entry(request, position)
    speaker: Speaker = request.state.speaker
    if speaker is not None and (why := why_not_open(ledger, speaker, entry)):
        raise forbidden(why)
    if asked.regarding and not (ledger.record(asked.regarding) and sees(request, asked.regarding)):
        raise Problem(
            NO_PURPOSE, "There is no such record.", told_faults([Fault("/regarding", "not a record of this ledger")])
        )
    found: WordsOf = words_of(ledger, entry)
    if not found.logged:
        raise Problem(
            NOT_FOUND,
            f"Entry {position} has no words whose opening is logged, or none any more; GET …/words has the others, and what was erased.",
        )
    log: AccessLog = request.app.state.openings
    paths = tuple(each.path for each in found.logged)
    act = Act(entry.originator_id, position, paths, asked.purpose, ledger.head().position, asked.regarding or None)
    opening = log.add(Opener.of(speaker), act)
    found = words_of(ledger, entry)  # read after the row was written: what was erased meanwhile is not sent
    if tuple(each.path for each in found.logged) != paths:
        raise Problem(NOT_FOUND, f"Words of entry {position} were erased this moment; nothing was sent. Ask again.")
    return entry, opening, found


M = TypeVar("M", bound=BaseModel)


async def json_body(request: Request) -> Any:
    """A short JSON value; raises Problem."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(UNSUPPORTED, "What is asked here is posted as application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Problem(TOO_LARGE, f"What is asked here has at most {MOST_BYTES} bytes.")
    try:
        return read(body)
    except Unreadable as unreadable:
        raise Problem(UNREADABLE, f"{unreadable}.") from None


def shaped(model: type[M], value: Any, kind: Kind) -> M:
    """What was asked, as a model; raises Problem of a kind that names the members at fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = placed(error, value, frozenset(model.model_fields))
        told = told_faults(Fault(where, message) for where, message in found.items())
        raise Problem(kind, "The faults say which members.", told) from None


def seen_entry(request: Request, position: int) -> Entry:
    """The entry, where whoever asks sees it; raises Problem."""
    ledger = ledger_of(request)
    end = ledger.head().position
    entry = ledger.entry_at(position) if 1 <= position <= end else None
    if entry is None or not sees(request, entry.originator_id):
        raise Problem(NOT_FOUND, f"The ledger ends at position {end}.")
    return entry


def _told(entry: Entry, disclosed: Iterable[Disclosed]) -> dict[str, Any]:
    words = [each.told() for each in disclosed]
    return {"position": entry.position, "record": entry.originator_id, "words": words}
