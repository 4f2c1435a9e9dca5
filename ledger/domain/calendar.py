"""Which days count: working days, months, and the day of an instant in Europe/London."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5
MONTHS = 12


class BeyondCalendar(ValueError):
    """A day lies outside the years whose bank holidays are known, so nothing is said about it."""


@dataclass(frozen=True)
class WorkingDays:
    """Working days of the years whose bank holidays are given (GEN-WD, GEN-WD-CAL).

    `holidays` must hold every bank holiday of each year from its first to its last. Anything asked
    beyond those years raises BeyondCalendar: bank holidays are proclaimed, so they cannot be worked out.
    """

    holidays: frozenset[date]
    first_year: int = field(init=False)
    last_year: int = field(init=False)
    _days: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.holidays:
            raise ValueError("A calendar needs the bank holidays of at least one year.")
        first, last = min(self.holidays).year, max(self.holidays).year
        start, end = date(first, 1, 1), date(last, 12, 31)
        every = (start + timedelta(days=n) for n in range((end - start).days + 1))
        working = tuple(day for day in every if day.weekday() < SATURDAY and day not in self.holidays)
        object.__setattr__(self, "first_year", first)
        object.__setattr__(self, "last_year", last)
        object.__setattr__(self, "_days", working)

    def is_working(self, day: date) -> bool:
        """Whether offices are open: not a Saturday, a Sunday or a bank holiday."""
        self._covered(day)
        return day.weekday() < SATURDAY and day not in self.holidays

    def add(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which is day 0 (GEN-WD-START); before it if n is negative; `day` itself if 0."""
        self._covered(day)
        if n == 0:
            return day
        index = bisect_right(self._days, day) + n - 1 if n > 0 else bisect_left(self._days, day) + n
        if not 0 <= index < len(self._days):
            raise BeyondCalendar(f"{n} working days from {day} lead outside the calendar, which covers {self._years}.")
        return self._days[index]

    def between(self, start: date, end: date) -> int:
        """Whole working days after `start`, up to and including `end`; negative when `end` comes first."""
        self._covered(start)
        self._covered(end)
        return bisect_right(self._days, end) - bisect_right(self._days, start)

    @property
    def _years(self) -> str:
        return f"{self.first_year} to {self.last_year}"

    def _covered(self, day: date) -> None:
        if not self.first_year <= day.year <= self.last_year:
            raise BeyondCalendar(f"{day} lies outside the calendar, which covers {self._years}.")


def add_months(day: date, n: int) -> date:
    """The same day n months later, or that month's last day where it is shorter (LCSPR-6M)."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + n, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def london_day(instant: datetime) -> date:
    """The day it was in Europe/London; ValueError if the instant carries no offset."""
    if instant.utcoffset() is None:
        raise ValueError("An instant needs its offset from UTC before its day can be told.")
    return instant.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """Midnight in Europe/London at which the day begins."""
    return datetime.combine(day, time.min, tzinfo=LONDON)


def days_of(period: str) -> tuple[date, date]:
    """First and last day of a reporting year (`2019-20`: 1 April to 31 March) or of a quarter of it (`2019-20-Q1`: April to June)."""
    year, _, quarter = period.partition("-Q")
    begins = date(int(year[:4]), 4, 1)
    first, months = (add_months(begins, 3 * (int(quarter) - 1)), 3) if quarter else (begins, 12)
    return first, add_months(first, months) - timedelta(days=1)


def next_year(period: str) -> str:
    """The reporting year after one: `2019-20` -> `2020-21`."""
    year = int(period[:4]) + 1
    return f"{year}-{(year + 1) % 100:02}"
