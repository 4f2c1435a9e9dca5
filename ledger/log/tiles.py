"""C2SP tlog-tiles: which hashes and entries stand at which path, and the bytes served there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ledger.log.forms import GREATEST
from ledger.log.tree import HASH_BYTES
from ledger.log.verdict import Malformed

HEIGHT = 8
"""Levels of the tree that one tile spans."""
WIDTH = 1 << HEIGHT
"""Hashes in a full tile, entries in a full bundle."""
GREATEST_LEVEL = 63
MOST_BYTES = 65_535
"""Of one entry: a bundle gives 16 bits to its length."""

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """Hashes start to stop - 1 of the nodes of level 8 * `level`; without a level, the entries of leaves start to stop - 1."""

    level: int | None
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= GREATEST_LEVEL:
            raise Malformed(f"a tile's level lies between 0 and {GREATEST_LEVEL}")
        if not 1 <= self.width <= WIDTH or not 0 <= self.index <= GREATEST // WIDTH:
            raise Malformed(f"a tile is 1 to {WIDTH} wide and its index at most {GREATEST // WIDTH}")

    @property
    def start(self) -> int:
        """The first hash or entry, counted from 0 within its level."""
        return self.index * WIDTH

    @property
    def stop(self) -> int:
        """One beyond the last."""
        return self.start + self.width

    @property
    def node_level(self) -> int:
        """The level in the tree of the hashes it holds; 0 for entries."""
        return HEIGHT * (self.level or 0)

    def within(self, size: int) -> bool:
        """Whether a tree of this size has all that the tile holds."""
        return self.stop <= size >> self.node_level

    @property
    def path(self) -> str:
        """Such as `tile/0/x001/x234/067` or `tile/entries/000.p/5`."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        elements = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{element}" for element in elements[:-1]), elements[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{number}{partial}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """The tile at a path; Malformed for any path that is not the one spelling of a tile."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise Malformed("not the path of a tile")
        level, number, width = found.groups()
        tile = cls(
            None if level == "entries" else int(level),
            int(number.replace("x", "").replace("/", "")),
            WIDTH if width is None else int(width),
        )
        if tile.path != path:
            raise Malformed("not the one spelling of a tile's path")
        return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every hash tile of a tree of this size: full ones and, last in each level, the partial one."""
    for level in count():
        width = size >> (HEIGHT * level)
        if width == 0:
            return
        yield from (Tile(level, index) for index in range(width // WIDTH))
        if width % WIDTH:
            yield Tile(level, width // WIDTH, width % WIDTH)


def to_hashes(raw: bytes, width: int = WIDTH) -> list[bytes]:
    """The hashes of a tile's bytes; Malformed where there are not `width` of them."""
    if len(raw) != width * HASH_BYTES:
        raise Malformed(f"a tile of width {width} has {width * HASH_BYTES} bytes")
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def to_bundle(entries: Sequence[bytes]) -> bytes:
    """The bytes of an entry bundle: each entry after its length in two bytes, big-endian. Malformed for an entry over MOST_BYTES."""
    if any(len(entry) > MOST_BYTES for entry in entries):
        raise Malformed(f"an entry has at most {MOST_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def from_bundle(raw: bytes, width: int = WIDTH) -> list[bytes]:
    """The entries of a bundle's bytes; Malformed where they are cut short or not `width` of them."""
    entries, at = [], 0
    while at < len(raw):
        start = at + 2
        at = start + int.from_bytes(raw[at:start], "big")
        if start > len(raw) or at > len(raw):
            raise Malformed("a bundle ends within an entry")
        entries.append(raw[start:at])
    if len(entries) != width:
        raise Malformed(f"a bundle of width {width} does not have {len(entries)} entries")
    return entries
