"""API keys for partners' systems: shown once, kept as a hash, made, listed, rotated and revoked."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, Self

from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, insert, select, update

from ledger.access.home import open_engine
from ledger.access.principal import Principal, Role
from ledger.beside import make, writing
from ledger.clock import Clock, spelled
from ledger.vault import fresh_salt

PREFIX = "slk_"
"""What every key begins with, so that a scanner for leaked secrets can know one."""
ID_BYTES = 6
SEEN_EVERY = timedelta(minutes=1)
"""How exactly `last_used` is kept: it is no log, and a write for every request would make it one."""
OVERLAP = timedelta(days=7)
"""How long a rotated key goes on working beside the new one."""

_TABLES = MetaData()
KEYS = Table(
    "keys",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("role", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("label", String, nullable=False),
    Column("made", String, nullable=False),
    Column("ends", String),
    Column("last_used", String),
)


@dataclass(frozen=True)
class Key:
    """One key as it is listed: who it speaks for, a label, and when it was made, ends or ended, and was last used (RFC 3339, UTC)."""

    id: str
    role: Role
    agency: str
    label: str
    made: str
    ends: str | None
    last_used: str | None


class NoSuchKey(LookupError):
    """There is no key with this id, or it has ended already."""


class Keys:
    """The keys of one ledger. Safe from any thread."""

    def __init__(self, engine: Engine, clock: Clock, salt: Callable[[], bytes] = fresh_salt) -> None:
        self._engine, self._clock, self._salt = engine, clock, salt
        make(_TABLES, engine)

    @classmethod
    def open(cls, database: str, clock: Clock) -> Self:
        """The keys beside the ledger in a database."""
        return cls(open_engine(database), clock)

    def close(self) -> None:
        self._engine.dispose()

    def make(self, role: Role, agency: str, label: str) -> tuple[Key, str]:
        """A new key, and its text, which is kept nowhere."""
        text = f"{PREFIX}{self._salt()[:ID_BYTES].hex()}_{urlsafe_b64encode(self._salt()).decode().rstrip('=')}"
        key = Key(_id(text), role, agency, label, spelled(self._clock.now()), None, None)
        row = {"digest": _digest(text), **vars(key), "role": role.value}
        with writing(self._engine) as connection:
            connection.execute(insert(KEYS).values(row))
        return key, text

    def all(self) -> list[Key]:
        """Every key there ever was, by when it was made."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(KEYS).order_by(KEYS.c.made, KEYS.c.id))
            return [_key(row) for row in rows]

    def rotate(self, id: str) -> tuple[Key, str]:
        """A new key for the same speaker; the old one works for `OVERLAP` more. Raises NoSuchKey."""
        old = self._living(id)
        made = self.make(old.role, old.agency, old.label)
        self._set(id, ends=spelled(self._clock.now() + OVERLAP))
        return made

    def revoke(self, id: str) -> None:
        """End a key at once; raises NoSuchKey."""
        self._living(id)
        self._set(id, ends=spelled(self._clock.now()))

    def principal(self, text: str) -> Principal | None:
        """Who a key speaks for, or None if it is no key, or has ended."""
        now = self._clock.now()
        with self._engine.begin() as connection:
            row = connection.execute(select(KEYS).where(KEYS.c.id == _id(text))).one_or_none()
            if row is None or not compare_digest(row.digest, _digest(text)) or _ended(row.ends, now):
                return None
        if row.last_used is None or datetime.fromisoformat(row.last_used) + SEEN_EVERY <= now:
            self._set(row.id, last_used=spelled(now))
        return Principal(Role(row.role), row.agency, f"key:{row.id}")

    def _living(self, id: str) -> Key:
        found = next((key for key in self.all() if key.id == id and not _ended(key.ends, self._clock.now())), None)
        if found is None:
            raise NoSuchKey(f"There is no key {id} that still works.")
        return found

    def _set(self, id: str, **values: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(KEYS).where(KEYS.c.id == id).values(values))


def _id(text: str) -> str:
    return text.removeprefix(PREFIX).partition("_")[0]


def _digest(text: str) -> bytes:
    """SHA-256 suffices: a key holds 256 random bits, so that nobody guesses it from its hash."""
    return hashlib.sha256(text.encode()).digest()


def _ended(ends: str | None, now: datetime) -> bool:
    return ends is not None and datetime.fromisoformat(ends) <= now


def _key(row: Any) -> Key:
    return Key(row.id, Role(row.role), row.agency, row.label, row.made, row.ends, row.last_used)
