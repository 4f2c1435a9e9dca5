"""Writing the ledger into PostgreSQL: the one transaction that holds its head."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock, get_ident
from typing import Any, LiteralString

import psycopg
from eventsourcing import persistence
from psycopg.pq import TransactionStatus

from ledger.recorders.contract import (
    Head,
    Key,
    KnownKey,
    NewEntry,
    Place,
    Signed,
    Signer,
    StoredEntry,
)
from ledger.recorders.postgres_opening import translated
from ledger.recorders.staging import Row, Staged, node_rows
from ledger.vault import LockedWords

COPY_FROM = 50
"""From this many entries on, COPY is quicker than one INSERT, though it takes a round trip more."""

LOCKED_HEAD = "SELECT position, recordedtime, frontier FROM head FOR UPDATE"
WORDS_OF = "SELECT position, path, key, box FROM words WHERE position = %s ORDER BY path"
KNOWN = (
    "SELECT source, id, position, content FROM unnest(%b::text[], %b::text[]) AS asked (source, id)"
    " JOIN entries USING (source, id)"
)
RECORDS = (
    "SELECT position, originator_id, originator_version, topic, state FROM entries"
    " WHERE originator_id = ANY(%b) ORDER BY position"
)
# Of each length the last in order of text is the greatest number: a look into entries_begun for each, however many records there are.
LAST_REFERENCE = """
SELECT reference FROM generate_series(1, 18) AS digits, LATERAL (
    SELECT originator_id AS reference FROM entries
    WHERE originator_version = 1 AND length(originator_id) = length(%(prefix)s) + digits
    AND originator_id >= %(prefix)s || '0' AND originator_id < %(prefix)s || ':'
    AND substr(originator_id, length(%(prefix)s) + 1) ~ '^[0-9]+$'
    ORDER BY originator_id DESC LIMIT 1
) AS last
ORDER BY substr(reference, length(%(prefix)s) + 1)::bigint DESC LIMIT 1
"""
_COLUMNS = "(position, originator_id, originator_version, topic, source, id, content, recordedtime, state)"
_TYPES = ("int8", "text", "int4", "text", "text", "text", "bytea", "text", "bytea")
INSERT = (
    f"INSERT INTO entries {_COLUMNS} SELECT * FROM unnest({', '.join(f'%b::{kind}[]' for kind in _TYPES)})"
).encode()
COPY = f"COPY entries {_COLUMNS} FROM STDIN (FORMAT BINARY)".encode()
INSERT_WORDS = (
    "INSERT INTO words (position, path, key, box) SELECT * FROM unnest(%b::int8[], %b::text[], %b::text[], %b::bytea[])"
)
DELETE_WORDS = (
    "DELETE FROM words USING unnest(%b::int8[], %b::text[]) AS gone (position, path)"
    " WHERE words.position = gone.position AND words.path = gone.path"
)
INSERT_NODES = "INSERT INTO nodes (level, number, hash) SELECT * FROM unnest(%b::int4[], %b::int8[], %b::bytea[])"
INSERT_NOTES = "INSERT INTO checkpoints (size, note) SELECT * FROM unnest(%b::int8[], %b::bytea[])"
MOVE_HEAD = "UPDATE head SET position = %b, recordedtime = %b, frontier = %b"

# This connection looks single keys up and appends, and nothing else: a plan made while the ledger was short must never be a scan.
# A server that acknowledges before it has written is told to write first. A writer that vanished must not keep the head for ever.
_SETTINGS = """
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET lock_timeout = '30s';
SET idle_in_transaction_session_timeout = '60s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
"""


Statement = tuple[LiteralString | bytes, Any]
Exchange = Callable[[Sequence[Statement], bool], list[list[Any]]]
"""Sends statements in one round trip and returns the rows of each; True says that the transaction begins with them."""


class PostgresAppending:
    """`Appending` under a lock of the head row, taken in the same round trip as the first question."""

    def __init__(self, exchange: Exchange, sign: Signer | None) -> None:
        self._exchange = exchange
        self._sign = sign
        self._staged: Staged | None = None
        self.signed: Signed | None = None

    @property
    def staged(self) -> Staged:
        """What is to be stored after the locked head."""
        if self._staged is None:
            self._asked(None)
        assert self._staged is not None
        return self._staged

    @property
    def head(self) -> Head:
        """As `Appending`."""
        return self.staged.head

    def known_keys(self, keys: Sequence[Key]) -> Mapping[Key, KnownKey]:
        """As `Appending`."""
        found = self._asked(KNOWN, ([key.source for key in keys], [key.id for key in keys]))
        return {Key(source, key): KnownKey(position, content) for source, key, position, content in found}

    def history(self, originator_ids: Sequence[str]) -> Sequence[StoredEntry]:
        """As `Appending`."""
        return list(map(StoredEntry._make, self._asked(RECORDS, (list(originator_ids),))))

    def advanced_since(self, position: int) -> Sequence[str]:
        """As `Appending`."""
        found = self._asked("SELECT DISTINCT originator_id FROM entries WHERE position > %s", (position,))
        return [name for (name,) in found]

    def last_reference(self, prefix: str) -> str | None:
        """As `Appending`."""
        found = self._asked(LAST_REFERENCE, {"prefix": prefix})
        return str(found[0][0]) if found else None

    def words(self, position: int) -> Sequence[LockedWords]:
        """As `Appending`."""
        return list(map(LockedWords._make, self._asked(WORDS_OF, (position,))))

    def exchange(self, gone: Sequence[Place], words: Sequence[LockedWords]) -> None:
        """As `Appending`."""
        for statement, rows in ((DELETE_WORDS, gone), (INSERT_WORDS, words)):
            if rows:
                self._asked(statement, tuple(map(list, zip(*rows, strict=True))))

    def append(self, entries: Sequence[NewEntry], words: Sequence[LockedWords], recordedtime: str) -> None:
        """As `Appending`."""
        self.staged.append(entries, words, recordedtime)

    def unlocked(self) -> bool:
        """Whether nothing was asked, so that there is nothing to end."""
        return self._staged is None

    def _asked(self, query: LiteralString | None, parameters: Any = None) -> list[Any]:
        question: list[Statement] = [] if query is None else [(query, parameters)]
        with translated():
            if self._staged is not None:
                return self._exchange(question, False)[0]
            _, head, *answers = self._exchange([("BEGIN", None), (LOCKED_HEAD, None), *question], True)
        position, recordedtime, frontier = head[0]
        self._staged = Staged(Head(position, recordedtime), frontier, self._sign)
        return answers[0] if answers else []


class PostgresWriter:
    """The one writing connection of this process; its threads take turns."""

    def __init__(self, url: str, on_commit: Callable[[int], None], sign: Signer | None = None) -> None:
        self._url = url
        self._sign = sign
        self._on_commit = on_commit
        self._turn = Lock()
        self._thread: int | None = None
        self._connection: psycopg.Connection[Any] | None = None

    @contextmanager
    def appending(self) -> Iterator[PostgresAppending]:
        """As `LedgerRecorder.appending`."""
        if self._thread == get_ident():
            raise persistence.ProgrammingError("This thread holds the head of the ledger already.")
        with self._turn:
            self._thread = get_ident()
            try:
                yield from self._transaction()
            finally:
                self._thread = None

    def close(self) -> None:
        """Close the connection, waiting for whoever writes."""
        with self._turn:
            self._drop()

    def _transaction(self) -> Iterator[PostgresAppending]:
        held = PostgresAppending(self._exchange, self._sign)
        try:
            yield held
            if not held.unlocked():
                with translated():
                    held.signed = self._stored(held.staged)
        except BaseException:
            self._roll_back()
            raise
        if not held.unlocked():
            self._on_commit(held.staged.end.position)

    def _stored(self, staged: Staged) -> Signed | None:
        connection = self._connected()
        signed = staged.finished() if staged.rows else None
        statements = _statements(staged, signed) if signed else []
        if len(staged.rows) >= COPY_FROM:
            _copy(connection, staged.rows)
        _sent(connection, [*statements, ("COMMIT", None)])
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            raise persistence.OperationalError("The commit was not confirmed.")
        return signed

    def _exchange(self, statements: Sequence[Statement], first: bool) -> list[list[Any]]:
        try:
            return _sent(self._connected(), statements)
        except psycopg.OperationalError:
            # The server was restarted since the last transaction. This one has not begun, so it may begin again.
            if not first or self._connection is None or not self._connection.closed:
                raise
            self._drop()
            return _sent(self._connected(), statements)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True)
            self._connection.execute(_SETTINGS)
        return self._connection

    def _roll_back(self) -> None:
        # Nothing may be left of it. A connection that cannot even roll back is thrown away, which rolls back too.
        connection = self._connection
        if connection is None:
            return
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _statements(staged: Staged, signed: Signed) -> list[Statement]:
    """What stores all that was staged, but for rows so many that they are copied."""
    tables: list[tuple[LiteralString | bytes, Sequence[Sequence[Any]]]] = [
        (INSERT, staged.rows if len(staged.rows) < COPY_FROM else ()),
        (INSERT_WORDS, staged.words),
        (INSERT_NODES, node_rows(signed.growth)),
        (INSERT_NOTES, staged.notes),
    ]
    statements: list[Statement] = [(query, tuple(map(list, zip(*rows, strict=True)))) for query, rows in tables if rows]
    return [*statements, (MOVE_HEAD, (*staged.end, signed.growth.after.to_bytes()))]


def _sent(connection: psycopg.Connection[Any], statements: Sequence[Statement]) -> list[list[Any]]:
    """The rows each statement answers with, all in one round trip. After a statement that fails none is carried out."""
    with connection.pipeline():
        cursors = [connection.execute(query, parameters, binary=True) for query, parameters in statements]
    return [cursor.fetchall() if cursor.description else [] for cursor in cursors]


def _copy(connection: psycopg.Connection[Any], rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(_TYPES)
        for row in rows:
            copy.write_row(row)
