"""Inspections: what inspectors reported of the partnership or its agencies, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import AgencyCode, Code, DayOrNotStated, Number, Title, Words, spoken, worded
from ledger.domain.register import Event, Record, known, recorded_as, rule
from ledger.domain.state import replace
from ledger.domain.vocabulary import Theme

InspectionKind = Literal[
    "jtai", "ilacs", "monitoring-visit", "area-send", "police-child-protection", "health", "school-or-college",
    "youth-justice", "other",
]  # fmt: skip
InspectionFindingKind = Literal["main-finding", "priority-action", "improvement", "strength"]
"""How a joint inspection's letter is built (JTAI-ACT)."""
NAMES: Mapping[InspectionKind, str] = {"jtai": "Joint targeted area inspection", "ilacs": "Inspection of local authority children's services"}  # fmt: skip


@dataclass(frozen=True)
class Inspection:
    """An inspection as its events so far leave it: the kinds of its findings by number."""

    kind: str
    findings: Mapping[int, InspectionFindingKind] = field(default_factory=dict)


INSPECTION: Record[Inspection] = Record("inspection", prefix="INS", title="Inspection")


@rule("INS-NUMBER", source="reference.md JTAI-ACT: findings are tracked one by one")
def a_number_is_one_finding(inspection: Inspection, claim: Claim[InspectionFindingRecorded]) -> str | None:
    """Findings of an inspection are numbered, each number once."""
    number = claim.event.number
    return f"Finding {number} is recorded already." if number in inspection.findings else None


@rule("JTAI-ACT", source="reference.md JTAI-ACT: one area for priority action with four sub-actions")
def a_part_is_of_a_finding(inspection: Inspection, claim: Claim[InspectionFindingRecorded]) -> str | None:
    """A finding that is part of another is part of an area for priority action already recorded."""
    whole = claim.event.part_of
    if whole is None or inspection.findings.get(whole) == "priority-action":
        return None
    return f"Finding {whole} is not recorded as an area for priority action."


@recorded_as("inspection.reported", on=INSPECTION, begins=True, happens="reported_on")
class InspectionReported(Event):
    """Inspectors published or sent what they found. `body`: the inspectorate that led, `theme`: what a themed one was about."""

    body: Code
    kind: InspectionKind
    title: Title | None = None
    theme: Code | None = None
    judgement: Code | None = None
    reported_on: DayOrNotStated
    agencies: list[AgencyCode] = Field(default=[], max_length=100)

    def sentence(self) -> str:
        what = self.title or NAMES.get(self.kind) or f"Inspection ({worded(self.kind)})"
        theme = f" on {worded(self.theme)}" if self.theme else ""
        judged = f": {worded(self.judgement)}" if self.judgement else ""
        return f"{what}{theme} by {worded(self.body)} reported on {spoken(self.reported_on)}{judged}"


@recorded_as("inspection.finding-recorded", on=INSPECTION)
class InspectionFindingRecorded(Event):
    """One thing the inspectors found (JTAI-ACT). `part_of`: the number of the area for priority action it is a part of."""

    number: Number
    kind: InspectionFindingKind
    text: Words
    themes: list[Theme] = Field(default=[], max_length=20)
    agencies: list[AgencyCode] = Field(default=[], max_length=100)
    part_of: Number | None = None

    rules = (a_number_is_one_finding, a_part_is_of_a_finding)

    def sentence(self) -> str:
        about = f" on {', '.join(map(worded, self.themes))}" if self.themes else ""
        return f"Finding {self.number}: {worded(self.kind)}{about}"


InspectionEvent = InspectionReported | InspectionFindingRecorded


@INSPECTION.folded_by
def evolve(inspection: Inspection | None, event: InspectionEvent) -> Inspection:
    """Fold one event into the inspection."""
    match event:
        case InspectionReported(kind=kind):
            return Inspection(kind)
        case InspectionFindingRecorded(number=number, kind=kind):
            return replace(known(inspection), findings={**known(inspection).findings, number: kind})
        case _:
            assert_never(event)
