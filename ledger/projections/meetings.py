"""Which meetings were planned, which were held, and who attended?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.meeting import MeetingHeld, MeetingNotHeld, MeetingScheduled
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import yes_no

CAME = ("member", "deputy")
"""Answers that count as attended; `not-stated` counts neither way (GRP-ATT)."""


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting; `outcome` is planned, held or not-held. `seats` is how many have an attendance, `attended` how many came."""

    group: str
    outcome: str = "planned"
    planned_on: DayOrNotStated | None = None
    held_on: DayOrNotStated | None = None
    took_place_on: date | None = None
    took_place_precision: str | None = None
    quorate: str | None = None
    seats: int = 0
    attended: int = 0
    held_entry: int | None = None
    not_held_entry: int | None = None
    retrospective: bool = False


class Meetings(Projection[MeetingRow]):
    """Which meetings were planned, and which were held?"""

    table = "meetings"
    records = ("meeting",)
    row = MeetingRow
    indexes = (("group",),)

    def apply(self, rows: Rows[MeetingRow], entry: Entry) -> None:
        match entry.event:
            case MeetingScheduled(group=group, planned_on=day):
                row = MeetingRow(group, planned_on=day, retrospective=entry.retrospective)
                rows.begin(row, lambda row: replace(row, planned_on=day))
            case MeetingHeld(group=group) as held:
                rows.begin(MeetingRow(group, retrospective=entry.retrospective), lambda row: row)
                rows.change(lambda row: _held(row, held, entry))
            case MeetingNotHeld(group=group, planned_on=day):
                rows.begin(MeetingRow(group, retrospective=entry.retrospective), lambda row: row)
                rows.change(lambda row: replace(row, outcome="not-held", planned_on=day, not_held_entry=entry.position))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """Who came for one seat: member, deputy, apologies, absent, none or not-stated."""

    group: str
    held_on: DayOrNotStated
    took_place_on: date
    seat: str
    attended: str


class AttendanceAtMeetings(Projection[AttendanceRow]):
    """Who came for each seat of each meeting held? The key is the seat's code."""

    table = "attendance"
    records = ("meeting",)
    row = AttendanceRow
    indexes = (("group", "seat"),)

    def apply(self, rows: Rows[AttendanceRow], entry: Entry) -> None:
        match entry.event:
            case MeetingHeld(group=group, held_on=day) as held:
                for seat in held.rows:
                    rows.open(AttendanceRow(group, day, entry.day, seat.seat, seat.attended), key=seat.seat)
            case _:
                pass


def _held(row: MeetingRow, event: MeetingHeld, entry: Entry) -> MeetingRow:
    return replace(
        row,
        outcome="held",
        held_on=event.held_on,
        took_place_on=entry.day,
        took_place_precision=entry.timeprecision,
        quorate=yes_no(event.quorate),
        seats=len(event.rows),
        attended=sum(seat.attended in CAME for seat in event.rows),
        held_entry=entry.position,
    )
