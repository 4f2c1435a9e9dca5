"""A figure: id, caption, definition and its version, unit, flow or snapshot, and how it is worked out; and the register of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc

from ledger.figures.measures import Measure
from ledger.figures.selection import Asked

_ID = re.compile(r"FIG(-[A-Z0-9]+)+")
Working = Callable[[Asked], Measure]


class Kind(StrEnum):
    """A flow is counted over a period, a snapshot on a day."""

    FLOW = "flow"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True)
class Stating:
    """Under which indicator and definition datasets state a figure, and in which of its dimensions (reference.md 8.1)."""

    indicator: str = ""
    definition: str = ""
    dimensions: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Figure:
    """One figure of the catalogue (reference.md section 7, FIG-RULE). An id is never reused; another meaning is another version.

    `counts_by`: the date that places what is counted. `by`: dimensions it is broken down by. `rounding`: in words.
    """

    id: str
    caption: str
    unit: str
    kind: Kind
    counts_by: str
    by: tuple[str, ...]
    version: int
    definition: str
    rounding: str
    section: str
    working: Working

    stated_as: Stating

    def is_stated_by(self, indicator: str, definition: str, dimensions: tuple[tuple[str, str], ...]) -> bool:
        """Whether an observation states this figure: it carries the figure's id in lower case, or the name it is known to be stated under."""
        if indicator == definition == self.id.lower():
            return True
        known = self.stated_as
        return (indicator, definition) == (known.indicator, known.definition) and known.dimensions <= set(dimensions)


REGISTERED: dict[str, Figure] = {}
"""Every figure by id, in the order of the sections' modules; `ledger.figures.FIGURES` has them all."""
_NAMED: dict[tuple[str, str], list[Figure]] = {}
"""Figures by an indicator and a definition under which a dataset may state them."""
ROUNDINGS = {
    "exact": "None: the exact number.",
    "share": "Per cent, to one decimal place, half up.",
    "median": "To one decimal place, which is exact.",
    "money": "Pounds, to the penny.",
}


def figure(
    id_: str,
    caption: str,
    *,
    unit: str,
    kind: Kind,
    counts_by: str,
    section: str,
    by: Sequence[str] = (),
    version: int = 1,
    rounding: str = "exact",
    stated_as: Stating = Stating(),
) -> Callable[[Working], Working]:
    """Register what follows as the working of a figure; its docstring is the definition. ValueError if the id is taken or malformed."""

    def register(working: Working) -> Working:
        if not _ID.fullmatch(id_) or id_ in REGISTERED:
            raise ValueError(f"{id_} is no figure's id, or another's.")
        if not working.__doc__:
            raise ValueError(f"{id_} has no definition.")
        definition = " ".join(cleandoc(working.__doc__).split())
        made = Figure(
            id_, caption, unit, kind, counts_by, tuple(by), version, definition, ROUNDINGS[rounding], section, working,
            stated_as,
        )  # fmt: skip
        REGISTERED[id_] = made
        for name in {(id_.lower(), id_.lower()), (stated_as.indicator, stated_as.definition)}:
            _NAMED.setdefault(name, []).append(made)
        return working

    return register


def stated_by(indicator: str, definition: str, dimensions: tuple[tuple[str, str], ...]) -> list[Figure]:
    """The figures that an observation states."""
    named = _NAMED.get((indicator, definition), ())
    return [each for each in named if each.is_stated_by(indicator, definition, dimensions)]
