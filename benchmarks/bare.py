"""What an item cannot cost less than: read strictly, validated, spelt, hashed and stored, and nothing else done with it.

It takes the place of the ledger: no rule is asked, no word sealed, no state folded, nothing signed, proved or told. What the ledger
could reach at most if all of that cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from ledger import canonical
from ledger.application import Batch
from ledger.clock import SystemClock, spelled
from ledger.domain.calendar import london_day
from ledger.domain.history import Entry
from ledger.entry import Submission
from ledger.outcome import Outcome, Recorded
from ledger.recorders import open_recorder
from ledger.recorders.contract import NewEntry

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def unstored(told: Submission) -> Outcome:
    """The answer to what was validated: no rules, no bytes of an entry, no storage."""
    entry = Entry(
        position=1, kind=told.kind, reference=told.reference, version=1, event=told.event, time=told.time, day=london_day(told.time),
        timeprecision=told.timeprecision, id=told.id, source=told.source, recordedtime=NOW, recordedby="business-unit@BU",
        regime="wt18@1", retrospective=False, departures=(), body=b"",
    )  # fmt: skip
    return Recorded(entry, told.content)


class OnlyStored:
    """Stores what was posted as the recorders store it. To whoever writes it is a ledger: it has `write` and `last_written`."""

    def __init__(self, database: str) -> None:
        self._home = open_recorder(database)
        self._versions: Counter[str] = Counter()
        self.last_written = 0

    def write(self, batches: Sequence[Batch]) -> list[list[Outcome]]:
        """As the ledger's: durable when it returns."""
        rows = [self._row(submission) for batch in batches for submission in batch.submissions]
        with self._home.appending() as head:
            head.append(rows, (), spelled(SystemClock().now()))
        return [list(map(unstored, batch.submissions)) for batch in batches]

    def close(self) -> None:
        """Let go of the database."""
        self._home.close()

    def _row(self, told: Submission) -> NewEntry:
        name = f"{told.record}/{told.reference}"
        self._versions[name] += 1
        body = canonical.write(told.attributes)
        return NewEntry(name, self._versions[name], told.kind.type, body, told.source, told.id, told.content)
