"""Services with something in them, and readers of their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from api.app import create_app
from api.demo_recording import record_script
from ledger.access.principal import Role
from ledger.clock import DemonstrationClock
from ledger.wiring import open_parts
from tests.access.signing_in import sign_in
from tests.api.conftest import serving
from tests.api.story import CASE, tell
from tests.web.browsing import browsers
from tests.web.reading import Reader

YEAR = Path(__file__).parents[2] / "examples" / "invented-year"
AFTERWARDS = datetime(2025, 8, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real one; where none is installed the tests that ask for it say so."""
    yield from browsers()


@pytest.fixture(scope="session")
def case(tmp_path_factory) -> Iterator[Reader]:
    """A reader of a ledger in development with one case, for tests that leave it as it is."""
    with serving(str(tmp_path_factory.mktemp("web") / "ledger.sqlite"), raising=False) as client:
        last = tell(client, *CASE)[-1]
        assert client.get("/actions", params={"at_least": last}).status_code == 200
        yield Reader(client)


@pytest.fixture(scope="session")
def year_held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented year, recorded."""
    database = tmp_path_factory.mktemp("year") / "ledger.sqlite"
    assert all(answer.as_expected for answer in record_script(YEAR, database, lambda done, total: None))
    return database


@pytest.fixture
def as_role(year) -> Callable[[Role, str], Reader]:
    """A reader of the invented year who chose to be somebody."""

    def chosen(role: Role, agency: str) -> Reader:
        client = TestClient(year.client.app, base_url="http://localhost")
        sign_in(client, role, agency)
        return Reader(client)

    return chosen


@pytest.fixture(scope="session")
def year(year_held) -> Iterator[Reader]:
    """A reader of the invented year, on a day of the summer after it."""
    open_ = partial(open_parts, str(year_held), packs=YEAR / "packs", clock=DemonstrationClock(AFTERWARDS))
    with TestClient(create_app(open_), base_url="http://localhost") as client:
        yield Reader(client)
