"""A small signed ledger, as its owner, its readers and its forgers hold it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Batch, Ledger
from ledger.cli.commands import main
from ledger.clock import DemonstrationClock
from ledger.entry import parse
from ledger.log.checkpoint import Checkpoint
from ledger.outcome import Recorded
from ledger.recorders import open_recorder
from ledger.recorders.copying import restore
from ledger.regimes import load_shelf
from ledger.seals import seal
from tests.ledger.posting import VAULT, VAULT_KEY
from tests.log.making import LOG, ORIGIN

YEAR = Path(__file__).parents[2] / "examples" / "invented-year"
LINES = 60
BY = "business-unit@BU"
Change = Callable[[dict[str, Any]], dict[str, Any]]


def sign(tree):
    return Checkpoint(ORIGIN, tree.size, tree.root()).signed([LOG])


def told(file: Path, *, lines: int = LINES, change: Change = lambda event: event, begun: Path | None = None) -> Path:
    """The beginning of the invented year, signed, as a file; events as `change` leaves them, going on from a ledger that was `begun`."""
    with (YEAR / "script.ndjson").open(encoding="utf-8") as script:
        steps = [json.loads(line) for line in islice(script, lines)]
    clock = DemonstrationClock(datetime.fromisoformat(steps[0]["clock"]))
    recorder = open_recorder(str(file), sign=sign)
    if begun is not None:
        restore(begun, recorder, lambda done, total: None)
    with closing(Ledger(recorder, shelf=load_shelf(YEAR / "packs"), clock=clock, vault=VAULT)) as ledger:
        for step in steps:
            clock.move_to(datetime.fromisoformat(step["clock"]))
            events = [change(event) for event in step.get("batch") or [step["post"]]]
            ledger.write([Batch(tuple(map(parse, events)), BY)])
        batch = seal(ledger)
        if batch is not None:
            assert isinstance(ledger.write([batch])[0][0], Recorded)
    return file


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(tmp_path_factory.mktemp("original") / "ledger.sqlite")


@pytest.fixture
def held(original: Path, database: str) -> str:
    """The ledger on either engine, for somebody to do something to."""
    into(database, original)
    return database


def into(database: str, file: Path) -> None:
    """Carry a ledger there."""
    with closing(open_recorder(database)) as recorder:
        restore(file, recorder, lambda done, total: None)


@dataclass(frozen=True)
class Verdict:
    """What `ledger verify` said."""

    code: int
    verdict: str
    breaks: list[dict[str, Any]]

    @property
    def positions(self) -> set[int]:
        return {each["position"] for each in self.breaks}

    @property
    def said(self) -> str:
        return "; ".join(each["what"] for each in self.breaks)


@pytest.fixture(autouse=True)
def vault_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command is given the key that locked the words."""
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())


@pytest.fixture
def verify(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Runs `ledger verify` with the log's key."""
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))

    def run(database: str | Path, *more: object) -> Verdict:
        capfd.readouterr()
        code = main(["verify", "--database", str(database), "--key", str(LOG.verifier), "--json", *map(str, more)])
        document = json.loads(capfd.readouterr().out)
        return Verdict(code, document["verdict"], document["breaks"])

    return run
