"""The recursive definitions of RFC 9162, section 2.1, word for word: too slow to use, too short to be wrong."""

from __future__ import annotations

from hashlib import sha256


def split(size: int) -> int:
    """The largest power of two smaller than a size."""
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def root(leaves: list[bytes]) -> bytes:
    """MTH, section 2.1.1, of leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root(leaves[k:])]
    return [*path(index - k, leaves[k:]), root(leaves[:k])]


def proof(old: int, leaves: list[bytes]) -> list[bytes]:
    """PROOF, section 2.1.4.1."""
    return subproof(old, leaves, complete=True)


def subproof(old: int, leaves: list[bytes], *, complete: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if complete else [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], complete=complete), root(leaves[k:])]
    return [*subproof(old - k, leaves[k:], complete=False), root(leaves[:k])]
