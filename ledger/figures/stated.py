"""What datasets state: observations of an indicator for a period or a day, recomputed where their parts are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from ledger.figures.measures import NOT_STATED, Value, rounded
from ledger.figures.period import Period

HUNDRED = 100
FEBRUARY = 2
DISTANCE = timedelta(days=800)
"""How far back observations are compared with: two years before the period began."""


@dataclass(frozen=True)
class Stated:
    """One observation and the entries it rests on (FIG-RULE). `first` and `last` bound its period, `on` is the day of a snapshot."""

    indicator: str
    definition: str
    version: int
    unit: str
    kind: str
    measure: str
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    base: str | None
    base_unit: str | None
    per: int | None
    printed: Decimal | None
    approximate: bool
    dimensions: tuple[tuple[str, str], ...]
    citation: str | None
    source: str
    reference: str
    first: date | None
    last: date | None
    on: date | str | None
    entries: tuple[int, ...]

    @property
    def places(self) -> int:
        """Decimal places its source prints; one where it prints none."""
        for shown in (self.printed, self.value):
            if shown is not None:
                exponent = shown.as_tuple().exponent
                return max(0, -exponent) if isinstance(exponent, int) else 1
        return 1

    @cached_property
    def recomputed(self) -> Decimal | None:
        """A share or a rate worked out from its parts, to as many places as printed; None where a part is not given."""
        scale = {"share": HUNDRED, "rate": self.per}.get(self.measure)
        if scale is None or self.numerator is None or not self.denominator:
            return None
        return rounded(Fraction(self.numerator * scale, self.denominator), self.places)

    @cached_property
    def worth(self) -> Value:
        """Its value: worked out where it can be, else as given; a count as a whole number."""
        if (found := self.recomputed) is not None:
            return found
        if self.value is not None and self.measure == "count":
            return int(self.value)
        return self.value

    @property
    def shown(self) -> Decimal | None:
        """What its source shows: as printed, or as given."""
        return self.printed if self.printed is not None else self.value

    @property
    def when(self) -> str:
        """Its day, or its period, in words."""
        if isinstance(self.on, date):
            return self.on.isoformat()
        if self.kind == "snapshot":
            return (
                f"{Period(self.first, self.last).name}, day not stated"
                if self.first and self.last
                else "day not stated"
            )
        return Period(self.first, self.last).name if self.first and self.last else "a period not stated"

    @property
    def days(self) -> int:
        """How long a flow was counted, in days as of a year without a leap day; 0 of a snapshot."""
        if self.kind == "snapshot" or self.first is None or self.last is None:
            return 0
        return length(self.first, self.last)

    @property
    def cited(self) -> str:
        """Where it is stated, in words."""
        return f"{self.source}, {self.citation}" if self.citation else self.source

    @property
    def unit_said(self) -> str:
        """Its unit as people read it: `children`, `% of contacts`, `children per 10,000`."""
        match self.measure:
            case "share":
                return f"% of {plain(self.base_unit or self.base or self.unit)}"
            case "rate":
                return f"{plain(self.unit)} per {self.per or 1:,}"
            case "mean":
                return f"mean {plain(self.unit)}"
            case _:
                return plain(self.unit)

    def is_of(self, period: Period) -> bool:
        """Whether it was counted over the period, or on the day that ends it; a day not stated counts with its period."""
        if self.kind == "snapshot" and self.on not in (NOT_STATED, None):
            return self.on == period.last
        return (self.first, self.last) == (period.first, period.last)


def length(first: date, last: date) -> int:
    """Days from one to another, both included, as of a year without a leap day."""
    leap_day = date(last.year, 2, 28) + timedelta(days=1)
    return (last - first).days + 1 - (leap_day.month == FEBRUARY and first <= leap_day <= last)


def plain(code: str) -> str:
    """A code as words."""
    return code.replace("-", " ")


def in_order(observations: Iterable[Stated]) -> list[Stated]:
    """The same order whatever the order they came in: whole before parts, then by definition, source and entry."""
    return sorted(
        observations,
        key=lambda o: (
            o.indicator, bool(o.dimensions), o.definition, o.version, o.unit, o.measure, o.dimensions, o.when, o.entries
        ),
    )  # fmt: skip
