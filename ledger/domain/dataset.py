"""Datasets: counts an agency or a published document gives for a period or a day, each with its definition; never case rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    AgencyCode,
    Code,
    Count,
    Day,
    DayOrNotStated,
    Exact,
    Number,
    Part,
    Title,
    Words,
    spoken,
)
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

Measure = Literal["count", "share", "rate", "mean", "other"]
"""What a value is: a whole number of units, a share of a base in per cent, a rate per so many of a base, a mean, another number."""

CASE_DIMENSIONS = frozenset(
    {
        "child", "child-reference", "person", "name", "initials", "date-of-birth", "nhs-number", "upn",
        "address", "postcode", "case", "case-number", "case-reference", "family",
    }
)  # fmt: skip
"""Dimensions that would make a row of one child or one case (ROUTE-AGG)."""

Identity = tuple[str, str, int, str, str, tuple[tuple[str, str], ...]]


class Observation(Part):
    """One value of one indicator under one version of its definition (FIG-RULE).

    `unit` is what is counted (contacts, children, cases), `base_unit` and `base` the unit and the indicator of the
    denominator. `value` is a count, a share in per cent, or a rate per `per`; where numerator and denominator are given it
    may be absent. `printed` is the value as its source prints it; `approximate` that the source says 'about'.
    """

    indicator: Code
    definition: Code
    definition_version: Number
    unit: Code
    kind: Literal["flow", "snapshot"]
    measure: Measure
    value: Exact | None = None
    numerator: Count | None = None
    denominator: Count | None = None
    base: Code | None = None
    base_unit: Code | None = None
    per: Annotated[int, Field(ge=1, le=10**9)] | None = None
    printed: Exact | None = None
    approximate: bool = False
    dimensions: dict[Code, Code] = Field(default={}, max_length=10)
    citation: Title | None = None

    @property
    def identity(self) -> Identity:
        """What makes two observations of a dataset the same: indicator, definition and version, unit, measure, dimensions."""
        dimensions = tuple(sorted(self.dimensions.items()))
        return self.indicator, self.definition, self.definition_version, self.unit, self.measure, dimensions

    @property
    def name(self) -> str:
        """For people: `cp-plans (children, count; category: neglect)`."""
        dimensions = "".join(f"; {key}: {value}" for key, value in sorted(self.dimensions.items()))
        return f"{self.indicator} ({self.unit}, {self.measure}{dimensions})"

    def computed(self, places: int) -> Decimal | None:
        """A share in per cent or a rate, from its numerator and denominator, rounded half up to so many decimal places."""
        scale = {"share": 100, "rate": self.per}.get(self.measure)
        if scale is None or self.numerator is None or not self.denominator:
            return None
        with localcontext(prec=60):
            return (Decimal(self.numerator * scale) / self.denominator).quantize(
                Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
            )


Observations = Annotated[list[Observation], Field(min_length=1, max_length=2000)]


@dataclass(frozen=True)
class Dataset:
    """A dataset as submitted and restated: its period or day, and its observations by identity."""

    title: str
    period_from: date | None
    period_to: date | None
    snapshot_on: date | str | None
    observations: Mapping[Identity, Observation]


DATASET: Record[Dataset] = Record("dataset", prefix="DAT", title="Dataset")


@rule("DAT-WHEN", source="events.md: dataset.submitted, period, flow or snapshot; GEN-PERIOD")
def flows_have_a_period_and_snapshots_a_day(
    dataset: Dataset | None, claim: Claim[DatasetSubmitted | DatasetRestated]
) -> str | None:
    """What was counted over time has the first and last day of its period; what was counted on one day has its day."""
    given: Dataset | DatasetSubmitted | None = claim.event if isinstance(claim.event, DatasetSubmitted) else dataset
    if given is None:
        return None
    first, last = given.period_from, given.period_to
    if (first is None) != (last is None):
        return "A period needs both period_from and period_to."
    if first is not None and last is not None and last < first:
        return f"The period ends on {spoken(last)}, before it begins on {spoken(first)}."
    for o in claim.event.observations:
        if o.kind == "flow" and first is None:
            return f"{o.name} is a flow, so period_from and period_to are needed."
        if o.kind == "snapshot" and given.snapshot_on is None:
            return f"{o.name} is a snapshot, so snapshot_on is needed."
    return None


@rule("DAT-SOURCE", source="events.md: dataset.submitted, source agency")
def somebody_or_something_said_so(dataset: Dataset | None, claim: Claim[DatasetSubmitted]) -> str | None:
    """A dataset names the agency or the document it comes from."""
    if claim.event.source_agency is None and claim.event.document is None:
        return "Name the source_agency or the document that the observations come from."
    return None


@rule("DAT-DUP", source="FIG-RULE: one value for one indicator, definition version, unit and dimensions")
def each_observation_is_given_once(
    dataset: Dataset | None, claim: Claim[DatasetSubmitted | DatasetRestated]
) -> str | None:
    """Within one dataset an indicator has one value per definition version, unit, measure and dimensions."""
    seen: set[Identity] = set()
    for o in claim.event.observations:
        if o.identity in seen:
            return f"{o.name} is given more than once."
        seen.add(o.identity)
    return None


@rule("ROUTE-AGG", source="reference.md ROUTE-AGG: aggregates per period per source")
def there_are_no_case_rows(dataset: Dataset | None, claim: Claim[DatasetSubmitted | DatasetRestated]) -> str | None:
    """Observations are counts of many, never the row of one child or one case."""
    dimensions = {key for o in claim.event.observations for key in o.dimensions}
    rows = sorted(dimensions & CASE_DIMENSIONS)
    return f"A dataset has no rows of single children or cases, so no dimension {', '.join(rows)}." if rows else None


@rule("DAT-VALUE", source="FIG-RULE: value, numerator, denominator, unit")
def each_observation_has_a_value(
    dataset: Dataset | None, claim: Claim[DatasetSubmitted | DatasetRestated]
) -> str | None:
    """An observation has a value, or a numerator and a denominator; a count is a whole number; a rate says per how many."""
    return _each(claim.event.observations, _value_missing)


@rule("DAT-SHARE", source="FIG-RULE: numerator and denominator; arithmetic that cannot be")
def a_part_is_no_more_than_its_whole(
    dataset: Dataset | None, claim: Claim[DatasetSubmitted | DatasetRestated]
) -> str | None:
    """A share counts part of its base: its numerator does not exceed its denominator, and it lies from 0 to 100 per cent."""
    return _each(claim.event.observations, _more_than_the_whole)


@rule("DAT-PRINTED", source="reference.md 8.5: 42/493 to 1 dp is 8.5, flag published 8.6", effect=FLAG)
def what_is_printed_follows_from_its_parts(
    dataset: Dataset | None, claim: Claim[DatasetSubmitted | DatasetRestated]
) -> str | None:
    """A printed share or rate is what its numerator and denominator give, to as many decimal places as printed."""
    return _each(claim.event.observations, _printed_otherwise)


@rule("DAT-RESTATE", source="events.md: dataset.restated")
def what_is_restated_was_submitted(dataset: Dataset, claim: Claim[DatasetRestated]) -> str | None:
    """A restatement replaces observations of this dataset; a new definition version is a new dataset."""
    for o in claim.event.observations:
        if o.identity not in dataset.observations:
            return f"{o.name}, definition {o.definition} version {o.definition_version}, is not in this dataset."
    return None


def _each(observations: Sequence[Observation], why: Callable[[Observation], str | None]) -> str | None:
    return " ".join(f"{o.name}: {found}." for o in observations if (found := why(o)) is not None) or None


def _value_missing(o: Observation) -> str | None:
    if o.value is None and (o.numerator is None or o.denominator is None):
        return "give a value, or a numerator and a denominator"
    if o.measure == "count" and (o.value is None or o.value < 0 or o.value != o.value.to_integral_value()):
        return "a count is a whole number, in value"
    if o.measure == "rate" and o.per is None:
        return "a rate says per how many, in per"
    return None


def _more_than_the_whole(o: Observation) -> str | None:
    if o.measure != "share":
        return None
    if o.numerator is not None and o.denominator is not None and o.numerator > o.denominator:
        return f"{o.numerator} of {o.denominator} is more than the whole"
    if any(share is not None and not 0 <= share <= 100 for share in (o.value, o.printed)):  # noqa: PLR2004 per cent
        return "a share lies from 0 to 100 per cent"
    return None


def _printed_otherwise(o: Observation) -> str | None:
    if o.printed is None:
        return None
    exponent = o.printed.as_tuple().exponent
    computed = o.computed(max(0, -exponent) if isinstance(exponent, int) else 0)
    if computed is None or computed == o.printed:
        return None
    return f"printed {o.printed}, but {o.numerator} of {o.denominator} gives {computed}"


@recorded_as("dataset.submitted", on=DATASET, begins=True)
class DatasetSubmitted(Event):
    """Counts came in for a period, a day, or both: flows belong to the period, snapshots to the day.

    `source_agency`: whose counts they are; `document`: the title of the document they were printed in.
    """

    title: Title
    observations: Observations
    period_from: Day | None = None
    period_to: Day | None = None
    snapshot_on: DayOrNotStated | None = None
    source_agency: AgencyCode | None = None
    document: Title | None = None

    rules = (
        somebody_or_something_said_so,
        flows_have_a_period_and_snapshots_a_day,
        each_observation_is_given_once,
        there_are_no_case_rows,
        each_observation_has_a_value,
        a_part_is_no_more_than_its_whole,
        what_is_printed_follows_from_its_parts,
    )

    def sentence(self) -> str:
        whose = f", from {self.source_agency or self.document}"
        return f"{self.title}: {_how_many(self.observations)} submitted{whose}"


@recorded_as("dataset.restated", on=DATASET)
class DatasetRestated(Event):
    """Observations of this dataset are replaced by others of the same identity."""

    observations: Observations
    reason: Words

    rules = (
        each_observation_is_given_once,
        what_is_restated_was_submitted,
        flows_have_a_period_and_snapshots_a_day,
        there_are_no_case_rows,
        each_observation_has_a_value,
        a_part_is_no_more_than_its_whole,
        what_is_printed_follows_from_its_parts,
    )

    def sentence(self) -> str:
        names = ", ".join(sorted({o.indicator for o in self.observations}))
        return f"{_how_many(self.observations)} restated: {names}"


def _how_many(observations: Sequence[Observation]) -> str:
    return f"{len(observations)} observation{'' if len(observations) == 1 else 's'}"


DatasetEvent = DatasetSubmitted | DatasetRestated


@DATASET.folded_by
def evolve(dataset: Dataset | None, event: DatasetEvent) -> Dataset:
    """Fold one event into the dataset."""
    observations = {o.identity: o for o in event.observations}
    match event:
        case DatasetSubmitted():
            return Dataset(event.title, event.period_from, event.period_to, event.snapshot_on, observations)
        case DatasetRestated():
            dataset = known(dataset)
            return replace(dataset, observations={**dataset.observations, **observations})
        case _:
            assert_never(event)
