"""Measuring in turn: two things done alternately on the same machine, so that whatever else runs there slows both."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")
Clock = Callable[[], float]
"""Seconds that only grow: of the day, or of processors."""


class Rates(NamedTuple):
    """Things a second by the clock, and by the time that the process which does them was busy: a machine shared with others disturbs that less."""

    clock: float
    busy: float


@dataclass(frozen=True)
class Row:
    """One comparison. `ratio` is the median of the repeats' own ratios, ours over theirs; `bound` says which side of the goal is good."""

    name: str
    engine: str
    ours: float
    theirs: float
    unit: str
    ratio: float
    spread: tuple[float, float]
    goal: float | None
    bound: Literal["at least", "at most"] = "at least"

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.bound == "at least" else self.ratio <= self.goal


def timed(work: Callable[[], object], amount: int, clock: Clock = perf_counter) -> float:
    """How many a second."""
    gc.collect()
    start = clock()
    work()
    return amount / (clock() - start)


def timed_both(work: Callable[[], object], amount: int) -> Rates:
    """How many a second, and how many in a second of this process's processor time."""
    gc.collect()
    start, busy = perf_counter(), process_time()
    work()
    return Rates(amount / (perf_counter() - start), amount / (process_time() - busy))


def in_turn(repeats: int, *rates: Callable[[], T]) -> list[list[T]]:
    """What each gives, as a rule a rate (things a second, so that more is better), measured alternately after one unmeasured turn."""
    for rate in rates:
        rate()
    turns = [[rate() for rate in rates] for _ in range(repeats)]
    return [list(column) for column in zip(*turns, strict=True)]


def row(
    name: str,
    engine: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    goal: float | None,
    *,
    unit: str,
    bound: Literal["at least", "at most"] = "at least",
) -> Row:
    """A row out of paired measurements."""
    ratios = sorted(mine / other for mine, other in zip(ours, theirs, strict=True))
    made = Row(name, engine, median(ours), median(theirs), unit, median(ratios), (ratios[0], ratios[-1]), goal, bound)
    print(f"  {name} [{engine}]: {made.ratio:.2f}", file=sys.stderr, flush=True)
    return made


def both_rows(
    name: str, engine: str, ours: Sequence[Rates], theirs: Sequence[Rates], goal: float | None, *, unit: str
) -> list[Row]:
    """A row by the clock, and one by processor time, which has no goal."""
    clock = row(name, engine, [each.clock for each in ours], [each.clock for each in theirs], goal, unit=unit)
    busy = [each.busy for each in ours], [each.busy for each in theirs]
    return [clock, row(f"{name}, processor time", engine, *busy, None, unit=unit)]
