"""A ledger on each engine, and as many more openings of it as a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest

from ledger.recorders import open_recorder
from ledger.recorders.contract import LedgerRecorder, Signer


class Opening(Protocol):
    """Opens a recorder that is closed behind the test; `sign` signs what it commits."""

    def __call__(self, database: str, *, sign: Signer | None = None) -> LedgerRecorder: ...


@pytest.fixture
def opening() -> Iterator[Opening]:
    """Opens a recorder that is closed behind the test."""
    with ExitStack() as closing:

        def opened(database: str, *, sign: Signer | None = None) -> LedgerRecorder:
            recorder = open_recorder(database, sign=sign)
            closing.callback(recorder.close)
            return recorder

        yield opened


@pytest.fixture
def recorder(database: str, opening: Opening) -> LedgerRecorder:
    """An empty ledger, on SQLite and on PostgreSQL in turn."""
    return opening(database)
