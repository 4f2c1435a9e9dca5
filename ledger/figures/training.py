"""Training: what became of the places booked, and how much of the evaluation came back."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from ledger.figures.figure import Kind, Stating, figure
from ledger.figures.measures import Measure, Share, Total
from ledger.figures.selection import Asked, Selection
from ledger.projections.columns import table_of
from ledger.projections.tables import held
from ledger.projections.training_places import TrainingEvaluations, TrainingPlaces

T = table_of(TrainingPlaces).c
E = table_of(TrainingEvaluations).c
flow = partial(figure, section="Training", kind=Kind.FLOW, counts_by="period")


def _printed(outcome: str) -> Stating:
    return Stating("fig-trn", "places-all-courses", frozenset({("outcome", outcome)}))


def _courses(asked: Asked, amount: ColumnElement[Any]) -> Selection:
    whole = and_(T.period_from >= asked.period.first, T.period_to <= asked.period.last)
    return Selection(TrainingPlaces, (whole,), ("delivered_entry",), amount, at_last=True)


@flow("FIG-TRN", "Places booked on training", unit="places", by=("course",), stated_as=_printed("booked"))
def booked(asked: Asked) -> Measure:
    """Places booked on courses whose day or whole period lies within the period; places, not people."""
    return Total(_courses(asked, T.booked))


@flow("FIG-TRN-COMPLETED", "Places completed", unit="places", by=("course",), stated_as=_printed("completed"))
def completed(asked: Asked) -> Measure:
    """Of the places that FIG-TRN counts, those completed; attendances, not people."""
    return Total(_courses(asked, T.completed))


@flow("FIG-TRN-CANCELLED", "Places cancelled", unit="places", by=("course",), stated_as=_printed("cancelled"))
def cancelled(asked: Asked) -> Measure:
    """Of the places that FIG-TRN counts, those cancelled."""
    return Total(_courses(asked, T.cancelled))


@flow("FIG-TRN-DNA", "Places not attended", unit="places", by=("course",), stated_as=_printed("did-not-attend"))
def did_not_attend(asked: Asked) -> Measure:
    """Of the places that FIG-TRN counts, those neither cancelled nor attended."""
    return Total(_courses(asked, T.did_not_attend))


@flow(
    "FIG-TRN-NO-OUTCOME", "Places without an outcome", unit="places", by=("course",), stated_as=_printed("no-outcome")
)
def without_outcome(asked: Asked) -> Measure:
    """Of the places that FIG-TRN counts, those of which no outcome is recorded: booked less completed, cancelled and not attended (8.1)."""
    return Total(_courses(asked, T.unaccounted))


@flow("FIG-TRN-RATE", "Places completed of places booked", unit="% of places", by=("course",), rounding="share")
def completion_rate(asked: Asked) -> Measure:
    """Places completed as a share of places booked, for the courses that state how many were completed."""
    known = T.completed.is_not(None)
    done, all_ = (_courses(asked, amount).having(known) for amount in (T.completed, T.booked))
    return Share(done, all_, ("FIG-TRN-COMPLETED", "FIG-TRN"), "places", amounts=True)


def _evaluated(asked: Asked, tier: str, id_: str) -> Measure:
    ended, began = func.coalesce(E.period_to, E.evaluated_on), func.coalesce(E.period_from, E.evaluated_on)
    within = (began >= asked.period.first, ended <= asked.period.last, E.tier == tier, E.asked.is_not(None))
    dimensions = {"course": _course(asked)}
    returned, sent = (
        Selection(TrainingEvaluations, within, amount=amount, dimensions=dimensions, at_last=True)
        for amount in (E.returns, E.asked)
    )
    return Share(returned, sent, (id_ + "-RETURNS", id_ + "-ASKED"), "evaluations", amounts=True)


def _course(asked: Asked) -> ColumnElement[Any]:
    """The course an evaluation names, or that of the record it stands on."""
    places = table_of(TrainingPlaces)
    on_record = select(T.course).where(held(places, asked.as_at), T.reference == E.reference).limit(1)
    return func.coalesce(E.course, on_record.correlate(table_of(TrainingEvaluations)).scalar_subquery())


@flow(
    "FIG-TRN-EVAL", "Evaluations returned at the end of courses", unit="% of evaluations", by=("course",),
    rounding="share", stated_as=Stating("fig-trn", "evaluation-returns"),
)  # fmt: skip
def evaluations_returned(asked: Asked) -> Measure:
    """End-of-course evaluations that came back as a share of those asked for, by the period they state or the day they came in; evaluations that do not state how many were asked are left out (TRN-EVAL)."""
    return _evaluated(asked, "end-of-course", "FIG-TRN-EVAL")


@flow(
    "FIG-TRN-EVAL-3M",
    "Evaluations returned after three months",
    unit="% of evaluations",
    by=("course",),
    rounding="share",
)
def follow_ups_returned(asked: Asked) -> Measure:
    """Evaluations three months after the course that came back as a share of those asked for, by the period they state or the day they came in; evaluations that do not state how many were asked are left out (TRN-EVAL)."""
    return _evaluated(asked, "three-month", "FIG-TRN-EVAL-3M")
