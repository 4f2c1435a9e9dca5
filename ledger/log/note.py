"""C2SP signed notes: a text and the lines of those who signed it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ledger.log.forms import from_base64, plain, to_base64, to_text
from ledger.log.keys import ID_BYTES, Signature, VerifierKey
from ledger.log.verdict import Malformed, Wrong

MOST_BYTES = 1_000_000
MOST_SIGNATURES = 100
"""As in Go's golang.org/x/mod/sumdb/note; the specification asks for at least 16."""

_DASH = "— "


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and 1 to 100 signatures. Nothing in it is to be believed before `signers` names a trusted key."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not plain(self.text).endswith("\n"):
            raise Malformed("a note's text ends in a newline")
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            raise Malformed(f"a note has 1 to {MOST_SIGNATURES} signatures")

    def __hash__(self) -> int:
        """Of the text alone, which Python hashes once: what is told of a note is looked up for every receipt."""
        return hash(self.text)

    def to_bytes(self) -> bytes:
        """The note as it is kept and sent; Malformed if it is too long."""
        return _no_longer(str(self).encode())

    def __str__(self) -> str:
        """The note as text, spelt once: many receipts carry one note."""
        return self._spelt

    @cached_property
    def _spelt(self) -> str:
        lines = [f"{_DASH}{s.name} {to_base64(s.key_id + s.value)}\n" for s in self.signatures]
        return f"{self.text}\n{''.join(lines)}"

    @classmethod
    def parse(cls, raw: bytes) -> Note:
        """The note of these bytes, which `to_bytes` gives back; Malformed otherwise."""
        text, blank, signed = to_text(_no_longer(raw)).rpartition("\n\n")
        if not blank or not signed.endswith("\n"):
            raise Malformed("a note is a text, an empty line, and signatures, each a line")
        lines = signed.removesuffix("\n").split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise Malformed(f"a note has 1 to {MOST_SIGNATURES} signatures")
        return cls(text + "\n", tuple(map(_signature, lines)))

    def signers(self, known: Iterable[VerifierKey]) -> frozenset[VerifierKey]:
        """Those of the known keys that signed; other signatures are ignored. Wrong if a line under a known key's name and id is not its."""
        keys = {(key.name, key.key_id): key for key in known}
        found = set()
        for signature in self.signatures:
            key = keys.get((signature.name, signature.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, signature):
                raise Wrong(f"the signature under the key {key.name}+{key.key_id.hex()} does not fit")
            found.add(key)
        return frozenset(found)

    def with_signatures(self, *signatures: Signature) -> Note:
        """The note with further lines; a key that has one already gets the newer in its place."""
        new = {(s.name, s.key_id) for s in signatures}
        kept = (s for s in self.signatures if (s.name, s.key_id) not in new)
        return Note(self.text, (*kept, *signatures))


def _signature(line: str) -> Signature:
    dash, name, encoded = line[: len(_DASH)], *line[len(_DASH) :].partition(" ")[::2]
    if dash != _DASH or not encoded:
        raise Malformed("a signature line reads: dash, space, key name, space, base64")
    value = from_base64(encoded)
    return Signature(name, value[:ID_BYTES], value[ID_BYTES:])


def _no_longer(raw: bytes) -> bytes:
    if len(raw) > MOST_BYTES:
        raise Malformed(f"a note has at most {MOST_BYTES} bytes")
    return raw
