"""What the tests of the command line may ask for: a way to run a command, and events to post."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.demo_recording import record_script
from ledger.cli.commands import main
from ledger.log.keys import SigningKey
from tests.ledger.posting import VAULT_KEY, agency
from tests.log.making import LOG


@dataclass(frozen=True)
class Run:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out.endswith("\n") and self.out.count("\n") == 1, "one compact line and nothing else"
        return json.loads(self.out)


Runner = Callable[..., Run]


EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    """Run a command in this process, in an empty folder, with no settings but its own."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "DATABASE",
        "DATABASE_PASSWORD",
        "DATABASE_PASSWORD_FILE",
        "LOG_KEY",
        "LOG_KEY_FILE",
        "LOG_MARK",
        "VAULT_KEY",
        "VAULT_KEY_FILE",
        "ORIGIN",
        "HOST",
        "PORT",
        "PACKS",
    ):
        monkeypatch.delenv(f"LEDGER_{name}", raising=False)

    def command(*arguments: str) -> Run:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Run(code, *capfd.readouterr())

    return command


@pytest.fixture
def given_key(run: Runner, monkeypatch: pytest.MonkeyPatch) -> SigningKey:
    """The log's key, given by the environment, as a ledger on a server needs it."""
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())
    return LOG


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    """A file of events, one on each line."""

    def write(*events: Any, name: str = "events.ndjson") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(event)}\n" for event in events))
        return path

    return write


@pytest.fixture
def agencies(run: Runner, file_of: Callable[..., Path]) -> Path:
    """A ledger that holds two agencies, in the place the settings name by themselves."""
    assert run("post", file_of(agency("LA"), agency("POLICE"))).code == 0
    return Path("var/ledger.sqlite").absolute()


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented year, recorded once through the service; tests only read it."""
    database = tmp_path_factory.mktemp("invented") / "ledger.sqlite"
    answers = record_script(EXAMPLES / "invented-year", database, lambda done, total: None)
    assert all(answer.as_expected for answer in answers)
    return database


@pytest.fixture
def ask(run: Runner, invented: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Run a command on the invented year."""
    monkeypatch.setenv("LEDGER_PACKS", str(EXAMPLES / "invented-year" / "packs"))
    return lambda *arguments: run(*arguments, "--database", invented)
