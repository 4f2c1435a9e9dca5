"""Writing the ledger into a SQLite file: opening it, the one transaction that holds its head, and what goes wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock, get_ident

from eventsourcing import persistence

from ledger.log.tree import Frontier
from ledger.recorders.contract import (
    SCHEMA_VERSION,
    Head,
    Key,
    KnownKey,
    NewEntry,
    Place,
    Signed,
    Signer,
    StoredEntry,
    UnknownSchemaError,
    of_another_version,
)
from ledger.recorders.staging import Staged, node_rows
from ledger.vault import LockedWords
from ledger.write_ahead import write_ahead

BUSY_SECONDS = 30.0
"""How long a connection waits for a lock that another process holds."""

WORDS_OF = "SELECT position, path, key, box FROM words WHERE position = ? ORDER BY path"
KNOWN = (
    "SELECT e.source, e.id, e.position, e.content FROM json_each(?) AS k CROSS JOIN entries AS e"
    " ON e.source = k.value ->> 0 AND e.id = k.value ->> 1"
)
RECORDS = (
    "SELECT position, originator_id, originator_version, topic, state FROM entries"
    " WHERE originator_id IN (SELECT value FROM json_each(?)) ORDER BY position"
)
# Of each length the last in order of text is the greatest number: a look into entries_begun for each, however many records there are.
LAST_REFERENCE = """
WITH RECURSIVE lengths (digits) AS (SELECT 1 UNION ALL SELECT digits + 1 FROM lengths WHERE digits < 18),
last (reference) AS (
    SELECT (
        SELECT originator_id FROM entries
        WHERE originator_version = 1 AND length(originator_id) = length(?1) + digits
        AND originator_id >= ?1 || '0' AND originator_id < ?1 || ':'
        AND substr(originator_id, length(?1) + 1) NOT GLOB '*[^0-9]*'
        ORDER BY originator_id DESC LIMIT 1
    ) FROM lengths
)
SELECT reference FROM last WHERE reference IS NOT NULL
ORDER BY CAST(substr(reference, length(?1) + 1) AS INTEGER) DESC LIMIT 1
"""
INSERT = (
    "INSERT INTO entries (position, originator_id, originator_version, topic, source, id, content, recordedtime, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_WORDS = "INSERT INTO words (position, path, key, box) VALUES (?, ?, ?, ?)"
DELETE_WORDS = "DELETE FROM words WHERE position = ? AND path = ?"
INSERT_NODES = "INSERT INTO nodes (level, number, hash) VALUES (?, ?, ?)"
INSERT_NOTES = "INSERT INTO checkpoints (size, note) VALUES (?, ?)"
MOVE_HEAD = "UPDATE head SET position = ?, recordedtime = ?, frontier = ?"


@contextmanager
def translated() -> Iterator[None]:
    """Raise sqlite3's errors as those of eventsourcing.persistence with the same name, without the text of what could not be read."""
    try:
        yield
    except sqlite3.Error as error:
        what = str(error).partition(" with text ")[0]
        for kind in type(error).__mro__:
            known = getattr(persistence, kind.__name__, persistence.PersistenceError)
            if kind.__module__ == "sqlite3" and issubclass(known, persistence.PersistenceError):
                raise known(what) from error
        raise persistence.PersistenceError(what) from error


def opened(path: Path) -> sqlite3.Connection:
    """A connection that survives a power cut (synchronous FULL) and may be handed from thread to thread."""
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise persistence.OperationalError(f"{path}: {error}") from error
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten with zeros
    # Pages (64 MB) before the log is carried over: keys without an order then cost half as much.
    connection.execute("PRAGMA wal_autocheckpoint = 16000")
    return connection


def prepared(path: Path) -> None:
    """Make the file a ledger if it is new; raise UnknownSchemaError if it is something else. Several processes may do so at once."""
    with telling_what_is_no_ledger(path), closing(opened(path)) as connection:
        write_ahead(connection, BUSY_SECONDS)
        connection.execute("BEGIN IMMEDIATE")
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if names.isdisjoint({"head", "entries", "words", "nodes", "checkpoints", "cosignatures", "audit"}):
            _create(connection)
        check_version(connection, path)
        connection.execute("COMMIT")


@contextmanager
def telling_what_is_no_ledger(path: Path) -> Iterator[None]:
    """Raise UnknownSchemaError where a file turns out to be no database at all."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise UnknownSchemaError(f"{path} is not a ledger: {error}.") from error
        raise


def _create(connection: sqlite3.Connection) -> None:
    statement = ""
    for line in Path(__file__).with_name("sqlite.sql").read_text("utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
    connection.execute("INSERT INTO head VALUES (1, 0, NULL, ?, ?)", (Frontier().to_bytes(), SCHEMA_VERSION))


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Raise UnknownSchemaError for a database of another program or version."""
    try:
        found = connection.execute("SELECT schema_version FROM head").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # that one says no such table, or column
            raise
        raise UnknownSchemaError(f"{path} is not a ledger: {error}.") from error
    if found != (SCHEMA_VERSION,):
        raise of_another_version(str(path), found)


