"""Receipts: a C2SP tlog-proof, which shows offline that an entry stands in the log, and what is known once it is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from ledger.log.checkpoint import Checkpoint
from ledger.log.forms import GREATEST, from_base64, from_decimal, to_base64, to_text
from ledger.log.keys import Kind, VerifierKey
from ledger.log.note import Note
from ledger.log.proofs import Proof, check_inclusion, check_inclusion_form
from ledger.log.tree import HASH_BYTES, leaf_hash
from ledger.log.verdict import Malformed, Unknown, Unproved, Wrong

VERSION = "c2sp.org/tlog-proof@v1"
MOST_BYTES = 2_000_000
MOST_HASHES = 63


@dataclass(frozen=True)
class Receipt:
    """Leaf `index` (position - 1) leads by `path` to the root of the signed checkpoint. `extra`, as issued here, is the entry's exact bytes."""

    index: int
    path: Proof
    checkpoint: Note
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= GREATEST:
            raise Malformed("an index below 0 or above 2**63 - 1")
        if len(self.path) > MOST_HASHES or not {HASH_BYTES}.issuperset(map(len, self.path)):
            raise Malformed(f"a path is at most {MOST_HASHES} hashes of 32 bytes")
        if self.extra == b"":
            raise Malformed("extra data, where there is any, is not empty")

    def to_bytes(self) -> bytes:
        """The receipt as a file; its name should end in .tlog-proof."""
        return self.text().encode()

    def text(self) -> str:
        """The same as text."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        lines = [VERSION, *extra, f"index {self.index}", *map(_spelt, self.path), "", str(self.checkpoint)]
        return "\n".join(lines)

    @classmethod
    def parse(cls, raw: bytes) -> Receipt:
        """The receipt of these bytes, which `to_bytes` gives back; Unknown for another version, Malformed for another form."""
        if not raw.startswith(f"{VERSION}\n".encode()):
            raise Unknown(f"not a receipt of the known version, {VERSION}")
        if len(raw) > MOST_BYTES:
            raise Malformed(f"a receipt has at most {MOST_BYTES} bytes")
        head, blank, note = raw.partition(b"\n\n")
        if not blank:
            raise Malformed("a receipt ends in an empty line and a checkpoint")
        _, *lines = to_text(head).split("\n")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index "):
            raise Malformed("a receipt tells the index after its first line and its extra data")
        index = from_decimal(lines.pop(0).removeprefix("index "))
        return cls(index, tuple(map(from_base64, lines)), Note.parse(note), extra)


@lru_cache(maxsize=4096)
def _spelt(node: bytes) -> str:
    """A hash in base64. The receipts of one commit share most of theirs."""
    return to_base64(node)


class Level(IntEnum):
    """How far a log can be believed; each level has what those before it have."""

    NONE = 0
    CHAIN = 1
    """The hashes lead from the entry to the root that is stated."""
    SIGNED = 2
    """A trusted key of the log signed that root."""
    WITNESSED = 3
    """So did witnesses, who saw the log grow without change."""


@dataclass(frozen=True)
class Trust:
    """What a reader trusts beforehand: keys of the log (two while one takes over), witnesses, and how many of those must have cosigned."""

    log: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        if any(key.kind is not Kind.NOTE for key in self.log) or len({key.name for key in self.log}) != 1:
            raise Malformed("a log has keys that sign notes, all of one name")
        if any(key.kind is not Kind.COSIGNATURE for key in self.witnesses):
            raise Malformed("a witness has a key that cosigns")
        everybody = [key.public for key in (*dict.fromkeys(self.log), *dict.fromkeys(self.witnesses))]
        if len(set(everybody)) != len(everybody):
            raise Malformed("a public key stands under two names: one signature would count twice")
        if not 0 <= self.quorum <= len(set(self.witnesses)):
            raise Malformed("a quorum is at most the number of witnesses")


@dataclass(frozen=True)
class Finding:
    """What checking a receipt came to: false if anything is, otherwise untold if anything is, otherwise true."""

    false: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    level: Level = Level.NONE
    witnesses: frozenset[VerifierKey] = field(default_factory=frozenset)

    @property
    def code(self) -> int:
        """0 true, 1 false, 2 cannot be told."""
        return 1 if self.false else 2 if self.untold else 0


def check(raw: bytes, trust: Trust, entry: bytes | None = None) -> Finding:
    """What a receipt proves to somebody who trusts these keys; `entry` is needed where the receipt does not carry it."""
    try:
        receipt = Receipt.parse(raw)
        checkpoint = Checkpoint.parse(receipt.checkpoint.text)
    except Unknown as error:
        return Finding(untold=(str(error),))
    except Unproved as error:
        return Finding(false=(str(error),))
    false: list[str] = []
    untold: list[str] = []
    for step in (_signed, _witnessed, _chained):
        try:
            step(receipt, checkpoint, trust, entry)
        except Unknown as error:
            untold.append(str(error))
        except Unproved as error:
            false.append(str(error))
    if false:
        return Finding(tuple(false), tuple(untold))
    return Finding((), tuple(untold), *_reached(receipt, checkpoint, trust, entry))


def _signed(receipt: Receipt, checkpoint: Checkpoint, trust: Trust, entry: bytes | None) -> None:
    signers = receipt.checkpoint.signers(trust.log)
    if not signers:
        raise Unknown("no trusted key of the log signed the checkpoint")
    if any(key.name != checkpoint.origin for key in signers):
        raise Wrong("the checkpoint is of another log than the key that signed it")


def _witnessed(receipt: Receipt, checkpoint: Checkpoint, trust: Trust, entry: bytes | None) -> None:
    seen = len(receipt.checkpoint.signers(trust.witnesses))
    if seen < trust.quorum:
        raise Unknown(f"{seen} of the witnesses cosigned, and {trust.quorum} are asked for")


def _chained(receipt: Receipt, checkpoint: Checkpoint, trust: Trust, entry: bytes | None) -> None:
    if entry is not None and receipt.extra is not None and entry != receipt.extra:
        raise Wrong("the receipt was given for other bytes than this entry's")
    body = receipt.extra if entry is None else entry
    if body is None:
        check_inclusion_form(receipt.index, checkpoint.size, receipt.path)
        raise Unknown("the receipt does not carry the entry, and no entry was given beside it")
    check_inclusion(leaf_hash(body), receipt.index, checkpoint.size, receipt.path, checkpoint.root)


def _reached(
    receipt: Receipt, checkpoint: Checkpoint, trust: Trust, entry: bytes | None
) -> tuple[Level, frozenset[VerifierKey]]:
    """The level of a receipt in which nothing is false."""
    if entry is None and receipt.extra is None:
        return Level.NONE, frozenset()
    if not receipt.checkpoint.signers(trust.log):
        return Level.CHAIN, frozenset()
    witnesses = receipt.checkpoint.signers(trust.witnesses)
    return (Level.WITNESSED if witnesses else Level.SIGNED), witnesses
