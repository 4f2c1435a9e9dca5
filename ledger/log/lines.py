"""Sorted lines under one RFC 9162 root: which of them begin with a prefix, and that no other does."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ledger.log.proofs import Proof, check_inclusion, inclusion_proof
from ledger.log.tree import Frontier, Growth, leaf_hash, leaf_hashes
from ledger.log.verdict import Malformed, Wrong


@dataclass(frozen=True)
class Placed:
    """A line, where it stands (from 0), and its path to the root."""

    index: int
    line: bytes
    path: Proof


@dataclass(frozen=True)
class Run:
    """Every line that begins with a prefix, and the neighbours on either side, which do not: between two neighbours there is nothing else."""

    prefix: bytes
    placed: tuple[Placed, ...]

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The lines that begin with the prefix; none, where the neighbours show that there is none."""
        return tuple(each.line for each in self.placed if each.line.startswith(self.prefix))


class Lines:
    """Lines in the order of their bytes, each once; proofs cost O(log n) hashes a line."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        if any(one >= other for one, other in pairwise(lines)):
            raise Malformed("lines stand in the order of their bytes, each once")
        self._lines = lines

    @cached_property
    def _tree(self) -> Growth:
        return Frontier().grown(leaf_hashes(self._lines))

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self._lines)

    def root(self) -> bytes:
        """The root over all of them, 32 bytes."""
        return self._tree.after.root()

    def beginning(self, prefix: bytes) -> list[bytes]:
        """The lines that begin with a prefix."""
        start, stop = self._between(prefix)
        return list(self._lines[start:stop])

    def run(self, prefix: bytes) -> Run:
        """The same with its proof."""
        start, stop = self._between(prefix)
        shown = range(max(start - 1, 0), min(stop + 1, self.size))
        paths = (inclusion_proof(self._tree.hash_at, index, self.size) for index in shown)
        return Run(
            prefix, tuple(Placed(index, self._lines[index], path) for index, path in zip(shown, paths, strict=True))
        )

    def _between(self, prefix: bytes) -> tuple[int, int]:
        start = stop = bisect_left(self._lines, prefix)
        while stop < self.size and self._lines[stop].startswith(prefix):
            stop += 1
        return start, stop


def check_run(run: Run, size: int, root: bytes) -> None:
    """Nothing, if the lines shown are all that begin with the prefix under this root of `size` lines; otherwise Malformed or Wrong."""
    if not run.placed:
        if Lines([]).root() != root or size:
            raise Malformed("a run shows the neighbours of its lines")
        return
    for each in run.placed:
        check_inclusion(leaf_hash(each.line), each.index, size, each.path, root)
    if any(one.index + 1 != other.index or one.line >= other.line for one, other in pairwise(run.placed)):
        raise Wrong("the lines of a run do not follow one another")
    first, last = run.placed[0], run.placed[-1]
    if first.index and first.line >= run.prefix:
        raise Wrong("a run begins after its first line")
    if last.index + 1 < size and (last.line <= run.prefix or last.line.startswith(run.prefix)):
        raise Wrong("a run ends before its last line")
