"""Whatever was posted, in whatever order: each list works out what somebody finds who reads the entries and lives through the days; on either engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule
from hypothesis.stateful import run_state_machine_as_test as run

from tests.postgres import EmbeddedPostgres
from tests.projections.conftest import Year, built
from tests.projections.test_worked_out import ORACLES, RECORDS, at, compare, compare_narrowed, of
from tests.properties.test_any_history import AnyHistory

MOMENTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 10**6)), min_size=1, max_size=4)
Database = Callable[[Path], Iterator[str]]


def asked_of(database: Database) -> type[AnyHistory]:
    """Histories whose lists are asked for, of tables in such a database."""

    class AnyList(AnyHistory):
        @rule(moments=MOMENTS)
        def ask_every_list(self, moments: list[tuple[int, int]]) -> None:
            year = Year(self.entries(), self.ledger.packs())
            moments = [*moments, (year.head, moments[0][1])]
            with contextmanager(database)(Path(self.folder.name)) as url, contextmanager(built)(url, year) as tables:
                for name in ORACLES:
                    for moment in moments:
                        compare(tables, name, *at(year, moment, of(*RECORDS[name])))
                for moment in moments:
                    compare_narrowed(tables, at(year, moment, of())[0])

    return AnyList


_numbers = count()


def in_a_file(folder: Path) -> Iterator[str]:
    yield str(folder / f"asked-{next(_numbers)}.sqlite")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_any_list(engine: str, long: bool, request: pytest.FixtureRequest) -> None:
    def on_a_server(_: Path) -> Iterator[str]:
        server: EmbeddedPostgres = request.getfixturevalue("postgres")
        url = server.create_database()
        yield url
        server.drop_database(url)

    run(
        asked_of(in_a_file if engine == "sqlite" else on_a_server),
        settings=settings(
            max_examples=150 if long else 6,
            stateful_step_count=40 if long else 20,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
