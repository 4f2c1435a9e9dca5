"""An erasure while somebody opens the words: each opening was before it, and its row says so, or finds nothing. And copies of a ledger."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from functools import partial

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql

from api.app import create_app
from ledger.access.erasing import Scope, asked, carry_out, confirmed
from ledger.access.openings import AccessLog, Opener, Sought
from ledger.access.words import words_of
from ledger.evidence.erasures import Erasures
from ledger.evidence.signing import Signing
from ledger.wiring import open_ledger, open_parts
from tests.api.story import incident, tell
from tests.ledger.posting import VAULT, agency, clock_at_noon
from tests.log.making import LOG

ANN, BEN = Opener("oidc:ann", "business-unit", "BU"), Opener("oidc:ben", "delegated-partner", "LA")
SECRET = "Words that are sealed."
THREADS = 4


class Service:
    """A service in whose ledger one entry has words whose every opening is logged."""

    def __init__(self, client, database, erasures):
        self.client, self.database, self.erasures = client, database, erasures
        self.position = tell(client, agency("HEALTH"), incident("INC-1"))[-1]
        self.log: AccessLog = client.app.state.openings

    def open(self):
        return self.client.post(f"/entries/{self.position}/openings", json={"purpose": "review"})

    def erase(self):
        """Everything of it, as two people do; the position of the certificate."""
        ledger, askings = self.client.app.state.parts.ledger, self.client.app.state.askings
        asking = asked(ledger, askings, ANN, Scope("incident/INC-1"), "unlawful")
        (certificate,) = carry_out(ledger, askings, confirmed(ledger, askings, asking.number, BEN)).certificates
        return certificate

    def rows(self):
        return self.log.sought(Sought(position=self.position))


@pytest.fixture
def service(database, tmp_path):
    erasures = Erasures(tmp_path / "erased")
    signing = Signing(lambda: (LOG,))
    made = partial(open_parts, database, clock=clock_at_noon(), signing=signing, vault=VAULT, erasures=erasures)
    with TestClient(create_app(made), base_url="http://localhost") as client:
        yield Service(client, database, erasures)


@pytest.mark.parametrize("first", [True, False], ids=["before its row", "behind its row"])
def test_an_opening_that_an_erasure_overtakes_finds_nothing(service, monkeypatch, first):
    add, certificates = AccessLog.add, []

    def overtaken(log, opener, act):
        if first:
            certificates.append(service.erase())
        row = add(log, opener, act)
        if not first:
            certificates.append(service.erase())
        return row

    monkeypatch.setattr(AccessLog, "add", overtaken)
    answer = service.open()
    assert (answer.status_code, SECRET in answer.text) == (404, False)
    assert "nothing was sent" in answer.json()["detail"]
    (row,) = service.rows()
    assert row.held < certificates[0], "that they tried is known, and that it was before"
    again = service.open()
    assert (again.status_code, "has no words" in again.json()["detail"], len(service.rows())) == (404, True, 1)


def test_an_opening_that_was_read_before_the_erasure_has_its_row_from_before(service, monkeypatch):
    """The last moment there is: the words were read again, and the body is being made."""
    reads, certificates = [], []

    def read(ledger, entry):
        found = words_of(ledger, entry)
        reads.append(found)
        if len(reads) == 2:
            assert len(service.rows()) == 1, "the row is there before the words are read to be sent"
            certificates.append(service.erase())
        return found

    monkeypatch.setattr("api.words.words_of", read)
    answer = service.open()
    assert (answer.status_code, answer.json()["words"][0]["text"]) == (201, SECRET)
    assert answer.json()["opening"] == service.rows()[0].number
    assert service.rows()[0].held < certificates[0]
    assert service.open().status_code == 404


def test_many_open_while_it_is_erased(service):
    sent: list[int] = []
    late: list[int] = []
    over = threading.Event()

    def reader():
        while True:
            begun_after = over.is_set()
            answer = service.open()
            if answer.status_code == 201:
                (late if begun_after else sent).append(answer.json()["opening"])
            else:
                assert answer.status_code == 404, answer.text
                assert SECRET not in answer.text
                if begun_after:
                    return

    readers = [threading.Thread(target=reader) for _ in range(THREADS)]
    for each in readers:
        each.start()
    deadline = time.monotonic() + 60
    while len(sent) < 2 * THREADS:
        assert time.monotonic() < deadline, "nothing is opened"
        time.sleep(0.01)
    certificate = service.erase()
    over.set()
    for each in readers:
        each.join(60)
    assert not any(each.is_alive() for each in readers)
    assert late == []
    held = {row.number: row.held for row in service.rows()}
    assert all(held[number] < certificate for number in sent), "every body has its row, from before the certificate"
    service.log.verify()


def test_no_read_table_ever_has_words(service):
    """So that of a copy of them, wherever it is, there is nothing to erase."""
    service.client.get(f"/agencies?at_least={service.position}").raise_for_status()
    with service.client.app.state.parts.tables.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            names = connection.exec_driver_sql(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (schema,)
            )
        else:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        tables = [name for (name,) in names]
        held = [str(row) for name in tables for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
    assert len(tables) > 40
    assert any("INC-1" in row for row in held)
    assert not any("sealed" in row for row in held)


def test_a_copy_on_the_server_that_may_only_be_read_tells_nothing_of_it(postgres, tmp_path):
    """As a standby that lags, or a database made from another: what was erased is known from the list that is kept apart."""
    database, erasures = postgres.create_database(), Erasures(tmp_path / "erased")
    made = partial(open_parts, database, clock=clock_at_noon(), vault=VAULT, erasures=erasures)
    with TestClient(create_app(made), base_url="http://localhost") as client:
        Service(client, database, erasures)
    name = database.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(database.replace(name, "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(f"{name}_copy"), sql.Identifier(name))
        )
    copy = database.replace(name, f"{name}_copy")
    with TestClient(create_app(made), base_url="http://localhost") as client:
        service = Service.__new__(Service)
        service.client = client
        service.erase()
    for read_only in (True, False):
        with closing(
            open_ledger(copy, read_only=read_only, clock=clock_at_noon(), vault=VAULT, erasures=erasures)
        ) as held:
            assert held.head().position == 2, "it knows no certificate"
            assert held.words([1, 2]) == []
    with closing(
        open_ledger(copy, read_only=True, clock=clock_at_noon(), vault=VAULT, erasures=Erasures(tmp_path / "none"))
    ) as held:
        assert held.words([1, 2]) == [], "opened to be written to, it was erased again"
