"""What did inspectors report, and what did they find?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.inspection import InspectionFindingRecorded, InspectionReported
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """An inspection and how many findings of each kind it has (JTAI-ACT)."""

    body: str
    kind: str
    title: str | None
    theme: str | None
    judgement: str | None
    agencies: tuple[str, ...]
    reported_on: DayOrNotStated
    took_place_on: date
    main_findings: int = 0
    priority_actions: int = 0
    improvements: int = 0
    strengths: int = 0
    retrospective: bool = False


class Inspections(Projection[InspectionRow]):
    """Which inspections were reported, and how many findings of each kind do they have?"""

    table = "inspections"
    records = ("inspection",)
    row = InspectionRow

    def apply(self, rows: Rows[InspectionRow], entry: Entry) -> None:
        match entry.event:
            case InspectionReported() as told:
                row = InspectionRow(
                    told.body, told.kind, told.title, told.theme, told.judgement, tuple(told.agencies), told.reported_on,
                    entry.day, retrospective=entry.retrospective,
                )  # fmt: skip
                rows.open(row)
            case InspectionFindingRecorded(kind=kind):
                rows.change(lambda row: _found(row, kind))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class InspectionFindingRow:
    """One finding; `part_of` is the number of the area for priority action it belongs to. An action cites it as its source."""

    number: int
    kind: str
    themes: tuple[str, ...]
    agencies: tuple[str, ...]
    part_of: int | None
    recorded_on: date


class InspectionFindings(Projection[InspectionFindingRow]):
    """What did inspectors find? The key is the finding's number."""

    table = "inspection_findings"
    records = ("inspection",)
    row = InspectionFindingRow

    def apply(self, rows: Rows[InspectionFindingRow], entry: Entry) -> None:
        match entry.event:
            case InspectionFindingRecorded() as found:
                row = InspectionFindingRow(
                    found.number, found.kind, tuple(found.themes), tuple(found.agencies), found.part_of, entry.day
                )
                rows.open(row, key=str(found.number))
            case _:
                pass


COUNTS = {
    "main-finding": "main_findings", "priority-action": "priority_actions", "improvement": "improvements",
    "strength": "strengths",
}  # fmt: skip


def _found(row: InspectionRow, kind: str) -> InspectionRow:
    name = COUNTS[kind]
    counts: dict[str, Any] = {name: getattr(row, name) + 1}
    return replace(row, **counts)
