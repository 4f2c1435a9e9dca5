"""How a selection becomes a value: counted, added up, a share of another, or a median; exact, or not told at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from ledger.figures.selection import Asked, Case, Cell, Counted, Wanted
from ledger.figures.successions import followed

Value = int | Decimal | None
"""A whole number, an exact decimal, or None where it cannot be told."""

NOT_STATED = "not-stated"
PENCE = 2


@dataclass(frozen=True)
class Side:
    """A numerator or a denominator: under its own id, with the entries it rests on."""

    id: str
    unit: str
    value: int
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """The value of one code of a breakdown; a share keeps its two numbers."""

    code: str
    value: Value
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True)
class Measured:
    """A value with its working. `entries` are all those it rests on; `note` says why a value cannot be told, or what it leaves out."""

    value: Value
    entries: tuple[int, ...]
    by: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    numerator: Side | None = None
    denominator: Side | None = None
    note: str = ""
    answered: bool = True
    """Whether any record of the ledger bears on it; if none does, a dataset may state it."""


class Measure(Protocol):
    """A way from what is counted to a value."""

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        """What it needs to have counted in the tables."""

    def measured(self, asked: Asked, by: Sequence[str]) -> Measured:
        """The value and its working."""


@dataclass(frozen=True)
class Count:
    """How many. `among`: what was looked through, where finding none of it is an answer too."""

    what: Counted
    among: Counted | None = None
    note: str = ""

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return self.what.selections(by)

    def measured(self, asked: Asked, by: Sequence[str]) -> Measured:
        cells = followed(asked, self.what.cells(asked, by), by)
        parts = {name: _parts(cells, n, lambda cell: cell.rows) for n, name in enumerate(by)}
        total = sum(cell.rows for cell in cells)
        return Measured(total, entries_of(cells), parts, note=self.note, answered=_answered(asked, total, self.among))


@dataclass(frozen=True)
class Total:
    """The sum of an amount; None where a row does not state it, and of nothing, unless `of_nothing` says what that is.

    `pence`: the amounts are pence, the value pounds.
    """

    what: Counted
    pence: bool = False
    among: Counted | None = None
    of_nothing: int | None = None
    note: str = ""

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return self.what.selections(by)

    def measured(self, asked: Asked, by: Sequence[str]) -> Measured:
        cells = followed(asked, self.what.cells(asked, by), by)
        rows, stated = sum(cell.rows for cell in cells), sum(cell.stated for cell in cells)
        amount = sum(cell.amount for cell in cells)
        parts = {name: self._parts(cells, n) for n, name in enumerate(by)}
        note = self.note
        if stated < rows:
            said = f"{rows - stated} of {rows} do not state it; the others come to {self._value(amount)}."
            note = f"{note} {said}".strip()
        answered = stated > 0 or _answered(asked, rows, self.among)
        value = self._value(amount) if stated == rows and answered else self.of_nothing if rows == 0 else None
        return Measured(value, entries_of(cells), parts, note=note, answered=answered)

    def _parts(self, cells: list[Cell], n: int) -> tuple[Part, ...]:
        found = _parts(cells, n, lambda cell: cell.amount if cell.stated == cell.rows else None)
        return tuple(Part(p.code, self._value(p.value) if isinstance(p.value, int) else None) for p in found)

    def _value(self, amount: int) -> Value:
        return pounds(amount) if self.pence else amount


@dataclass(frozen=True)
class Share:
    """One count as a share of another of the same unit, in per cent to one decimal place; None of nothing.

    Both sides are counts of rows unless `amounts`, when they are sums. `ids` and `unit` name the two sides.
    """

    part: Counted
    whole: Counted
    ids: tuple[str, str]
    unit: str
    amounts: bool = False
    note: str = ""

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return [*self.part.selections(by), *self.whole.selections(by)]

    def measured(self, asked: Asked, by: Sequence[str]) -> Measured:
        part, whole = (followed(asked, side.cells(asked, by), by) for side in (self.part, self.whole))
        sides = [
            Side(id_, self.unit, sum(map(self._of_cell, cells)), entries_of(cells))
            for id_, cells in zip(self.ids, (part, whole), strict=True)
        ]
        numerator, denominator = sides
        note = self.note
        if denominator.value == 0:
            note = f"{note} There is nothing to take a share of.".strip()
        entries = tuple(sorted({*numerator.entries, *denominator.entries}))
        parts = {name: self._parts(part, whole, n) for n, name in enumerate(by)}
        value = per_cent(numerator.value, denominator.value)
        return Measured(value, entries, parts, numerator, denominator, note, answered=denominator.value > 0)

    def _of_cell(self, cell: Cell) -> int:
        return cell.amount if self.amounts else cell.rows

    def _parts(self, part: list[Cell], whole: list[Cell], n: int) -> tuple[Part, ...]:
        of_part, of_whole = ({p.code: p.value for p in _parts(cells, n, self._of_cell)} for cells in (part, whole))
        found = []
        for code, base in of_whole.items():
            some = of_part.get(code) or 0
            if isinstance(some, int) and isinstance(base, int):
                found.append(Part(code, per_cent(some, base), some, base))
        return tuple(found)


@dataclass(frozen=True)
class Median:
    """The middle amount, or halfway between the two in the middle, to one decimal place; None of nothing."""

    what: Iterable[Case]
    note: str = ""

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return []

    def measured(self, asked: Asked, by: Sequence[str]) -> Measured:
        cases = [case for case in self.what if case.amount is not None]
        parts = {}
        for name in by:
            groups: dict[str, list[int]] = {}
            for case in cases:
                for code in codes(case.of.get(name)):
                    groups.setdefault(code, []).append(case.amount or 0)
            parts[name] = tuple(Part(code, median(groups[code])) for code in sorted(groups))
        entries = tuple(sorted({position for case in cases for position in case.entries}))
        note = self.note if cases else f"{self.note} There is nothing to take the middle of.".strip()
        return Measured(median([c.amount or 0 for c in cases]), entries, parts, note=note, answered=bool(cases))


def pounds(pence: int) -> Decimal:
    """Pence as pounds, to two places."""
    return _with_places(pence, PENCE)


def rounded(value: Fraction, places: int) -> Decimal:
    """An exact fraction to so many decimal places, half up (away from zero)."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return _with_places(whole if value >= 0 else -whole, places)


