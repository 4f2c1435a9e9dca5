"""The RFC 9162 tree, extended from its frontier alone: the roots of its complete subtrees, at most one of each height."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from ledger.log.forms import GREATEST
from ledger.log.verdict import Malformed

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree of no leaves (RFC 9162 section 2.1.1)."""
STEP = 4
"""Stored nodes have levels that are multiples of it: a proof then reads runs of 16 leaves or nodes, and one row is kept for 15 leaves.

The hashes of C2SP tiles (levels 0, 8, 16 ...) are among them.
"""

_SIZE_BYTES = 8


class HashAt(Protocol):
    """Tells the hash of a complete subtree."""

    def __call__(self, level: int, index: int, /) -> bytes:
        """The 32-byte root over leaves index * 2**level to (index + 1) * 2**level - 1; LookupError where it is not held."""


@dataclass(frozen=True)
class Node:
    """A complete subtree: `hash` is the root over leaves index * 2**level to (index + 1) * 2**level - 1."""

    level: int
    index: int
    hash: bytes


def leaf_hash(body: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and its bytes, 32 bytes (RFC 9162 section 2.1.1)."""
    return sha256(b"\x00" + body).digest()


def leaf_hashes(bodies: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves, in order."""
    return [sha256(b"\x00" + body).digest() for body in bodies]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and its children's hashes (RFC 9162 section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def paired(hashes: Sequence[bytes]) -> list[bytes]:
    """The nodes one level up; a last hash without its pair is left out."""
    pairs = zip(hashes[::2], hashes[1::2], strict=False)
    return [sha256(b"\x01" + left + right).digest() for left, right in pairs]


def joined(peaks: Sequence[bytes]) -> bytes:
    """The root over neighbouring complete subtrees of falling height; at least one."""
    root = peaks[-1]
    for left in reversed(peaks[:-1]):
        root = node_hash(left, root)
    return root


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves as the roots of its complete subtrees, `peaks`, widest (oldest) first: one for each 1 in the size's binary form."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= GREATEST:
            raise Malformed("a size below 0 or above 2**63 - 1")
        if len(self.peaks) != self.size.bit_count() or any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise Malformed(f"a tree of {self.size} leaves has {self.size.bit_count()} peaks of 32 bytes")

    def root(self) -> bytes:
        """The root hash of the tree, 32 bytes."""
        return joined(self.peaks) if self.peaks else EMPTY_ROOT

    def grown(self, leaves: Sequence[bytes]) -> Growth:
        """The tree with these leaf hashes after its own; about one SHA-256 for each of them."""
        peaks, kept, made = list(self.peaks), [], []
        row: Sequence[bytes] = leaves
        while row:
            made.append(row)
            if self.size >> (len(made) - 1) & 1:
                row = [peaks.pop(), *row]
            if len(row) & 1:
                kept.append(row[-1])
            row = paired(row)
        after = Frontier(self.size + len(leaves), (*peaks, *reversed(kept)))
        return Growth(self, after, tuple(made))

    def to_bytes(self) -> bytes:
        """The size (8 bytes, big-endian), then the peaks: at most 2,024 bytes."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Frontier:
        """What `to_bytes` gave; Malformed otherwise."""
        if len(raw) < _SIZE_BYTES:
            raise Malformed("a frontier begins with its size, in 8 bytes")
        size = int.from_bytes(raw[:_SIZE_BYTES], "big")
        return cls(size, tuple(raw[at : at + HASH_BYTES] for at in range(_SIZE_BYTES, len(raw), HASH_BYTES)))


@dataclass(frozen=True)
class Growth:
    """One append: the tree before and after it, and every node it completed.

    It holds all that the proofs of the new leaves in the new tree ask for, so a receipt is made without reading anything.
    """

    before: Frontier
    after: Frontier
    made: tuple[Sequence[bytes], ...]
    """By level, the hashes completed, from index before.size >> level on."""

    def hash_at(self, level: int, index: int, /) -> bytes:
        """As `HashAt`, for nodes completed by this append and peaks of the tree before it."""
        first = self.before.size >> level
        if level < len(self.made) and 0 <= index - first < len(self.made[level]):
            return self.made[level][index - first]
        if first & 1 and index == first - 1:
            return self.before.peaks[(first >> 1).bit_count()]
        raise LookupError(f"node {index} of level {level} is neither new nor at the edge of the tree before")

    def stored(self, step: int = STEP) -> Iterator[Node]:
        """The nodes to keep besides the leaves: those completed at levels step, 2 * step ..."""
        for level in range(step, len(self.made), step):
            for index, made in enumerate(self.made[level], self.before.size >> level):
                yield Node(level, index, made)
