"""Replacing the log's key: the new one is written before the old, both sign, an event says so, and later the old one goes."""

from __future__ import annotations

from ledger.application import Batch, Ledger
from ledger.clock import spelled
from ledger.domain.ledger_opening import LEDGER, REFERENCE
from ledger.entry import parse
from ledger.evidence.signing import KeyFile, KeyUnusable, fresh_key
from ledger.log.keys import SigningKey
from ledger.outcome import Outcome, stands

NAME = f"{LEDGER.name}/{REFERENCE}"
BY = "business-unit@BU"


def rotate(ledger: Ledger, file: KeyFile) -> tuple[SigningKey, Outcome | None]:
    """Let a new key take over from the one in the file that this ledger signs with; from then on both sign.

    The new key, and what became of the event: None where an earlier try got so far. A refused one leaves the file as it was.
    Raises KeyUnusable, ReadOnly, or eventsourcing's OperationalError or InterfaceError, after which it is safe to begin again.
    """
    ledger.guard.check(ledger.head().position)  # before anything is written to the file
    keys = file()
    new, old = keys if len(keys) > 1 else (fresh_key(keys[0].name), keys[0])
    if str(new.verifier) in ledger.earlier_keys():
        return new, None
    file.write([new, old])
    event = {
        "specversion": "1.0",
        "id": f"key-{new.verifier.key_id.hex()}",
        "source": "/business-unit",
        "type": "uk.safeguarding.ledger.key-rotated",
        "subject": NAME,
        "time": spelled(ledger.clock.now()),
        "data": {"old": str(old.verifier), "new": str(new.verifier)},
    }
    outcome = ledger.write([Batch((parse(event),), BY)])[0][0]
    if not stands(outcome):
        file.write(keys)
    return new, outcome


def retire(ledger: Ledger, file: KeyFile) -> SigningKey:
    """Let the old key go, once the ledger holds that the new one took over; the new key signs alone. Raises KeyUnusable."""
    keys = file()
    if len(keys) == 1:
        raise KeyUnusable(f"{file.path} holds one key already.")
    if str(keys[0].verifier) not in ledger.earlier_keys():
        raise KeyUnusable("The ledger does not hold that the new key took over: begin again with `ledger rotate-key`.")
    file.write(keys[:1])
    return keys[0]
