"""What a stored row says against the bytes of its entry: every column, the hash of what was posted, and the sealed words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from ledger import sealing
from ledger.domain.register import REGISTER
from ledger.entry import MINT, word_places
from ledger.recorders.contract import FullRow
from ledger.vault import LockedWords, Vault, VaultBroken, VaultClosed

COLUMNS = ("originator_id", "originator_version", "topic", "source", "id", "recordedtime")
"""The columns that each repeat an attribute of the entry: subject, recordversion, type, source, id and recordedtime."""
UNKNOWN_KEY = "its words are locked with a key of the vault that is not given: they were not checked"
UNKNOWN_TYPE = "it is of a type this program does not know: written by a later version, or altered"


class _Told(msgspec.Struct, kw_only=True, gc=False):
    """Of what an entry's bytes say, what columns and words are held against."""

    subject: str = ""
    recordversion: int = 0
    type: str
    source: str | None = None
    id: str | None = None
    recordedtime: str = ""
    departures: str | None = None
    retrospective: bool | None = None
    data: dict[str, Any]


_DECODER = msgspec.json.Decoder(_Told)


def faults_of_row(row: FullRow, vault: Vault | None, erased: Collection[str] = ()) -> Iterator[str]:
    """Everything in which a row is not what its entry's bytes say, as sentences that repeat nothing stored.

    `erased`: the places whose words a certificate says are gone. Without the vault words are not opened: it is seen only whether they are kept where the entry seals them.
    """
    entry = row.entry
    try:
        told = _DECODER.decode(entry.state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        yield "its bytes are not those of an entry"
        return
    held = (entry.originator_id, entry.originator_version, entry.topic, entry.source, entry.id, row.recordedtime)
    said = (told.subject, told.recordversion, told.type, told.source, told.id, told.recordedtime)
    if held != said:
        for column, ours, theirs in zip(COLUMNS, held, said, strict=True):
            if ours != theirs:
                yield f"its column {column} is not what its bytes say"
    if told.type not in REGISTER:
        yield UNKNOWN_TYPE
        return
    try:
        seals = _seals(told)
    except (LookupError, TypeError):
        yield "its bytes are not those of an entry of its type"
        return
    if not any(entry.content == each for each in _contents(entry.state, told, seals.values())):
        yield "the hash of what was posted (content) does not fit its bytes"
    if seals or row.words:
        yield from _faults_of_words(seals, row.words, vault, erased)


def contents(state: bytes) -> tuple[bytes, ...]:
    """The SHA-256 of each text that may have been posted to become an entry of these bytes: first the one that says the least.

    They differ in what the ledger may have put in: a minted reference, the mark of history entered afterwards.
    """
    return tuple(_contents(state, _DECODER.decode(state), sealed_at(state).values()))


def sealed_at(state: bytes) -> dict[str, str]:
    """The commitments in an entry's bytes, by the JSON pointer of the words that they stand for."""
    return {sealing.pointer(place): seal for place, seal in _seals(_DECODER.decode(state)).items()}


def _seals(told: _Told) -> dict[sealing.Place, str]:
    places = word_places(REGISTER[told.type], told.data)
    return {place: sealing.look(told.data, place)["sealed"] for place in places}


def _contents(state: bytes, told: _Told, seals: Iterable[str]) -> Iterator[bytes]:
    """The hashes of anything that may have been posted to become this entry: its own bytes without the stamp.

    Members stand in order of their names: `data` comes first, and behind it nothing but text, in which a quotation mark is escaped,
    so that the last place where a name stands is the member of the entry.
    """
    begin, end = state.rfind(b',"recordedby":'), state.rfind(b',"source":')
    before, after = state[:begin], state[end:]
    if told.departures is not None:
        before = before[: before.rfind(b',"departures":')] + before[before.rfind(b',"id":') :]
    for seal in seals:
        before = before.replace(f'{{"sealed":"{seal}"}}'.encode(), b"true")
    endings = [after]
    if told.recordversion == 1:
        subject = told.subject.encode()
        endings.append(after.replace(b'"%b"' % subject, b'"%b/%b"' % (subject.partition(b"/")[0], MINT.encode()), 1))
    for mark in _MARKS[told.retrospective]:
        for ending in endings:
            yield sha256(before + mark + ending).digest()


_MARK, _NO_MARK = b',"retrospective":true', b',"retrospective":false'
_MARKS = {None: (b"",), False: (_NO_MARK,), True: (b"", _MARK, _NO_MARK)}
"""What may have been posted of being entered afterwards, by what the entry says: the ledger marks what did not say so itself."""


def _faults_of_words(
    seals: Mapping[sealing.Place, str], words: tuple[LockedWords, ...], vault: Vault | None, erased: Collection[str]
) -> Iterator[str]:
    sealed = {sealing.pointer(place): seal for place, seal in seals.items()}
    for kept in words:
        seal = sealed.pop(kept.path, None)
        if seal is None:
            yield "words are kept for a place where it seals none"
        elif kept.path in erased:
            yield f"the words sealed at {kept.path} were erased, and are kept all the same"
        elif vault is not None and (why := _why_not_those(vault, kept, seal)):
            yield why
    for path in sealed.keys() - set(erased):
        yield f"the words sealed at {path} are not kept any more"


def _why_not_those(vault: Vault, kept: LockedWords, seal: str) -> str | None:
    try:
        (opened,) = vault.open([kept])
    except VaultBroken:
        return f"the words kept for {kept.path} are not those it was recorded with"
    except VaultClosed:
        return UNKNOWN_KEY
    if sealing.commitment(opened.salt, opened.text) != seal:
        return f"the words kept for {kept.path} are not those it was recorded with"
    return None
