"""The servers that the benchmarks compare answer: a change of the door must not break them unseen."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from benchmarks.serving import as_it_is, only_stored, unstored


@pytest.mark.parametrize("kind", [as_it_is, unstored, only_stored])
def test_a_server_of_the_benchmarks_answers(kind, tmp_path):
    with TestClient(kind(str(tmp_path / "ledger.sqlite")), base_url="http://localhost") as client:
        assert client.get("/healthz").json() == {"alive": True}
