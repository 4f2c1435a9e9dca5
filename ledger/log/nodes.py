"""Any node of a tree, from its leaves and the few inner nodes that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.log.tree import EMPTY_ROOT, STEP, HashAt, joined, paired


class ReadHashes(Protocol):
    """Reads kept hashes: leaves (level 0) or nodes of a level that is a multiple of the step."""

    def __call__(self, level: int, start: int, stop: int, /) -> Sequence[bytes]:
        """The hashes of nodes start to stop - 1 of a level, in order; never more than 2**step of them."""


class Nodes:
    """`HashAt` over what is kept of a tree of `size` leaves: a proof reads at most two runs of 2**step hashes for every `step` levels.

    Runs are held while this object lives: make one for each proof, or one for a batch of them at the same size.
    """

    def __init__(self, size: int, read: ReadHashes, step: int = STEP) -> None:
        self.size = size
        self._read = read
        self._step = step
        self._runs: dict[tuple[int, int], list[Sequence[bytes]]] = {}

    def hash_at(self, level: int, index: int, /) -> bytes:
        """As `HashAt`; LookupError for a node that is not complete, or whose hashes the reader did not give."""
        if index < 0 or (index + 1) << level > self.size:
            raise LookupError(f"a tree of {self.size} leaves has no complete node {index} of level {level}")
        height = level % self._step
        number = index >> (self._step - height)
        run = self._run(level - height, number)
        while len(run) <= height:
            run.append(paired(run[-1]))
        return run[height][index - (number << (self._step - height))]

    def _run(self, level: int, number: int) -> list[Sequence[bytes]]:
        held = self._runs.get((level, number))
        if held is None:
            start = number << self._step
            stop = min(start + (1 << self._step), self.size >> level)
            hashes = self._read(level, start, stop)
            if len(hashes) != stop - start:
                raise LookupError(f"of the hashes {start} to {stop - 1} of level {level} only {len(hashes)} are held")
            held = self._runs[level, number] = [hashes]
        return held


def root_at(hash_at: HashAt, size: int) -> bytes:
    """The root over the first `size` leaves, 32 bytes; LookupError as `hash_at`."""
    peaks, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            peaks.append(hash_at(level, start >> level))
            start += 1 << level
    return joined(peaks) if peaks else EMPTY_ROOT
