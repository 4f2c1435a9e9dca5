"""A service with one case in it, and readers of its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.conftest import serving
from tests.api.story import CASE, tell
from tests.web.reading import Reader


@pytest.fixture(scope="session")
def case(tmp_path_factory) -> Iterator[Reader]:
    """A reader of a ledger in development with one case, for tests that leave it as it is."""
    with serving(str(tmp_path_factory.mktemp("web") / "ledger.sqlite"), raising=False) as client:
        last = tell(client, *CASE)[-1]
        assert client.get("/actions", params={"at_least": last}).status_code == 200
        yield Reader(client)
