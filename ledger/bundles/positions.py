"""The positions of a bundle's entries, in rising order: 8 bytes each, however many there are."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import overload


class Positions(Sequence[int]):
    """As a list that only grows; whether it holds a position is found by halving."""

    def __init__(self) -> None:
        self._held = array("q")

    def append(self, position: int) -> None:
        """One that is greater than all before it, and at most 2**63 - 1."""
        self._held.append(position)

    def __contains__(self, position: object) -> bool:
        if not isinstance(position, int):
            return False
        at = bisect_left(self._held, position)
        return at < len(self._held) and self._held[at] == position

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        return self._held[at]

    def __len__(self) -> int:
        return len(self._held)
