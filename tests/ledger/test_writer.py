"""The writer when something is wrong: a defect stays with whoever brought it, and nobody's going away stops the others."""

from __future__ import annotations

import threading

import pytest

from ledger.application import Ledger
from ledger.outcome import Recorded
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from ledger.writer import Writer
from tests.ledger.posting import VAULT, agency, batch, clock_at_noon, event, recorded, write

SHELF = load_shelf()
DEFECT = "A defect of the ledger's own"


class Held(Ledger):
    """Waits before its first write, so that the next ones gather behind it; one event brings out a defect."""

    def __init__(self, database):
        self.may_go = threading.Event()
        super().__init__(open_recorder(database), shelf=SHELF, clock=clock_at_noon(), vault=VAULT)

    def write(self, batches):
        assert self.may_go.wait(timeout=30)
        if any(submission.id == "defect" for b in batches for submission in b.submissions):
            raise ArithmeticError(DEFECT)
        return super().write(batches)


@pytest.fixture
def held(tmp_path):
    ledger = Held(str(tmp_path / "ledger.sqlite"))
    yield ledger
    ledger.close()


def test_a_defect_is_told_to_whoever_brought_it_and_to_nobody_else(held):
    writer = Writer(held)
    futures = [
        writer.submit(batch(agency(code, id=id_)))
        for code, id_ in (("A", "1"), ("B", "2"), ("C", "defect"), ("D", "4"))
    ]
    held.may_go.set()
    for future in (futures[0], futures[1], futures[3]):
        assert isinstance(future.result(timeout=30)[0], Recorded)
    with pytest.raises(ArithmeticError, match=DEFECT):
        futures[2].result(timeout=30)
    writer.close()
    assert [entry.reference for entry in held.entries()] == ["A", "B", "D"]


def test_somebody_who_no_longer_waits_stops_nobody(held):
    writer = Writer(held)
    first, gone, last = (writer.submit(batch(agency(code))) for code in ("A", "B", "C"))
    assert gone.cancel()
    held.may_go.set()
    assert isinstance(last.result(timeout=30)[0], Recorded)
    assert isinstance(first.result(timeout=30)[0], Recorded)
    writer.close()
    assert [entry.reference for entry in held.entries()] == ["A", "B", "C"]


def adoption(pack, from_date):
    data = {"kind": pack.kind, "pack": pack.id, "version": pack.version, "sha256": pack.sha256, "from_date": from_date}
    return event("policy.adopted", f"policy/{pack.kind.upper()}", data)


def test_a_pack_adopted_in_a_batch_thrown_away_is_forgotten_though_another_process_adopts_one(tmp_path):
    mine, other = (
        Ledger(open_recorder(str(tmp_path / "ledger.sqlite")), shelf=SHELF, clock=clock_at_noon(), vault=VAULT)
        for _ in range(2)
    )
    regime = next(pack for pack in SHELF if pack.kind == "regime")
    thrown_away = write(mine, adoption(regime, "2018-06-29"), agency("A"), agency("A"))
    assert not any(isinstance(outcome, Recorded) for outcome in thrown_away)
    recorded(write(other, adoption(regime, "2019-06-01"))[0])
    made = recorded(write(mine, agency("A"))[0]).entry  # of 1 April 2019
    assert made.regime is None
    mine.close()
    other.close()
