"""Inclusion and consistency proofs (RFC 9162 sections 2.1.3 and 2.1.4): made from a reader of nodes, checked from hashes alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, HashAt, joined, node_hash
from ledger.log.verdict import Malformed, Wrong

Proof = tuple[bytes, ...]
"""Hashes of 32 bytes, in the order of the RFC: from the leaves towards the root."""


def inclusion_proof(hash_at: HashAt, index: int, size: int) -> Proof:
    """That leaf `index` (from 0) stands in the tree of `size` leaves; Malformed where it has no such leaf."""
    return inclusion_proofs(hash_at, index, index, size)[0]


def inclusion_proofs(hash_at: HashAt, first: int, last: int, size: int) -> list[Proof]:
    """As `inclusion_proof` of each of the leaves from first to last; what several of them need is looked up and worked out once."""
    if not 0 <= first <= last < size:
        raise Malformed(f"a tree of {size} leaves has no leaf {last if 0 <= first <= last else first}")
    return _ways_up(hash_at, 0, first, last, size)


def consistency_proof(hash_at: HashAt, old: int, new: int) -> Proof:
    """That the tree of `old` leaves begins the tree of `new` leaves; empty where old is 0 or new. Malformed where old is greater."""
    if not 0 <= old <= new:
        raise Malformed(f"a tree of {old} leaves cannot begin one of {new}")
    if old in (0, new):
        return ()
    level = _trailing_zeroes(old)
    last = (old >> level) - 1
    seed = () if last == 0 else (hash_at(level, last),)
    return (*seed, *_ways_up(hash_at, level, last, last, new)[0])


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Nothing, if the path leads from the leaf's hash to the root; otherwise Malformed (seen before any hash is made) or Wrong."""
    check_inclusion_form(index, size, path)
    _expect_hashes((leaf, root), 2, "a leaf and a root")
    inner, _ = _lengths(0, index, size)
    if _border(_inner(leaf, path[:inner], index), path[inner:]) != root:
        raise Wrong(f"the path does not lead from leaf {index} to the root of the tree of {size}")


def check_inclusion_form(index: int, size: int, path: Sequence[bytes]) -> None:
    """Nothing, if a path for this leaf in a tree of this size could have this form; otherwise Malformed."""
    if not 0 <= index < size:
        raise Malformed(f"a tree of {size} leaves has no leaf {index}")
    inner, border = _lengths(0, index, size)
    _expect_hashes(path, inner + border, f"leaf {index} in a tree of {size}")


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Nothing, if the old tree begins the new one; otherwise Malformed (seen before any hash is made) or Wrong."""
    if not 0 <= old <= new:
        raise Malformed(f"a tree of {old} leaves cannot begin one of {new}")
    _expect_hashes((old_root, new_root), 2, "two roots")
    if old in (0, new):
        _expect_hashes(proof, 0, f"a tree of {old} and one of {new}")
        if old_root != (new_root if old == new else EMPTY_ROOT):
            raise Wrong(f"the root stated for {old} leaves is not theirs")
        return
    level = _trailing_zeroes(old)
    last = (old >> level) - 1
    inner, border = _lengths(level, last, new)
    _expect_hashes(proof, (last > 0) + inner + border, f"a tree of {old} and one of {new}")
    seed, path = (proof[0], proof[1:]) if last else (old_root, proof)
    if _border(_inner_left(seed, path[:inner], last), path[inner:]) != old_root:
        raise Wrong(f"the proof does not lead to the root of the tree of {old}")
    if _border(_inner(seed, path[:inner], last), path[inner:]) != new_root:
        raise Wrong(f"the proof does not lead to the root of the tree of {new}")


def _ways_up(hash_at: HashAt, level: int, first: int, last: int, size: int) -> list[Proof]:
    """Of each of the neighbours from first to last of a level: the siblings on its way to the root of the tree of `size` leaves.

    They are found from the root downwards: a node's way up is its sibling, then its parent's way up.
    """
    ways: list[Proof] = [()]
    begun = 0
    for height in reversed(range(level, (size - 1).bit_length())):
        above, begins_above = ways, begun
        begun, edge = first >> (height - level), size - 1 >> height
        ways = []
        for index in range(begun, (last >> (height - level)) + 1):
            sibling, way = index ^ 1, above[(index >> 1) - begins_above]
            if sibling < edge or (sibling == edge and size == edge + 1 << height):
                way = (hash_at(height, sibling), *way)
            elif sibling == edge:
                way = (_right_edge(hash_at, height, sibling, size), *way)
            ways.append(way)
    return ways


def _right_edge(hash_at: HashAt, level: int, index: int, size: int) -> bytes:
    """The root over the leaves from a node's first to the last of the tree; the node may be incomplete."""
    start = index << level
    bounds = [start]
    for height in range(level, -1, -1):
        if size - start >> height & 1:
            bounds.append(bounds[-1] + (1 << height))
    return joined(
        [hash_at((stop - begin).bit_length() - 1, begin // (stop - begin)) for begin, stop in pairwise(bounds)]
    )


def _lengths(level: int, index: int, size: int) -> tuple[int, int]:
    """How many siblings lie below the point where a node's way up meets the last leaf's, and how many above it."""
    inner = (index ^ (size - 1) >> level).bit_length()
    return inner, (index >> inner).bit_count()


def _inner(seed: bytes, path: Sequence[bytes], index: int) -> bytes:
    for height, sibling in enumerate(path):
        seed = node_hash(sibling, seed) if index >> height & 1 else node_hash(seed, sibling)
    return seed


def _inner_left(seed: bytes, path: Sequence[bytes], index: int) -> bytes:
    """As `_inner`, with what lies to the right left out: the older tree had none of it."""
    return _border(seed, [sibling for height, sibling in enumerate(path) if index >> height & 1])


def _border(seed: bytes, path: Sequence[bytes]) -> bytes:
    for sibling in path:
        seed = node_hash(sibling, seed)
    return seed


def _trailing_zeroes(number: int) -> int:
    return (number & -number).bit_length() - 1


def _expect_hashes(hashes: Sequence[bytes], number: int, what: str) -> None:
    if len(hashes) != number:
        raise Malformed(f"the proof for {what} has {number} hashes, not {len(hashes)}")
    if any(len(item) != HASH_BYTES for item in hashes):
        raise Malformed("a hash has 32 bytes")
