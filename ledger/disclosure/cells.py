"""The cells of a publication and how they add up: all that disclosure control looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """A count. `guarded`: of people or incidents (SDC-SCOPE). `printed`: false of what nobody prints and a reader may yet work out,
    such as the rest beside a numerator. `settled`: published before, so that it can no longer be hidden; `told`: the least and the most that
    it was told to be then, where that was not its value.
    """

    id: str
    value: int
    guarded: bool = True
    printed: bool = True
    settled: bool = False
    told: tuple[float, float] | None = None


@dataclass(frozen=True)
class Sum:
    """The whole is its parts added up, and whoever reads them knows it."""

    whole: str
    parts: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.whole, *self.parts)


@dataclass(frozen=True)
class Again:
    """A cell that was published before under another id: as `earlier`, in an edition that counted a little less or more."""

    cell: str
    earlier: str


@dataclass(frozen=True)
class Table:
    """Everything that readers will have before them: this publication, and what earlier ones showed and hid.

    `hidden`: settled cells that an earlier publication hid. ValueError where a sum names no cell or does not add up.
    """

    cells: Mapping[str, Cell]
    sums: tuple[Sum, ...] = ()
    again: tuple[Again, ...] = ()
    hidden: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for each in self.sums:
            if missing := [id_ for id_ in each.cells if id_ not in self.cells]:
                raise ValueError(f"No cell is called {missing[0]}.")
            if sum(self.cells[id_].value for id_ in each.parts) != self.cells[each.whole].value:
                raise ValueError(f"The parts of {each.whole} do not add up to it.")

    @classmethod
    def of(
        cls,
        cells: Iterable[Cell],
        sums: Iterable[Sum] = (),
        again: Iterable[Again] = (),
        hidden: Iterable[str] = (),
    ) -> Table:
        """From cells in any order; the first of an id counts."""
        found: dict[str, Cell] = {}
        for cell in cells:
            found.setdefault(cell.id, cell)
        return cls(found, tuple(sums), tuple(again), frozenset(hidden))
