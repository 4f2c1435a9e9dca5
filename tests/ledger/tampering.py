"""Somebody who owns the database: triggers out of the way, rows as they please, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.making import Raw, raw

TABLES = ("entries", "words", "nodes", "checkpoints")


@contextmanager
def owning(database: str) -> Iterator[Raw]:
    """A connection that nothing stops."""
    with raw(database) as held:
        if held.is_sqlite:
            for (name,) in held.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                held.run(f"DROP TRIGGER {name}")
        else:
            for table in TABLES:
                held.run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield held


def blob(held: Raw, value: bytes) -> str:
    """Bytes as the engine's SQL spells them."""
    return f"x'{value.hex()}'" if held.is_sqlite else f"'\\x{value.hex()}'::bytea"