def _with_places(whole: int, places: int) -> Decimal:
    """A whole number moved so many places to the right of the point, with all its digits, which scaleb would round to 28."""
    return Decimal(f"{whole}E-{places}")


def per_cent(part: int, whole: int, places: int = 1) -> Decimal | None:
    """A share in per cent; None of nothing."""
    return None if whole == 0 else rounded(Fraction(100 * part, whole), places)


def median(amounts: Sequence[int]) -> Decimal | None:
    """The middle of the amounts to one decimal place, which is exact; None of nothing."""
    if not amounts:
        return None
    ordered, half = sorted(amounts), len(amounts) // 2
    middle = Fraction(ordered[half]) if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half], 2)
    return rounded(middle, 1)


def codes(value: object) -> tuple[str, ...]:
    """A dimension's value as the codes it counts under; several words count under each."""
    match value:
        case None:
            return (NOT_STATED,)
        case bool():
            return ("yes" if value else "no",)
        case tuple():
            return tuple(sorted(set(value))) or (NOT_STATED,)
        case _:
            return (str(value),)


def entries_of(cells: Iterable[Cell]) -> tuple[int, ...]:
    """Every entry of some cells, in order, once."""
    found: set[int] = set()
    for cell in cells:
        found.update(cell.entries)
    return tuple(sorted(found))


def _parts(cells: Iterable[Cell], n: int, of_cell: Callable[[Cell], int | None]) -> tuple[Part, ...]:
    sums: dict[str, int | None] = {}
    for cell in cells:
        amount = of_cell(cell)
        for code in codes(cell.of[n]):
            before = sums.get(code, 0)
            sums[code] = None if before is None or amount is None else before + amount
    return tuple(Part(code, sums[code]) for code in sorted(sums))


def _answered(asked: Asked, total: int, among: Counted | None) -> bool:
    return total > 0 or (among is not None and among.any(asked))
