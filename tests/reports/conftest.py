"""The real year as a ledger holds it, for the reports' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.demo_recording import record_script
from ledger.reports.annual import Report
from ledger.wiring import open_parts
from tests.figures.telling import EXAMPLES, Told, real_year, told


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The ledger of the real year, without the row that the rules refuse."""
    with told(str(tmp_path_factory.mktemp("real") / "ledger.sqlite"), real_year()) as made:
        yield made


@pytest.fixture(scope="session")
def made(real: Told) -> Report:
    """Its annual figures."""
    return real.report()


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The ledger of the invented year, which has something to tell in every chapter of a report."""
    database = tmp_path_factory.mktemp("invented") / "ledger.sqlite"
    record_script(EXAMPLES / "invented-year", database, lambda done, total: None)
    parts = open_parts(str(database), packs=EXAMPLES / "invented-year" / "packs")
    parts.projector.prepare()
    parts.projector.catch_up()
    try:
        yield Told(parts)
    finally:
        parts.close()
