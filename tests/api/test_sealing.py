"""The service seals the heads by itself, when the entries say that it is due."""

from __future__ import annotations

from datetime import timedelta

from api.sealing import seal_if_due
from ledger.clock import DemonstrationClock
from ledger.seals import last_seal
from ledger.wiring import open_ledger
from ledger.writer import Writer
from tests.ledger.posting import NOON, VAULT, agency, write
from tests.ledger.test_seals import opened


def test_once_a_day_has_passed_and_not_before(database):
    clock = DemonstrationClock(NOON)
    ledger = opened(database, clock)
    writer = Writer(ledger)
    assert not seal_if_due(ledger, writer)
    clock.move_to(NOON + timedelta(days=1))
    assert seal_if_due(ledger, writer)
    sealed = last_seal(ledger)
    assert sealed is not None
    assert sealed.event.upto == 1
    assert not seal_if_due(ledger, writer)
    writer.close()
    ledger.close()


def test_never_in_a_ledger_that_was_not_opened(database):
    clock = DemonstrationClock(NOON)
    ledger = open_ledger(database, clock=clock, vault=VAULT)
    write(ledger, agency("LA"))
    clock.move_to(NOON + timedelta(days=1))
    writer = Writer(ledger)
    assert not seal_if_due(ledger, writer)
    writer.close()
    ledger.close()
