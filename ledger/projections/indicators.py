"""What do the datasets say: every value of every indicator under its definition, for a period or on a day?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledger.domain.dataset import DatasetRestated, DatasetSubmitted, Observation
from ledger.domain.fields import NOT_STATED, DayOrNotStated
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import pairs


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One value of one indicator under one version of its definition (FIG-RULE).

    A flow has its dataset's `period_from` and `period_to`, a snapshot its `snapshot_on`; one of no stated
    day has both. `dimensions` are `name=value`.
    """

    indicator: str
    definition: str
    definition_version: int
    unit: str
    kind: str
    measure: str
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    base: str | None
    base_unit: str | None
    per: int | None
    printed: Decimal | None
    approximate: bool
    dimensions: tuple[str, ...]
    citation: str | None
    dataset: str = ""
    period_from: date | None = None
    period_to: date | None = None
    snapshot_on: DayOrNotStated | None = None
    source_agency: str | None = None
    document: str | None = None
    times_restated: int = 0


class Indicators(Projection[ObservationRow]):
    """What do the datasets say? The key is what makes an observation the same one when it is restated."""

    table = "indicators"
    records = ("dataset",)
    row = ObservationRow
    indexes = (("indicator",),)

    def apply(self, rows: Rows[ObservationRow], entry: Entry) -> None:
        match entry.event:
            case DatasetSubmitted() as submitted:
                for observation in submitted.observations:
                    rows.open(_submitted(observation, submitted), key=_key(observation))
            case DatasetRestated(observations=observations):
                for observation in observations:
                    _restate(rows, observation)
            case _:
                pass


def _restate(rows: Rows[ObservationRow], observation: Observation) -> None:
    new = _row(observation)
    rows.change(
        lambda row: replace(
            new,
            dataset=row.dataset,
            period_from=row.period_from,
            period_to=row.period_to,
            snapshot_on=row.snapshot_on,
            source_agency=row.source_agency,
            document=row.document,
            times_restated=row.times_restated + 1,
        ),
        key=_key(observation),
    )


def _submitted(observation: Observation, event: DatasetSubmitted) -> ObservationRow:
    flow = observation.kind == "flow"
    of_period = flow or event.snapshot_on == NOT_STATED
    return replace(
        _row(observation),
        dataset=event.title,
        period_from=event.period_from if of_period else None,
        period_to=event.period_to if of_period else None,
        snapshot_on=None if flow else event.snapshot_on,
        source_agency=event.source_agency,
        document=event.document,
    )


def _row(o: Observation) -> ObservationRow:
    return ObservationRow(
        indicator=o.indicator,
        definition=o.definition,
        definition_version=o.definition_version,
        unit=o.unit,
        kind=o.kind,
        measure=o.measure,
        value=o.value,
        numerator=o.numerator,
        denominator=o.denominator,
        base=o.base,
        base_unit=o.base_unit,
        per=o.per,
        printed=o.printed,
        approximate=o.approximate,
        dimensions=pairs(o.dimensions),
        citation=o.citation,
    )


def _key(observation: Observation) -> str:
    indicator, definition, version, unit, measure, dimensions = observation.identity
    parts = [indicator, f"{definition}@{version}", unit, measure, *(f"{name}={value}" for name, value in dimensions)]
    return " ".join(parts)
