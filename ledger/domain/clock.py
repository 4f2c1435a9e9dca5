"""A clock: when something is due, and how it stands at the end of any day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from ledger.domain.calendar import BeyondCalendar, WorkingDays, start_of_day
from ledger.domain.fields import NOT_STATED, DayOrNotStated, NotStated
from ledger.domain.packs import Confidence

State = Literal["not-begun", "running", "met", "met-late", "breached", "no-clock-set", "cannot-tell"]
STATES: Mapping[State, str] = {
    "not-begun": "the day asked about is before its start",
    "running": "not met yet, and in time at the end of the day asked about",
    "met": "met in time",
    "met-late": "met, after it was due",
    "breached": "not met by the end of the day asked about, and due before it",
    "no-clock-set": "nothing in force when it started, and no day on the record, says by when",
    "cannot-tell": "a day it needs is not stated, or lies outside the calendar",
}
"""What each state means."""
Unit = Literal["working-days", "days", "hours"]
Moment = date | datetime | NotStated
"""A day, an instant where the hour is recorded, or 'not-stated'."""


@dataclass(frozen=True)
class Clock:
    """One clock: what started it, when it falls due, when it was met.

    `due` is the last day in time; None where `undue` says why there is none. `met_on` is None until it is met and
    'not-stated' when it was met on a day nobody gives. `pack` and `calendar` cite the packs it was set under
    (`wt18@1`); `source` and `confidence` are those of the time allowed. `unit` is that of days_left; a clock of hours also
    keeps its instants. `name` is that of its kind in CLOCKS.
    """

    rule: str
    started: date | None = None
    due: date | None = None
    met_on: DayOrNotStated | None = None
    pack: str | None = None
    calendar: str | None = None
    note: str = ""
    unit: Unit = "working-days"
    undue: Literal["no-clock-set", "cannot-tell"] | None = None
    working_days: WorkingDays | None = field(default=None, repr=False, compare=False)
    due_at: datetime | None = None
    met_at: datetime | None = None
    name: str = ""
    source: str | None = None
    confidence: Confidence | None = None

    def __post_init__(self) -> None:
        if (self.due is None) is (self.undue is None):
            raise ValueError("A clock has a due day or says why it has none, and never both.")


def state(clock: Clock, on: date) -> State:
    """How the clock stands at the end of a day; true of any day, past or future, by what the clock holds."""
    if clock.due is None:
        return clock.undue or "cannot-tell"
    if clock.started and on < clock.started <= clock.due:
        return "not-begun"
    if clock.met_on == NOT_STATED:
        return "cannot-tell"
    if clock.met_on is not None and clock.met_on <= on:
        return "met-late" if _late(clock, clock.met_on) else "met"
    return "breached" if _late(clock, on) else "running"


def _late(clock: Clock, day: date) -> bool:
    """Whether the clock had run out by the end of the day, or by the instant it was met on that day."""
    if clock.due_at is None:
        return clock.due is not None and day > clock.due
    return _instant(clock, day) > clock.due_at


def _instant(clock: Clock, day: date) -> datetime:
    if clock.met_at is not None and clock.met_on == day:
        return clock.met_at
    return start_of_day(day + timedelta(days=1))


def days_left(clock: Clock, on: date) -> int | None:
    """Whole units of the clock left at the end of a day, or when it was met if that was earlier; negative once over.

    Clocks of months are told in calendar days. None where it cannot be told.
    """
    if clock.due is None or clock.met_on == NOT_STATED:
        return None
    day = min(on, clock.met_on) if isinstance(clock.met_on, date) else on
    if clock.due_at is not None:
        return (clock.due_at - _instant(clock, day)) // timedelta(hours=1)
    if clock.working_days is None:
        return (clock.due - day).days
    try:
        return clock.working_days.between(day, clock.due)
    except BeyondCalendar:
        return None
