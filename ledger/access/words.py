"""The words of an entry: those that whoever sees the record reads, and those of † fields, whose every opening is logged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.access.policy import may_open
from ledger.access.principal import Principal
from ledger.access.sight import withholds
from ledger.application import Ledger
from ledger.domain.calendar import london_day
from ledger.domain.history import Entry, erased_from, fold
from ledger.domain.register import REGISTER, EventType
from ledger.log.forms import to_base64


@dataclass(frozen=True)
class Disclosed:
    """Words at a JSON pointer into the entry's data, and what proves them: SHA-256 over salt and text is the commitment the entry holds."""

    path: str
    text: str
    salt: bytes
    commitment: str

    def told(self) -> dict[str, str]:
        """As JSON values; the salt in base64."""
        return {"path": self.path, "text": self.text, "salt": to_base64(self.salt), "commitment": self.commitment}


@dataclass(frozen=True)
class WordsOf:
    """The words that are kept of one entry: `ordinary`, and those whose every opening is `logged` (†). `erased`: where there are none any
    more, and by which entry.
    """

    ordinary: tuple[Disclosed, ...]
    logged: tuple[Disclosed, ...]
    erased: Mapping[str, int]


def words_of(ledger: Ledger, entry: Entry) -> WordsOf:
    """What the vault has of an entry, in the order of the pointers; nothing of it was opened by asking here."""
    data = json.loads(entry.body)["data"]
    ordinary: list[Disclosed] = []
    logged: list[Disclosed] = []
    for kept in ledger.words([entry.position]):
        disclosed = Disclosed(kept.path, kept.text, kept.salt, _sealed(data, kept.path))
        (logged if opening_is_logged(entry.kind, kept.path) else ordinary).append(disclosed)
    return WordsOf(tuple(ordinary), tuple(logged), erased_from(ledger.record(entry.originator_id), entry.position))


def ordinary_words_of(ledger: Ledger, entries: Sequence[Entry]) -> dict[int, list[tuple[str, str | None]]]:
    """Position -> the fields of ordinary words with their text, None where that was erased; of all entries at once."""
    kept = {(each.position, each.path): each.text for each in ledger.words([entry.position for entry in entries])}
    found: dict[int, list[tuple[str, str | None]]] = {}
    for entry in entries:
        own = [path for path in _sealed_in(json.loads(entry.body)["data"]) if not opening_is_logged(entry.kind, path)]
        found[entry.position] = [(path, kept.get((entry.position, path))) for path in own]
    return found


def _sealed_in(data: Any, path: str = "") -> Iterator[str]:
    """Where words were sealed in an entry's data, as JSON pointers."""
    match data:
        case {"sealed": str()}:
            yield path
        case dict():
            for name, value in data.items():
                yield from _sealed_in(value, f"{path}/{name}")
        case list():
            for number, value in enumerate(data):
                yield from _sealed_in(value, f"{path}/{number}")
        case _:
            pass


def opening_is_logged(kind: EventType, pointer: str) -> bool:
    """Whether a field is a † field. Words that a correction brings are as closed as the field is in any event of the record."""
    path = tuple("*" if step.isdecimal() else step for step in pointer.split("/")[1:])
    if path in (said := dict(kind.words)):
        return said[path]
    marks = [dict(each.words).get(path[1:]) for each in REGISTER.values() if each.record is kind.record]
    known = [mark for mark in marks if mark is not None]
    return not known or any(known)


def restricted_among(ledger: Ledger, names: Sequence[str]) -> frozenset[str]:
    """Those of several records whose use is restricted today, by what the ledger itself holds."""
    today = london_day(ledger.clock.now())
    found = {name: fold(entries).restriction for name, entries in ledger.records(names).items()}
    return frozenset(name for name, one in found.items() if one is not None and one.stands(today))


def why_not_read(ledger: Ledger, principal: Principal, entry: Entry) -> str | None:
    """Why somebody who sees a record does not read the words of one of its entries; None where they do."""
    if withholds(fold(ledger.record(entry.originator_id)), principal, london_day(ledger.clock.now())):
        return "Use of this record is restricted: its words are for the business unit, the chair and the scrutineer."
    return None


def why_not_open(ledger: Ledger, principal: Principal, entry: Entry) -> str | None:
    """Why they do not open its † fields; None where they do."""
    if not may_open(principal, entry.source):
        return f"A {principal.role.title} of {principal.agency} does not open the words of this entry."
    return why_not_read(ledger, principal, entry)


def _sealed(data: Any, pointer: str) -> str:
    for step in pointer.split("/")[1:]:
        data = data[step] if isinstance(data, Mapping) else data[int(step)]
    sealed: str = data["sealed"]
    return sealed
