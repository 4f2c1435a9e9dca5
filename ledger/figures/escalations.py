"""Escalations: who challenged whom, how far it went, how it ended and how long that took; and who never challenged anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from sqlalchemy import or_

from ledger.domain.calendar import BeyondCalendar
from ledger.figures.figure import Kind, figure
from ledger.figures.measures import Count, Measure, Median
from ledger.figures.selection import Asked, Case, Cases, Selection, within
from ledger.figures.successions import heir_of
from ledger.projections.columns import table_of
from ledger.projections.escalation_tracker import EscalationTracker
from ledger.projections.partnership import Agencies, AgencyRow

T = table_of(EscalationTracker).c
BY = ("by_agency", "with_agency", "stage", "reason", "outcome")
flow = partial(figure, section="Escalations", kind=Kind.FLOW)
snapshot = partial(figure, section="Escalations", kind=Kind.SNAPSHOT)


def _escalations(*cites: str) -> Selection:
    return Selection(EscalationTracker, cites=cites, dimensions={"outcome": T.outcome})


@flow("FIG-ESC", "Escalations raised", unit="escalations", counts_by="raised_on", by=BY)
def escalations_raised(asked: Asked) -> Measure:
    """Professional disagreements raised within the period, each once: by the agency that raised it, the agency challenged, the highest stage reached by the end of the period, the reason, and the outcome, which is not stated while it goes on (ESC-COUNT)."""
    return Count(_escalations("raised_entry", "stage_entry", "ended_entry").having(within(T.raised_on, asked.period)))


@flow("FIG-ESC-RESOLVED", "Escalations that ended", unit="escalations", counts_by="ended_on", by=BY)
def escalations_ended(asked: Asked) -> Measure:
    """Escalations, whenever raised, that came to an end within the period: resolved in any way, or called off; what went unresolved to the risk register has not ended (ESC-COUNT, ESC-OUT)."""
    ended = _escalations("raised_entry", "ended_entry").having(T.settled, within(T.ended_on, asked.period))
    return Count(ended, among=_escalations("raised_entry"))


@flow(
    "FIG-ESC-DAYS", "Working days until an escalation was resolved (median)",
    unit="working days", counts_by="ended_on", by=("stage",), rounding="median",
)  # fmt: skip
def days_to_resolve(asked: Asked) -> Measure:
    """Median of the whole working days from the day an escalation was raised, which is day 0, to the day it was resolved, for those resolved within the period; called-off ones are left out, and so are days that are not stated (GEN-WD-START)."""
    return Median(tuple(_resolved(asked)))


@snapshot("FIG-ESC-OPEN", "Escalations unresolved", unit="escalations", counts_by="raised_on", by=BY)
def escalations_open(asked: Asked) -> Measure:
    """Escalations raised and not ended by the end of the day, those on the risk register included (ESC-CW-EXEC)."""
    still = _escalations("raised_entry", "stage_entry").having(or_(T.settled.is_(False), T.settled.is_(None)))
    return Count(still, among=_escalations("raised_entry"))


@flow("FIG-ESC-ZERO", "Agencies that raised no escalation", unit="agencies", counts_by="raised_on", by=("agency",))
def agencies_that_raised_none(asked: Asked) -> Measure:
    """Agencies that take part in the partnership at the end of the period and raised no escalation within it, each by its code: low use is itself a finding (ESC-BALANCE)."""
    raised = _escalations("raised_entry").having(within(T.raised_on, asked.period)).cells(asked, ("by_agency",))
    raisers = {heir_of(asked, cell.of[0]) for cell in raised}
    silent = [agency for agency in asked.held(Agencies) if agency.reference not in raisers and taking_part(agency.row)]
    note = "" if _escalations("raised_entry").any(asked) else "No escalation at all is on record."
    return Count(Cases.of(Case({"agency": agency.reference}, (agency.first_entry,)) for agency in silent), note=note)


def taking_part(agency: AgencyRow) -> bool:
    """Whether an agency neither left nor was succeeded by others."""
    return agency.left_on is None and not agency.succeeded_by


def _resolved(asked: Asked) -> Iterator[Case]:
    ended = within(T.ended_on, asked.period)
    for found in asked.held(EscalationTracker, ended, T.settled, T.outcome != "withdrawn"):
        row = found.row
        if not isinstance(row.raised_on, date) or not isinstance(row.ended_on, date) or row.ended_entry is None:
            continue
        calendar = asked.packs.calendar(row.raised_on)
        if calendar is None:
            continue
        try:
            days = calendar.working_days.between(row.raised_on, row.ended_on)
        except BeyondCalendar:
            continue
        yield Case({"stage": row.stage}, (row.raised_entry, row.ended_entry), days)
