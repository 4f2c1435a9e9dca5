"""What is proved of the log from what the recorders keep of it: receipts, proofs between sizes, and C2SP tiles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ledger.log.checkpoint import Checkpoint
from ledger.log.nodes import Nodes
from ledger.log.note import Note
from ledger.log.proofs import Proof, consistency_proof, inclusion_proof, inclusion_proofs
from ledger.log.receipt import Receipt
from ledger.log.tiles import Tile, to_bundle
from ledger.log.tree import Frontier, HashAt
from ledger.recorders.contract import LedgerRecorder, Signed


@lru_cache(maxsize=256)
def stated(note: Note) -> Checkpoint:
    """The checkpoint of a note of ours."""
    return Checkpoint.parse(note.text)


class Prover:
    """Proves over the entries as committed when it is asked; each proof costs reads in the order of the tree's height."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._home = recorder

    def receipt(self, position: int) -> Receipt | None:
        """The receipt of an entry as it was first signed; None where nothing signed covers it. LookupError where there is no such entry."""
        entry = self._home.entry(position)
        if entry is None:
            raise LookupError(f"there is no entry {position}")
        signed = self._home.checkpoint_covering(position)
        if signed is None:
            return None
        note = Note.parse(signed)
        size = stated(note).size
        path = inclusion_proof(Nodes(size, self._home.nodes).hash_at, position - 1, size)
        return Receipt(position - 1, path, note, entry.state)

    def inclusion(self, index: int, size: int) -> Proof:
        """That leaf `index` stands in the tree of the first `size` entries. LookupError where there are fewer; Malformed where it cannot."""
        return inclusion_proof(self._hash_at(size), index, size)

    def consistency(self, old: int, new: int) -> Proof:
        """That the tree of `old` entries begins that of `new`. LookupError where there are fewer; Malformed where it cannot."""
        return consistency_proof(self._hash_at(new), old, new)

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` entries, 32 bytes. LookupError where there are fewer."""
        hash_at, begins, peaks = self._hash_at(size), 0, []
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(hash_at(level, begins >> level))
                begins += 1 << level
        return Frontier(size, tuple(peaks)).root()

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a hash tile or an entry bundle; LookupError where the ledger is not so long."""
        if not tile.within(self._home.head().position):
            raise LookupError("the ledger is not so long")
        if tile.level is None:
            return to_bundle([body for _, body in self._home.bodies(tile.start, tile.width)])
        return b"".join(self._home.nodes(tile.node_level, tile.start, tile.stop))

    def _hash_at(self, size: int) -> HashAt:
        held = self._home.head().position
        if size > held:
            raise LookupError(f"the ledger holds {held} entries, not {size}")
        return Nodes(size, self._home.nodes).hash_at


def receipts_of(signed: Signed | None, bodies: Sequence[bytes]) -> dict[int, Receipt]:
    """The receipts of a commit's own entries, by position: made from what the commit left in memory. Empty where nothing was signed."""
    if signed is None or signed.note is None:
        return {}
    note, growth = signed.note, signed.growth
    first, size = growth.before.size, growth.after.size
    paths = inclusion_proofs(growth.hash_at, first, size - 1, size)
    return {
        index + 1: Receipt(index, path, note, body)
        for index, (path, body) in enumerate(zip(paths, bodies, strict=True), first)
    }
