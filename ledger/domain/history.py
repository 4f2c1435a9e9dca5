"""A record's history: its entries, what corrections and withdrawals leave of them, and the state they fold into."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, ConfigDict, TypeAdapter

from ledger.domain.calendar import london_day
from ledger.domain.fields import TimePrecision
from ledger.domain.general import Corrected, DuplicateOf, Withdrawn
from ledger.domain.register import Event, EventType


@dataclass(frozen=True, slots=True)
class Entry:
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
    body: bytes = field(repr=False)
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


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands: its version, its state, and whether it was voided or repeats another record."""

    version: int = 0
    state: Any = None
    void: bool = False
    duplicate_of: str | None = None

    @property
    def counts(self) -> bool:
        return self.state is not None and not self.void and self.duplicate_of is None


ABSENT = Standing()
_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime, config=ConfigDict(strict=True))
_PRECISION: TypeAdapter[str] = TypeAdapter(TimePrecision, config=ConfigDict(strict=True))


def effective(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that count, as corrected: nothing withdrawn, nothing of a record whose first event was withdrawn.

    Corrections and withdrawals themselves are not in the list; what they did is.
    """
    kept: dict[int, Entry] = {}
    first: int | None = None
    for entry in entries:
        match entry.event:
            case Corrected() as correction:
                if correction.position in kept:
                    original = kept[correction.position]
                    kept[correction.position] = apply_correction(original, correction, entry.position)
            case Withdrawn(position=position):
                kept.pop(position, None)
                if position == first:
                    kept.clear()
            case _:
                first = entry.position if first is None else first
                kept[entry.position] = entry
    return list(kept.values())


def apply_correction(original: Entry, correction: Corrected, position: int) -> Entry:
    """The original entry with whole fields replaced; raises pydantic's ValidationError where they do not fit its shape."""
    changes = dict(correction.changes)
    time, precision = original.time, original.timeprecision
    if "time" in changes:
        time = _TIME.validate_json(json.dumps(changes.pop("time")))
    if "timeprecision" in changes:
        precision = _PRECISION.validate_json(json.dumps(changes.pop("timeprecision")))
    event = original.event
    if changes:
        data = event.model_dump(mode="json", exclude_unset=True) | changes
        event = type(event).model_validate_json(json.dumps(data))
    return replace(
        original,
        event=event,
        time=time,
        day=london_day(time),
        timeprecision=precision,
        corrected_by=(*original.corrected_by, position),
    )


def fold(entries: Sequence[Entry]) -> Standing:
    """The standing that a record's entries, in recorded order, leave. Pure: the same entries give the same standing."""
    if not entries:
        return ABSENT
    record, version = entries[0].kind.record, entries[-1].version
    state: Any = None
    duplicate_of: str | None = None
    counted = effective(entries)
    for entry in counted:
        if isinstance(entry.event, DuplicateOf):
            duplicate_of = entry.event.duplicate_of
        else:
            state = record.evolve(state, entry.event)
    return Standing(version, state, void=not counted, duplicate_of=duplicate_of)


def advance(standing: Standing, entry: Entry) -> Standing | None:
    """The standing after one more entry, or None where only folding the whole history again can tell (a correction, a withdrawal)."""
    match entry.event:
        case Corrected() | Withdrawn():
            return None
        case DuplicateOf(duplicate_of=other):
            return replace(standing, version=entry.version, duplicate_of=other)
        case event:
            state = entry.kind.record.evolve(standing.state, event)
            return Standing(entry.version, state, standing.void, standing.duplicate_of)
