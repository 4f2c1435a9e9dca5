"""A commit whose answer is lost: the writer is told that it cannot know, and the key tells whether it happened."""

from __future__ import annotations

import socket
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError

from ledger.recorders.contract import Head, KnownKey
from tests.conformance.making import NOON, append, entry, key_of, known, words
from tests.postgres import EmbeddedPostgres

COMMIT = b"COMMIT"


class Wire:
    """Stands between a writer and its server; cuts the connection around the next commit, if told to."""

    def __init__(self, server: Path) -> None:
        self.server = server
        self.folder = tempfile.TemporaryDirectory(prefix="wire-", dir="/tmp")
        self.cut: str | None = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.folder.name}/.s.PGSQL.5432")
        self.listener.listen()
        self.sockets = [self.listener]
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.server))
            self.sockets += [client, server]
            lost = threading.Event()
            for work in (self._forward, self._answer):
                thread = threading.Thread(target=work, args=(client, server, lost))
                self.threads.append(thread)
                thread.start()

    def _forward(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        while data := received(client):
            if COMMIT in data and self.cut == "before":
                self.cut = None
                break
            if COMMIT in data and self.cut == "after":
                self.cut = None
                lost.set()
            with suppress(OSError):
                server.sendall(data)
        hang_up(server, client)

    def _answer(self, client: socket.socket, server: socket.socket, lost: threading.Event) -> None:
        while data := received(server):
            if lost.is_set():
                break  # the server answers only when it has committed
            with suppress(OSError):
                client.sendall(data)
        hang_up(server, client)

    def close(self) -> None:
        hang_up(*self.sockets)
        for thread in self.threads:
            thread.join(30)
        for end in self.sockets:
            end.close()
        self.folder.cleanup()


def received(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 20)
    except OSError:
        return b""


def hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):  # the other side was quicker
            end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(postgres: EmbeddedPostgres) -> Iterator[Wire]:
    between = Wire(postgres.folder / ".s.PGSQL.5432")
    yield between
    between.close()


@pytest.fixture
def through_wire(postgres_url: str, wire: Wire, opening):
    name = psycopg.conninfo.conninfo_to_dict(postgres_url)["dbname"]
    return opening(f"postgresql://postgres@/{name}?host={quote(wire.folder.name, safe='')}")


def test_postgres_a_lost_answer_is_not_a_conflict(through_wire, wire, postgres_url, opening):
    append(through_wire, entry("case/A"))
    made = entry("case/B")
    wire.cut = "after"
    with pytest.raises((OperationalError, InterfaceError)):
        append(through_wire, made)
    assert known(through_wire, key_of(made)) == KnownKey(2, made.content or b"")
    assert through_wire.head() == opening(postgres_url).head() == Head(2, NOON)
    assert append(through_wire, entry("case/C")) == [3]


def test_postgres_a_lost_request_is_not_stored(through_wire, wire):
    append(through_wire, entry("case/A"))
    wire.cut = "before"
    with pytest.raises((OperationalError, InterfaceError)):
        append(through_wire, *(entry(f"case/B{number}") for number in range(80)))
    assert known(through_wire, key_of(entry("case/B0"))) is None
    assert append(through_wire, entry("case/B")) == [2]


def test_postgres_eventsourcings_insert_is_not_tried_twice(through_wire, wire):
    wire.cut = "after"
    with pytest.raises((OperationalError, InterfaceError)) as raised:
        through_wire.insert_events([entry("case/A")], recordedtime=NOON)
    assert not isinstance(raised.value, IntegrityError)
    assert through_wire.head() == Head(1, NOON)


class Faulty(sqlite3.Connection):
    """Fails around the next commit, if told to."""

    fault: str | None = None

    def execute(self, query, *parameters):
        if query == "COMMIT" and Faulty.fault is not None:
            fault, Faulty.fault = Faulty.fault, None
            if fault == "after":
                super().execute(query)
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(query, *parameters)


@pytest.fixture
def faulty(tmp_path, opening, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, factory=Faulty, **kwargs))
    recorder = opening(str(tmp_path / "ledger.sqlite"))
    append(recorder, entry("case/A"))
    yield recorder
    Faulty.fault = None


@pytest.mark.parametrize("fault", ["before", "after"])
def test_sqlite_a_commit_that_fails_is_told_and_the_key_says_what_happened(faulty, fault):
    made = entry("case/B")
    Faulty.fault = fault
    with pytest.raises(OperationalError, match="disk I/O error"), faulty.appending() as held:
        held.append([made], [words(2)], NOON)
    happened = fault == "after"
    assert known(faulty, key_of(made)) == (KnownKey(2, made.content or b"") if happened else None)
    assert len(faulty.words([2])) == happened
    assert append(faulty, entry("case/C")) == [3 if happened else 2]


def test_a_server_killed_under_load_loses_nothing_acknowledged(opening):
    told: dict[str, int] = {}
    with EmbeddedPostgres(durable=True) as server:
        recorder = opening(server.create_database())
        unknown: list[str] = []

        def work(name: int) -> None:
            for number in range(100_000):
                made = entry(f"case/{name}-{number}")
                try:
                    told[str(made.originator_id)] = append(recorder, made)[0]
                except (OperationalError, InterfaceError):
                    unknown.append(str(made.originator_id))
                    return

        workers = [threading.Thread(target=work, args=(name,)) for name in range(3)]
        for worker in workers:
            worker.start()
        assert recorder.wait_beyond(40, 60)
        server.kill()
        for worker in workers:
            worker.join(60)
        server.restart()
        stored = {held.originator_id: held.position for held in recorder.entries()}
        assert sorted(stored.values()) == list(range(1, recorder.head().position + 1))
        assert {reference: stored.get(reference) for reference in told} == told
        assert set(stored) - set(told) <= set(unknown)
        assert append(recorder, entry("case/after")) == [len(stored) + 1]
        recorder.close()


def test_reading_goes_on_after_the_server_was_restarted(opening):
    with EmbeddedPostgres() as server:
        recorder = opening(server.create_database())
        append(recorder, entry("case/A"))
        server.stop()
        with pytest.raises(OperationalError):
            append(recorder, entry("case/B"))
        server.restart()
        assert recorder.head() == Head(1, NOON)
        assert append(recorder, entry("case/B")) == [2]
        server.stop()
        server.restart()
        assert append(recorder, entry("case/C")) == [3]
        assert [held.position for held in recorder.entries()] == [1, 2, 3]
        recorder.close()
