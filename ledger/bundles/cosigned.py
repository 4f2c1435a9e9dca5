"""Who cosigned what a bundle is shown under: its own checkpoint, or an earlier one that lies beside it with the proof that it continues it."""

from __future__ import annotations

from itertools import islice

from ledger.bundles.files import Files
from ledger.log.checkpoint import Checkpoint
from ledger.log.forms import from_base64, to_text
from ledger.log.keys import VerifierKey
from ledger.log.note import Note
from ledger.log.proofs import check_consistency
from ledger.log.receipt import Trust
from ledger.log.verdict import Wrong

MOST_HASHES = 126
"""Read of a proof: more than any has."""
Cosigned = tuple[frozenset[VerifierKey], int]
"""Those of the trusted witnesses who cosigned, and how many entries."""


def cosigned(files: Files, note: Note, checkpoint: Checkpoint, trust: Trust) -> Cosigned:
    """The bundle's own checkpoint counts, unless too few cosigned that and enough the earlier one. Raises Unproved where either is not true."""
    own, wanted = note.signers(trust.witnesses), max(trust.quorum, 1)
    if "witnessed" not in files.names:
        return own, checkpoint.size
    before = _before(files, checkpoint, trust)
    return before if len(own) < wanted <= len(before[0]) else (own, checkpoint.size)


def _before(files: Files, checkpoint: Checkpoint, trust: Trust) -> Cosigned:
    note = Note.parse(files.whole("witnessed"))
    stated = Checkpoint.parse(note.text)
    if stated.origin != checkpoint.origin:
        raise Wrong("what was cosigned is another log")
    note.signers(trust.log)
    cosigners = note.signers(trust.witnesses)
    proof = [from_base64(to_text(line)) for line in islice(files.lines("consistency"), MOST_HASHES)]
    check_consistency(stated.size, checkpoint.size, proof, stated.root, checkpoint.root)
    return cosigners, stated.size