class SQLiteAppending:
    """`Appending` inside BEGIN IMMEDIATE, which locks the whole file against other writers and nobody who reads."""

    def __init__(self, connection: sqlite3.Connection, sign: Signer | None) -> None:
        self._connection = connection
        self.signed: Signed | None = None
        *head, frontier = connection.execute("SELECT position, recordedtime, frontier FROM head").fetchone()
        self.staged = Staged(Head(*head), frontier, sign)

    @property
    def head(self) -> Head:
        """As `Appending`."""
        return self.staged.head

    def known_keys(self, keys: Sequence[Key]) -> Mapping[Key, KnownKey]:
        """As `Appending`."""
        with translated():
            rows = self._connection.execute(KNOWN, (json.dumps(keys),)).fetchall()
        return {Key(source, key): KnownKey(position, content) for source, key, position, content in rows}

    def history(self, originator_ids: Sequence[str]) -> Sequence[StoredEntry]:
        """As `Appending`."""
        with translated():
            rows = self._connection.execute(RECORDS, (json.dumps(originator_ids),))
            return list(map(StoredEntry._make, rows))

    def advanced_since(self, position: int) -> Sequence[str]:
        """As `Appending`."""
        query = "SELECT DISTINCT originator_id FROM entries WHERE position > ?"
        with translated():
            return [name for (name,) in self._connection.execute(query, (position,))]

    def last_reference(self, prefix: str) -> str | None:
        """As `Appending`."""
        with translated():
            row = self._connection.execute(LAST_REFERENCE, (prefix,)).fetchone()
        return None if row is None else str(row[0])

    def words(self, position: int) -> Sequence[LockedWords]:
        """As `Appending`."""
        with translated():
            return list(map(LockedWords._make, self._connection.execute(WORDS_OF, (position,))))

    def exchange(self, gone: Sequence[Place], words: Sequence[LockedWords]) -> None:
        """As `Appending`."""
        with translated():
            self._connection.executemany(DELETE_WORDS, gone)
            self._connection.executemany(INSERT_WORDS, words)

    def append(self, entries: Sequence[NewEntry], words: Sequence[LockedWords], recordedtime: str) -> None:
        """As `Appending`."""
        self.staged.append(entries, words, recordedtime)

    def commit(self) -> None:
        """Store what was staged, and end the transaction."""
        signed = self._write() if self.staged.rows else None
        self._connection.execute("COMMIT")
        self.signed = signed

    def _write(self) -> Signed:
        signed = self.staged.finished()
        self._connection.executemany(INSERT, self.staged.rows)
        self._connection.executemany(INSERT_WORDS, self.staged.words)
        self._connection.executemany(INSERT_NODES, node_rows(signed.growth))
        self._connection.executemany(INSERT_NOTES, self.staged.notes)
        self._connection.execute(MOVE_HEAD, (*self.staged.end, signed.growth.after.to_bytes()))
        return signed


class SQLiteWriter:
    """The one writing connection of this process; its threads take turns."""

    def __init__(self, path: Path, on_commit: Callable[[int], None], sign: Signer | None = None) -> None:
        self._path = path
        self._sign = sign
        self._on_commit = on_commit
        self._turn = Lock()
        self._thread: int | None = None
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def appending(self) -> Iterator[SQLiteAppending]:
        """As `LedgerRecorder.appending`."""
        if self._thread == get_ident():
            raise persistence.ProgrammingError("This thread holds the head of the ledger already.")
        with self._turn:
            self._thread = get_ident()
            try:
                with translated():
                    yield from self._transaction()
            finally:
                self._thread = None

    def close(self) -> None:
        """Close the connection, waiting for whoever writes."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _transaction(self) -> Iterator[SQLiteAppending]:
        connection = self._begun()
        try:
            held = SQLiteAppending(connection, self._sign)
            yield held
            held.commit()
        except BaseException:
            self._roll_back(connection)
            raise
        self._on_commit(held.staged.end.position)

    def _begun(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = opened(self._path)
            # Kibibytes: the indexes of a long ledger stay in memory. Who reads goes from page to page, and needs none of it.
            self._connection.execute("PRAGMA cache_size = -65536")
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        # Nothing may be left of it. A connection that cannot even roll back is thrown away, which rolls back too.
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        connection.close()
        self._connection = None
