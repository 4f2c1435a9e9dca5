"""Recommendations and actions: raised, done, assured, shown to have changed something, closed, and overdue."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func

from ledger.figures.figure import Kind, figure
from ledger.figures.measures import Count, Measure
from ledger.figures.selection import Asked, Selection, placed, within
from ledger.projections.action_log import ActionLog, is_overdue
from ledger.projections.columns import table_of

T = table_of(ActionLog).c
DIMENSIONS: dict[str, ColumnElement[Any]] = {
    "source": T.source_kind,
    "owner": func.coalesce(T.owner_agency, T.owner_group),
}
BY = ("source", "lead_group", "owner")
flow = partial(figure, section="Recommendations and actions", unit="actions", kind=Kind.FLOW, by=BY)
snapshot = partial(figure, section="Recommendations and actions", unit="actions", kind=Kind.SNAPSHOT, by=BY)


def _actions(*cites: str) -> Selection:
    return Selection(ActionLog, cites=cites, dimensions=DIMENSIONS)


def _over(asked: Asked, what: str, *known: ColumnElement[bool]) -> Measure:
    """Actions to which something happened within the period that still counts at its end."""
    happened = placed(T[f"{what}_on"], T[f"{what}_day"], asked.period)
    return Count(_actions(f"{what}_entry").having(happened, *known), among=_actions("raised_entry"))


@flow("FIG-ACT-RAISED", "Actions raised", counts_by="raised_on")
def actions_raised(asked: Asked) -> Measure:
    """Actions raised within the period, by the kind of source they came from, the group that leads on them and the agency or group that owns them (ACT-SRC)."""
    return Count(_actions("raised_entry").having(within(T.raised_on, asked.period)))


@flow("FIG-ACT-COMPLETED", "Actions completed", counts_by="completed_on")
def actions_completed(asked: Asked) -> Measure:
    """Actions whose owner said within the period that the task is done, unless reopened by its end; where the day is not stated, by the time its sender gives it (ACT-DONE-3)."""
    return _over(asked, "completed")


@flow("FIG-ACT-ASSURED", "Actions assured", counts_by="assured_on")
def actions_assured(asked: Asked) -> Measure:
    """Actions of which a group other than the owner accepted the evidence within the period, unless reopened by its end (ACT-DONE-3)."""
    return _over(asked, "assured", T.assurance == "accepted")


@flow("FIG-ACT-IMPACT", "Actions with impact shown", counts_by="impact_on")
def actions_with_impact(asked: Asked) -> Measure:
    """Actions after which practice or outcomes were measured within the period and shown to have changed, unless reopened by its end (ACT-DONE-3)."""
    return _over(asked, "impact")


@flow("FIG-ACT-CLOSED", "Actions closed", counts_by="closed_on", by=(*BY, "closed_kind"))
def actions_closed(asked: Asked) -> Measure:
    """Actions that the overseeing group closed within the period, by the kind of closing, unless reopened by its end (ACT-CLOSE)."""
    return _over(asked, "closed")


@snapshot("FIG-ACT-OPEN", "Actions open", counts_by="raised_on", by=(*BY, "state"))
def actions_open(asked: Asked) -> Measure:
    """Actions raised and not closed by the end of the day, by how far they came (ACT-DONE-3)."""
    return Count(_actions("first_entry", "last_entry").having(T.closed_kind.is_(None)), among=_actions("raised_entry"))


@snapshot("FIG-ACT-OVERDUE", "Actions overdue", counts_by="due_on")
def actions_overdue(asked: Asked) -> Measure:
    """Actions neither completed nor closed whose current due date is before the day (ACT-DERIVE)."""
    overdue = _actions("raised_entry", "due_entry").having(is_overdue(table_of(ActionLog), asked.day))
    return Count(overdue, among=_actions("raised_entry"))
