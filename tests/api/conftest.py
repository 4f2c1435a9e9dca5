"""A service over an empty ledger, and a client that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ledger.wiring import open_parts
from tests.ledger.posting import clock_at_noon


@contextmanager
def serving(database: str) -> Iterator[TestClient]:
    app = create_app(partial(open_parts, database, clock=clock_at_noon()), front_door="Call the front door.")
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def client(database) -> Iterator[TestClient]:
    """On both engines."""
    with serving(database) as client:
        yield client


@pytest.fixture
def quick(tmp_path) -> Iterator[TestClient]:
    """On SQLite only, for what does not depend on storage."""
    with serving(str(tmp_path / "ledger.sqlite")) as client:
        yield client
