"""What is sealed of the heads is what the ledger holds, and nobody can seal anything else."""

from __future__ import annotations

from datetime import timedelta

from ledger.clock import DemonstrationClock
from ledger.evidence.heads import Heads, cited_by
from ledger.log.lines import Lines
from ledger.outcome import Recorded, Refused
from ledger.seals import is_due, last_seal, seal
from ledger.wiring import open_ledger
from tests.ledger.posting import NOON, VAULT, agency, event, recorded, write

OPENED = {"origin": "example.org/x", "partnership": "Anywhere", "demonstration": True, "retrospective": False}


def opened(database: str, clock=None):
    ledger = open_ledger(database, clock=clock or DemonstrationClock(NOON), vault=VAULT)
    assert isinstance(write(ledger, event("ledger.opened", "ledger/LEDGER", OPENED))[0], Recorded)
    return ledger


def test_it_says_what_every_record_holds(database):
    ledger = opened(database)
    write(ledger, agency("LA"), agency("POLICE"))
    batch = seal(ledger)
    assert batch is not None
    recorded(ledger.write([batch])[0][0])
    sealed = last_seal(ledger)
    assert sealed is not None
    lines = ledger.heads(sealed.event.upto)
    assert (sealed.event.lines, sealed.event.root) == (lines.size, lines.root().hex())
    assert b"head agency/POLICE 1 3" in lines.beginning(b"head agency/")
    assert lines.beginning(b"sent /business-unit agency/LA ") == [b"sent /business-unit agency/LA 1"]
    assert lines.beginning(b"sent /agencies/LA ") == []
    assert seal(ledger) is None
    ledger.close()


def test_the_same_is_sealed_twice_as_one(database):
    ledger, other = opened(database), open_ledger(database, vault=VAULT)
    first, second = seal(ledger), seal(other)
    assert first is not None
    assert second is not None
    once = recorded(ledger.write([first])[0][0])
    again = recorded(other.write([second])[0][0])
    assert again.repeat
    assert again.entry.position == once.entry.position
    ledger.close()
    other.close()


def test_a_false_root_is_refused(database):
    ledger = opened(database)
    write(ledger, agency("LA"))
    true = ledger.heads(2)
    for upto, lines, root in [(2, true.size, "0" * 64), (2, true.size + 1, true.root().hex()), (1, true.size, true.root().hex()), (9, 1, "0" * 64)]:  # fmt: skip
        data = {"upto": upto, "lines": lines, "root": root}
        outcome = write(ledger, event("ledger.heads-sealed", "ledger/LEDGER", data))[0]
        assert isinstance(outcome, Refused)
        assert [broken.rule.id for broken in outcome.broken] == ["LED-SEAL-TRUE"]
    data = {"upto": 2, "lines": true.size, "root": true.root().hex()}
    recorded(write(ledger, event("ledger.heads-sealed", "ledger/LEDGER", data))[0])
    ledger.close()


def test_it_is_due_once_a_day_has_passed(database):
    clock = DemonstrationClock(NOON)
    ledger = opened(database, clock)
    assert not is_due(ledger, clock.now())
    clock.move_to(NOON + timedelta(days=1))
    assert is_due(ledger, clock.now())
    batch = seal(ledger)
    assert batch is not None
    ledger.write([batch])
    assert not is_due(ledger, clock.now())
    clock.move_to(NOON + timedelta(days=3))
    assert not is_due(ledger, clock.now())  # nothing was recorded since
    sealed = last_seal(ledger)
    assert sealed is not None
    assert sealed.event.upto == 1
    ledger.close()


def test_a_ledger_that_was_never_opened_is_not_sealed(database):
    ledger = open_ledger(database, vault=VAULT)
    write(ledger, agency("LA"))
    assert seal(ledger) is None
    ledger.close()


def test_what_is_taken_piece_by_piece_is_what_is_taken_at_once(database):
    ledger = opened(database)
    write(ledger, agency("LA"), agency("POLICE"))
    bodies = ledger._home.bodies(0, 9)
    whole, pieces = Heads(), Heads()
    whole.take(bodies)
    for body in bodies:
        pieces.take([body])
    assert isinstance(whole.lines(), Lines)
    assert whole.lines().root() == pieces.lines().root() == ledger.heads(3).root()
    ledger.close()


def test_a_correction_cites_what_it_says_instead():
    changes = {"source": {"kind": "review", "review": "REV-2019-001"}, "due_on": "2019-01-01"}
    corrected = {"type": "uk.safeguarding.action.corrected", "data": {"position": 3, "changes": changes}}
    assert list(cited_by(corrected)) == ["review/REV-2019-001"]
    repeats = {"type": "uk.safeguarding.action.duplicate-of", "data": {"duplicate_of": "ACT-1"}}
    assert list(cited_by(repeats)) == ["action/ACT-1"]
