"""What was recorded long after it happened?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.domain.calendar import london_day
from ledger.domain.history import Entry
from ledger.domain.ledger_opening import LEDGER
from ledger.projections.rows import EVERY_RECORD, Projection, Rows

LEAST = 7
"""Days; what was recorded sooner is not listed here at all."""
EXACT = ("instant", "day")


@dataclass(frozen=True, slots=True)
class LateRow:
    """One entry that was recorded `days` after the day on which it happened; nothing of history entered afterwards."""

    type: str
    happened_on: date
    recorded_on: date
    days: int
    recordedby: str


class RecordedLate(Projection[LateRow]):
    """Which entries were recorded more than a week after what they tell, and how many days? The key is the entry's position."""

    table = "recorded_late"
    records = EVERY_RECORD
    row = LateRow
    indexes = (("days",),)

    def apply(self, rows: Rows[LateRow], entry: Entry) -> None:
        opening = entry.kind.record is LEDGER  # a ledger opened for history says so itself
        if entry.retrospective or opening or entry.timeprecision not in EXACT:
            return
        recorded_on = london_day(entry.recordedtime)
        days = (recorded_on - entry.day).days
        if days > LEAST:
            rows.open(LateRow(entry.kind.name, entry.day, recorded_on, days, entry.recordedby), key=str(entry.position))
