"""Server-sent events, over a real server: each entry as it is recorded, and from where a broken line left off."""

from __future__ import annotations

from contextlib import contextmanager

import httpx2
import pytest

from tests.api.conftest import listening
from tests.api.story import PARTNERS, tell
from tests.ledger.posting import agency

SSE = {"accept": "text/event-stream"}


@pytest.fixture
def server(database):
    with listening(database) as address:
        yield address


@contextmanager
def events(client, query="", **headers):
    """An open stream's events, as (id, data)."""
    with client.stream("GET", f"/entries{query}", headers=SSE | headers, timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines):
    found = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name in ("id", "data"):
            found[name] = value
        elif not line and found:
            yield int(found.pop("id")), found.pop("data")


def test_a_reader_is_told_of_each_entry_as_it_is_recorded(server):
    with httpx2.Client(base_url=server) as client, httpx2.Client(base_url=server) as poster:
        tell(poster, *PARTNERS)
        with events(client) as told:
            assert [next(told)[0] for _ in range(3)] == [1, 2, 3]
            tell(poster, agency("LATER"))
            position, data = next(told)
        lines = poster.get("/entries", headers={"accept": "application/x-ndjson"}).text.splitlines()
        assert (position, data) == (4, lines[3])


def test_a_broken_line_goes_on_where_it_left_off(server):
    with httpx2.Client(base_url=server) as client:
        tell(client, *PARTNERS, agency("LATER"))
        with events(client, "?until=4", **{"last-event-id": "2"}) as told:
            assert [position for position, _ in told] == [3, 4]
        with events(client, "?until=4&after=3", **{"last-event-id": "1"}) as told:
            assert [position for position, _ in told] == [4]


def test_a_stream_is_filtered(server):
    with httpx2.Client(base_url=server) as client:
        tell(client, *PARTNERS)
        with events(client, "?until=3&subject=agency/HEALTH") as told:
            assert [position for position, _ in told] == [2]


def test_a_quiet_line_is_kept_alive(server, monkeypatch):
    monkeypatch.setattr("api.streams.HEARTBEAT", 0.01)
    with httpx2.Client(base_url=server) as client, client.stream("GET", "/entries", headers=SSE, timeout=30) as answer:
        assert next(line for line in answer.iter_lines() if line.startswith(":")) == ": nothing new"
