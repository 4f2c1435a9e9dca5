"""A record's history: its entries, what corrections and withdrawals leave of them, and the state they fold into."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from ledger.domain.calendar import london_day
from ledger.domain.fields import Instant, TimePrecision, known_day
from ledger.domain.general import (
    Corrected,
    DuplicateOf,
    HoldLifted,
    HoldPlaced,
    Mark,
    Restricted,
    StatementAdded,
    Unrestricted,
    Withdrawn,
    WordsErased,
)
from ledger.domain.register import Event, EventType


class Entry(NamedTuple):
    """One stored entry, read back and validated. `day` is the London day of `time`; `corrected_by` are positions of corrections in force."""

    position: int
    kind: EventType
    reference: str
    version: int
    event: Event
    time: datetime
    day: date
    timeprecision: str
    id: str
    source: str
    recordedtime: datetime
    recordedby: str
    regime: str | None
    retrospective: bool
    departures: tuple[str, ...]
    body: bytes
    corrected_by: tuple[int, ...] = ()

    @property
    def originator_id(self) -> str:
        """`<record>/<reference>`: the stream this entry belongs to."""
        return f"{self.kind.record.name}/{self.reference}"

    @property
    def originator_version(self) -> int:
        return self.version

    @property
    def positions(self) -> tuple[int, ...]:
        """This entry and the corrections that shaped it: what a figure cites."""
        return (self.position, *self.corrected_by)

    @property
    def recorded_late(self) -> int | None:
        """Days from the day it happened, or became known where the event says when, to the day it was recorded.

        None where that tells nothing of anybody's delay: entered afterwards, at a time not known to the day, or of the ledger's own.
        """
        if not self.event.may_be_late or self.retrospective or self.timeprecision not in ("day", "instant"):
            return None
        known = known_day(getattr(self.event, "known_on", None)) or self.day
        return max(0, (london_day(self.recordedtime) - max(self.day, known)).days)


@dataclass(frozen=True, slots=True)
class Restriction:
    """Why a record is restricted, till which day, and by which entry. `until` is its last day; None till it is lifted."""

    ground: str
    until: date | None
    position: int

    def stands(self, on: date) -> bool:
        return still_stands(self.until, on)


def still_stands(until: date | None, on: date) -> bool:
    """Whether a restriction with this last day holds on a day; without one it holds till it is lifted."""
    return until is None or until >= on


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold on a record, by the position of the entry that placed it: while there is one, nothing of it may be erased (RET-MORAT)."""

    position: int
    authority: str


class Standing(NamedTuple):
    """How a record stands: its version, its state, whether it was voided or repeats another record, and its marks."""

    version: int = 0
    state: Any = None
    void: bool = False
    duplicate_of: str | None = None
    restriction: Restriction | None = None
    holds: tuple[Hold, ...] = ()

    @property
    def counts(self) -> bool:
        return self.state is not None and not self.void and self.duplicate_of is None


ABSENT = Standing()


class _When(BaseModel):
    """What a correction may say of the attributes outside an event's data."""

    model_config = ConfigDict(strict=True)

    time: Instant | None = None
    timeprecision: TimePrecision | None = None


