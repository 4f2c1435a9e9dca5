"""What a stored row says against the bytes of its entry: every column, the hash of what was posted, and the sealed words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ledger import canonical, sealing
from ledger.domain.register import REGISTER
from ledger.entry import MINT, word_places
from ledger.recorders.contract import FullRow, SealedWords

STAMPED = ("recordedtime", "recordversion", "recordedby", "regime", "departures")
"""What the ledger adds to what was posted; it may also set `retrospective`, and mint a reference."""
UNKNOWN_TYPE = "it is of a type this program does not know: written by a later version, or altered"


def faults_of_row(row: FullRow) -> Iterator[str]:
    """Everything in which a row is not what its entry's bytes say, as sentences that repeat nothing stored."""
    try:
        told = json.loads(row.entry.state)
    except ValueError:
        told = None
    if not (isinstance(told, dict) and isinstance(told.get("type"), str) and isinstance(told.get("data"), dict)):
        yield "its bytes are not those of an entry"
        return
    for column, said in _columns(told).items():
        if (row.recordedtime if column == "recordedtime" else getattr(row.entry, column)) != said:
            yield f"its column {column} is not what its bytes say"
    kind = REGISTER.get(told["type"])
    if kind is None:
        yield UNKNOWN_TYPE
        return
    try:
        places = word_places(kind, told["data"])
        if not any(row.entry.content == hashed for hashed in _contents(told, places)):
            yield "the hash of what was posted (content) does not fit its bytes"
    except (LookupError, TypeError, ValueError):
        yield "its bytes are not those of an entry of its type"
        return
    yield from _faults_of_words(told["data"], places, row.words)


def _columns(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "originator_id": told.get("subject"),
        "originator_version": told.get("recordversion"),
        "topic": told.get("type"),
        "source": told.get("source"),
        "id": told.get("id"),
        "recordedtime": told.get("recordedtime"),
    }


def _contents(told: Mapping[str, Any], places: list[sealing.Place]) -> Iterator[bytes]:
    """The hashes of all that may have been posted to become this entry, the likeliest first."""
    posted = {name: value for name, value in told.items() if name not in STAMPED}
    if places:
        posted["data"] = sealing.replaced(posted["data"], dict.fromkeys(places, True))
    yield from map(_hash, _as_posted(posted))
    if told.get("recordversion") == 1:
        record = str(told.get("subject")).partition("/")[0]
        yield from map(_hash, _as_posted(posted | {"subject": f"{record}/{MINT}"}))


def _as_posted(posted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield posted
    if posted.get("retrospective") is True:
        yield {name: value for name, value in posted.items() if name != "retrospective"}
        yield posted | {"retrospective": False}


def _hash(posted: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical.write(posted)).digest()


def _faults_of_words(data: Any, places: list[sealing.Place], words: tuple[SealedWords, ...]) -> Iterator[str]:
    if not places and not words:
        return
    sealed = {sealing.pointer(place): _seal(sealing.look(data, place)) for place in places}
    for kept in words:
        seal = sealed.pop(kept.path, None)
        if seal is None:
            yield f"words are kept for {kept.path}, where it seals none"
        elif sealing.commitment(kept.salt, kept.text) != seal:
            yield f"the words kept for {kept.path} are not those it was recorded with"
    for path in sealed:
        yield f"the words sealed at {path} are not kept any more"


def _seal(found: Any) -> Any:
    return found.get("sealed") if isinstance(found, dict) else None
