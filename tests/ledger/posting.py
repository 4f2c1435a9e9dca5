"""Posting to a ledger in tests: short ways to write CloudEvents, and a clock that moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from ledger.application import Batch, Ledger
from ledger.clock import DemonstrationClock
from ledger.entry import parse
from ledger.outcome import Outcome, Recorded
from ledger.vault import Vault, VaultKey

VAULT_KEY = VaultKey(b"a key for tests alone".ljust(32, b"."))
VAULT = Vault(lambda: (VAULT_KEY,))
"""A vault that opens what it locks in any test."""
BUSINESS_UNIT = "business-unit@BU"
NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)
_ids = count(1)


def clock_at_noon() -> DemonstrationClock:
    return DemonstrationClock(NOON)


def event(name: str, subject: str, data: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A CloudEvent as a partner would post it; `name` without the prefix, `subject` with the record."""
    return {
        "specversion": "1.0",
        "id": f"test-{next(_ids)}",
        "source": "/business-unit",
        "type": f"uk.safeguarding.{name}",
        "subject": subject,
        "time": "2019-04-01T00:00:00+01:00",
        "timeprecision": "day",
        "data": data,
    } | attributes


def agency(code: str, **attributes: Any) -> dict[str, Any]:
    data = {"code": code, "name": f"Agency {code}", "sector": "health", "standing": "relevant-agency"}
    return event("agency.registered", f"agency/{code}", data, **attributes)


def batch(*events: dict[str, Any], by: str = BUSINESS_UNIT, atomic: bool = True) -> Batch:
    return Batch(tuple(map(parse, events)), by, atomic)


def write(ledger: Ledger, *events: dict[str, Any], **how: Any) -> list[Outcome]:
    """The outcomes of one batch."""
    return ledger.write([batch(*events, **how)])[0]


def recorded(outcome: Outcome) -> Recorded:
    assert isinstance(outcome, Recorded), outcome
    return outcome
