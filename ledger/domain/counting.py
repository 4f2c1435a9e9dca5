"""How a time allowed is counted from the day a clock started, under the calendar then in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from ledger.domain.adoption import Packs
from ledger.domain.calendar import BeyondCalendar, add_months, london_day
from ledger.domain.clock import Clock, Moment

Count = Literal["working-days", "working-days-before", "days", "months"]


def unset(clock: Clock, note: str) -> Clock:
    """A clock that nothing sets, and why."""
    return replace(clock, undue="no-clock-set", note=note)


def _working_days(packs: Packs, clock: Clock, n: int) -> Clock:
    start = _start(clock)
    calendar = packs.calendar(start)
    if calendar is None:
        return unset(clock, f"No calendar of working days was in force on {start}.")
    counted: dict[str, Any] = {"calendar": calendar.reference, "working_days": calendar.working_days}
    try:
        counted |= {"due": calendar.working_days.add(start, n), "undue": None}
    except BeyondCalendar as beyond:
        counted["note"] = str(beyond)
    return replace(clock, **counted)


def _working_days_before(packs: Packs, clock: Clock, n: int) -> Clock:
    return _working_days(packs, clock, -n)


def _months(packs: Packs, clock: Clock, n: int) -> Clock:
    return replace(clock, due=add_months(_start(clock), n), unit="days", undue=None)


def _days(packs: Packs, clock: Clock, n: int) -> Clock:
    return replace(clock, due=_start(clock) + timedelta(days=n), unit="days", undue=None)


def hours(clock: Clock, allowed: int, entered: Moment, responded: Moment | None) -> Clock:
    """A time allowed in hours, which needs the instants."""
    clock = replace(clock, unit="hours")
    if not isinstance(entered, datetime) or (isinstance(responded, date) and not isinstance(responded, datetime)):
        return replace(clock, note="The response time is in hours and an hour is not recorded.")
    # in UTC: an hour skipped by the clocks in March is not an hour given
    due_at = entered.astimezone(UTC) + timedelta(hours=allowed)
    met_at = responded if isinstance(responded, datetime) else None
    return replace(clock, due=london_day(due_at), due_at=due_at, met_at=met_at, undue=None)


def _start(clock: Clock) -> date:
    assert clock.started is not None
    return clock.started


COUNTED: Mapping[Count, Callable[[Packs, Clock, int], Clock]] = {
    "working-days": _working_days,
    "working-days-before": _working_days_before,
    "days": _days,
    "months": _months,
}
"""How a time allowed is counted from the day a clock started."""
