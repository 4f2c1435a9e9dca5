"""A ledger on each engine, and as many more openings of it as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from ledger.recorders import open_recorder
from ledger.recorders.contract import LedgerRecorder

Opening = Callable[[str], LedgerRecorder]


@pytest.fixture
def opening() -> Iterator[Opening]:
    """Opens a recorder that is closed behind the test."""
    with ExitStack() as closing:

        def opened(database: str) -> LedgerRecorder:
            recorder = open_recorder(database)
            closing.callback(recorder.close)
            return recorder

        yield opened


@pytest.fixture
def recorder(database: str, opening: Opening) -> LedgerRecorder:
    """An empty ledger, on SQLite and on PostgreSQL in turn."""
    return opening(database)
