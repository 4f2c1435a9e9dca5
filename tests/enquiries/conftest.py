"""A ledger for the enquiries' tests, on either engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.figures.telling import Told, agencies, packs, told


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Told]:
    """A ledger with agencies, a group and packs."""
    with told(str(tmp_path / "ledger.sqlite"), [*packs(), *agencies()]) as made:
        yield made


@pytest.fixture
def on_both(database: str) -> Iterator[Told]:
    """The same on either engine."""
    with told(database, [*packs(), *agencies()]) as made:
        yield made
