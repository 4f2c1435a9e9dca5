"""A stream, over a real server, lasts no longer than the key behind it."""

from __future__ import annotations

import json

import httpx2

from api.access import Access
from ledger.access.keys import Keys
from ledger.access.principal import Role
from tests.api.conftest import listening
from tests.ledger.posting import agency, clock_at_noon


def test_a_stream_ends_with_the_key_of_its_reader(tmp_path):
    """And shows nothing that is recorded after that."""
    database = str(tmp_path / "ledger.sqlite")
    keys, clock = Keys.open(database, clock_at_noon()), clock_at_noon()
    reading, text = keys.make(Role.PARTNER_READER, "HEALTH", "stream")
    _, posting = keys.make(Role.BUSINESS_UNIT, "BU", "post")
    with listening(database, Access(Keys.open(database, clock))) as address, httpx2.Client(base_url=address) as client:

        def record(code):
            given = {"authorization": f"Bearer {posting}", "content-type": "application/json"}
            position = client.post("/events", content=json.dumps(agency(code)), headers=given).json()["position"]
            client.get(f"/agencies?at_least={position}", headers=given).raise_for_status()

        record("FIRST")
        given = {"authorization": f"Bearer {text}", "accept": "text/event-stream"}
        with (
            httpx2.Client(base_url=address) as other,
            other.stream("GET", "/entries", headers=given, timeout=30) as told,
        ):
            lines = told.iter_lines()
            assert "FIRST" in next(line for line in lines if line.startswith("data"))
            keys.revoke(reading.id)
            record("LATER")
            assert not [line for line in lines if line.startswith("data")]
