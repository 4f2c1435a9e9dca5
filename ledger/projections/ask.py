"""The questions people ask of the ledger, each with its answer ready for JSON: actions, escalations, audits and the rest."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from sqlalchemy import and_, not_, or_

from ledger.domain.adoption import Packs
from ledger.domain.calendar import BeyondCalendar
from ledger.domain.clocks import Clock, action_due, escalation_stage
from ledger.domain.clocks import state as clock_state
from ledger.domain.fields import DayOrNotStated, known_day
from ledger.projections.accounts import Accounts
from ledger.projections.action_log import ActionLog, ActionRow, is_overdue, overdue
from ledger.projections.asking import Answer, Asking, Item, Parts, ask, plain, told, told_clock
from ledger.projections.audits import AuditFindings, AuditProgramme, AuditReturns, AuditRow, ReturnRow
from ledger.projections.columns import table_of
from ledger.projections.escalation_tracker import EscalationRow, EscalationStages, EscalationTracker, StageRow
from ledger.projections.indicators import Indicators, ObservationRow
from ledger.projections.rows import Projection
from ledger.projections.tables import Held, Tables
from ledger.projections.training_places import TrainingByAgency, TrainingEvaluations, TrainingPlaces
from ledger.projections.wording import unpaired

PER_CENT = 100


def actions(tables: Tables, asking: Asking) -> Answer:
    """The action log. Worked out for the day asked about: `open`, `overdue`, `days_over` and `days_over_original` (days past
    the current and the first due date, to its completion or closing), `rating_by_due` (the colour the due date gives,
    ACT-DERIVE), `ratings_disagree`, and `clock`.
    """
    packs = asking.packs_then

    def tell(found: Held[ActionRow]) -> Item:
        row, on = found.row, asking.as_of
        late = overdue(row, on)
        pack = packs.rag_pack(on)
        by_due = pack.when_overdue if late and pack else None
        return told(found) | {
            "open": row.open,
            "overdue": late,
            "days_over": _days_over(row, row.due_on, on),
            "days_over_original": _days_over(row, row.original_due_on, on),
            "rating_by_due": by_due,
            "ratings_disagree": by_due is not None and row.own_rating not in (None, by_due),
            "clock": told_clock(action_due(row.due_on, row.completed_on), on),
        }

    worked_out = ("open", "overdue", "days_over", "days_over_original", "rating_by_due", "ratings_disagree", "clock")
    table = table_of(ActionLog)
    settled = {"open": table.c.closed_kind.is_(None), "overdue": is_overdue(table, asking.as_of)}
    return ask(tables, ActionLog, asking, tell, worked_out, settled=settled)


def escalations(tables: Tables, asking: Asking) -> Answer:
    """The escalation tracker. Worked out: `open`, `lapsed` (the present stage's answer is late), `clock` of the present stage,
    `stages` with the clock of each, and `working_days_to_end`.
    """
    packs = asking.packs_then
    stages = Parts(tables, EscalationStages, asking)

    def tell(found: Held[EscalationRow]) -> Item:
        row = found.row
        own = sorted((held.row for held in stages.of(found.reference)), key=lambda stage: stage.stage)
        told_stages = [_stage(stage, packs, asking.as_of) for stage in own]
        present = next((each["clock"] for each in told_stages if each["stage"] == row.stage), None)
        return told(found) | {
            "open": row.outcome is None,
            "lapsed": row.outcome is None and present is not None and present["state"] == "breached",
            "clock": present,
            "stages": told_stages,
            "working_days_to_end": working_days(packs, row.raised_on, row.ended_on),
        }

    is_open = table_of(EscalationTracker).c.outcome.is_(None)
    worked_out = ("open", "lapsed", "clock", "stages", "working_days_to_end")
    return ask(
        tables, EscalationTracker, asking, tell, worked_out,
        settled={"open": is_open}, only_if={"lapsed": is_open}, parts=(stages,),
    )  # fmt: skip


def audits(tables: Tables, asking: Asking) -> Answer:
    """The audit programme. Worked out: `done`, `outstanding` (planned, neither done nor cancelled), `unplanned`, `returns`
    (asked, returned, in time, by the final deadline, who has not returned, and the grades of each that has) and `findings`.
    `scale_says`, of a tool and of a finding: what the scale of their grades is called, and its steps from the best.
    """
    packs = asking.packs_then

    def scale_says(named: str | None, on: DayOrNotStated | None) -> str | None:
        day = known_day(on)
        if named is None and day is None:
            return None
        found = packs.audit_scales(day or asking.as_of, named)
        return str(found[0]) if len(found) == 1 else None

    findings, returns = Parts(tables, AuditFindings, asking), Parts(tables, AuditReturns, asking)

    def tell(found: Held[AuditRow]) -> Item:
        row = found.row
        done = row.held_on is not None or row.reported_on is not None
        asked = [held.row for held in returns.of(found.reference)]
        return told(found) | {
            "done": done,
            "outstanding": row.planned and not done and row.cancelled_on is None,
            "unplanned": not row.planned,
            "scale_says": scale_says(row.scale, row.issued_on),
            "returns": {
                "asked": len(asked),
                "returned": sum(body.returned_on is not None for body in asked),
                "on_time": sum(body.on_time == "yes" for body in asked),
                "by_final_deadline": sum(body.by_final_deadline == "yes" for body in asked),
                "outstanding": [body.body for body in asked if body.returned_on is None],
                "grades": [_graded(body) for body in asked if body.self_grades or body.moderated_grades],
            },
            "findings": sorted(
                (
                    told(held) | {"scale_says": scale_says(held.row.scale, None)}
                    for held in findings.of(found.reference)
                ),
                key=lambda item: item["number"],
            ),
        }

    c = table_of(AuditProgramme).c
    done = or_(c.held_on.is_not(None), c.reported_on.is_not(None))
    outstanding = and_(c.planned.is_(True), not_(done), c.cancelled_on.is_(None))
    settled = {"done": done, "outstanding": outstanding, "unplanned": c.planned.is_(False)}
    worked_out = ("done", "outstanding", "unplanned", "scale_says", "returns", "findings")
    return ask(tables, AuditProgramme, asking, tell, worked_out, settled=settled, parts=(findings, returns))


def _graded(row: ReturnRow) -> Item:
    """What a body gave itself and what was moderated, side by side: grades are ordinal, so nothing is made of them."""
    return {
        "body": row.body,
        "self_grades": unpaired(row.self_grades),
        "moderated_grades": unpaired(row.moderated_grades),
    }


def training(tables: Tables, asking: Asking) -> Answer:
    """Places on training, per course. Worked out: `by_agency`, and `evaluations` of the course's own record."""
    by_agency, evaluations = Parts(tables, TrainingByAgency, asking), Parts(tables, TrainingEvaluations, asking)

    def tell(found: Held[Any]) -> Item:
        return told(found) | {
            "by_agency": [told(held) for held in by_agency.of(found.reference)],
            "evaluations": [told(held) for held in evaluations.of(found.reference)],
        }

    return ask(tables, TrainingPlaces, asking, tell, ("by_agency", "evaluations"), parts=(by_agency, evaluations))


def training_evaluations(tables: Tables, asking: Asking) -> Answer:
    """Evaluations of training, of one course or of all courses of a period."""
    return ask(tables, TrainingEvaluations, asking)


def finance(tables: Tables, asking: Asking) -> Answer:
    """Lines of the yearly accounts, amounts in pence."""
    return ask(tables, Accounts, asking)


def indicators(tables: Tables, asking: Asking) -> Answer:
    """Observations of the datasets. Worked out: `computed`, what numerator and denominator give, to as many places as printed."""

    def tell(found: Held[ObservationRow]) -> Item:
        return told(found) | {"computed": plain(_computed(found.row))}

    return ask(tables, Indicators, asking, tell, ("computed",))


def listed(tables: Tables, projection: type[Projection[Any]], asking: Asking) -> Answer:
    """Any other projection as it stands: agencies, groups, meetings, decisions, amendments, departures."""
    return ask(tables, projection, asking)


def _days_over(row: ActionRow, due_on: DayOrNotStated, on: date) -> int | None:
    """Days past a due date; 0 if in time, None where it cannot be told."""
    due, ended = known_day(due_on), row.closed_on if row.completed_on is None else row.completed_on
    end = on if ended is None else known_day(ended)
    return None if due is None or end is None else max(0, (end - due).days)


def _stage(row: StageRow, packs: Packs, on: date) -> Item:
    clock = stage_clock(row, packs)
    left = known_day(row.left_on)
    return {
        "stage": row.stage,
        "entered_on": plain(row.entered_on),
        "answered_on": plain(row.answered_on),
        "answer": row.answer,
        "decider_role": row.decider_role,
        "left_on": plain(row.left_on),
        "left_by": row.left_by,
        "clock": told_clock(clock, min(on, left) if left else on),
        "entries": sorted({row.entered_entry, row.answered_entry} - {None}),
    }


def stage_clock(row: StageRow, packs: Packs) -> Clock:
    """The answer owed at a stage. Settling the matter answers it; going up the ladder unanswered does not (ESC-CFG)."""
    answered = row.answered_at or row.answered_on
    if answered is None and row.left_by in ("resolved", "withdrawn"):
        answered = row.left_on
    before = row.before_at or row.before_on
    return escalation_stage(packs, row.entered_at or row.entered_on, answered, row.stage, before)


def lapsed(row: StageRow, packs: Packs, on: date) -> bool:
    """Whether the answer owed at a stage is late at the end of a day."""
    return clock_state(stage_clock(row, packs), on) == "breached"


def working_days(packs: Packs, start: DayOrNotStated, end: DayOrNotStated | None) -> int | None:
    """Working days from one day to another by the calendar of the first; None where that cannot be told."""
    first, last = known_day(start), known_day(end)
    if first is None or last is None or (calendar := packs.calendar(first)) is None:
        return None
    try:
        return calendar.working_days.between(first, last)
    except BeyondCalendar:
        return None


def _computed(row: ObservationRow) -> Decimal | None:
    scale = {"share": PER_CENT, "rate": row.per}.get(row.measure)
    if scale is None or row.numerator is None or not row.denominator:
        return None
    exponent = row.printed.as_tuple().exponent if row.printed is not None else -1
    places = Decimal(1).scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0)
    with localcontext(prec=60):  # a rate may have more digits than Decimal keeps unasked
        return (Decimal(row.numerator * scale) / row.denominator).quantize(places, rounding=ROUND_HALF_UP)
