"""The keys that sign the log: where their texts are kept, how the first is made, and what signs each commit with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.evidence.high_water import HighWater
from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import Kind, SigningKey, VerifierKey
from ledger.log.note import Note
from ledger.log.tree import Frontier
from ledger.log.verdict import Unproved
from ledger.secret_file import SecretFile

MOST_KEYS = 2
"""One as a rule; two while one takes over from the other."""

Keys = tuple[SigningKey, ...]


class KeyUnusable(ValueError):
    """The log cannot be signed as things stand; the sentence says why, and shows nothing of a private key."""


def fresh_key(origin: str | None) -> SigningKey:
    """A key nobody has had before. Its name is the origin of the log it begins; without one a name of its own is made for it."""
    made = Ed25519PrivateKey.generate()
    name = origin or f"ledger.localhost/{sha256(made.public_key().public_bytes_raw()).hexdigest()[:12]}"
    return SigningKey(name, made.private_bytes_raw())


def read_keys(text: str, where: str) -> Keys:
    """The keys of a text, one on each line, the newest first; `where` names the text's place. Raises KeyUnusable."""
    try:
        keys = tuple(map(SigningKey.parse, text.split()))
    except Unproved as error:
        raise KeyUnusable(f"{where} does not hold the log's key: {error}.") from None
    if not 1 <= len(keys) <= MOST_KEYS or len(set(keys)) != len(keys):
        raise KeyUnusable(f"{where} holds {len(keys)} keys: one, or two while one takes over from the other.")
    if any(key.kind is not Kind.NOTE for key in keys) or len({key.name for key in keys}) > 1:
        raise KeyUnusable(f"{where} holds keys that do not sign for one log: a log's keys bear its one name.")
    return keys


class KeyFile(SecretFile[Keys]):
    """Keys in a file, a line each."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_keys, "the log's key", KeyUnusable)

    def write(self, keys: Sequence[SigningKey], *, anew: bool = False) -> None:
        """As `SecretFile.put`."""
        self.put([key.secret_text() for key in keys], anew=anew)

    def make(self, origin: str | None) -> None:
        """Make the first key, unless somebody else has just done so."""
        with suppress(FileExistsError):
            self.write([fresh_key(origin)], anew=True)


class Signing:
    """Signs the checkpoints of one log. `made` makes the first key of a log that nothing was signed of yet, where that is allowed.

    `origin`: the name that its keys must bear, where one is asked for. `mark`: what was signed last, kept apart from the ledger.
    """

    def __init__(
        self,
        keys: Callable[[], Keys],
        *,
        made: Callable[[], None] | None = None,
        origin: str | None = None,
        mark: HighWater | None = None,
    ) -> None:
        self._keys, self._made, self._origin = keys, made, origin
        self.mark = mark
        self._trusted: Keys = ()

    def begin(self, last: bytes | None) -> None:
        """Make sure that the keys are those of this log, whose last signed note this is; raises KeyUnusable. To be called before `sign`."""
        if last is None and self._made is not None:
            self._made()
        keys = self._keys()
        if self._origin not in (None, keys[0].name):
            raise KeyUnusable(f"LEDGER_ORIGIN is {self._origin}; the key is one of {keys[0].name}.")
        if last is not None:
            self._expect_signed(last, keys)
        self._trusted = keys

    def _expect_signed(self, last: bytes, keys: Keys) -> None:
        note = Note.parse(last)
        stated = Checkpoint.parse(note.text)
        if stated.origin != keys[0].name:
            raise KeyUnusable(f"This ledger's log is {stated.origin}; the key is one of {keys[0].name}.")
        if not note.signers([key.verifier for key in keys]):
            raise KeyUnusable(
                f"The key given for {stated.origin} did not sign its last checkpoint, of {stated.size} entries. "
                "Give the key that did; it is replaced by `ledger rotate-key`."
            )

    def sign(self, tree: Frontier) -> Note:
        """The signed note over a tree; raises KeyUnusable where the keys were exchanged for others altogether."""
        keys = self._keys()
        if keys is not self._trusted:
            if not set(keys) & set(self._trusted):
                raise KeyUnusable(
                    "The log's key was exchanged while the ledger was open: the one before it must sign the change."
                )
            self._trusted = keys
        return Checkpoint(keys[0].name, tree.size, tree.root()).signed(keys)

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The public keys of those that sign now, the newest first."""
        return tuple(key.verifier for key in self._keys())
