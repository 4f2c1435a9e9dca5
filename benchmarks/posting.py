"""What it costs to post over HTTP: single events at 64 connections, and long batches."""

from __future__ import annotations

import http.client
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg

from benchmarks import lives
from benchmarks.homes import Homes, opened, raw
from benchmarks.measuring import Rates, Row, both_rows, in_turn, timed_both
from ledger.recorders import open_recorder
from tests.postgres import free_port

CHECKOUT = Path(__file__).parents[1]
CONNECTIONS = 64
LONG = 1_000
PATIENCE = 60
Bare = tuple[object, ...]
"""One row of the table of entries."""


class Server:
    """A server of `benchmarks.serving` in a process of its own."""

    def __init__(self, kind: str, database: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "benchmarks.serving", kind, str(self.port), database]
        self._process = subprocess.Popen(command, cwd=CHECKOUT)
        deadline = time.monotonic() + PATIENCE
        while self.get("/healthz") != 200:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server {kind} does not answer")
            time.sleep(0.05)

    def get(self, path: str) -> int | None:
        """The status of an answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except OSError:
                return None

    def behind(self) -> int:
        """How many entries its read tables have to catch up with; 0 where it has none."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/status")
            answer = connection.getresponse()
            return int(json.loads(answer.read())["behind"]) if answer.status == 200 else 0

    def busy(self) -> float:
        """Seconds for which its process was busy so far; what a projector beside it does is not among them."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it in order."""
        self._process.terminate()
        self._process.wait(PATIENCE)


@contextmanager
def serving(kind: str, database: str) -> Iterator[Server]:
    """A running server over a ledger that has begun."""
    with opened(database):
        pass
    server = Server(kind, database)
    try:
        yield server
    finally:
        server.stop()


def send(
    homes: Homes, server: Server, work: Sequence[Sequence[bytes]], content_type: str, events: int, *, wait: bool = True
) -> Rates:
    """Events a second while these bodies are posted, one list on each connection; every one must be recorded."""
    head = f"POST /events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {content_type}\r\ncontent-length: "
    requests = [[f"{head}{len(body)}\r\n\r\n".encode() + body for body in bodies] for bodies in work]
    told = homes.folder / "requests"
    told.write_bytes(pickle.dumps(requests))
    command = [sys.executable, "-m", "benchmarks.load", str(server.port), str(told)]
    before = server.busy()
    done = subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True)
    busy, answer = server.busy() - before, json.loads(done.stdout)
    assert answer["statuses"] == {"201": sum(map(len, work))}, answer
    while wait and server.behind():  # its projector must not run on into the next measurement
        time.sleep(0.1)
    return Rates(events / float(answer["seconds"]), events / busy)


def _dealt(events: Iterator[lives.Posted], hands: int) -> list[list[bytes]]:
    """Events by connection, those of one record on one connection, so that they arrive in order."""
    dealt: list[list[bytes]] = [[] for _ in range(hands)]
    for event in events:
        dealt[crc32(event["subject"].encode()) % hands] += raw([event])
    return dealt


def singles(homes: Homes, engine: str, repeats: int, events: int) -> list[Row]:
    """a: durable single posts over HTTP at 64 connections."""
    runs = count()
    kinds = ("as-it-is", "unstored", "commits-each", "groups-of-one", "only-stored")
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(kind, homes.new(engine))) for kind in kinds]

        def post(server: Server) -> Rates:
            number = next(runs)
            work = _dealt(lives.lives(events, seed=number, name=f"H{number}-"), CONNECTIONS)
            return send(homes, server, work, "application/cloudevents+json", events)

        rates = in_turn(repeats, *(lambda server=server: post(server) for server in servers))
    told = f"single posts over HTTP at {CONNECTIONS} connections"
    ours, unstored, each, alone, most = rates
    return [
        *both_rows(f"{told} : without storing them", engine, ours, unstored, 0.5, unit="posts/s"),
        *both_rows(f"{told}, only stored : without storing them", engine, most, unstored, None, unit="posts/s"),
        *both_rows(f"{told} : an endpoint that commits each", engine, ours, each, 2.5, unit="posts/s"),
        *both_rows(f"{told} : the service in groups of one", engine, ours, alone, None, unit="posts/s"),
    ]


def long_batches(homes: Homes, engine: str, repeats: int, batches: int) -> list[Row]:
    """c: NDJSON batches of 1000 over HTTP, and a bare COPY or executemany of the rows they left."""
    runs, database = count(), homes.new(engine)
    with serving("as-it-is", database) as server, serving("only-stored", homes.new(engine)) as most:

        def post(server: Server) -> Rates:
            number = next(runs)
            lines = _dealt(lives.lives(batches * LONG, seed=number, name=f"N{number}-"), 2)
            work = [[b"\n".join(hand[n : n + LONG]) for n in range(0, len(hand), LONG)] for hand in lines]
            return send(homes, server, work, "application/x-ndjson", batches * LONG)

        post(server)
        recorder = open_recorder(database)
        stored = recorder.rows(0, batches * LONG)
        recorder.close()
        rows = [
            (r.position, r.entry.originator_id, r.entry.originator_version, r.entry.topic, r.entry.source, r.entry.id, r.entry.content,
             r.recordedtime, r.entry.state) for r in stored
        ]  # fmt: skip
        mine, stored_only, other = in_turn(
            repeats, lambda: post(server), lambda: post(most), lambda: bare(homes, engine, database, rows)
        )
    told, against = f"NDJSON batches of {LONG:,} over HTTP", f"a bare {'executemany' if engine == 'SQLite' else 'COPY'}"
    return [
        *both_rows(f"{told} : {against} of the rows", engine, mine, other, 0.2, unit="events/s"),
        *both_rows(f"{told}, only stored : {against} of the rows", engine, stored_only, other, None, unit="events/s"),
    ]


def bare(homes: Homes, engine: str, like: str, rows: Sequence[Bare]) -> Rates:
    """Rows a second into an empty table of the same columns and indexes, without triggers, a commit for each thousand."""
    groups = [rows[n : n + LONG] for n in range(0, len(rows), LONG)]
    if engine == "SQLite":
        return _executemany(homes.new(engine), like, groups)
    with psycopg.connect(like, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (LIKE entries INCLUDING ALL)")
        rate = timed_both(lambda: _copy_each(connection, groups), len(rows))
        connection.execute("DROP TABLE bare")
    return rate


def _copy_each(connection: psycopg.Connection[Any], groups: Sequence[Sequence[Bare]]) -> None:
    for group in groups:
        with connection.cursor().copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(("int8", "text", "int4", "text", "text", "text", "bytea", "text", "bytea"))
            for each in group:
                copy.write_row(each)


def _executemany(path: str, like: str, groups: Sequence[Sequence[Bare]]) -> Rates:
    with closing(sqlite3.connect(like)) as source:
        found = "SELECT sql FROM sqlite_master WHERE tbl_name = 'entries' AND type IN ('table', 'index') AND sql IS NOT NULL"
        schema = [sql for (sql,) in source.execute(found)]
    with closing(sqlite3.connect(path, isolation_level=None)) as target:
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", *schema):
            target.execute(statement)

        def insert() -> None:
            for group in groups:
                target.execute("BEGIN")
                target.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", group)
                target.execute("COMMIT")

        return timed_both(insert, sum(map(len, groups)))
