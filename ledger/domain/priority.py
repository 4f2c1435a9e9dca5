"""Priorities: what the partnership set out to change, how it is measured, what was measured, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    NOT_STATED,
    AgencyCode,
    Code,
    Day,
    DayOrNotStated,
    Exact,
    GroupCode,
    NotStated,
    Title,
    Words,
    Year,
    spoken,
    worded,
)
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

Progress = Literal["achieved", "good-progress", "some-progress", "little-progress", "no-progress", "not-stated"]
Direction = Literal["up", "down"]
Outcome = Literal["business-as-usual", "achieved", "not-achieved"]


@dataclass(frozen=True)
class Measure:
    """A measure of a priority; `latest` is the value measured last, by the order of recording."""

    unit: str
    baseline: Decimal | str
    target: Decimal | None
    direction: Direction
    latest: Decimal | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the latest value is at the target or beyond it; None where there is no target or no value."""
        if self.target is None or self.latest is None:
            return None
        return self.latest >= self.target if self.direction == "up" else self.latest <= self.target


@dataclass(frozen=True)
class Priority:
    """A priority as its events so far leave it."""

    title: str
    measures: Mapping[str, Measure] = field(default_factory=dict)
    outcome: Outcome | None = None


PRIORITY: Record[Priority] = Record("priority", prefix="PRI", title="Priority")


@rule("PRI-YEARS", source="events.md: priority.adopted, years")
def its_years_are_in_order(priority: Priority | None, claim: Claim[PriorityAdopted]) -> str | None:
    """The last year of a priority is not before its first."""
    first, last = claim.event.from_year, claim.event.to_year
    return f"{last} comes before {first}." if last is not None and last < first else None


@rule("PRI-OPEN", source="events.md: priority.closed")
def it_is_not_closed(priority: Priority, claim: Claim[Event]) -> str | None:
    """Nothing more is set, measured or judged on a closed priority; withdraw the closing if it is wrong."""
    return f"The priority was closed as {worded(priority.outcome)}." if priority.outcome else None


@rule("PRI-MEASURE", source="events.md: priority.measure-set")
def the_measure_is_new(priority: Priority, claim: Claim[PriorityMeasureSet]) -> str | None:
    """A measure of a priority is set once; another way of measuring is another measure."""
    return f"{claim.event.measure} is set already." if claim.event.measure in priority.measures else None


@rule("PRI-MEASURE", source="events.md: priority.measured, against a measure set")
def the_measure_was_set(priority: Priority, claim: Claim[PriorityMeasured | PriorityJudged]) -> str | None:
    """What is measured, and what a judgement rests on, are measures set for the priority."""
    event = claim.event
    named = [event.measure] if isinstance(event, PriorityMeasured) else event.measures
    unset = sorted(set(named) - priority.measures.keys())
    return f"Not a measure of this priority: {', '.join(unset)}." if unset else None


@rule("PRI-JUDGED", source="reference.md YR-WT18-PLUS: evidence of impact", effect=FLAG)
def it_is_judged_by_what_was_measured(priority: Priority, claim: Claim[PriorityJudged]) -> str | None:
    """A priority is judged against measures that were set and have been measured."""
    resting_on = [priority.measures[code] for code in claim.event.measures if code in priority.measures]
    if not resting_on:
        return "The judgement rests on no measure."
    if all(measure.latest is None for measure in resting_on):
        return "Nothing was measured yet of what the judgement rests on."
    return None


@rule("PRI-ACHIEVED", source="events.md: priority.closed, business-as-usual or achieved", effect=FLAG)
def what_is_achieved_reached_its_target(priority: Priority, claim: Claim[PriorityClosed]) -> str | None:
    """A priority is closed as achieved where a measure of it reached its target; what only became routine is business as usual."""
    if claim.event.outcome != "achieved" or any(measure.reached for measure in priority.measures.values()):
        return None
    return "Closed as achieved, and no measure of it has reached its target."


