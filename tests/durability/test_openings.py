"""kill -9 while words are opened: whatever words were sent, their row stands in the access log."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import closing
from random import Random

import pytest

from ledger.access.openings import AccessLog, Sought
from tests.durability.service import PATIENCE, Service
from tests.ledger.posting import agency, clock_at_noon, event
from tests.postgres import EmbeddedPostgres

READERS, KILLS = 4, 2
DATA = {
    "agency": "HEALTH", "happened_on": "2019-12-01", "known_on": "2019-12-01", "nature": "other", "how_many": 1, "looked_after": False,
    "care_leaver": False, "summary": "Words that are sealed.",
}  # fmt: skip


class Reader(threading.Thread):
    """Opens the words of one entry again and again, and notes the number of each row whose words came."""

    def __init__(self, service: Service, position: int) -> None:
        super().__init__(daemon=True)
        self.service, self.position = service, position
        self.opened: list[int] = []

    def run(self) -> None:
        connection = self.service.connect()
        body, headers = json.dumps({"purpose": "review"}), {"content-type": "application/json"}
        try:
            while True:
                connection.request("POST", f"/entries/{self.position}/openings", body, headers)
                with connection.getresponse() as answer:
                    told = json.loads(answer.read())
                assert answer.status == 201, told
                assert told["words"][0]["text"] == DATA["summary"]
                self.opened.append(told["opening"])
        except (OSError, http.client.HTTPException):
            pass  # it was killed
        finally:
            connection.close()


@pytest.fixture(scope="module")
def durable_postgres():
    with EmbeddedPostgres(durable=True) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    return request.getfixturevalue("durable_postgres").create_database()


def posted(service):
    """The position of an entry with words whose opening is logged."""
    connection = service.connect()
    incident = event("incident.reported", "incident/INC-1", DATA, time="2019-12-01T00:00:00Z")
    body = json.dumps([agency("HEALTH"), incident])
    connection.request("POST", "/events", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 201, told
    connection.close()
    position: int = told[-1]["position"]
    return position


def test_no_words_are_sent_without_their_row(place, seed):
    draw, sent = Random(seed), []
    with Service(place) as service:
        position = posted(service)
        for _ in range(KILLS):
            readers = [Reader(service, position) for _ in range(READERS)]
            for reader in readers:
                reader.start()
            deadline = time.monotonic() + PATIENCE
            while not all(reader.opened for reader in readers):
                assert time.monotonic() < deadline, "nothing is opened"
                time.sleep(0.01)
            time.sleep(draw.uniform(0, 0.3))
            service.kill()
            for reader in readers:
                reader.join(PATIENCE)
            sent += [number for reader in readers for number in reader.opened]
            with closing(AccessLog.open(place, clock_at_noon())) as log:
                log.verify()
                assert {row.number for row in log.sought(Sought(position=position))} >= set(sent)
            service.start()
    assert len(sent) == len(set(sent))
