from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verify_ledger
from ledger.log.nodes import Nodes
from ledger.log.proofs import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from ledger.log.tree import Frontier, leaf_hashes
from ledger.log.verdict import Malformed, Unproved, Wrong
from tests.log.making import bodies
from tests.log.reference import path, proof, root

MOST = 65
LEAVES = leaf_hashes(bodies(MOST))
ROOTS = [root(LEAVES[:size]) for size in range(MOST + 1)]
WHOLE = Frontier().grown(LEAVES)
OTHER = bytes(32)


def nodes(size: int) -> Nodes:
    """A reader over leaves and the nodes of even levels alone."""
    kept = {(node.level, node.index): node.hash for node in WHOLE.stored(2)}

    def read(level: int, start: int, stop: int) -> list[bytes]:
        assert level % 2 == 0
        assert stop - start <= 4
        return LEAVES[start:stop] if level == 0 else [kept[level, index] for index in range(start, stop)]

    return Nodes(size, read, step=2)


@pytest.mark.parametrize("size", range(MOST + 1))
def test_every_inclusion_proof_is_that_of_the_definition_and_both_verifiers_take_it(size):
    for index in range(size):
        expected = tuple(path(index, LEAVES[:size]))
        assert inclusion_proof(WHOLE.hash_at, index, size) == expected
        assert inclusion_proof(nodes(size).hash_at, index, size) == expected
        check_inclusion(LEAVES[index], index, size, expected, ROOTS[size])
        verify_ledger.verify_inclusion(LEAVES[index], index, size, expected, ROOTS[size])


@pytest.mark.parametrize("new", range(MOST + 1))
def test_every_consistency_proof_is_that_of_the_definition_and_both_verifiers_take_it(new):
    for old in range(new + 1):
        expected = tuple(proof(old, LEAVES[:new])) if old else ()
        assert consistency_proof(WHOLE.hash_at, old, new) == expected
        assert consistency_proof(nodes(new).hash_at, old, new) == expected
        check_consistency(old, new, expected, ROOTS[old], ROOTS[new])
        verify_ledger.verify_consistency(old, new, expected, ROOTS[old], ROOTS[new])


@pytest.mark.parametrize("before", range(MOST + 1))
def test_an_append_proves_its_own_leaves_without_reading_anything(before):
    growth = Frontier().grown(LEAVES[:before]).after.grown(LEAVES[before:])
    for index in range(before, MOST):
        assert inclusion_proof(growth.hash_at, index, MOST) == tuple(path(index, LEAVES))


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


def damaged(hashes: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """Every way of adding, dropping, repeating or swapping one hash, and of cutting one short."""
    yield (*hashes, OTHER)
    yield (OTHER, *hashes)
    for at in range(len(hashes)):
        before, here, after = hashes[:at], hashes[at], hashes[at + 1 :]
        yield (*before, *after)
        yield (*before, here, here, *after)
        yield (*before, here[:-1], *after)
        yield (*before, here + b"\0", *after)
        yield (*before, OTHER, *after)
        if after:
            yield (*before, after[0], here, *after[1:])


def refused(check: Callable[[], None], other: Callable[[], None]) -> None:
    with pytest.raises(Unproved):
        check()
    with pytest.raises(verify_ledger.Broken):
        other()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 11, 16, 33])
def test_no_damaged_inclusion_proof_is_taken(size):
    top = ROOTS[size]
    for index in range(size):
        good = inclusion_proof(WHOLE.hash_at, index, size)
        cases = [(LEAVES[index], index, size, bad, top) for bad in damaged(good)]
        cases += [(LEAVES[index], other, size, good, top) for other in range(-1, size + 2) if other != index]
        cases += [(LEAVES[index], index, index, good, top), (LEAVES[index], index, 0, good, top)]
        cases += [(OTHER, index, size, good, top), (LEAVES[index], index, size, good, OTHER)]
        for case in cases:
            refused(partial(check_inclusion, *case), partial(verify_ledger.verify_inclusion, *case))


