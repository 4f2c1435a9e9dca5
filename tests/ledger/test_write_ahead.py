"""A journal is turned on though somebody else holds the file for a moment."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from ledger.write_ahead import write_ahead


def test_it_is_waited_for(tmp_path):
    path = tmp_path / "new.sqlite"
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
        closing(sqlite3.connect(path, isolation_level=None)) as connection,
    ):
        other.execute("BEGIN EXCLUSIVE")
        letting_go = threading.Timer(0.2, other.execute, ["COMMIT"])
        letting_go.start()
        write_ahead(connection, 30)
        letting_go.join()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_but_not_for_ever(tmp_path):
    path = tmp_path / "new.sqlite"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(connection, 0.05)
