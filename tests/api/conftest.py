"""A service over an empty ledger, and a client that speaks to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from api.wire import Wire
from ledger.evidence.signing import Signing
from ledger.wiring import Parts, open_parts
from tests.ledger.posting import VAULT, clock_at_noon
from tests.log.making import LOG


def opening(database: str) -> Callable[[], Parts]:
    """Opens a ledger whose log is signed."""
    return partial(open_parts, database, clock=clock_at_noon(), signing=Signing(lambda: (LOG,)), vault=VAULT)


@contextmanager
def serving(database: str, *, raising: bool = True) -> Iterator[TestClient]:
    app = create_app(opening(database), front_door="Call the front door.")
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=raising) as client:
        yield client


@contextmanager
def listening(database: str, access: Access | None = None) -> Iterator[str]:
    """The address of a service that runs in a thread of this process."""
    app = create_app(opening(database), front_door="Call the front door.", access=access)
    with socket.create_server(("127.0.0.1", 0)) as door:
        running = uvicorn.Server(
            uvicorn.Config(app, log_level="error", http=Wire, ws="none", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=running.run, args=([door],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join()


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


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory) -> Iterator[TestClient]:
    """On SQLite, one service for all tests of a module that must leave it as it is."""
    with serving(str(tmp_path_factory.mktemp("unchanged") / "ledger.sqlite")) as client:
        yield client
