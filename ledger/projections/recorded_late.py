"""What was recorded after the day it happened or became known, and by how many days?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.domain.calendar import london_day
from ledger.domain.history import Entry
from ledger.projections.rows import EVERY_RECORD, Projection, Rows


@dataclass(frozen=True, slots=True)
class LateRow:
    """One entry that was recorded `days` after it happened, or, where its event says that later, became known; nothing entered afterwards."""

    type: str
    happened_on: date
    known_on: date | None
    recorded_on: date
    days: int
    recordedby: str


class RecordedLate(Projection[LateRow]):
    """Which entries were recorded on a later day than what they tell, and by how many days? The key is the entry's position."""

    table = "recorded_late"
    records = EVERY_RECORD
    row = LateRow
    version = 3
    indexes = (("days",), ("key",))

    def apply(self, rows: Rows[LateRow], entry: Entry) -> None:
        if days := entry.recorded_late:
            recorded_on = london_day(entry.recordedtime)
            begun = recorded_on - timedelta(days=days)
            known_on = begun if begun > entry.day else None
            row = LateRow(entry.kind.name, entry.day, known_on, recorded_on, days, entry.recordedby)
            rows.open(row, key=str(entry.position))
