"""What did the partnership set out to change, how far has it come, and by which measure?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.priority import PriorityAdopted, PriorityClosed, PriorityJudged, PriorityMeasured, PriorityMeasureSet
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class PriorityRow:
    """A priority, the last judgement of it and its outcome, None while it goes on. `unmeasured`: that judgement rests on no measure."""

    title: str
    lead_agency: str | None
    lead_group: str | None
    from_year: str
    to_year: str | None
    adopted_on: DayOrNotStated
    adopted_entry: int
    measures: int = 0
    progress: str | None = None
    because: str | None = None
    judged_on: DayOrNotStated | None = None
    judged_in: date | None = None
    unmeasured: bool = False
    judged_entry: int | None = None
    outcome: str | None = None
    closed_on: DayOrNotStated | None = None
    closed_entry: int | None = None
    retrospective: bool = False


class Priorities(Projection[PriorityRow]):
    """Which priorities are there, how far was each judged to have come, and how did it end?"""

    table = "priorities"
    records = ("priority",)
    row = PriorityRow

    def apply(self, rows: Rows[PriorityRow], entry: Entry) -> None:
        match entry.event:
            case PriorityAdopted() as made:
                row = PriorityRow(
                    made.title, made.lead_agency, made.lead_group, made.from_year, made.to_year, made.adopted_on,
                    entry.position, retrospective=entry.retrospective,
                )  # fmt: skip
                rows.open(row)
            case PriorityMeasureSet():
                rows.change(lambda row: replace(row, measures=row.measures + 1))
            case PriorityJudged() as judged:
                rows.change(lambda row: _judged(row, judged, entry))
            case PriorityClosed(outcome=outcome, closed_on=day):
                rows.change(lambda row: replace(row, outcome=outcome, closed_on=day, closed_entry=entry.position))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class PriorityMeasureRow:
    """One measure of a priority: where it began, where it is to come, and where it stood last. `baseline` is None where it is not stated."""

    measure: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    direction: str
    set_entry: int
    latest: Decimal | None = None
    latest_to: DayOrNotStated | None = None
    latest_entry: int | None = None
    taken: int = 0


class PriorityMeasures(Projection[PriorityMeasureRow]):
    """How is each priority measured, and where does each measure stand? The key is the measure's code."""

    table = "priority_measures"
    records = ("priority",)
    row = PriorityMeasureRow

    def apply(self, rows: Rows[PriorityMeasureRow], entry: Entry) -> None:
        match entry.event:
            case PriorityMeasureSet(measure=code, baseline=baseline) as made:
                start = None if isinstance(baseline, str) else baseline
                row = PriorityMeasureRow(code, made.unit, start, made.target, made.direction, entry.position)
                rows.open(row, key=code)
            case PriorityMeasured(measure=code, value=value, period_to=day):
                rows.change(
                    lambda row: replace(
                        row, latest=value, latest_to=day, latest_entry=entry.position, taken=row.taken + 1
                    ),
                    key=code,
                )
            case _:
                pass


def _judged(row: PriorityRow, event: PriorityJudged, entry: Entry) -> PriorityRow:
    return replace(
        row,
        progress=event.progress,
        because=event.because,
        judged_on=event.judged_on,
        judged_in=entry.day,
        unmeasured="PRI-JUDGED" in entry.departures,
        judged_entry=entry.position,
    )
