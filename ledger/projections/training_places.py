"""What became of the places booked on training, and how was it evaluated?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.domain.history import Entry
from ledger.domain.training import AgencyPlaces, TrainingDelivered, TrainingEvaluated, unaccounted
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import counted, pairs


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course on one day (`period_from` and `period_to` are then that day) or over a period: places, not people.

    None where a number is not stated; `unaccounted` counts the bookings of which no outcome is recorded.
    """

    course: str
    title: str
    period_from: date
    period_to: date
    one_day: bool
    booked: int
    completed: int | None
    cancelled: int | None
    did_not_attend: int | None
    no_outcome: int | None
    unaccounted: int
    delivered_entry: int
    retrospective: bool = False


class TrainingPlaces(Projection[CourseRow]):
    """What became of the places booked on each course?"""

    table = "training_places"
    records = ("training",)
    row = CourseRow

    def apply(self, rows: Rows[CourseRow], entry: Entry) -> None:
        match entry.event:
            case TrainingDelivered() as course:
                rows.open(_course(course, entry))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class AgencyPlacesRow:
    """The places of one agency on a course."""

    agency: str
    course: str
    period_from: date
    period_to: date
    booked: int
    completed: int | None
    cancelled: int | None
    did_not_attend: int | None
    no_outcome: int | None


class TrainingByAgency(Projection[AgencyPlacesRow]):
    """What became of each agency's places on each course? The key is the agency's code."""

    table = "training_by_agency"
    records = ("training",)
    row = AgencyPlacesRow

    def apply(self, rows: Rows[AgencyPlacesRow], entry: Entry) -> None:
        match entry.event:
            case TrainingDelivered(by_agency=places) as course:
                for own in places:
                    rows.open(_own(own, course, entry), key=own.agency)
            case _:
                pass


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """Evaluations of one tier (TRN-EVAL). `asked` is None where not stated; scores are `question=mean score`.

    `course` is None where all courses of the period were evaluated together.
    """

    tier: str
    course: str | None
    period_from: date | None
    period_to: date | None
    returns: int
    asked: int | None
    scores: tuple[str, ...]
    changed_practice: int | None
    evaluated_on: date


class TrainingEvaluations(Projection[EvaluationRow]):
    """How many evaluations of training came back, and what did they say? The key is the tier."""

    table = "training_evaluations"
    records = ("training",)
    row = EvaluationRow

    def apply(self, rows: Rows[EvaluationRow], entry: Entry) -> None:
        match entry.event:
            case TrainingEvaluated() as told:
                row = EvaluationRow(
                    told.tier, told.course, told.period_from, told.period_to, told.returns, counted(told.asked),
                    pairs(told.scores), told.changed_practice, entry.day,
                )  # fmt: skip
                rows.open(row, key=told.tier)
            case _:
                pass


def _days(event: TrainingDelivered, entry: Entry) -> tuple[date, date]:
    first = event.delivered_on or event.period_from or entry.day
    return first, event.delivered_on or event.period_to or first


def _course(event: TrainingDelivered, entry: Entry) -> CourseRow:
    first, last = _days(event, entry)
    return CourseRow(
        course=event.course,
        title=event.title,
        period_from=first,
        period_to=last,
        one_day=event.delivered_on is not None,
        booked=event.booked,
        completed=counted(event.completed),
        cancelled=counted(event.cancelled),
        did_not_attend=counted(event.did_not_attend),
        no_outcome=counted(event.no_outcome),
        unaccounted=unaccounted(event),
        delivered_entry=entry.position,
        retrospective=entry.retrospective,
    )


def _own(own: AgencyPlaces, event: TrainingDelivered, entry: Entry) -> AgencyPlacesRow:
    first, last = _days(event, entry)
    return AgencyPlacesRow(
        agency=own.agency,
        course=event.course,
        period_from=first,
        period_to=last,
        booked=own.booked,
        completed=counted(own.completed),
        cancelled=counted(own.cancelled),
        did_not_attend=counted(own.did_not_attend),
        no_outcome=counted(own.no_outcome),
    )
