"""What was decided, and at which position, so that each decision can be replayed as it looked then?"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.decisions import decided, decided_on, dissent
from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.register import REGISTER
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import pairs


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision. `type`: of the event (`rapid-review.decided`); `decision`: what was decided, as a code; `entry`: its position.

    `stands`: `agency=position` of each agency whose position was recorded with it or before it, `dissent` those against it
    (SIN-DISSENT); `departures`: rules it departed from.
    """

    type: str
    decision: str
    title: str | None
    number: int | None
    decided_on: DayOrNotStated
    stands: tuple[str, ...]
    dissent: tuple[str, ...]
    departures: tuple[str, ...]
    retrospective: bool
    entry: int


class Decisions(Projection[DecisionRow]):
    """What was decided, and at which position? The key is that position."""

    table = "decisions"
    records = tuple(dict.fromkeys(kind.record.name for kind in REGISTER.values() if kind.decides))
    row = DecisionRow
    indexes = (("decided_on",),)

    def apply(self, rows: Rows[DecisionRow], entry: Entry) -> None:
        said = entry.event.stands()
        if not entry.kind.decides:
            rows.beside |= said
            return
        code, stands = decided(entry), rows.beside | said
        row = DecisionRow(
            type=entry.kind.name,
            decision=code,
            title=getattr(entry.event, "title", None),
            number=getattr(entry.event, "number", None),
            decided_on=decided_on(entry),
            stands=pairs(stands),
            dissent=tuple(sorted(dissent(code, stands))),
            departures=entry.departures,
            retrospective=entry.retrospective,
            entry=entry.position,
        )
        rows.open(row, key=str(entry.position))
