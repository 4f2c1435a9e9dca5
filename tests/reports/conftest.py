"""The real year as a ledger holds it, for the reports' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.reports.annual import Report
from tests.figures.telling import Told, real_year, told


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The ledger of the real year, without the row that the rules refuse."""
    with told(str(tmp_path_factory.mktemp("real") / "ledger.sqlite"), real_year()) as made:
        yield made


@pytest.fixture(scope="session")
def made(real: Told) -> Report:
    """Its annual figures."""
    return real.report()