def effective(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that count, as corrected: nothing withdrawn, nothing but marks of a record whose first event was withdrawn.

    Corrections and withdrawals themselves are not in the list; what they did is.
    """
    kept: dict[int, Entry] = {}
    corrections: dict[int, list[Entry]] = {}
    first: int | None = None
    for entry in entries:
        event = entry.event
        if event.general and isinstance(event, Corrected):
            corrections.setdefault(event.position, []).append(entry)
        elif event.general and isinstance(event, Withdrawn):
            kept.pop(event.position, None)
            if event.position == first:
                kept = {at: held for at, held in kept.items() if isinstance(held.event, Mark)}
        else:
            first = entry.position if first is None else first
            kept[entry.position] = entry
    for position in corrections.keys() & kept.keys():
        kept[position] = _as_corrected(kept[position], corrections[position])
    return list(kept.values())


def happened_by(day: date, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a record that tell of a day up to this one, as corrected, and what amends these; a repeat is a repeat on any day."""
    days = {entry.position: entry.day for entry in (*entries, *effective(entries))}
    originals = {entry.position: entry for entry in entries}

    def told_of(entry: Entry) -> date:
        match entry.event:
            case Corrected(position=position) | Withdrawn(position=position):
                return told_of(originals[position])
            case DuplicateOf():
                return day
            case _:
                return days[entry.position]

    return [entry for entry in entries if told_of(entry) <= day]


def _as_corrected(original: Entry, corrections: Sequence[Entry]) -> Entry:
    """An original entry after all its corrections, checked once: the last value of each field is the one that counts."""
    changes: dict[str, Any] = {}
    for entry in corrections:
        if isinstance(entry.event, Corrected):
            changes |= entry.event.changes
    return corrected(original, changes)._replace(corrected_by=tuple(entry.position for entry in corrections))


def corrected(original: Entry, changes: Mapping[str, Any]) -> Entry:
    """The original entry with whole fields replaced; raises pydantic's ValidationError where they do not fit its shape."""
    changes = dict(changes)
    outside = {name: changes.pop(name) for name in _When.model_fields if name in changes}
    when = _When.model_validate_json(json.dumps(outside)) if outside else _When()
    time, precision = when.time or original.time, when.timeprecision or original.timeprecision
    event = original.event
    if changes:
        data = event.model_dump(mode="json", exclude_unset=True) | changes
        event = type(event).model_validate_json(json.dumps(data))
    return original._replace(event=event, time=time, day=london_day(time), timeprecision=precision)


def fold(entries: Sequence[Entry]) -> Standing:
    """The standing that a record's entries, in recorded order, leave. Pure: the same entries give the same standing."""
    if not entries:
        return ABSENT
    return folded(effective(entries), entries[-1].version)


def folded(counted: Sequence[Entry], version: int) -> Standing:
    """The standing that entries leave of which all count as they are: void if there are none but marks."""
    standing = Standing(version, void=True)
    for entry in counted:
        standing = _after(standing, entry, version)
    return standing


def _after(standing: Standing, entry: Entry, version: int) -> Standing:
    """The standing, at this version, after one more entry that counts."""
    _, state, void, duplicate_of, restriction, holds = standing
    if not entry.event.general:
        evolved = entry.kind.record.evolve(state, entry.event)
        return Standing(version, evolved, False, duplicate_of, restriction, holds)
    match entry.event:
        case DuplicateOf(duplicate_of=other):
            return Standing(version, state, False, other, restriction, holds)
        case mark:
            return _marked(Standing(version, state, void, duplicate_of, restriction, holds), mark, entry.position)


def _marked(standing: Standing, mark: Event, position: int) -> Standing:
    match mark:
        case Restricted(ground=ground, until=until):
            return standing._replace(restriction=Restriction(ground, until, position))
        case Unrestricted():
            return standing._replace(restriction=None)
        case HoldPlaced(authority=authority):
            return standing._replace(holds=(*standing.holds, Hold(position, authority)))
        case HoldLifted(hold=placed):
            return standing._replace(holds=tuple(hold for hold in standing.holds if hold.position != placed))
        case _:
            return standing


def erased_by(entry: Entry) -> tuple[tuple[int, str], ...]:
    """The places (position, JSON pointer) whose words an entry certifies to be erased; none for any other entry."""
    if not (entry.event.general and isinstance(entry.event, WordsErased)):
        return ()
    return tuple((each.position, each.path) for each in entry.event.erased)


def erased_from(entries: Iterable[Entry], position: int) -> dict[str, int]:
    """By path, the certificates of what was erased from one entry, among the entries of its record."""
    return {path: entry.position for entry in entries for at, path in erased_by(entry) if at == position}


def statements(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    """The statements that stand beside entries of one record, by the position of the entry each speaks of."""
    found: dict[int, list[Entry]] = {}
    for entry in effective(entries):
        if isinstance(entry.event, StatementAdded):
            found.setdefault(entry.event.position, []).append(entry)
    return found


def advance(standing: Standing, entry: Entry) -> Standing | None:
    """The standing after one more entry, or None where only folding the whole history again can tell (a correction, a withdrawal)."""
    if entry.event.general and isinstance(entry.event, Corrected | Withdrawn):
        return None
    return _after(standing, entry, entry.version)
