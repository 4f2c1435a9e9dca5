"""C2SP checkpoints: what a log says of itself at a size, and who signed that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.log.forms import GREATEST, from_base64, from_decimal, plain, to_base64
from ledger.log.keys import Kind, SigningKey, VerifierKey
from ledger.log.note import Note
from ledger.log.tree import HASH_BYTES
from ledger.log.verdict import Malformed

_LINES = 3


@dataclass(frozen=True)
class Checkpoint:
    """The root of a log's tree of `size` leaves. `origin` names the log; extension lines are opaque and nobody vouches for them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or "\n" in plain(line):
                raise Malformed("a checkpoint's origin and extensions are lines that are not empty")
        if not 0 <= self.size <= GREATEST:
            raise Malformed("a size below 0 or above 2**63 - 1")
        if len(self.root) != HASH_BYTES:
            raise Malformed("a root hash has 32 bytes")

    def text(self) -> str:
        """The note text: origin, size, root and extensions, a line each."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note text, which `text` gives back; Malformed otherwise."""
        lines = text.split("\n")
        if len(lines) <= _LINES or lines.pop():
            raise Malformed("a checkpoint has at least three lines: origin, size and root hash")
        origin, size, root, *extensions = lines
        return cls(origin, from_decimal(size), from_base64(root), tuple(extensions))

    def signed(self, keys: Iterable[SigningKey]) -> Note:
        """The checkpoint signed by a log's keys: one as a rule, two while one takes over from the other."""
        text = self.text()
        return Note(text, tuple(key.sign(text) for key in keys))


def cosigned_by(note: Note, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Of the witnesses given, those who cosigned a checkpoint, and when at the latest (seconds since 1970). Wrong as `Note.signers`."""
    signers = {(key.name, key.key_id): key for key in note.signers(keys) if key.kind is Kind.COSIGNATURE}
    times: dict[VerifierKey, int] = {}
    for signature in note.signatures:
        key = signers.get((signature.name, signature.key_id))
        if key is not None:
            times[key] = max(times.get(key, 0), signature.timestamp)
    return times
