"""A record's history told in time order: the intervals its rows hold for, as known once the last entry given was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from ledger.domain.general import AMENDING, DuplicateOf, Mark
from ledger.domain.history import Entry, effective
from ledger.projections.rows import Interval, Projection, Rows

R = TypeVar("R")


def told(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that count, as corrected, by (day, position); only marks of a record that was withdrawn or repeats another."""
    kept = effective(entries)
    if any(isinstance(entry.event, DuplicateOf) for entry in kept):
        kept = [entry for entry in kept if isinstance(entry.event, Mark)]
    return _in_time_order(kept)


def intervals(projection: Projection[R], entries: Sequence[Entry]) -> set[Interval[R]]:
    """Every interval of every key, given a record's entries in recorded order. Empty intervals are not among them."""
    return told_intervals(projection, entries_for(projection, entries))


def entries_for(projection: Projection[Any], entries: Sequence[Entry]) -> list[Entry]:
    """What a projection is handed of a record's history, by (day, position)."""
    if projection.tells_of_corrections:
        return _in_time_order([entry for entry in entries if isinstance(entry.event, AMENDING)])
    return told(entries)


def told_intervals(projection: Projection[R], timeline: Iterable[Entry]) -> set[Interval[R]]:
    """The intervals that entries already in time order leave."""
    rows: Rows[R] = Rows()
    found = set()
    for entry in timeline:
        for change in rows.advance(projection, entry):
            if change.old is not None and change.old_from is not None and change.old_from < entry.day:
                found.add(Interval(change.key, change.old_from, entry.day, change.old))
    return found.union(rows.standing())


class Folded:
    """How one record stands in its projections after its entries so far: enough to take the next one, if it comes in time order."""

    __slots__ = ("day", "rows", "version")

    def __init__(self, version: int, day: date, rows: tuple[Rows[Any], ...]) -> None:
        self.version, self.day, self.rows = version, day, rows

    @classmethod
    def new(cls, projections: Sequence[Projection[Any]]) -> Folded:
        """A record without entries."""
        return cls(0, date.min, tuple(Rows() for _ in projections))

    @classmethod
    def of(cls, projections: Sequence[Projection[Any]], entries: Sequence[Entry]) -> Folded:
        """A record with these entries; where none of them counts, no later entry is taken in passing."""
        timeline = told(entries)
        folded = cls.new(projections)
        for entry in timeline:
            for projection, rows in zip(projections, folded.rows, strict=True):
                rows.advance(projection, entry)
        folded.version = entries[-1].version
        counts = any(not isinstance(entry.event, Mark) for entry in timeline)
        folded.day = timeline[-1].day if counts else date.max
        return folded

    def takes(self, entry: Entry) -> bool:
        """Whether the entry only adds to the end of what is told."""
        return entry.day >= self.day and not isinstance(entry.event, AMENDING)


def _in_time_order(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.day, entry.position))
