"""Training: what became of the places booked on a course in a period, and how it was evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import NOT_STATED, AgencyCode, Code, Count, Day, Exact, NotStated, Part, Title, spoken
from ledger.domain.register import FLAG, Event, Record, recorded_as, rule
from ledger.domain.state import replace

CountOrNotStated = Count | NotStated
Tier = Literal["end-of-course", "three-month"]
OUTCOMES = ("completed", "cancelled", "did_not_attend", "no_outcome")


class Places(Protocol):
    """Places booked, and how many of them ended in each way."""

    @property
    def booked(self) -> int: ...


def stated(places: Places) -> dict[str, int]:
    """The outcomes that are stated, by name; attendances, not people."""
    outcomes = {name: getattr(places, name) for name in OUTCOMES}
    return {name: n for name, n in outcomes.items() if n != NOT_STATED}


def unaccounted(places: Places) -> int:
    """Bookings of which no outcome is recorded: those stated to have none, and those no outcome stated accounts for."""
    known_outcomes = sum(n for name, n in stated(places).items() if name != "no_outcome")
    return places.booked - known_outcomes


class AgencyPlaces(Part):
    """The places of one agency."""

    agency: AgencyCode
    booked: Count
    completed: CountOrNotStated
    cancelled: CountOrNotStated
    did_not_attend: CountOrNotStated
    no_outcome: CountOrNotStated


@dataclass(frozen=True)
class Training:
    """One course in one period: its completions where it was delivered here, and the tiers evaluated."""

    course: str | None = None
    completed: int | str | None = None
    evaluated: frozenset[str] = field(default=frozenset())


TRAINING: Record[Training] = Record("training", prefix="TRN", title="Training")


def _sums(places: Places, whose: str) -> str | None:
    """Why the outcomes cannot be those of the bookings, or None."""
    outcomes = stated(places)
    total = sum(outcomes.values())
    whole = len(outcomes) == len(OUTCOMES)
    if total == places.booked or (not whole and total < places.booked):
        return None
    parts = " + ".join(f"{n} {name.replace('_', ' ')}" for name, n in outcomes.items())
    return f"{parts} = {total} outcomes{whose}, from {places.booked} bookings."


@rule("TRN-SUM", source="events.md: parts add up to booked; reference.md 8.1, 8.5")
def outcomes_add_up_to_bookings(training: Training | None, claim: Claim[TrainingDelivered]) -> str | None:
    """Every booking has one outcome: the parts add up to booked, and where a part is not stated do not exceed it."""
    broken = [_sums(claim.event, "")] + [_sums(row, f" for {row.agency}") for row in claim.event.by_agency]
    return " ".join(why for why in broken if why) or None


@rule("TRN-AGENCY", source="events.md: training.delivered, by agency")
def agencies_do_not_exceed_the_course(training: Training | None, claim: Claim[TrainingDelivered]) -> str | None:
    """Each agency is named once, and together they have no more of anything than the course."""
    rows = claim.event.by_agency
    codes = [row.agency for row in rows]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        return f"Named more than once: {', '.join(twice)}."
    whole = {"booked": claim.event.booked, **stated(claim.event)}
    for name, most in whole.items():
        total = sum(n for row in rows if (n := getattr(row, name)) != NOT_STATED)
        if total > most:
            return f"Agencies have {total} {name.replace('_', ' ')} together, the course {most}."
    return None


@rule("TRN-PERIOD", source="events.md: training.delivered, on or period; GEN-PERIOD")
def a_day_or_a_period_is_given(
    training: Training | None, claim: Claim[TrainingDelivered | TrainingEvaluated]
) -> str | None:
    """What begins a training record says its day, or the first and last day of its period; a period does not end before it begins."""
    event = claim.event
    first, last = event.period_from, event.period_to
    if (first is None) != (last is None):
        return "A period needs both period_from and period_to."
    if first is not None and last is not None and last < first:
        return f"The period ends on {spoken(last)}, before it begins on {spoken(first)}."
    day = event.delivered_on if isinstance(event, TrainingDelivered) else None
    if day is not None and first is not None:
        return "Give delivered_on or a period, not both."
    if training is None and day is None and first is None:
        return "A period is missing: give period_from and period_to, or delivered_on for one day."
    return None


@rule("TRN-EVAL", source="reference.md TRN-EVAL, FIG-TRN: evaluation return rate")
def returns_do_not_exceed_those_asked(training: Training | None, claim: Claim[TrainingEvaluated]) -> str | None:
    """No more evaluations come back than were asked for, and no more of them tell of changed practice than came back."""
    event = claim.event
    if event.asked != NOT_STATED and event.returns > event.asked:
        return f"{event.returns} returns, from {event.asked} asked."
    if event.changed_practice is not None and event.changed_practice > event.returns:
        return f"{event.changed_practice} tell of changed practice, from {event.returns} returns."
    return None


@rule("TRN-EVAL", source="reference.md TRN-EVAL, FIG-TRN: evaluation return rate", effect=FLAG)
def those_who_completed_evaluate(training: Training | None, claim: Claim[TrainingEvaluated]) -> str | None:
    """Those who completed a course are asked to evaluate it."""
    completed = training.completed if training else None
    if isinstance(completed, int) and claim.event.returns > completed:
        return f"{claim.event.returns} returns, from {completed} who completed."
    return None


@rule("TRN-TIER", source="reference.md TRN-EVAL: end of course, then three months after")
def each_tier_is_evaluated_once(training: Training | None, claim: Claim[TrainingEvaluated]) -> str | None:
    """One record holds one evaluation of each tier; a later count corrects it."""
    if training is not None and claim.event.tier in training.evaluated:
        return f"The {claim.event.tier.replace('-', ' ')} evaluation is recorded already; correct it instead."
    return None


@rule("TRN-COURSE", source="events.md: training.evaluated, course")
def it_is_the_course_of_the_record(training: Training | None, claim: Claim[TrainingEvaluated]) -> str | None:
    """An evaluation on the record of a course is of that course."""
    course = claim.event.course
    if training is None or training.course is None or course in (None, training.course):
        return None
    return f"This record is of the course {training.course}, not {course}."


@recorded_as("training.delivered", on=TRAINING, begins=True, happens="delivered_on")
class TrainingDelivered(Event):
    """A course was delivered, on one day or over a period. Places, not people, in numbers.

    Where the source leaves an outcome open it is not-stated, and `unaccounted` tells what remains.
    """

    course: Code
    title: Title
    booked: Count
    completed: CountOrNotStated
    cancelled: CountOrNotStated
    did_not_attend: CountOrNotStated
    no_outcome: CountOrNotStated
    delivered_on: Day | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    by_agency: list[AgencyPlaces] = Field(default=[], max_length=100)

    rules = (a_day_or_a_period_is_given, outcomes_add_up_to_bookings, agencies_do_not_exceed_the_course)

    def sentence(self) -> str:
        when = f"on {spoken(self.delivered_on)}"
        if self.period_from is not None:
            when = f"from {spoken(self.period_from)} to {spoken(self.period_to)}"
        completed = "an unstated number" if self.completed == NOT_STATED else self.completed
        return f"{self.title}: {completed} of {self.booked} places completed {when}"


@recorded_as("training.evaluated", on=TRAINING, begins=True, continues=True)
class TrainingEvaluated(Event):
    """Evaluations came back: of the course of this record, or, where it begins one, of a course or of all courses in a period.

    `scores`: mean score by question. `changed_practice`: returns that tell of changed practice.
    """

    tier: Tier
    returns: Count
    asked: CountOrNotStated
    course: Code | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    scores: dict[Code, Exact] = Field(default={}, max_length=100)
    changed_practice: Count | None = None

    rules = (
        a_day_or_a_period_is_given,
        returns_do_not_exceed_those_asked,
        those_who_completed_evaluate,
        each_tier_is_evaluated_once,
        it_is_the_course_of_the_record,
    )

    def sentence(self) -> str:
        tier = {"end-of-course": "End-of-course", "three-month": "Three-month"}[self.tier]
        asked = "" if self.asked == NOT_STATED else f" of {self.asked}"
        return f"{tier} evaluation: {self.returns}{asked} returned"


TrainingEvent = TrainingDelivered | TrainingEvaluated


@TRAINING.folded_by
def evolve(training: Training | None, event: TrainingEvent) -> Training:
    """Fold one event into the training."""
    match event:
        case TrainingDelivered(course=course, completed=completed):
            return Training(course, completed)
        case TrainingEvaluated(tier=tier, course=course):
            training = training or Training(course)
            return replace(training, evaluated=training.evaluated | {tier})
        case _:
            assert_never(event)
