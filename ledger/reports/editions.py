"""What was published so far, of every report; and what people decided on one before it is: cleared sections, released numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.application import Ledger
from ledger.domain.history import Entry, effective, fold
from ledger.domain.report import ReportPublished
from ledger.domain.report_disclosure import ReportNumberReleased, ReportReleaseWithdrawn
from ledger.domain.report_record import Report, reference_of
from ledger.figures.period import QUARTERS

Published = dict[int, tuple[int, ReportPublished]]
"""The editions of one report by number: the position of each, and what it says."""


@dataclass(frozen=True)
class Release:
    """A decision to show a number: its position, and what it says."""

    position: int
    event: ReportNumberReleased


def editions(ledger: Ledger, kind: str, period: str, as_at: int | None = None) -> Published:
    """The editions of a report published by then."""
    return editions_in(ledger.record(f"report/{reference_of(kind, period)}", as_at))


def made_as(ledger: Ledger, kind: str, period: str, edition: int, as_at: int) -> tuple[int, date | None] | None:
    """As at which position, and up to which day, an edition was made; None where none of that number was published from this ledger by then."""
    _, event = editions(ledger, kind, period, as_at).get(edition, (0, None))
    return (event.as_at, event.as_of) if event is not None and isinstance(event.as_at, int) else None


def editions_in(entries: Sequence[Entry]) -> Published:
    """The editions of a report, of what its record held."""
    published = ((entry.position, entry.event) for entry in effective(entries))
    return {event.edition: (position, event) for position, event in published if isinstance(event, ReportPublished)}


def all_editions(ledger: Ledger, as_at: int) -> Iterator[tuple[int, ReportPublished]]:
    """Every edition of every report published by then."""
    if as_at:
        days = (ledger.entry_at(1).day, ledger.entry_at(as_at).day)
        names = [f"report/{reference_of(*of)}" for of in _periods(days[0].year - 1, days[1].year)]
        held = ledger.records(names, as_at)
        for name in names:
            yield from editions_in(held.get(name, ())).values()


def standing(ledger: Ledger, kind: str, period: str, as_at: int | None = None) -> Report:
    """How a report stands by then: written, drafted, signed off, cleared, published."""
    found: Report | None = fold(ledger.record(f"report/{reference_of(kind, period)}", as_at)).state
    return found or Report("annual" if kind == "annual" else "quarterly", period)


def releases(ledger: Ledger, kind: str, period: str, as_at: int | None = None) -> dict[str, Release]:
    """The decisions to show a number that stand by then, by number."""
    found: dict[str, Release] = {}
    for entry in effective(ledger.record(f"report/{reference_of(kind, period)}", as_at)):
        match entry.event:
            case ReportNumberReleased(number=number):
                found[number] = Release(entry.position, entry.event)
            case ReportReleaseWithdrawn(number=number):
                found.pop(number, None)
            case _:
                pass
    return found


def _periods(first: int, last: int) -> Iterator[tuple[str, str]]:
    """Every reporting year that begins in these years, and its quarters."""
    for year in range(first, last + 1):
        name = f"{year}-{(year + 1) % 100:02d}"
        yield "annual", name
        yield from (("quarterly", f"{name}-Q{number}") for number in QUARTERS)
