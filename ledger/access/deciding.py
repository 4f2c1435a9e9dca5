"""What had each decision-maker opened of a case before they decided?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledger.access.openings import AccessLog, Opening, Sought
from ledger.application import Ledger
from ledger.projections.replay import replay
from ledger.projections.tables import Tables


@dataclass(frozen=True)
class Prepared:
    """Openings of the records a decision rests on, before it was recorded. `deciders`: every agency that took part in it, and the rows
    of the log that are its own; none where nobody of it opened anything.
    """

    position: int
    records: tuple[str, ...]
    openings: tuple[Opening, ...]
    deciders: Mapping[str, tuple[int, ...]]

    def narrowed(self, sought: Sought) -> Sought:
        """What is sought, of these records and from before the decision only."""
        records = frozenset(self.records)
        return replace(
            sought,
            records=records if sought.records is None else records & sought.records,
            before=self.position if sought.before is None else min(self.position, sought.before),
        )

    def told(self) -> dict[str, Any]:
        """As JSON values, without the openings themselves."""
        deciders = [{"agency": agency, "openings": list(own)} for agency, own in self.deciders.items()]
        return {"position": self.position, "records": list(self.records), "deciders": deciders}


def prepared(ledger: Ledger, tables: Tables, log: AccessLog, position: int) -> Prepared:
    """Of the decision at a position, which the tables must have reached. Raises NotADecision."""
    found = replay(ledger, tables, position, min(position, ledger.head().position))
    records = tuple(sorted({*found.before.records, found.decision.originator_id}))
    openings = tuple(log.sought(Sought(records=frozenset(records), before=position)))
    agencies = {*found.stands, found.decision.recordedby.rpartition("@")[2]}
    own = {agency: tuple(each.number for each in openings if each.agency == agency) for agency in sorted(agencies)}
    return Prepared(position, records, openings, own)
