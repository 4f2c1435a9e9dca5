"""The invented year as a ledger holds it, and its tables on either engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from ledger.application import Batch, Ledger
from ledger.clock import DemonstrationClock
from ledger.domain.adoption import Packs
from ledger.domain.history import Entry
from ledger.entry import parse
from ledger.projections.catalogue import PROJECTIONS
from ledger.projections.home import open_engine
from ledger.projections.projector import Projector
from ledger.projections.tables import Tables
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from tests.ledger.posting import VAULT
from tests.projections.histories import Entries

YEAR = Path(__file__).parents[2] / "examples" / "invented-year"


@dataclass(frozen=True)
class Year:
    """Every entry of the invented year, and the packs its clocks run under."""

    entries: list[Entry]
    packs: Packs

    @property
    def head(self) -> int:
        return len(self.entries)


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    lines = [json.loads(line) for line in (YEAR / "script.ndjson").read_text(encoding="utf-8").splitlines()]
    clock = DemonstrationClock(datetime.fromisoformat(lines[0]["clock"]))
    recorder = open_recorder(str(tmp_path_factory.mktemp("year") / "ledger.sqlite"))
    ledger = Ledger(recorder, shelf=load_shelf(YEAR / "packs"), clock=clock, vault=VAULT)
    for line in lines:
        clock.move_to(datetime.fromisoformat(line["clock"]))
        events = line.get("batch") or [line["post"]]
        source = events[0]["source"].removeprefix("/agencies/")
        principal = "business-unit@BU" if source == "/business-unit" else f"recorder@{source}"
        ledger.write([Batch(tuple(map(parse, events)), principal)])
    entries, packs = list(ledger.entries()), ledger.packs()
    ledger.close()
    return Year(entries, packs)


@pytest.fixture
def tables(database: str, year: Year) -> Iterator[Tables]:
    """The tables of the invented year, on either engine, for a test that rebuilds them."""
    yield from built(database, year)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, year: Year) -> Iterator[Tables]:
    """The same, made once for all tests that only ask."""
    if request.param == "sqlite":
        yield from built(str(tmp_path_factory.mktemp("asked") / "ledger.sqlite"), year)
    else:
        server = request.getfixturevalue("postgres")
        url = server.create_database()
        yield from built(url, year)
        server.drop_database(url)


def built(database: str, year: Year) -> Iterator[Tables]:
    engine = open_engine(database)
    Projector(Entries(year.entries), engine, PROJECTIONS, batch=100).prepare()
    yield Tables(engine)
    engine.dispose()
