"""Keys that sign notes: their names, ids and text forms (C2SP signed-note), and the two kinds of Ed25519 signature."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.log.forms import GREATEST, from_base64, plain, to_base64
from ledger.log.verdict import Malformed, Unknown

KEY_BYTES = 32
ID_BYTES = 4
SIGNATURE_BYTES = 64
TIMESTAMP_BYTES = 8
PRIVATE = "PRIVATE+KEY+"

_FIELD = 2**255 - 19
_EIGHTH = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = {0, 1, _FIELD - 1, _EIGHTH, _FIELD - _EIGHTH}
"""The y coordinates of the eight points of small order. RFC 8032 lets such keys be; under them one signature fits many texts."""


class Kind(IntEnum):
    """What a key signs: the byte that C2SP gives to the type of its signatures."""

    NOTE = 0x01
    """Ed25519 over the text of a note: a log's own signature."""
    COSIGNATURE = 0x04
    """Ed25519 over a checkpoint and a time (C2SP tlog-cosignature, cosignature/v1): a witness's signature."""


@dataclass(frozen=True)
class Signature:
    """One signature line of a note: who is said to have signed, and the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        _expect_name(self.name)
        if len(self.key_id) != ID_BYTES or not self.value:
            raise Malformed("a signature has a key id of 4 bytes and then at least one byte")

    @property
    def timestamp(self) -> int:
        """The time stated in a cosignature, in seconds since 1970; Malformed where the bytes are no cosignature."""
        if len(self.value) != TIMESTAMP_BYTES + SIGNATURE_BYTES:
            raise Malformed("a cosignature has 72 bytes")
        stated = int.from_bytes(self.value[:TIMESTAMP_BYTES], "big")
        if stated > GREATEST:
            raise Malformed("a cosignature's time lies beyond 2**63 - 1")
        return stated


@dataclass(frozen=True)
class VerifierKey:
    """A public key, trusted by whoever holds it under this name: 32 bytes, RFC 8032."""

    name: str
    public: bytes
    kind: Kind = Kind.NOTE

    def __post_init__(self) -> None:
        _expect_name(self.name)
        if len(self.public) != KEY_BYTES:
            raise Malformed("an Ed25519 public key has 32 bytes")
        y = int.from_bytes(self.public, "little") & (1 << 255) - 1
        if y >= _FIELD or y in _SMALL_ORDER:
            raise Malformed("an Ed25519 public key of small order, or spelt in a second way: it proves nothing")

    @cached_property
    def key_id(self) -> bytes:
        """4 bytes; with the name they say which key signed."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        """The vkey text, such as `ledger.example+1a2b3c4d+AXd3...`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """The key of a vkey text; Malformed for another form, Unknown for a kind of key not known here."""
        name, key_id, kind, public = _fields(text, "a public key reads name+key id+base64")
        key = cls(name, public, kind)
        if key.key_id.hex() != key_id:
            raise Malformed("the key id is not that of this key and name")
        return key

    def verifies(self, text: str, signature: Signature) -> bool:
        """Whether this key signed the note's text with this signature, which carries its name and id."""
        try:
            message = _message(self.kind, text, signature)
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature.value[-SIGNATURE_BYTES:], message)
        except (InvalidSignature, Malformed):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key: the 32-byte seed of RFC 8032, never shown by repr."""

    name: str
    seed: bytes = field(repr=False)
    kind: Kind = Kind.NOTE

    def __post_init__(self) -> None:
        _expect_name(self.name)
        if len(self.seed) != KEY_BYTES:
            raise Malformed("an Ed25519 seed has 32 bytes")

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public key that checks what this one signs."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw(), self.kind)

    def secret_text(self) -> str:
        """The skey text, `PRIVATE+KEY+name+id+base64`: whoever holds it can sign."""
        return f"{PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{to_base64(bytes([self.kind]) + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """The key of a skey text; Malformed for another form, Unknown for a kind of key not known here. Neither repeats the text."""
        form = "a private key reads PRIVATE+KEY+name+key id+base64"
        if not text.startswith(PRIVATE):
            raise Malformed(form)
        name, key_id, kind, seed = _fields(text.removeprefix(PRIVATE), form)
        key = cls(name, seed, kind)
        if key.verifier.key_id.hex() != key_id:
            raise Malformed("the key id is not that of this key and name")
        return key

    def sign(self, text: str) -> Signature:
        """A log's signature of a note's text; the same text gives the same bytes."""
        if self.kind is not Kind.NOTE:
            raise Malformed("a witness's key cosigns, and needs a time")
        return Signature(self.name, self.verifier.key_id, self._private.sign(text.encode()))

    def cosign(self, text: str, timestamp: int) -> Signature:
        """A witness's signature of a checkpoint's text at a time, in seconds since 1970."""
        if self.kind is not Kind.COSIGNATURE:
            raise Malformed("a log's key signs, and never cosigns")
        if not 0 <= timestamp <= GREATEST:
            raise Malformed("a time between 0 and 2**63 - 1 seconds")
        value = self._private.sign(cosigned(text, timestamp))
        return Signature(self.name, self.verifier.key_id, timestamp.to_bytes(TIMESTAMP_BYTES, "big") + value)


def cosigned(text: str, timestamp: int) -> bytes:
    """What a witness signs: a header line, a line with the time, and the checkpoint's text."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _message(kind: Kind, text: str, signature: Signature) -> bytes:
    match kind:
        case Kind.NOTE:
            if len(signature.value) != SIGNATURE_BYTES:
                raise Malformed("an Ed25519 signature has 64 bytes")
            return text.encode()
        case Kind.COSIGNATURE:
            return cosigned(text, signature.timestamp)


def _fields(text: str, form: str) -> tuple[str, str, Kind, bytes]:
    parts = plain(text).split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 - as the form says
        raise Malformed(form)
    name, key_id, encoded = parts
    value = from_base64(encoded)
    if not value:
        raise Malformed(form)
    if value[0] not in set(Kind):
        raise Unknown(f"a key of type {value[0]:#04x}, which is not known here")
    return name, key_id, Kind(value[0]), value[1:]


def _expect_name(name: str) -> None:
    plain(name)
    if name.split() != [name] or "+" in name:
        raise Malformed("a key's name is not empty and holds neither spaces nor +")
