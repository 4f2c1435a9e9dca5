"""What a reader can work out: the least and the most that each cell can be, given what is shown and how the cells add up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf

from ledger.disclosure.cells import Sum, Table

ROUNDS = 1000
"""Of narrowing; sums that hang together like a tree, as breakdowns of totals do, need no more than there are of them."""


@dataclass(frozen=True)
class Range:
    """The least and the most that a count can be; `most` may be infinite."""

    least: float
    most: float

    def holds(self, least: float, most: float) -> bool:
        """Whether every count between the two is possible."""
        return self.least <= least and self.most >= most

    @property
    def width(self) -> float:
        return self.most - self.least

    def within(self, other: Range) -> Range:
        return Range(max(self.least, other.least), min(self.most, other.most))


ANYTHING = Range(0, inf)


def known(table: Table, told: Mapping[str, Range]) -> dict[str, Range]:
    """The range of each cell for a reader who is told some and adds up; what is not told may be anything."""
    ranges = {id_: told.get(id_, ANYTHING) for id_ in table.cells}
    touching: dict[str, list[int]] = {}
    for n, each in enumerate(table.sums):
        for id_ in each.cells:
            touching.setdefault(id_, []).append(n)
    waiting = dict.fromkeys(range(len(table.sums)))
    for _ in range(ROUNDS * max(1, len(table.sums))):
        if not waiting:
            break
        n, _ = waiting.popitem()
        for id_ in _narrowed(table.sums[n], ranges):
            waiting.update(dict.fromkeys(touching[id_]))
    return ranges


def around(table: Table, id_: str, open_: Collection[str]) -> list[str]:
    """The cells that bear on one: those of its sums, and of the sums of whatever stands in them and is not told."""
    seen, waiting = {id_}, [id_]
    while waiting:
        here = waiting.pop()
        for each in table.sums:
            if here in each.cells:
                for other in each.cells:
                    if other not in seen:
                        seen.add(other)
                        if other in open_:
                            waiting.append(other)
    return sorted(seen - {id_})


def _narrowed(each: Sum, ranges: dict[str, Range]) -> list[str]:
    """Draw the conclusions of one sum; which cells they narrowed."""
    changed = []
    for id_ in each.cells:
        narrower = ranges[id_].within(_implied(each, id_, ranges))
        if narrower != ranges[id_]:
            ranges[id_] = narrower
            changed.append(id_)
    return changed


def _implied(each: Sum, id_: str, ranges: Mapping[str, Range]) -> Range:
    whole, parts = ranges[each.whole], [ranges[part] for part in each.parts if part != id_]
    least, most = sum(part.least for part in parts), sum(part.most for part in parts)
    return Range(least, most) if id_ == each.whole else Range(whole.least - most, whole.most - least)
