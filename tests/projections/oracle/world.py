"""What had been recorded by a position and had happened by a day, and how a clock stands then: what the oracles of the lists go by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ledger.domain.adoption import Packs
from ledger.domain.general import DuplicateOf, Mark
from ledger.domain.history import Entry, effective
from tests.domain.test_clock_oracle import DAY, walked, worked

Key = tuple[str, str, str]
"""Record, reference, key."""
Told = dict[Key, dict[str, Any]]
Records = Mapping[tuple[str, str], Sequence[Any]]


class World:
    """What had been recorded by a position and had happened by a day, record by record, the beginning of each first."""

    def __init__(self, entries: Sequence[Entry], packs: Packs, as_at: int, as_of: date) -> None:
        self.entries, self.packs, self.as_at, self.on = entries, packs.as_at(as_at), as_at, as_of
        own: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in entries[:as_at]:
            own[entry.kind.record.name, entry.reference].append(entry)
        self.records: Records = {name: found for name, each in own.items() if (found := self._counted(each))}
        self.told = [entry for each in own.values() for entry in effective(each) if entry.day <= as_of]
        self.marks: Records = {name: marks for name, each in own.items() if (marks := self._happened(each, Mark))}

    def _counted(self, own: Sequence[Entry]) -> list[Entry]:
        counted = effective(own)
        if not counted or any(isinstance(entry.event, DuplicateOf) for entry in counted):
            return []
        happened = sorted((e for e in counted if e.day <= self.on), key=lambda e: (e.day, e.position))
        begun = [e for e in happened if e.kind.begins]
        return [*begun[:1], *(e for e in happened if e is not begun[0])] if begun else []

    def _happened(self, own: Sequence[Entry], kind: type[Any]) -> list[Entry]:
        found = [entry for entry in effective(own) if isinstance(entry.event, kind) and entry.day <= self.on]
        return sorted(found, key=lambda e: (e.day, e.position))

    def of(self, record: str) -> Iterator[tuple[str, Sequence[Any]]]:
        return ((reference, told) for (kind, reference), told in self.records.items() if kind == record)

    def regime(self, start: Any, met: Any, limit: str, count: Callable[[date, int], date]) -> str:
        """The state of a clock that a regime sets."""
        if not isinstance(start, date):
            return "cannot-tell"
        pack = self.packs.regime(start)
        allowed = None if pack is None else getattr(pack, limit)
        if allowed is None:
            return "no-clock-set"
        return standing(count(start, allowed.value), met, self.on, start)


def standing(due: Any, met: Any, on: date, start: date | None = None) -> str:
    """How a clock with a due day stands at the end of a day."""
    if not isinstance(due, date):
        return "no-clock-set" if due is None else "cannot-tell"
    if start is not None and on < start <= due:
        return "not-begun"
    if met == "not-stated":
        return "cannot-tell"
    if met is not None and met <= on:
        return "met" if met <= due else "met-late"
    return "running" if on <= due else "breached"


def name_of(entry: Entry) -> str:
    return entry.kind.name.partition(".")[2]


def last(told: Sequence[Entry], *names: str) -> Any:
    """The event of the last entry of one of these types."""
    return next((entry.event for entry in reversed(told) if name_of(entry) in names), None)


def stated(day: Any) -> date | None:
    return day if isinstance(day, date) else None


def forward(start: date, n: int) -> date:
    return walked(start, DAY, worked, n)


def backward(start: date, n: int) -> date:
    return walked(start, -DAY, worked, n)
