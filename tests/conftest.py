"""What every test may ask for: both engines, a server of PostgreSQL, the run's seed, and whether the run is a long one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import EmbeddedPostgres

NO_BROWSER = "this machine has no Chromium"

settings.register_profile("short", max_examples=50, deadline=None)  # nothing timed: a slow machine proves nothing
settings.register_profile("long", max_examples=2000, deadline=None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the slow register in full")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed once, before hypothesis looks for one; workers are given the options of the first process."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(secrets.randbelow(2**32))
    if config.option.hypothesis_profile is None:
        config.option.hypothesis_profile = "long" if config.getoption("--long") else "short"


def pytest_report_header(config: pytest.Config) -> str:
    chosen = config.option.hypothesis_seed
    return f"seed: {chosen} (repeat this run with --hypothesis-seed={chosen}), {config.option.hypothesis_profile} run"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say the seed where a quiet run has no header, and loudly which tests did not run for want of a browser."""
    if config.get_verbosity() < 0:
        terminalreporter.write_line(pytest_report_header(config))
    missed = [report for report in terminalreporter.stats.get("skipped", ()) if NO_BROWSER in str(report.longrepr)]
    if missed:
        terminalreporter.section(f"{len(missed)} TESTS DID NOT RUN: {NO_BROWSER}", sep="!", red=True)
        for report in missed:
            terminalreporter.write_line(report.nodeid)
        terminalreporter.write_line("On Debian: apt-get install chromium. .ci/run does, and fails without one.")


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """A question waits for the read tables as long as a machine with much to do may take; tests that ask for what never comes say so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.waiting.PATIENCE", 120.0)
        yield


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether the slow register is asked for in full."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The seed printed at the head of the run, for tests that draw their own numbers."""
    return int(request.config.option.hypothesis_seed)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL, one per worker; a server that cannot start fails every test that asked for it."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database as LEDGER_DATABASE names it: every test that asks for it runs on both engines."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    return str(request.getfixturevalue("postgres_url"))
