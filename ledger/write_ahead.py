"""The journal of SQLite that lets people read while one writes."""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep


def write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Turn it on, which does not wait for a lock as other statements do: of two that open a new file at once, one tries again, for so many seconds."""
    deadline = monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return
