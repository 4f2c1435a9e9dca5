"""Trees, keys and receipts for tests."""

from __future__ import annotations

from hashlib import sha256

from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Kind, SigningKey
from ledger.log.proofs import inclusion_proof
from ledger.log.receipt import Receipt, Trust
from ledger.log.tree import Frontier, leaf_hashes

ORIGIN = "ledger.example/partnership"


def seed_of(word: str) -> bytes:
    return sha256(word.encode()).digest()


LOG = SigningKey(ORIGIN, seed_of("log"))
NEXT = SigningKey(ORIGIN, seed_of("next"))
STRANGER = SigningKey("stranger.example", seed_of("stranger"))
WITNESSES = tuple(SigningKey(f"witness.example/{n}", seed_of(f"witness {n}"), Kind.COSIGNATURE) for n in range(3))
TRUST = Trust((LOG.verifier,), tuple(witness.verifier for witness in WITNESSES))


def bodies(number: int) -> list[bytes]:
    return [b'{"subject":"action/%d"}' % n for n in range(number)]


def receipt_for(index: int, size: int, *keys: SigningKey, witnesses: int = 0, carried: bool = True) -> Receipt:
    """A true receipt: signed by the keys (the log's own where none is named), cosigned by so many witnesses."""
    entries = bodies(size)
    grown = Frontier().grown(leaf_hashes(entries))
    note = Checkpoint(ORIGIN, size, grown.after.root()).signed(keys or (LOG,))
    note = note.with_signatures(*(w.cosign(note.text, 1_700_000_000 + n) for n, w in enumerate(WITNESSES[:witnesses])))
    path = inclusion_proof(grown.hash_at, index, size)
    return Receipt(index, path, note, entries[index] if carried else None)
