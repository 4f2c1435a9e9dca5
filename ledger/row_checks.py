"""What a stored row says against the bytes of its entry: every column, the hash of what was posted, and the sealed words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ledger import canonical, sealing
from ledger.domain.register import REGISTER
from ledger.entry import MINT, word_places
from ledger.recorders.contract import FullRow, SealedWords

STAMPED = ("recordedtime", "recordversion", "recordedby", "regime", "departures")
"""What the ledger adds to what was posted; it may also set `retrospective`, and mint a reference."""
COLUMNS = {
    "originator_id": "subject",
    "originator_version": "recordversion",
    "topic": "type",
    "source": "source",
    "id": "id",
    "recordedtime": "recordedtime",
}
"""The attribute of the entry that each column repeats."""
UNKNOWN_TYPE = "it is of a type this program does not know: written by a later version, or altered"

_DECODER = msgspec.json.Decoder()


def faults_of_row(row: FullRow) -> Iterator[str]:
    """Everything in which a row is not what its entry's bytes say, as sentences that repeat nothing stored."""
    try:
        told = _DECODER.decode(row.entry.state)
    except msgspec.DecodeError:
        told = None
    if not (isinstance(told, dict) and isinstance(told.get("type"), str) and isinstance(told.get("data"), dict)):
        yield "its bytes are not those of an entry"
        return
    entry = row.entry
    held = (entry.originator_id, entry.originator_version, entry.topic, entry.source, entry.id, row.recordedtime)
    said = tuple(map(told.get, COLUMNS.values()))
    if held != said:
        for column, ours, theirs in zip(COLUMNS, held, said, strict=True):
            if ours != theirs:
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


def _contents(told: Mapping[str, Any], places: list[sealing.Place]) -> Iterator[bytes]:
    """The hashes of all that may have been posted to become this entry, the likeliest first."""
    posted = dict(told)
    for name in STAMPED:
        posted.pop(name, None)
    if places:
        posted["data"] = sealing.replaced(posted["data"], dict.fromkeys(places, True))
    yield _hash(posted)
    alike = [posted]
    if told.get("recordversion") == 1:
        alike.append(posted | {"subject": f"{str(told.get('subject')).partition('/')[0]}/{MINT}"})
        yield _hash(alike[-1])
    if posted.get("retrospective") is True:
        yield from (_hash(other) for each in alike for other in _unmarked(each))


def _unmarked(posted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same, if it was not the sender who said that it was entered afterwards."""
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
