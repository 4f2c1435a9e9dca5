"""Who is signed in to the pages: a secret in a cookie, of which only the hash is kept; it ends when unused, after a day's work, or when told."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest, digest
from typing import Any, Self

from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, delete, insert, select, update

from ledger.access.home import open_engine
from ledger.access.principal import Principal, Role
from ledger.beside import make, writing
from ledger.clock import Clock, spelled
from ledger.vault import fresh_salt

IDLE = timedelta(hours=1)
"""How long a session lives that nobody uses."""
LONGEST = timedelta(hours=10)
"""How long any lives: whoever comes back the next day is vouched for anew."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly its last use is kept, so that not every request writes."""

_TABLES = MetaData()
SESSIONS = Table(
    "sessions",
    _TABLES,
    Column("digest", LargeBinary, primary_key=True),
    Column("role", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("vouched_by", String, nullable=False),
    Column("begun", String, nullable=False),
    Column("seen", String, nullable=False),
)


@dataclass(frozen=True)
class Session:
    """One browser in which somebody is signed in. `secret` is what its cookie holds."""

    principal: Principal
    secret: str

    @property
    def token(self) -> str:
        """What each of its forms carries: only who can read its pages, or its cookie, knows it."""
        return _spelled(digest(self.secret.encode(), b"form", "sha256"))

    def wrote(self, token: str) -> bool:
        """Whether a form came from one of its own pages."""
        return compare_digest(self.token.encode(), token.encode())


class Sessions:
    """The sessions of one ledger that one party vouches for: a session of development is none where identity is required. Safe from any thread."""

    def __init__(self, engine: Engine, clock: Clock, vouched_by: str, secret: Callable[[], bytes] = fresh_salt) -> None:
        self._engine, self._clock, self._vouched_by, self._secret = engine, clock, vouched_by, secret
        make(_TABLES, engine)

    @classmethod
    def open(cls, database: str, clock: Clock, vouched_by: str) -> Self:
        """The sessions beside the ledger in a database."""
        return cls(open_engine(database), clock, vouched_by)

    def close(self) -> None:
        self._engine.dispose()

    def begin(self, principal: Principal) -> Session:
        """A new session; those that are over are forgotten."""
        found, now = Session(principal, _spelled(self._secret())), self._clock.now()
        row = {
            "digest": _digest(found.secret), "role": principal.role.value, "agency": principal.agency, "subject": principal.subject,
            "vouched_by": self._vouched_by, "begun": spelled(now), "seen": spelled(now),
        }  # fmt: skip
        over = (SESSIONS.c.seen <= spelled(now - IDLE)) | (SESSIONS.c.begun <= spelled(now - LONGEST))
        with writing(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(over))
            connection.execute(insert(SESSIONS).values(row))
        return found

    def session(self, secret: str) -> Session | None:
        """The session with this secret, which is thereby used; None where there is none any more."""
        now, named = self._clock.now(), SESSIONS.c.digest == _digest(secret)
        with self._engine.begin() as connection:
            row = connection.execute(select(SESSIONS).where(named)).one_or_none()
        if row is None or row.vouched_by != self._vouched_by or _over(row, now):
            return None
        if datetime.fromisoformat(row.seen) + SEEN_EVERY <= now:
            with writing(self._engine) as connection:
                connection.execute(update(SESSIONS).where(named).values(seen=spelled(now)))
        return Session(Principal(Role(row.role), row.agency, row.subject), secret)

    def end(self, secret: str) -> None:
        """Sign out: the cookie is worth nothing from now on, whoever holds a copy."""
        with writing(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == _digest(secret)))

    def end_all(self, subject: str | None = None) -> int:
        """Sign out one person everywhere, or everybody; how many sessions that ended."""
        chosen = delete(SESSIONS) if subject is None else delete(SESSIONS).where(SESSIONS.c.subject == subject)
        with writing(self._engine) as connection:
            return connection.execute(chosen).rowcount


def _over(row: Any, now: datetime) -> bool:
    return datetime.fromisoformat(row.seen) + IDLE <= now or datetime.fromisoformat(row.begun) + LONGEST <= now


def _digest(secret: str) -> bytes:
    """SHA-256 suffices, as for a key: 256 random bits are not guessed from their hash."""
    return hashlib.sha256(secret.encode()).digest()


def _spelled(secret: bytes) -> str:
    return urlsafe_b64encode(secret).decode().rstrip("=")
