"""GET /entries and /entries/{position}: the ledger itself, in order."""

import json
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import admitted, needs, sees, sight_of
from api.answers import accepts, link_header, next_link, streamed
from api.asking import AsAt, Asked, Nothing, Position, RecordName, Reference, TypeName, UpTo, ledger_of
from api.contract import ENTRIES, ENTRY, NDJSON, PROOF, SSE, responses
from api.feed import Feed, Filter, told
from api.problems import NOT_FOUND, Problem
from api.records import told_statement
from api.streams import events
from api.waiting import moment_held
from ledger.access.policy import Verb
from ledger.application import Ledger
from ledger.domain.fields import written_as
from ledger.domain.history import statements
from ledger.entry import Source
from ledger.recorders.contract import StoredEntry

router = APIRouter(tags=["the ledger"], dependencies=[needs(Verb.READ)])
LIMIT = 100
MOST = 1_000


class Wanted(Asked):
    """Which entries of the feed. A page may hold fewer than `limit`, even none, and still go on: follow its Link header."""

    after: Annotated[Position, Field(description="Only entries after this position.")] = 0
    limit: Annotated[int | None, Field(ge=1, le=MOST, description=f"At most so many; a page has {LIMIT}.")] = None
    since: Annotated[Position | None, Field(description="No entry before this position.")] = None
    until: Annotated[Position | None, Field(description="No entry after this position.")] = None
    as_at: Annotated[AsAt | None, Field(description="Nothing that was recorded after this moment.")] = None
    record: Annotated[RecordName | None, Field(description="Only entries of this kind of record.")] = None
    reference: Annotated[Reference | None, Field(description="Together with record: one record's entries.")] = None
    subject: Annotated[
        str | None,
        written_as(r"^[a-z-]{1,40}/[A-Z0-9-]{1,40}$", "a record and its reference, such as action/ACT-1"),
        Field(description="One record, as record/reference in one."),
    ] = None
    type: Annotated[TypeName | None, Field(description="Only entries of this event type.")] = None
    source: Annotated[Source | None, Field(description="Only what this source posted.")] = None

    def filter(self, request: Request) -> Filter:
        """The filter meant: an entry must fit everything that is given, and be there for whoever asks to see."""
        seen = sight_of(request)
        return Filter(
            self.subject, self.record, self.reference, self.type, self.source, None if seen is None else seen.sees
        )

    @property
    def start(self) -> int:
        return max(self.after, (self.since or 1) - 1)


@router.get("/entries", summary="The feed", responses=responses(404, 422, ok={**ENTRIES, **NDJSON, **SSE}))
def entries(
    request: Request,
    wanted: Annotated[Wanted, Query()],
    last_event_id: Annotated[Position | None, Header(description="Where a broken event stream goes on.")] = None,
) -> Response:
    """Entries in order of position, as JSON; as one stored entry a line (application/x-ndjson); or as server-sent events, live."""
    feed = request.app.state.feed
    match accepts(request, "text/event-stream", "application/x-ndjson"):
        case "text/event-stream":
            start = wanted.start if last_event_id is None else max(wanted.start, last_event_id)
            until = wanted.until if wanted.as_at is None else _end(request, wanted.filter(request), wanted)
            wanted.filter(request)  # while there is a status to tell that this cannot be known yet
            frames = events(feed, request.app.state.tide, lambda: _still(request, wanted), start, until)
            return streamed(request, frames, "text/event-stream")
        case "application/x-ndjson":
            chosen = wanted.filter(request)
            upto = _end(request, chosen, wanted)
            pages = feed.pages(chosen, wanted.start, upto, wanted.limit)
            lines = (b"".join(entry.state + b"\n" for entry in page) for page in pages)
            return streamed(request, lines, "application/x-ndjson")
        case _:
            return _page(request, feed, wanted.filter(request), wanted)


def _still(request: Request, wanted: Wanted) -> Filter:
    """What a stream goes on showing, while its reader's key or token is good; raises Problem after that."""
    admitted(request)
    return wanted.filter(request)


def _page(request: Request, feed: Feed, chosen: Filter, wanted: Wanted) -> Response:
    page = feed.page(chosen, wanted.start, _end(request, chosen, wanted), wanted.limit or LIMIT)
    headers, following = {}, b""
    if page.goes_on:
        address = next_link(request, after=page.looked_up_to)
        headers, following = link_header(address), b',"next":"%b"' % address.encode()
    body = b'{"entries":[%b],"looked_up_to":%d%b}' % (b",".join(map(told, page.entries)), page.looked_up_to, following)
    return Response(body, 200, headers, "application/json")


def _end(request: Request, chosen: Filter, wanted: Wanted) -> int:
    feed: Feed = request.app.state.feed
    upto = min(moment_held(request, UpTo(as_at=wanted.as_at)).as_at, feed.end(chosen))
    return upto if wanted.until is None else min(wanted.until, upto)


@router.get("/entries/{position}/receipt", summary="Its receipt", responses=responses(404, 422, ok=PROOF))
def receipt(request: Request, position: Annotated[Position, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """The receipt of an entry as it was first signed: C2SP tlog-proof text, which carries the entry's exact bytes and is checked offline."""
    ledger = ledger_of(request)
    if _stored(request, position) is None:
        raise _beyond(ledger)
    found = ledger.prove(position)
    if found is None:
        raise Problem(NOT_FOUND, f"Nothing that covers entry {position} was signed yet.")
    name = {"content-disposition": f'attachment; filename="entry-{position}.tlog-proof"'}
    return Response(found.to_bytes(), 200, name, "text/plain; charset=utf-8")


@router.get("/entries/{position}", summary="One entry", responses=responses(404, 422, ok=ENTRY))
def entry(request: Request, position: Annotated[Position, Path()], _: Annotated[Nothing, Query()]) -> Response:
    """One entry: its stored bytes as they are, its leaf hash, a sentence that tells it, and the statements set beside it since."""
    found = _stored(request, position)
    if found is None:
        raise _beyond(ledger_of(request))
    beside = statements(ledger_of(request).record(found.originator_id)).get(position, [])
    body = told(found)
    if beside:
        body = b'%b,"statements":%b}' % (body[:-1], json.dumps([told_statement(each) for each in beside]).encode())
    return Response(body, media_type="application/json")


def _stored(request: Request, position: int) -> StoredEntry | None:
    """The entry, if there is one that whoever asks sees."""
    found: StoredEntry | None = request.app.state.feed.recorder.entry(position)
    return found if found is not None and sees(request, found.originator_id) else None


def _beyond(ledger: Ledger) -> Problem:
    return Problem(NOT_FOUND, f"The ledger ends at position {ledger.head().position}.")
