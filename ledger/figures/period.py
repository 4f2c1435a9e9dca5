"""What a figure is asked about: a period for flows, and the last day of it for snapshots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ledger.domain.calendar import days_of

APRIL, MARCH, LAST_OF_MARCH = 4, 3, 31
QUARTERS = ("1", "2", "3", "4")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})-([0-9]{2})")


class NotAPeriod(ValueError):
    """What was given is neither a reporting year nor two days in order."""


@dataclass(frozen=True)
class Period:
    """First and last day, both included. Flows are counted within it, snapshots at the end of its last day."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise NotAPeriod(f"The period ends on {self.last}, before it begins on {self.first}.")

    @classmethod
    def year(cls, year: str) -> Period:
        """A reporting year, 1 April to 31 March: `2019-20` (GEN-PERIOD). NotAPeriod for anything else."""
        found = _YEAR.fullmatch(year)
        if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
            raise NotAPeriod("Say a reporting year, such as 2019-20.")
        first = int(found[1])
        return cls(date(first, APRIL, 1), date(first + 1, MARCH, LAST_OF_MARCH))

    @classmethod
    def quarter(cls, period: str) -> Period:
        """A quarter of a reporting year: `2019-20-Q1` is April to June 2019. NotAPeriod for anything else."""
        year, _, number = period.partition("-Q")
        if number not in QUARTERS:
            raise NotAPeriod("Say a quarter of a reporting year, such as 2019-20-Q3.")
        cls.year(year)
        return cls(*days_of(period))

    @classmethod
    def reported(cls, kind: str, period: str) -> Period:
        """The year or the quarter that a report of a kind is of. NotAPeriod for anything else."""
        return cls.year(period) if kind == "annual" else cls.quarter(period)

    @classmethod
    def day(cls, on: date) -> Period:
        """One day."""
        return cls(on, on)

    def so_far(self, day: date) -> date | None:
        """As of which of its days it is told of on a day: None, the whole of it, once it is over; its first before it began."""
        return None if day >= self.last else max(day, self.first)

    @property
    def name(self) -> str:
        """`2019-20` for a reporting year, `2019-20-Q1` for a quarter of one, else both days."""
        return _named(self.first, self.last)


@lru_cache(maxsize=10_000)
def _named(first: date, last: date) -> str:
    begins = first.year - (first.month < APRIL)
    year = f"{begins}-{(begins + 1) % 100:02}"
    named = (year, *(f"{year}-Q{number}" for number in QUARTERS)) if _YEAR.fullmatch(year) else ()
    for name in named:
        if days_of(name) == (first, last):
            return name
    return f"{first} to {last}"
