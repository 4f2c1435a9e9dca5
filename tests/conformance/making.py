"""Entries to store, and a second way into either database that knows nothing of the recorders."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from ledger.log.tree import Frontier, leaf_hashes
from ledger.recorders.contract import Key, KnownKey, LedgerRecorder, NewEntry
from ledger.vault import LockedWords

NOON = "2026-01-05T12:00:00.000000Z"


def at(second: int) -> str:
    return f"2026-01-05T12:{second // 60:02}:{second % 60:02}.000000Z"


def entry(reference: str, version: int = 1, *, state: bytes = b"{}", key: str | None = None) -> NewEntry:
    """An entry of the record, under a key made from reference and version if none is given."""
    return NewEntry(
        originator_id=reference,
        originator_version=version,
        topic="uk.example.noted.v1",
        state=state,
        source="urn:test",
        id=key or f"{reference}#{version}",
        content=hashlib.sha256(state).digest(),
    )


def key_of(made: NewEntry) -> Key:
    assert made.source is not None
    assert made.id is not None
    return Key(made.source, made.id)


def known(recorder: LedgerRecorder, key: Key) -> KnownKey | None:
    """Where a key was recorded, as a writer that takes the head would learn."""
    with recorder.appending() as held:
        return held.known_keys([key]).get(key)


def words(position: int, path: str = "/reason", text: str = "said aloud") -> LockedWords:
    """Words as a recorder gets them: what is in their box is not its to know."""
    return LockedWords(position, path, "a-key", text.encode())


def append(recorder: LedgerRecorder, *entries: NewEntry, when: str = NOON) -> list[int]:
    """Store entries in one commit and return their positions."""
    with recorder.appending() as held:
        held.append(entries, (), when)
        first = held.head.position + 1
    return list(range(first, first + len(entries)))


def append_group(recorder: LedgerRecorder, reference: str, size: int) -> list[int]:
    """One record of that many versions in one commit, each with its words and the size of the group in its state."""
    with recorder.appending() as held:
        first = held.head.position + 1
        positions = list(range(first, first + size))
        group = [entry(reference, number, state=str(size).encode()) for number in range(1, size + 1)]
        held.append(group, [words(position) for position in positions], held.head.recordedtime or NOON)
    return positions


def assert_whole(recorder: LedgerRecorder) -> list[str]:
    """Positions are dense, every group of `append_group` is there whole, in one piece and with its words; its references."""
    stored = list(recorder.entries())
    assert [held.position for held in stored] == list(range(1, recorder.head().position + 1))
    groups: dict[str, list[int]] = {}
    for held in stored:
        groups.setdefault(held.originator_id, []).append(held.position)
    for reference, positions in groups.items():
        history = recorder.record(reference)
        size = int(history[0].state)
        assert [held.originator_version for held in history] == list(range(1, size + 1)), reference
        assert positions == list(range(positions[0], positions[0] + size)), reference
        assert [kept.position for kept in recorder.words(positions)] == positions, reference
    return list(groups)


class Raw:
    """A connection of another program, which gets no help and no protection from this one."""

    def __init__(self, connection: sqlite3.Connection | psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.is_sqlite = isinstance(connection, sqlite3.Connection)

    def run(self, query: str) -> Sequence[Any]:
        cursor = self.connection.execute(query)
        return cursor.fetchall() if cursor.description else []

    def insert(self, position: int, reference: str, version: int, source: str, key: str) -> None:
        blob = "x'7b7d'" if self.is_sqlite else "'\\x7b7d'"
        self.run(
            "INSERT INTO entries (position, originator_id, originator_version, topic, source, id, content, recordedtime, state)"
            f" VALUES ({position}, '{reference}', {version}, 'uk.example.noted.v1', '{source}', '{key}', {blob}, '{NOON}', {blob})"
        )

    def begin_holding_head(self) -> None:
        """Take the head as a writer does, and keep it."""
        if self.is_sqlite:
            self.run("BEGIN IMMEDIATE")
        else:
            self.run("BEGIN")
            self.run("SELECT position FROM head FOR UPDATE")

    def move_head(self) -> None:
        """Let the head name the last entry, and hold the tree over them all."""
        states = [bytes(state) for (state,) in self.run("SELECT state FROM entries ORDER BY position")]
        frontier = Frontier().grown(leaf_hashes(states)).after.to_bytes().hex()
        held = f"x'{frontier}'" if self.is_sqlite else f"'\\x{frontier}'"
        self.run(f"UPDATE head SET position = {len(states)}, frontier = {held}")


@contextmanager
def raw(database: str) -> Iterator[Raw]:
    """A connection that commits each statement unless it begins a transaction itself."""
    connection: sqlite3.Connection | psycopg.Connection[Any]
    if database.startswith("postgresql://"):
        connection = psycopg.connect(database, autocommit=True)
    else:
        connection = sqlite3.connect(database, isolation_level=None, timeout=30)
    try:
        yield Raw(connection)
    finally:
        connection.close()


RAW_ERRORS = (sqlite3.Error, psycopg.Error)
