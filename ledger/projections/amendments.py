"""Which entries were corrected or withdrawn, and which depart from a rule?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.domain.general import Corrected, DuplicateOf, Withdrawn
from ledger.domain.history import Entry
from ledger.projections.rows import EVERY_RECORD, Projection, Rows


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """One entry that amends others. `kind`: corrected, withdrawn or duplicate-of; `position` is that of the entry amended.

    `fields` names what was corrected; `duplicate_of` is the reference of the record repeated;
    `source` is who sent the amendment.
    """

    kind: str
    position: int | None
    fields: tuple[str, ...]
    duplicate_of: str | None
    decided_by: str | None
    amended_on: date
    entry: int
    source: str


class Amendments(Projection[AmendmentRow]):
    """Which entries were corrected or withdrawn, and by which? The key is the position of the correction."""

    table = "amendments"
    records = EVERY_RECORD
    row = AmendmentRow
    tells_of_corrections = True
    indexes = (("position",),)

    def apply(self, rows: Rows[AmendmentRow], entry: Entry) -> None:
        day, at, source = entry.day, entry.position, entry.source
        match entry.event:
            case Corrected(position=position, changes=changes):
                row = AmendmentRow("corrected", position, tuple(sorted(changes)), None, None, day, at, source)
            case Withdrawn(position=position, decided_by=agency):
                row = AmendmentRow("withdrawn", position, (), None, agency, day, at, source)
            case DuplicateOf(duplicate_of=other):
                row = AmendmentRow("duplicate-of", None, (), other, None, day, at, source)
            case _:
                return
        rows.open(row, key=str(at))


@dataclass(frozen=True, slots=True)
class DepartureRow:
    """An entry that was recorded although it departs from rules, which are named by their ids."""

    type: str
    rules: tuple[str, ...]
    departed_on: date
    retrospective: bool


class Departures(Projection[DepartureRow]):
    """Which entries depart from a rule, and from which? The key is the entry's position."""

    table = "departures"
    records = EVERY_RECORD
    row = DepartureRow

    def apply(self, rows: Rows[DepartureRow], entry: Entry) -> None:
        if entry.departures:
            row = DepartureRow(entry.kind.name, entry.departures, entry.day, entry.retrospective)
            rows.open(row, key=str(entry.position))
