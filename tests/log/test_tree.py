from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import leaf_hash as leaf_of_entry
from ledger.log.tree import EMPTY_ROOT, Frontier, Node, leaf_hash, leaf_hashes
from ledger.log.verdict import Malformed
from tests.log.making import bodies
from tests.log.reference import root

MOST = 65
LEAVES = leaf_hashes(bodies(MOST))


@pytest.mark.parametrize("size", range(MOST + 1))
def test_the_root_is_that_of_the_definition_however_the_leaves_arrived(size):
    expected = root(LEAVES[:size])
    for first in range(size + 1):
        frontier = Frontier().grown(LEAVES[:first]).after.grown(LEAVES[first:size]).after
        assert frontier.size == size
        assert frontier.root() == expected


def test_the_vectors_that_other_implementations_agree_on():
    """The tree of eight leaves of the certificate transparency project's own tests: roots of its sizes 0 to 8."""
    leaves = leaf_hashes(
        map(
            bytes.fromhex,
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"],
        )
    )
    roots = [Frontier().grown(leaves[:size]).after.root().hex() for size in range(9)]
    assert roots[0] == EMPTY_ROOT.hex() == hashlib.sha256().hexdigest()
    assert roots[1:] == [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]


@given(st.binary(max_size=300))
def test_a_leaf_is_hashed_as_the_entry_says(body):
    assert leaf_hash(body).hex() == leaf_of_entry(body)
    assert leaf_hashes([body, body]) == [leaf_hash(body)] * 2


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 64, 65])
def test_a_frontier_is_read_back_from_its_bytes(size):
    frontier = Frontier().grown(LEAVES[:size]).after
    raw = frontier.to_bytes()
    assert Frontier.from_bytes(raw) == frontier
    for damaged in (raw[:-1], raw + b"\0", raw[:7], raw + bytes(32), b""):
        with pytest.raises(Malformed):
            Frontier.from_bytes(damaged)


def test_a_frontier_has_the_bytes_it_was_first_stored_in():
    assert Frontier().to_bytes() == bytes(8)
    assert Frontier(258, (b"a" * 32, b"b" * 32)).to_bytes() == b"\0\0\0\0\0\0\1\2" + b"a" * 32 + b"b" * 32
    assert Frontier(2**63 - 1, (b"a" * 32,) * 63).to_bytes()[:8] == b"\x7f" + b"\xff" * 7


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(1, ()), (3, (bytes(32),)), (2, (bytes(31),)), (-1, (bytes(32),)), (2**63, (bytes(32),)), (0, (b"",))],
)
def test_a_frontier_has_a_peak_for_each_one_in_its_size(size, peaks):
    with pytest.raises(Malformed):
        Frontier(size, peaks)


def test_the_stored_nodes_hold_every_hash_of_the_tiles_each_told_once():
    leaves = leaf_hashes(bodies(600))
    frontier = Frontier()
    told: list[Node] = []
    for start in range(0, 600, 75):
        growth = frontier.grown(leaves[start : start + 75])
        told += growth.stored()
        frontier = growth.after
    assert len({(node.level, node.index) for node in told}) == len(told) == 600 // 16 + 600 // 256
    assert [(node.index, node.hash) for node in told if node.level == 8] == [
        (n, root(leaves[256 * n : 256 * (n + 1)])) for n in range(2)
    ]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_every_whole_subtree_is_told_once_at_the_levels_kept(step):
    frontier, told = Frontier(), {}
    for start, stop in ((0, 1), (1, 1), (1, 6), (6, 23), (23, MOST)):
        growth = frontier.grown(LEAVES[start:stop])
        for node in growth.stored(step):
            assert (node.level, node.index) not in told
            told[node.level, node.index] = node.hash
        frontier = growth.after
    assert told == {
        (level, index): root(LEAVES[index << level : (index + 1) << level])
        for level in range(step, 7, step)
        for index in range(MOST >> level)
    }


@pytest.mark.parametrize("before", range(20))
def test_an_append_knows_its_new_nodes_and_the_old_edge_and_says_so_of_all_others(before):
    growth = Frontier().grown(LEAVES[:before]).after.grown(LEAVES[before:37])
    for level in range(7):
        for index in range(-1, (37 >> level) + 2):
            stop = (index + 1) << level
            if (
                index >= 0
                and stop <= 37
                and (stop > before or (index == (before >> level) - 1 and before >> level & 1))
            ):
                assert growth.hash_at(level, index) == root(LEAVES[index << level : stop])
            else:
                with pytest.raises(LookupError):
                    growth.hash_at(level, index)