@recorded_as("priority.adopted", on=PRIORITY, begins=True, happens="adopted_on")
class PriorityAdopted(Event):
    """The partnership made something its priority for some years. `to_year` is absent where no end was set."""

    title: Title
    lead_agency: AgencyCode | None = None
    lead_group: GroupCode | None = None
    from_year: Year
    to_year: Year | None = None
    adopted_on: DayOrNotStated

    decides = "adopted"
    rules = (its_years_are_in_order,)

    def sentence(self) -> str:
        lead = self.lead_agency or self.lead_group
        return f"Priority adopted: {self.title}{f', led by {lead}' if lead else ''}"


@recorded_as("priority.measure-set", on=PRIORITY, happens="set_on")
class PriorityMeasureSet(Event):
    """How progress is to be measured: where it started, where it is to come, and which way is better."""

    measure: Code
    unit: Code
    baseline: Exact | NotStated
    target: Exact | None = None
    direction: Direction
    set_on: DayOrNotStated

    rules = (it_is_not_closed, the_measure_is_new)

    def sentence(self) -> str:
        start = "a baseline not stated" if self.baseline == NOT_STATED else str(self.baseline)
        to = f" to {self.target}" if self.target is not None else f", {self.direction} is better"
        return f"Measured by {worded(self.measure)}: from {start}{to}"


@recorded_as("priority.measured", on=PRIORITY)
class PriorityMeasured(Event):
    """A measure was taken. `period_from`: its first day. `period_to`: its last day, or the only day of a reading."""

    measure: Code
    value: Exact
    period_from: Day | None = None
    period_to: DayOrNotStated

    rules = (it_is_not_closed, the_measure_was_set)

    def sentence(self) -> str:
        return f"{worded(self.measure).capitalize()} stood at {self.value} on {spoken(self.period_to)}"


@recorded_as("priority.judged", on=PRIORITY, happens="judged_on")
class PriorityJudged(Event):
    """A body said how far the priority has come. `because`: a code for why, where there is little or no progress (YR-WT18-PLUS)."""

    progress: Progress
    measures: list[Code] = Field(default=[], max_length=20)
    because: Code | None = None
    reasons: Words | None = None
    by_group: GroupCode | None = None
    judged_on: DayOrNotStated

    decides = "progress"
    rules = (it_is_not_closed, the_measure_was_set, it_is_judged_by_what_was_measured)

    def sentence(self) -> str:
        why = f", because of {worded(self.because)}" if self.because else ""
        return f"Judged: {worded(self.progress)}{why}"


@recorded_as("priority.closed", on=PRIORITY, happens="closed_on")
class PriorityClosed(Event):
    """The priority ended: achieved, not achieved, or carried on as business as usual, which claims no achievement."""

    outcome: Outcome
    closed_on: DayOrNotStated
    by_group: GroupCode | None = None
    reasons: Words | None = None

    decides = "outcome"
    rules = (it_is_not_closed, what_is_achieved_reached_its_target)

    def sentence(self) -> str:
        return f"Closed on {spoken(self.closed_on)}: {worded(self.outcome)}"


PriorityEvent = PriorityAdopted | PriorityMeasureSet | PriorityMeasured | PriorityJudged | PriorityClosed


@PRIORITY.folded_by
def evolve(priority: Priority | None, event: PriorityEvent) -> Priority:
    """Fold one event into the priority; a value of a measure whose setting was withdrawn counts for nothing."""
    match event:
        case PriorityAdopted(title=title):
            return Priority(title)
        case PriorityMeasureSet(measure=code):
            measure = Measure(event.unit, event.baseline, event.target, event.direction)
            return replace(known(priority), measures={**known(priority).measures, code: measure})
        case PriorityMeasured(measure=code, value=value):
            priority = known(priority)
            if code not in priority.measures:
                return priority
            measure = replace(priority.measures[code], latest=value)
            return replace(priority, measures={**priority.measures, code: measure})
        case PriorityJudged():
            return known(priority)
        case PriorityClosed(outcome=outcome):
            return replace(known(priority), outcome=outcome)
        case _:
            assert_never(event)
