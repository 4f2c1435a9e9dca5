"""Every list that may be asked for, by its address: over HTTP and on the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from ledger.domain import clock, keeping
from ledger.domain.action_rules import Stage
from ledger.projections import ask, attendance, clocks, programme, retention, review_tracker
from ledger.projections.accounts import Accounts
from ledger.projections.action_log import ActionLog
from ledger.projections.amendments import Departures
from ledger.projections.asking import Answer, Asking, fields_of
from ledger.projections.audits import AuditProgramme
from ledger.projections.decisions import Decisions
from ledger.projections.editions import Editions
from ledger.projections.engagements import Engagements
from ledger.projections.escalation_tracker import EscalationTracker
from ledger.projections.indicators import Indicators
from ledger.projections.inspections import Inspections
from ledger.projections.marks import MARKS, Holds, Restrictions, Statements, marked
from ledger.projections.meetings import Meetings
from ledger.projections.partnership import Agencies, Groups
from ledger.projections.priorities import Priorities
from ledger.projections.reports import PublishedReports
from ledger.projections.risks import Risks
from ledger.projections.rows import Projection
from ledger.projections.scrutinies import Challenges, Scrutinies
from ledger.projections.tables import Tables
from ledger.projections.task_groups import TaskGroups
from ledger.projections.training_places import TrainingPlaces

WORDED = ("words", "words_are")
"""What is said of an item, and whether that is kept."""
TRUE_OR_FALSE = ("true", "false", "null")
_TRUE_OR_FALSE = frozenset((
    "accepted", "approximate", "departs", "done", "held", "influenced", "lapsed", "late", "one_day", "open", "outstanding", "overdue", "planned",
    "ratings_disagree", "retrospective", "settled", "signed", "unmeasured", "unplanned",
))  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One list: its address, who answers it, the fields of an item that may be filtered and sorted by, and those that hold parts.

    `words`: whether something is said, in sealed words, of its items, or of parts of them; whoever answers a person adds it.
    `closed`: the fields that hold one of a closed list.
    """

    name: str
    asks: Callable[[Tables, Asking], Answer]
    plain: tuple[str, ...]
    parts: tuple[str, ...] = ()
    words: Literal["items", "parts"] | None = None
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def columns(self) -> tuple[str, ...]:
        first = ("record", "reference", "key")
        said = WORDED if self.words == "items" else ()
        return (*first, *(name for name in (*self.plain, *self.parts) if name not in first), *MARKS, *said)

    @property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """All that a filter on a field may ask for, where that is a closed list: anything else is a slip, and not a question without an answer."""
        flags: dict[str, tuple[str, ...]] = {name: TRUE_OR_FALSE for name in self.plain if name in _TRUE_OR_FALSE}
        return {**flags, **self.closed}

    def answer(self, tables: Tables, asking: Asking) -> Answer:
        """The answer, each item with the marks of its record."""
        found = self.asks(tables, asking)
        return replace(found, items=marked(tables, found.items, found.as_at, found.as_of))


def _fields(projection: type[Projection[Any]], *worked_out: str) -> tuple[str, ...]:
    return (*fields_of(projection), *worked_out)


def _listed(name: str, projection: type[Projection[Any]], words: Literal["items"] | None = None) -> Question:
    def asks(tables: Tables, asking: Asking) -> Answer:
        return ask.listed(tables, projection, asking)

    asks.__doc__ = projection.__doc__
    return Question(name, asks, _fields(projection), words=words)


_LATE = ("open", "overdue", "days_over", "days_over_original", "rating_by_due", "ratings_disagree")
_OF_REVIEWS = ("notification", "rapid_reviews", "reviews", "clocks")
QUESTIONS = (
    Question(
        "actions",
        ask.actions,
        _fields(ActionLog, *_LATE),
        ("clock",),
        words="items",
        closed={"state": get_args(Stage), "impact": TRUE_OR_FALSE},
    ),
    Question(
        "escalations",
        ask.escalations,
        _fields(EscalationTracker, "open", "lapsed", "working_days_to_end"),
        ("clock", "stages"),
    ),
    Question(
        "reviews",
        review_tracker.review_tracker,
        tuple(name for name in review_tracker.FIELDS if name not in _OF_REVIEWS),
        _OF_REVIEWS,
        words="parts",
    ),
    Question(
        "audits",
        ask.audits,
        _fields(AuditProgramme, "done", "outstanding", "unplanned", "scale_says"),
        ("returns", "findings"),
        words="parts",
    ),
    Question("clocks", clocks.clocks, clocks.FIELDS, closed={"state": get_args(clock.State)}),
    Question("training", ask.training, _fields(TrainingPlaces), ("by_agency", "evaluations")),
    Question("attendance", attendance.attendance, attendance.FIELDS),
    Question("finance", ask.finance, _fields(Accounts)),
    Question("indicators", ask.indicators, _fields(Indicators, "computed")),
    _listed("agencies", Agencies),
    _listed("groups", Groups),
    _listed("meetings", Meetings),
    _listed("decisions", Decisions),
    _listed("departures", Departures),
    Question("scrutiny", programme.scrutiny, _fields(Scrutinies), ("put", "recommended"), words="parts"),
    Question("challenges", programme.challenges, _fields(Challenges, "open", "late"), words="items"),
    Question("inspections", programme.inspections, _fields(Inspections), ("findings",), words="parts"),
    Question("priorities", programme.priorities, _fields(Priorities, "open"), ("measured_by",)),
    Question("risks", programme.risks, _fields(Risks, "open"), words="items"),
    Question("task-groups", programme.task_groups, _fields(TaskGroups, "open", "overdue"), words="items"),
    _listed("engagement", Engagements, "items"),
    _listed("arrangements", Editions),
    _listed("statements", Statements),
    _listed("restrictions", Restrictions),
    _listed("holds", Holds),
    Question(
        "retention", retention.retention, retention.FIELDS, retention.PARTS, closed={"state": get_args(keeping.State)}
    ),
    _listed("reports", PublishedReports),
)
BY_NAME = {question.name: question for question in QUESTIONS}
