"""Sealing the heads: the event that says what every record held, when it is due, and where the last one stands."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ledger.application import Batch, Ledger, Progress
from ledger.clock import spelled
from ledger.domain.calendar import london_day
from ledger.domain.history import Entry
from ledger.domain.ledger_opening import LEDGER, REFERENCE, HeadsSealed
from ledger.entry import parse

NAME = f"{LEDGER.name}/{REFERENCE}"
BY = "business-unit@BU"


class Seal(NamedTuple):
    """An entry that sealed the heads, and what it says."""

    entry: Entry
    event: HeadsSealed


def last_seal(ledger: Ledger, upto: int | None = None) -> Seal | None:
    """The last one by a position; None where there is none."""
    found = [Seal(entry, entry.event) for entry in ledger.record(NAME, upto) if isinstance(entry.event, HeadsSealed)]
    return found[-1] if found else None


def seal(ledger: Ledger, progress: Progress = lambda done, total: None) -> Batch | None:
    """What to write so that everything recorded so far is sealed; None where that is so already, or the ledger was never opened.

    It depends on the entries alone: whoever else seals the same position posts the same.
    """
    own = ledger.record(NAME)
    upto = ledger.head().position
    if not own or (isinstance(own[-1].event, HeadsSealed) and own[-1].position == upto):
        return None
    last, lines = ledger.entry_at(upto), ledger.heads(upto, progress)
    event = {
        "specversion": "1.0",
        "id": f"heads-{upto}",
        "source": "/business-unit",
        "type": "uk.safeguarding.ledger.heads-sealed",
        "subject": NAME,
        "time": spelled(last.recordedtime),
        "data": {"upto": upto, "lines": lines.size, "root": lines.root().hex()},
    }
    return Batch((parse(event),), BY)


def is_due(ledger: Ledger, now: datetime) -> bool:
    """Whether an entry of a day before today is not sealed yet. The entries say so; whoever looks only looks."""
    sealed = last_seal(ledger)
    upto = ledger.head().position
    first = 1 if sealed is None else sealed.entry.position + 1
    return first <= upto and london_day(ledger.entry_at(first).recordedtime) < london_day(now)
