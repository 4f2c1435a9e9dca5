"""A reader who adds up: everything that published numbers leave possible, by exact linear programming over what they count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import inf

Row = Mapping[str, int]
"""How often each of the things counted goes into a number."""


class Attacker:
    """What somebody was told, as sums of things that are counted and are none or more: each between a least and a most.

    It knows nothing of disclosure control but its signs. `ledger.disclosure.reader` is not asked: it is what is on trial.
    The method is the two-phase simplex, in exact fractions, by Bland's rule, so that it ends.
    """

    def __init__(self, told: Iterable[tuple[Row, float, float]]) -> None:
        """`told`: sums, each with the least and the most that it was told to be. AssertionError where nothing can be as was told."""
        rows = list(_rows(told))
        self.names = sorted({name for row, _, _ in rows for name in row})
        self.width = len(self.names) + sum(loose for _, _, loose in rows)
        self.table: list[list[Fraction]] = []
        slack = len(self.names)
        for n, (row, right, loose) in enumerate(rows):
            line = [Fraction(row.get(name, 0)) for name in self.names]
            line += [Fraction(0)] * (self.width - len(self.names) + len(rows)) + [Fraction(right)]
            if loose:
                line[slack] = Fraction(1)
                slack += 1
            self.table.append([-each for each in line] if line[-1] < 0 else line)
            self.table[-1][self.width + n] = Fraction(1)
        self.basis = [self.width + n for n in range(len(rows))]
        artificial = [Fraction(0)] * self.width + [Fraction(-1)] * len(rows)
        assert _improved(self.table, self.basis, artificial, self.width) == 0, "nothing is as was told"
        for n in range(len(rows)):  # what is left of the first phase is nought: it gives way, or its row says nothing
            into = next((c for c in range(self.width) if self.table[n][c]), None)
            if self.basis[n] >= self.width and into is not None:
                _pivot(self.table, self.basis, n, into)

    def bounds(self, row: Row) -> tuple[float, float]:
        """The least and the most that a sum can be, given all that was told."""
        return -self._most(row, -1), self._most(row, 1)

    def _most(self, row: Row, sign: int) -> float:
        worth = [Fraction(sign * row.get(name, 0)) for name in self.names]
        worth += [Fraction(0)] * (len(self.table[0]) - len(worth))
        return _improved([line[:] for line in self.table], self.basis[:], worth, self.width)


def _rows(told: Iterable[tuple[Row, float, float]]) -> Iterator[tuple[Row, int, bool]]:
    """Each as a row, what it comes to, and whether that is its most rather than its number."""
    for row, least, most in told:
        if least == most:
            yield row, int(least), False
            continue
        if most < inf:
            yield row, int(most), True
        if least > 0:
            yield {name: -times for name, times in row.items()}, -int(least), True


def _improved(table: list[list[Fraction]], basis: list[int], worth: Sequence[Fraction], columns: int) -> float:
    """The greatest worth, exchanging until none is better; the table is left there."""
    while True:
        paid = [(worth[basis[n]], row) for n, row in enumerate(table) if worth[basis[n]]]
        into = next((c for c in range(columns) if worth[c] > sum(each * row[c] for each, row in paid)), None)
        if into is None:
            return float(sum(worth[basis[n]] * table[n][-1] for n in range(len(table))))
        ways = [(table[n][-1] / table[n][into], basis[n], n) for n in range(len(table)) if table[n][into] > 0]
        if not ways:
            return inf
        _pivot(table, basis, min(ways)[2], into)


def _pivot(table: list[list[Fraction]], basis: list[int], out: int, into: int) -> None:
    by = table[out][into]
    table[out] = [each / by for each in table[out]]
    for n, row in enumerate(table):
        if n != out and (times := row[into]):
            table[n] = [each - times * other for each, other in zip(row, table[out], strict=True)]
    basis[out] = into
