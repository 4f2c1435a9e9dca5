"""The recorder cases that ship with eventsourcing, on both engines, with text for originator ids."""

from __future__ import annotations

from abc import ABC
from itertools import count
from pathlib import Path
from unittest import TestCase

import pytest
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests.persistence import ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase

from ledger.recorders import open_recorder

NUMBERS = count(1)


def noon() -> str:
    return "2026-01-05T12:00:00.000000Z"


class OnThisEngine(TestCase, ABC):
    """Opens the database of the engine and closes it behind the case."""

    database: str

    def create_recorder(self) -> ApplicationRecorder:
        recorder = open_recorder(self.database, clock=noon)
        self.addCleanup(recorder.close)
        return recorder

    def new_originator_id(self) -> str:
        return f"case/C-{next(NUMBERS)}"


class OnSQLite(OnThisEngine, ABC):
    @pytest.fixture(autouse=True)
    def _database(self, tmp_path: Path) -> None:
        self.database = str(tmp_path / "ledger.sqlite")


class OnPostgres(OnThisEngine, ABC):
    @pytest.fixture(autouse=True)
    def _database(self, postgres_url: str) -> None:
        self.database = postgres_url


class WholeCase(ApplicationRecorderTestCase[ApplicationRecorder], ABC):
    """The case with its subscriptions; what only measures speed is left out: timed things are no tests here."""

    test_performance = None  # type: ignore[assignment]  # prints a rate, asserts nothing
    test_concurrent_throughput = None  # type: ignore[assignment]  # prints a rate; test_concurrent_no_conflicts asserts more

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestSQLiteApplicationRecorder(OnSQLite, WholeCase):
    pass


class TestPostgresApplicationRecorder(OnPostgres, WholeCase):
    pass


class TestSQLiteNotificationsDoNotInterleave(OnSQLite, NonInterleavingNotificationIDsBaseCase):
    pass


class TestPostgresNotificationsDoNotInterleave(OnPostgres, NonInterleavingNotificationIDsBaseCase):
    pass


# Collected from the classes above only.
del WholeCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase, OnThisEngine, OnSQLite, OnPostgres
