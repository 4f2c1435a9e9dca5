"""The vault: sealed words and their salts are locked with a key kept apart from the database; an entry holds only commitments to them."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.secret_file import SecretFile

SALT_BYTES = 32
KEY_BYTES = 32
NONCE_BYTES = 12
"""Drawn at random for every row: with 2^32 rows under one key two are alike with a chance of one in 2^32 (NIST SP 800-38D, 8.3)."""
MOST_KEYS = 2
"""One as a rule; two while one takes over from the other."""
PREFIX = "VAULT+KEY"


def fresh_salt() -> bytes:
    """The one door for randomness that an entry depends on: 32 bytes from the operating system."""
    return secrets.token_bytes(SALT_BYTES)


class SealedWords(NamedTuple):
    """Words of an entry in clear: `path` is a JSON pointer into its data, `salt` 32 bytes, `text` as posted."""

    position: int
    path: str
    salt: bytes
    text: str


class LockedWords(NamedTuple):
    """The same as they are stored: `key` is the id of the key, `box` the nonce and, locked, salt and text."""

    position: int
    path: str
    key: str
    box: bytes


class VaultKeyUnusable(ValueError):
    """Words cannot be locked or opened as things stand; the sentence says why, and shows nothing of a key."""


class VaultClosed(VaultKeyUnusable):
    """The key that locked these words is not given; the sentence names the entry and the key."""


class VaultBroken(VaultClosed):
    """These words do not open with the key that locked them: what is stored was changed, or belongs elsewhere."""


@dataclass(frozen=True)
class VaultKey:
    """A key of the vault: 32 random bytes, and an id made of them, which stands beside what it locked."""

    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        return cls(AESGCM.generate_key(8 * KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `VAULT+KEY+<id>+<base64>`; raises ValueError. The id finds out a slip in the copying."""
        try:
            key = cls(b64decode(text.removeprefix(f"{PREFIX}+").partition("+")[2], validate=True))
        except NotBase64:
            raise ValueError("not a key of the vault") from None
        if len(key.secret) != KEY_BYTES or key.spelled() != text:
            raise ValueError("not a key of the vault")
        return key

    def spelled(self) -> str:
        """As its file holds it."""
        return f"{PREFIX}+{self.id}+{b64encode(self.secret).decode()}"

    @property
    def id(self) -> str:
        """16 hex digits of the hash of the key, from which nobody finds the key."""
        return sha256(b"ledger vault key\n" + self.secret).hexdigest()[:16]


VaultKeys = tuple[VaultKey, ...]


def read_vault_keys(text: str, where: str) -> VaultKeys:
    """The keys of a text, one on each line, the newest first; `where` names the text's place. Raises VaultKeyUnusable."""
    try:
        keys = tuple(map(VaultKey.parse, text.split()))
    except ValueError:
        raise VaultKeyUnusable(
            f"{where} does not hold the vault's key, as `ledger vault make-key` writes it."
        ) from None
    if not 1 <= len(keys) <= MOST_KEYS or len(set(keys)) != len(keys):
        raise VaultKeyUnusable(f"{where} holds {len(keys)} keys: one, or two while one takes over from the other.")
    return keys


class VaultKeyFile(SecretFile[VaultKeys]):
    """Keys in a file, a line each."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_vault_keys, "the vault's key", VaultKeyUnusable)

    def write(self, keys: Sequence[VaultKey], *, anew: bool = False) -> None:
        """As `SecretFile.put`."""
        self.put([key.spelled() for key in keys], anew=anew)

    def make(self) -> None:
        """Make the first key, unless somebody else has just done so."""
        with suppress(FileExistsError):
            self.write([VaultKey.fresh()], anew=True)


class Vault:
    """Locks words with the newest key and opens them with whichever locked them. `made` makes a first key, where that is allowed."""

    def __init__(self, keys: Callable[[], VaultKeys], *, made: Callable[[], None] | None = None) -> None:
        self._keys, self._made = keys, made
        self._ciphers: dict[VaultKey, AESGCM] = {}

    def begin(self, used: Iterable[str]) -> None:
        """Make sure that the keys open what is locked under these ids; raises VaultKeyUnusable. To be called before anything is locked."""
        needed = sorted(set(used))
        if not needed and self._made is not None:
            self._made()
        keys = self._keys()
        if unknown := [each for each in needed if each not in {key.id for key in keys}]:
            raise VaultKeyUnusable(
                f"This ledger has words locked with the vault key {' and '.join(unknown)}; given is "
                f"{' and '.join(key.id for key in keys)}. Nothing is lost: give the key that locked them as well."
            )

    @property
    def newest(self) -> str:
        """The id of the key that locks now."""
        return self._keys()[0].id

    def lock(self, words: Iterable[SealedWords]) -> list[LockedWords]:
        """Words as they are stored; raises VaultKeyUnusable."""
        locked = list(words)
        return _locked(locked, key := self._keys()[0], self._cipher(key)) if locked else []

    def open(self, words: Iterable[LockedWords]) -> list[SealedWords]:
        """Words in clear; raises VaultClosed or VaultBroken, and VaultKeyUnusable where there is no key at all."""
        return [self._opened(each) for each in words]

    def _opened(self, words: LockedWords) -> SealedWords:
        key = next((key for key in self._keys() if key.id == words.key), None)
        if key is None:
            raise VaultClosed(
                f"The words of entry {words.position} are locked with the vault key {words.key!a}, which is not given."
            )
        nonce, box = words.box[:NONCE_BYTES], words.box[NONCE_BYTES:]
        try:
            clear = self._cipher(key).decrypt(nonce, box, _bound(words.position, words.path))
            return SealedWords(words.position, words.path, clear[:SALT_BYTES], clear[SALT_BYTES:].decode())
        except (InvalidTag, ValueError):
            raise VaultBroken(
                f"The words of entry {words.position} do not open with their key: what is stored was changed, or belongs elsewhere."
            ) from None

    def _cipher(self, key: VaultKey) -> AESGCM:
        if key not in self._ciphers:
            self._ciphers[key] = AESGCM(key.secret)
        return self._ciphers[key]


def _locked(words: Sequence[SealedWords], key: VaultKey, cipher: AESGCM) -> list[LockedWords]:
    found = []
    drawn = secrets.token_bytes(NONCE_BYTES * len(words))  # asking the operating system once costs much less
    for number, each in enumerate(words):
        nonce = drawn[number * NONCE_BYTES : (number + 1) * NONCE_BYTES]
        box = cipher.encrypt(nonce, each.salt + each.text.encode(), _bound(each.position, each.path))
        found.append(LockedWords(each.position, each.path, key.id, nonce + box))
    return found


def _bound(position: int, path: str) -> bytes:
    """What a box is bound to: taken to another entry or field it does not open."""
    return f"ledger words 1\n{position}\n{path}".encode()
