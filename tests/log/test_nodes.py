from __future__ import annotations

import pytest

from ledger.log.nodes import Nodes
from ledger.log.proofs import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from ledger.log.tree import Frontier, leaf_hashes
from tests.log.making import bodies

SIZE = 70_000
LEAVES = leaf_hashes(bodies(SIZE))
GROWTH = Frontier().grown(LEAVES)
KEPT = {(node.level, node.index): node.hash for node in GROWTH.stored()}


class Reads:
    """A reader that counts how often and how much it was asked."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, int, int]] = []

    def __call__(self, level: int, start: int, stop: int) -> list[bytes]:
        assert 0 < stop - start <= 16
        self.runs.append((level, start, stop))
        return LEAVES[start:stop] if level == 0 else [KEPT[level, index] for index in range(start, stop)]


@pytest.mark.parametrize("index", [0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999])
def test_a_proof_reads_at_most_two_short_runs_for_every_four_levels(index):
    reads = Reads()
    path = inclusion_proof(Nodes(SIZE, reads).hash_at, index, SIZE)
    check_inclusion(LEAVES[index], index, SIZE, path, GROWTH.after.root())
    for level in (0, 4, 8, 12, 16):
        assert len([run for run in reads.runs if run[0] == level]) <= 2
    assert len(set(reads.runs)) == len(reads.runs)


@pytest.mark.parametrize("old", [1, 255, 256, 4096, 65_536, 65_793, 69_999])
def test_an_older_tree_is_read_without_what_came_after_it(old):
    earlier = Frontier().grown(LEAVES[:old]).after
    shown = consistency_proof(Nodes(SIZE, Reads()).hash_at, old, SIZE)
    check_consistency(old, SIZE, shown, earlier.root(), GROWTH.after.root())
    reads = Reads()
    path = inclusion_proof(Nodes(old, reads).hash_at, old - 1, old)
    check_inclusion(LEAVES[old - 1], old - 1, old, path, earlier.root())
    assert all(stop <= old >> level for level, _, stop in reads.runs)


@pytest.mark.parametrize(("level", "index"), [(0, -1), (0, SIZE), (3, SIZE >> 3), (17, 0), (64, 0)])
def test_there_is_no_node_beyond_the_tree(level, index):
    with pytest.raises(LookupError):
        Nodes(SIZE, Reads()).hash_at(level, index)


def test_hashes_that_are_not_held_are_named():
    with pytest.raises(LookupError, match="of the hashes 0 to 15 of level 0 only 3 are held"):
        Nodes(300, lambda level, start, stop: LEAVES[:3]).hash_at(1, 0)
