"""A projection and the rows it keeps: what one record's entries, told in time order, leave under each key."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from ledger.domain.history import Entry

R = TypeVar("R")
EVERY_RECORD = ("*",)
"""For a projection that is asked of any record some other projection tells of; it does not count as telling of it."""


class Fact(NamedTuple, Generic[R]):
    """A row with the positions of the entry that made it and of the entry that last changed it."""

    row: R
    first_entry: int
    last_entry: int


class Interval(NamedTuple, Generic[R]):
    """What held of one key from a day up to, not including, another; `valid_until` is None while it still holds."""

    key: str
    valid_from: date
    valid_until: date | None
    fact: Fact[R]


class Change(NamedTuple, Generic[R]):
    """What one entry did to a key: what had held, and since when (None: nothing), and what holds from its day on."""

    key: str
    old: Fact[R] | None
    old_from: date | None
    new: Fact[R] | None


class Rows(Generic[R]):
    """One record's rows in one projection as its entries so far leave them, told in time order."""

    __slots__ = ("_at", "_facts", "_from", "_touched", "_waiting", "beside")

    def __init__(self) -> None:
        self._at = 0
        self._facts: dict[str, Fact[R]] = {}
        self._from: dict[str, date] = {}
        self._touched: dict[str, Fact[R] | None] = {}
        self._waiting: dict[str, list[tuple[int, Callable[[R], R]]]] = {}
        self.beside: dict[str, str] = {}
        """What a projection needs of earlier entries for later ones, and shows in no row."""

    def open(self, row: R, key: str = "") -> None:
        """From here on this row holds under the key; changes that came before it, by their day, are applied to it now."""
        old = self._facts.get(key)
        self._set(key, Fact(row, self._at if old is None else old.first_entry, self._at))
        for position, change in self._waiting.pop(key, ()):
            self._change(key, change, position)

    def begin(self, row: R, change: Callable[[R], R], key: str = "") -> None:
        """Open the row under the key; where there is one already, change that instead."""
        if key in self._facts:
            self._change(key, change, self._at)
        else:
            self.open(row, key)

    def change(self, change: Callable[[R], R], key: str = "") -> None:
        """From here on the row under the key is `change` of what it was; without a row yet, as soon as there is one."""
        if key in self._facts:
            self._change(key, change, self._at)
        else:
            self._waiting.setdefault(key, []).append((self._at, change))

    def close(self, key: str = "") -> None:
        """From here on nothing holds under the key."""
        if key in self._facts:
            self._touched.setdefault(key, self._facts[key])
            del self._facts[key]

    def get(self, key: str = "") -> R | None:
        """The row that holds now."""
        fact = self._facts.get(key)
        return None if fact is None else fact.row

    def open_keys(self) -> list[str]:
        """The keys under which something holds now; closing one meanwhile is safe."""
        return list(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __iter__(self) -> Iterator[tuple[str, Fact[R]]]:
        return iter(self._facts.items())

    def advance(self, projection: Projection[R], entry: Entry) -> list[Change[R]]:
        """Apply one entry more, the latest by (day, position), and say what it changed."""
        self._at = entry.position
        self._touched = {}
        projection.apply(self, entry)
        changes = []
        for key, old in self._touched.items():
            new = self._facts.get(key)
            if new == old:
                continue
            changes.append(Change(key, old, self._from.get(key), new))
            if new is None:
                del self._from[key]
            else:
                self._from[key] = entry.day
        return changes

    def standing(self) -> Iterator[Interval[R]]:
        """What holds now, and since when."""
        for key, fact in self._facts.items():
            yield Interval(key, self._from[key], None, fact)

    def _change(self, key: str, change: Callable[[R], R], position: int) -> None:
        fact = self._facts[key]
        row = change(fact.row)
        if row != fact.row:
            self._set(key, Fact(row, fact.first_entry, position))

    def _set(self, key: str, fact: Fact[R]) -> None:
        self._touched.setdefault(key, self._facts.get(key))
        self._facts[key] = fact


class Projection(ABC, Generic[R]):
    """One question about one kind of record, or a few: a pure fold from a record's entries to rows. Its docstring is the question.

    A row is a frozen dataclass of facts of that one record: str, int, bool, date, `date | str` for a day that may be
    not-stated, datetime, Decimal, tuple[str, ...], or None. Whatever depends on a day of asking or on another record is
    not kept but worked out when asked.
    """

    table: ClassVar[str]
    records: ClassVar[tuple[str, ...]]
    row: type[R]
    version: ClassVar[int] = 1
    """Raised when the same entries are to give other rows, so that tables made by the older code are built anew."""
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    tells_of_corrections: ClassVar[bool] = False
    """It is handed corrections, withdrawals and duplicate-ofs, and nothing else; the others see only what these leave."""

    @abstractmethod
    def apply(self, rows: Rows[R], entry: Entry) -> None:
        """Open, change or close rows by one entry, as corrected."""
