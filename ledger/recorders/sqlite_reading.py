"""Reading a SQLite ledger without writing anything, be it on a disk or a copy that nobody may write to."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from eventsourcing.persistence import OperationalError, ProgrammingError

from ledger.recorders.sqlite_writing import BUSY_SECONDS, SQLiteAppending, check_version, telling_what_is_no_ledger


def can_write(path: str | Path) -> bool:
    """Whether this user may write a SQLite file that is there, which takes its folder too: the log stands beside it."""
    file = Path(path).absolute()
    if not os.access(file, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return False
    try:
        with TemporaryFile(
            dir=file.parent
        ):  # asking is not enough: what is allowed may fail on a disk mounted to be read
            return True
    except OSError:
        return False


NOT_TEXT = "\0"
"""Stands for stored text that is not UTF-8. No text of a ledger has this character, and none with it can be stored or copied."""


def read_damaged(connection: sqlite3.Connection, query: str, parameters: Sequence[Any]) -> list[Any]:
    """What a query finds, with NOT_TEXT for each text that is not UTF-8; sqlite3 by itself gives nothing then."""
    connection.text_factory = _text
    try:
        return connection.execute(query, parameters).fetchall()
    finally:
        connection.text_factory = str


def _text(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return NOT_TEXT


class ReadingOnly:
    """How a ledger is opened that is only read: it makes no ledger, changes none, and leaves no file behind.

    A file that may be written is shared with its writers as usual. Of any other SQLite would leave a log of this user's beside it, or
    fail where it cannot; so while nobody else has a log there it is read as a file that stays as it is, and a change is noticed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        writable = can_write(path)
        self._stays = None if writable or self._log.exists() else self._state()
        mode = "immutable=1" if self._stays else "mode=rw" if writable else "mode=ro"
        self._address = f"{path.absolute().as_uri()}?{mode}"

    def prepared(self) -> None:
        """Raise UnknownSchemaError if the file is no ledger of this program's version, OperationalError if it cannot be read."""
        try:
            with telling_what_is_no_ledger(self._path), closing(self.opened()) as connection:
                check_version(connection, self._path)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY or not self._log.exists():
                raise
            told = f"{self._path} has a log beside it that cannot be used here; copy all its files to a folder that may be written."
            raise OperationalError(told) from error
        self.still_as_it_was()

    def opened(self) -> sqlite3.Connection:
        """A connection that cannot write, and may be handed from thread to thread."""
        try:
            connection = sqlite3.connect(
                self._address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise OperationalError(f"{self._path}: {error}") from error
        connection.execute("PRAGMA query_only = ON")
        return connection

    def still_as_it_was(self) -> None:
        """Raise OperationalError if a file read as one that stays as it is was written to."""
        if self._stays and (self._log.exists() or self._state() != self._stays):
            raise OperationalError(f"{self._path} was written to while it was read; ask again.")

    def appending(self) -> AbstractContextManager[SQLiteAppending]:
        """As `LedgerRecorder`: refused."""
        raise ProgrammingError(f"{self._path} was opened to be read only; nothing can be recorded in it.")

    def close(self) -> None:
        """As `LedgerRecorder`; there is no connection that writes."""

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns
