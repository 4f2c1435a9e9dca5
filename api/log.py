"""GET /log/…: the log as C2SP tlog-tiles has it, proofs of any two sizes, and the keys that sign it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.access import needs
from api.answers import json_answer
from api.asking import Asked, EntryPosition, Nothing, Position, ledger_of
from api.contract import HASH, TEXT, WHOLE, YES, json_content, many, responses, shape
from api.problems import BAD_QUERY, NOT_FOUND, Problem
from ledger.access.policy import Verb
from ledger.evidence.witnessing import Cosignatures
from ledger.log.verdict import Malformed, sentence
from ledger.receipts import told_keys

router = APIRouter(prefix="/log", tags=["the log"], dependencies=[needs(Verb.PROVE)])
FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}
"""What is served at a tile's path never changes. It is kept by whoever asked, not by caches on the way: entries are not for everybody."""
PLAIN = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"

T = TypeVar("T")
TileNumber = Annotated[
    str,
    StringConstraints(pattern=r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?$"),
    Path(examples=["x001/x234/067", "000.p/5"]),
]
TileLevel = Annotated[str, StringConstraints(pattern=r"^([0-9]|[1-5][0-9]|6[0-3])$"), Path(examples=["0"])]
TILE = {BYTES: {"schema": {"type": "string", "format": "binary"}}}
NOTE = {PLAIN: {"schema": TEXT}}
PATH_OF_HASHES = many(HASH)
INCLUSION = shape({"index": WHOLE, "size": WHOLE, "leaf": HASH, "inclusion": PATH_OF_HASHES}, {"checkpoint": TEXT})
CONSISTENCY = shape({"old": WHOLE, "new": WHOLE, "consistency": PATH_OF_HASHES}, {"checkpoint": TEXT})
KEYS = shape({"keys": many(shape({"key": TEXT, "signs": YES}))}, {"origin": TEXT})


class Standing(Asked):
    """Which entry, by its position (from 1) or its leaf's index (from 0), in the tree of the first `size` entries: of all, unless told."""

    position: EntryPosition | None = None
    index: Position | None = None
    size: Position | None = None


class Between(Asked):
    """Two sizes of the tree: `new` is the present one, unless told."""

    old: Position
    new: Position | None = None


class Covering(Asked):
    """Which checkpoint: the last one, or the first over a `position` (from 1); with `agreed` only among those that are."""

    agreed: bool = False
    position: EntryPosition | None = None


@router.get("/checkpoint", summary="The signed checkpoint", responses=responses(404, 422, ok=NOTE))
def checkpoint(request: Request, wanted: Annotated[Covering, Query()]) -> Response:
    """What the log says of itself: a C2SP tlog-checkpoint, with the cosignatures of witnesses so far. It is the last one, or the
    first that covers a `position`; with `agreed` only those count that enough witnesses cosigned (`/log/witnesses`).
    """
    cosignatures: Cosignatures = request.app.state.watching.cosignatures
    if not wanted.agreed:
        note = cosignatures.latest() if wanted.position is None else cosignatures.covering(wanted.position)
    elif wanted.position is None:
        note = cosignatures.note(cosignatures.agreed_size())
    else:
        note = cosignatures.agreed(wanted.position)
    if note is None and wanted.agreed:
        raise Problem(NOT_FOUND, "No such checkpoint is agreed yet; /log/witnesses says who has cosigned how much.")
    if note is None:
        raise Problem(NOT_FOUND, "Nothing is signed over that yet: the first checkpoint comes with the first entry.")
    return Response(note.to_bytes(), media_type=PLAIN)


@router.get(
    "/tile/entries/{number:path}",
    summary="A bundle of entries",
    dependencies=[needs(Verb.EXPORT)],
    responses=responses(404, 422, ok=TILE),
)
def bundle(request: Request, number: TileNumber, _: Annotated[Nothing, Query()]) -> Response:
    """Up to 256 entries, each after its length in two bytes, at its C2SP tlog-tiles path."""
    return _tile(request, f"tile/entries/{number}")


@router.get("/tile/{level}/{number:path}", summary="A tile of hashes", responses=responses(404, 422, ok=TILE))
def tile(request: Request, level: TileLevel, number: TileNumber, _: Annotated[Nothing, Query()]) -> Response:
    """Up to 256 hashes of the tree, of 32 bytes each, at their C2SP tlog-tiles path."""
    return _tile(request, f"tile/{level}/{number}")


def _tile(request: Request, path: str) -> Response:
    return Response(_held(lambda: ledger_of(request).tile(path)), 200, FOR_EVER, BYTES)


@router.get("/proof/inclusion", summary="An inclusion proof", responses=responses(404, 422, ok=json_content(INCLUSION)))
def inclusion(request: Request, wanted: Annotated[Standing, Query()]) -> Response:
    """The hashes that lead from an entry's leaf to the root (RFC 9162 section 2.1.3), and what was signed at that size, if anything was."""
    ledger = ledger_of(request)
    if (wanted.position is None) is (wanted.index is None):
        raise Problem(BAD_QUERY, "Name the entry by `position` or by `index`, and not by both.", {"faults": []})
    index = wanted.index if wanted.position is None else wanted.position - 1
    assert index is not None
    size = ledger.head().position if wanted.size is None else wanted.size
    path = _held(lambda: ledger.inclusion(index, size))
    told = {"index": index, "size": size, "leaf": ledger.leaf(index), "inclusion": [item.hex() for item in path]}
    return json_answer(told | _signed(request, size))


@router.get(
    "/proof/consistency", summary="A consistency proof", responses=responses(404, 422, ok=json_content(CONSISTENCY))
)
def consistency(request: Request, wanted: Annotated[Between, Query()]) -> Response:
    """The hashes that show that one tree begins another (RFC 9162 section 2.1.4), and what was signed at the new size, if anything was."""
    ledger = ledger_of(request)
    new = ledger.head().position if wanted.new is None else wanted.new
    proof = _held(lambda: ledger.consistency(wanted.old, new))
    told = {"old": wanted.old, "new": new, "consistency": [item.hex() for item in proof]}
    return json_answer(told | _signed(request, new))


@router.get("/keys", summary="The keys of the log", responses=responses(422, ok=json_content(KEYS)))
def keys(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Every public key that signs or has signed this log, the newest first. Ask somebody else too: a key you were given only here proves little."""
    return json_answer(told_keys(ledger_of(request)))


def _signed(request: Request, size: int) -> dict[str, str]:
    note = ledger_of(request).checkpoint(size)
    return {} if note is None else {"checkpoint": note.decode()}


def _held(ask: Callable[[], T]) -> T:
    """What the ledger answers; Problem where it does not reach so far, or no tree could."""
    try:
        return ask()
    except (LookupError, Malformed) as error:
        raise Problem(NOT_FOUND, sentence(error)) from None
