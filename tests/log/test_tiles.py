from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.tiles import Tile, from_bundle, tiles_of, to_bundle, to_hashes
from ledger.log.verdict import Malformed

TILES = st.builds(Tile, st.none() | st.integers(0, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))


@given(TILES)
def test_a_tile_is_read_back_from_its_path(tile):
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 999, 255), "tile/1/999.p/255"),
        (Tile(63, 1000, 1), "tile/63/x001/000.p/1"),
        (Tile(None, 273, 112), "tile/entries/273.p/112"),
        (Tile(None, 1_000_000), "tile/entries/x001/x000/000"),
    ],
)
def test_paths_are_those_of_the_specification(tile, path):
    assert tile.path == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/001/000",
        "tile/0/x1/000", "tile/0/x001/x000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p",
        "tile/0/000/", "/tile/0/000", "tile/0/000\n", "tile/data/000", "tile/entries", "tile/0/٠٠٠", "tile/0/../000", "",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)  # fmt: skip
def test_no_other_spelling_is_a_path(path):
    with pytest.raises(Malformed):
        Tile.parse(path)


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_is_refused(text):
    for path in (text, f"tile/{text}", f"tile/0/{text}"):
        try:
            assert Tile.parse(path).path == path
        except Malformed:
            continue


def test_the_tiles_of_the_specifications_own_example():
    tiles = list(tiles_of(70_000))
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert tiles[274] == Tile(1, 0)
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 2000), TILES)
def test_a_tile_lies_within_a_tree_that_has_all_its_hashes(size, tile):
    assert tile.within(size) == (tile.stop * 256 ** (tile.level or 0) <= size)
    assert all(own.within(size) for own in tiles_of(size))


def test_hashes_of_a_tile():
    assert to_hashes(bytes(32) + b"\1" * 32, 2) == [bytes(32), b"\1" * 32]
    for raw in (bytes(63), bytes(65), b"", bytes(96)):
        with pytest.raises(Malformed):
            to_hashes(raw, 2)


@given(st.lists(st.binary(max_size=400), max_size=20))
def test_entries_are_read_back_from_their_bundle(entries):
    raw = to_bundle(entries)
    assert len(raw) == sum(map(len, entries)) + 2 * len(entries)
    assert from_bundle(raw, len(entries)) == entries
    with pytest.raises(Malformed):
        from_bundle(raw, len(entries) + 1)
    with pytest.raises(Malformed):
        from_bundle(raw + b"\0", len(entries))
    if raw:
        with pytest.raises(Malformed):
            from_bundle(raw[:-1], len(entries))


def test_the_longest_entry_fits_and_a_longer_does_not():
    assert to_bundle([bytes(65_535)])[:2] == b"\xff\xff"
    with pytest.raises(Malformed):
        to_bundle([bytes(65_536)])
