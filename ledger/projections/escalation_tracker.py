"""Which professional disagreements are there, at which stage of the ladder do they stand, and how did they end?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.escalation import (
    EscalationAdvanced,
    EscalationCalledOff,
    EscalationLearningNoted,
    EscalationRaised,
    EscalationResolved,
    EscalationResponded,
)
from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import yes_no


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """An escalation (ESC-FIELDS). `stage` is the present one and the highest reached (ESC-COUNT).

    `outcome` is None while it goes on, or one of ESC-OUT; `settled` is False again for what went to the risk register.
    """

    by_agency: str
    by_role: str | None
    with_agency: str
    subject_kind: str
    children: tuple[str, ...]
    level_of_need: str
    reason: str
    linked_route: str | None
    raised_on: DayOrNotStated
    entry_stage: int
    stage: int
    stage_entered_on: DayOrNotStated
    raised_entry: int
    stage_entry: int
    outcome: str | None = None
    settled: bool = False
    ended_on: DayOrNotStated | None = None
    ended_entry: int | None = None
    resolved_by: tuple[str, ...] = ()
    resolved_by_group: str | None = None
    copied_to_childs_file: str | None = None
    learning: tuple[str, ...] = ()
    retrospective: bool = False


class EscalationTracker(Projection[EscalationRow]):
    """Which professional disagreements are there, at which stage do they stand, and how did they end?"""

    table = "escalation_tracker"
    records = ("escalation",)
    row = EscalationRow

    def apply(self, rows: Rows[EscalationRow], entry: Entry) -> None:
        match entry.event:
            case EscalationRaised() as raised:
                rows.open(_raised(raised, entry))
            case EscalationAdvanced(to_stage=stage, advanced_on=day):
                rows.change(
                    lambda row: replace(
                        row,
                        stage=stage,
                        stage_entered_on=day,
                        stage_entry=entry.position,
                        outcome=None,
                        ended_on=None,
                        ended_entry=None,
                    )
                )
            case EscalationResolved() as resolved:
                rows.change(lambda row: _resolved(row, resolved, entry.position))
            case EscalationCalledOff(called_off_on=day):
                rows.change(
                    lambda row: replace(
                        row, outcome="withdrawn", settled=True, ended_on=day, ended_entry=entry.position
                    )
                )
            case EscalationLearningNoted(themes=themes):
                rows.change(lambda row: replace(row, learning=tuple(dict.fromkeys((*row.learning, *themes)))))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage that an escalation entered. `entered_at` and `answered_at` are there where the hour is recorded.

    `before_on` and `before_at` say when it entered the stage it came from. `left_by` says how it ended here: advanced,
    resolved or withdrawn.
    """

    stage: int
    entered_on: DayOrNotStated
    entered_at: datetime | None
    entered_entry: int
    answered_on: DayOrNotStated | None = None
    answered_at: datetime | None = None
    answered_entry: int | None = None
    decider_role: str | None = None
    answer: str | None = None
    left_on: DayOrNotStated | None = None
    left_by: str | None = None
    before_on: DayOrNotStated | None = None
    before_at: datetime | None = None


class EscalationStages(Projection[StageRow]):
    """When did an escalation enter each stage, and when was it answered there? The key is the stage's number."""

    table = "escalation_stages"
    records = ("escalation",)
    row = StageRow

    def apply(self, rows: Rows[StageRow], entry: Entry) -> None:
        match entry.event:
            case EscalationRaised(entry_stage=stage, raised_on=day):
                rows.open(StageRow(stage, day, _instant(entry), entry.position), key=str(stage))
            case EscalationAdvanced(to_stage=stage, advanced_on=day):
                _leave(rows, day, "advanced")
                rows.open(_entered(stage, day, entry, _highest(rows)), key=str(stage))
            case EscalationResponded(stage=stage) as answer:
                rows.change(lambda row: _answered(row, answer, entry), key=str(stage))
            case EscalationResolved(resolved_on=day):
                _leave(rows, day, "resolved")
            case EscalationCalledOff(called_off_on=day):
                _leave(rows, day, "withdrawn")
            case _:
                pass


def _raised(event: EscalationRaised, entry: Entry) -> EscalationRow:
    return EscalationRow(
        by_agency=event.by_agency,
        by_role=event.by_role,
        with_agency=event.with_agency,
        subject_kind=event.subject_kind,
        children=tuple(event.children),
        level_of_need=event.level_of_need,
        reason=event.reason,
        linked_route=event.linked_route,
        raised_on=event.raised_on,
        entry_stage=event.entry_stage,
        stage=event.entry_stage,
        stage_entered_on=event.raised_on,
        raised_entry=entry.position,
        stage_entry=entry.position,
        retrospective=entry.retrospective,
    )


def _resolved(row: EscalationRow, event: EscalationResolved, position: int) -> EscalationRow:
    by = () if isinstance(event.resolved_by, str) else tuple(event.resolved_by)
    return replace(
        row,
        outcome=event.outcome,
        settled=event.outcome != "unresolved-on-risk-register",
        ended_on=event.resolved_on,
        ended_entry=position,
        resolved_by=by,
        resolved_by_group=event.resolved_by_group,
        copied_to_childs_file=yes_no(event.copied_to_childs_file),
    )


def _answered(row: StageRow, event: EscalationResponded, entry: Entry) -> StageRow:
    if row.answered_on is not None:
        return replace(row, decider_role=event.decider_role, answer=event.outcome)  # the clock is met by the first
    return replace(
        row,
        answered_on=event.responded_on,
        answered_at=_instant(entry),
        answered_entry=entry.position,
        decider_role=event.decider_role,
        answer=event.outcome,
    )


def _entered(stage: int, day: DayOrNotStated, entry: Entry, came_from: StageRow | None) -> StageRow:
    row = StageRow(stage, day, _instant(entry), entry.position)
    return row if came_from is None else replace(row, before_on=came_from.entered_on, before_at=came_from.entered_at)


def _highest(rows: Rows[StageRow]) -> StageRow | None:
    entered = (row for _, (row, *_) in rows)
    return max(entered, key=lambda row: row.stage, default=None)


def _leave(rows: Rows[StageRow], day: DayOrNotStated, how: str) -> None:
    """Whatever stage was not left yet is left now."""
    for key in rows.open_keys():
        rows.change(lambda row: row if row.left_by else replace(row, left_on=day, left_by=how), key=key)


def _instant(entry: Entry) -> datetime | None:
    return entry.time if entry.timeprecision == "instant" else None
