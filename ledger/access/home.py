"""Where keys and openings are kept: `access`, beside the ledger. Replay cannot make it again."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from ledger.beside import file_beside, open_beside


def access_file(ledger: Path) -> Path:
    """The file beside a SQLite ledger that holds its keys."""
    return file_beside(ledger, "access")


def open_engine(database: str) -> Engine:
    """Connections to what is kept of access to a ledger, which is named by a path (SQLite) or a postgresql:// URL."""
    return open_beside(database, "access", lasting=True)