@pytest.mark.parametrize("new", [1, 2, 3, 4, 6, 7, 8, 13, 16, 33])
def test_no_damaged_consistency_proof_is_taken(new):
    for old in range(1, new + 1):
        good = consistency_proof(WHOLE.hash_at, old, new)
        cases = [(old, new, bad, ROOTS[old], ROOTS[new]) for bad in damaged(good)]
        cases += [(other, new, good, ROOTS[old], ROOTS[new]) for other in range(-1, new + 2) if other not in (0, old)]
        cases += [(old, new, good, OTHER, ROOTS[new]), (old, new, good, ROOTS[old], OTHER)]
        for case in cases:
            refused(partial(check_consistency, *case), partial(verify_ledger.verify_consistency, *case))


def test_no_flipped_bit_is_taken():
    good = inclusion_proof(WHOLE.hash_at, 9, 21)
    between = consistency_proof(WHOLE.hash_at, 9, 21)
    for bit in range(256):
        for at in range(len(good)):
            bad = (*good[:at], flipped(good[at], bit), *good[at + 1 :])
            with pytest.raises(Wrong):
                check_inclusion(LEAVES[9], 9, 21, bad, ROOTS[21])
        for at in range(len(between)):
            bad = (*between[:at], flipped(between[at], bit), *between[at + 1 :])
            with pytest.raises(Wrong):
                check_consistency(9, 21, bad, ROOTS[9], ROOTS[21])
        with pytest.raises(Wrong):
            check_inclusion(flipped(LEAVES[9], bit), 9, 21, good, ROOTS[21])


def test_a_size_that_lies_is_seen_unless_the_path_is_the_same_for_both():
    """A path does not fix the size by itself: the checkpoint's signature does. What must hold is that nothing of another form is taken."""
    for size in range(1, 34):
        for index in range(size):
            good = inclusion_proof(WHOLE.hash_at, index, size)
            for lie in range(34):
                if lie <= index or len(good) != verify_ledger.path_length(index, lie):
                    case = (LEAVES[index], index, lie, good, ROOTS[size])
                    refused(partial(check_inclusion, *case), partial(verify_ledger.verify_inclusion, *case))


def test_the_form_is_looked_at_before_any_hash_is_made(monkeypatch):
    monkeypatch.setattr("ledger.log.proofs.node_hash", lambda *_: pytest.fail("a hash was made"))
    with pytest.raises(Malformed):
        check_inclusion(LEAVES[0], 0, 2**62, [OTHER] * 63, OTHER)
    with pytest.raises(Malformed):
        check_inclusion(LEAVES[0], 0, 2, [b"short"], OTHER)
    with pytest.raises(Malformed):
        check_inclusion(b"short", 0, 2, [OTHER], OTHER)
    with pytest.raises(Malformed):
        check_consistency(3, 2**40, [OTHER] * 3, OTHER, OTHER)


def test_the_empty_tree_begins_every_tree_and_only_with_its_own_root():
    check_consistency(0, 5, (), ROOTS[0], ROOTS[5])
    with pytest.raises(Wrong):
        check_consistency(0, 5, (), ROOTS[1], ROOTS[5])
    with pytest.raises(Malformed):
        check_consistency(0, 5, (OTHER,), ROOTS[0], ROOTS[5])
    with pytest.raises(Wrong):
        check_consistency(5, 5, (), ROOTS[4], ROOTS[5])


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (6, 5)])
def test_there_is_no_proof_of_a_leaf_beyond_the_tree(index, size):
    with pytest.raises(Malformed):
        inclusion_proof(WHOLE.hash_at, index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_there_is_no_proof_that_a_longer_tree_begins_a_shorter(old, new):
    with pytest.raises(Malformed):
        consistency_proof(WHOLE.hash_at, old, new)


@given(st.integers(1, 2**63 - 1).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_both_verifiers_ask_for_the_same_number_of_hashes_at_any_size(case):
    size, index = case
    asked: list[tuple[int, int]] = []

    def hash_at(level: int, number: int) -> bytes:
        assert (number + 1) << level <= size
        asked.append((level, number))
        return OTHER

    made = inclusion_proof(hash_at, index, size)
    assert len(made) == verify_ledger.path_length(index, size)
    assert len(asked) <= 128
    with pytest.raises(Wrong):
        check_inclusion(OTHER, index, size, made, LEAVES[0])
    shown = consistency_proof(hash_at, index + 1, size)
    with pytest.raises(verify_ledger.Broken, match="root"):
        verify_ledger.verify_consistency(index + 1, size, shown, OTHER, LEAVES[0])
