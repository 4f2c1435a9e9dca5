"""Where both sides keep their data: fresh SQLite files in one folder, fresh databases of one PostgreSQL server, every commit forced to disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import process_time

import psycopg

import ledger.domain  # noqa: F401 - fills the register
from benchmarks.lives import Posted, opening
from ledger import canonical
from ledger.application import Batch, Ledger
from ledger.entry import parse
from ledger.evidence.signing import Signing
from ledger.outcome import Outcome, Recorded
from ledger.vault import Vault, VaultKey
from ledger.wiring import open_ledger
from tests.log.making import LOG
from tests.postgres import EmbeddedPostgres, children_of

BY = "business-unit@BU"
ENGINES = ("SQLite", "PostgreSQL")
VAULT_KEY = VaultKey(bytes(32))
KEYS = (LOG,)
VAULT = Vault(lambda: (VAULT_KEY,))
"""What locks the words of every ledger here."""


def signing() -> Signing:
    """What signs every commit here, as in any ledger that is served."""
    return Signing(lambda: KEYS)


@dataclass
class Homes:
    """Makes empty databases on both engines."""

    folder: Path
    server: EmbeddedPostgres
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new(self, engine: str) -> str:
        """The address of an empty database."""
        if engine == "PostgreSQL":
            return self.server.create_database()
        return str(self.folder / f"{next(self._numbers)}.sqlite")

    def settle(self) -> None:
        """Write out what is waiting, so that none of it falls into the next measurement."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def busy(self) -> float:
        """Processor seconds so far of this process and of the database server's: on a machine that is shared, what work costs."""
        assert self.server.process is not None
        server = self.server.process.pid
        ticks = sum(_ticks(server)) + sum(sum(_ticks(child)[:2]) for child in children_of(server))
        return process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> list[int]:
    """Of a process: in user mode and in the kernel, and the same of its children that have ended. None of one that is gone."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return [0] * 4
    return [int(field) for field in told.rpartition(")")[2].split()[11:15]]


def raw(events: Iterable[Posted]) -> list[bytes]:
    """Events as the bytes a partner posts."""
    return [json.dumps(event).encode() for event in events]


def batch(bodies: Sequence[bytes]) -> Batch:
    """One atomic batch from posted bytes."""
    return Batch(tuple(parse(canonical.read(body), body) for body in bodies), BY)


def record(held: Ledger, bodies: Sequence[bytes]) -> list[Outcome]:
    """One atomic batch from posted bytes through all the rules, durable when this returns."""
    outcomes = held.write([batch(bodies)])[0]
    assert all(isinstance(outcome, Recorded) for outcome in outcomes), outcomes
    return outcomes


def fill(held: Ledger, events: Iterable[Posted], size: int = 1_000) -> None:
    """Record so many at a time."""
    waiting: list[bytes] = []
    for event in events:
        waiting.append(json.dumps(event).encode())
        if len(waiting) == size:
            record(held, waiting)
            waiting = []
    if waiting:
        record(held, waiting)


@contextmanager
def opened(database: str, *, begun: bool = True, signed: bool = True) -> Iterator[Ledger]:
    """The ledger there, with its agencies, groups and packs."""
    held = open_ledger(database, signing=signing() if signed else None, vault=VAULT)
    if begun and held.head().position == 0:
        record(held, raw(opening()))
    try:
        yield held
    finally:
        held.close()
