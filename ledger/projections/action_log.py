"""Which actions are open, whose are they, when are they due, and what came of them?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, and_

from ledger.domain.action import (
    ActionAccepted,
    ActionAssuranceRefused,
    ActionAssured,
    ActionClosed,
    ActionCompleted,
    ActionImpactEvidenced,
    ActionProgressed,
    ActionRaised,
    ActionReassigned,
    ActionReopened,
    ActionRescheduled,
)
from ledger.domain.action_parts import ActionSource, AgencyOwner, GroupOwner, Owner, Titled, cited
from ledger.domain.fields import DayOrNotStated, known_day
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action (ACT-FIELDS). Days are a date, 'not-stated', or None where nothing happened; `..._entry` are positions,
    `..._day` where the sender places what has no stated day.

    `state` is how far it came: raised, accepted, in-progress, completed, assurance-refused, assured, impact-evidenced,
    closed, reopened (ACT-DONE-3). Whether it is overdue is worked out when asked (ACT-DERIVE).
    """

    state: str
    source_kind: str
    source_record: str | None
    source_reference: str | None
    source_number: int | None
    source_title: str | None
    owner_agency: str | None
    owner_role: str | None
    owner_group: str | None
    lead_group: str
    raised_on: date
    due_on: DayOrNotStated
    original_due_on: DayOrNotStated
    raised_entry: int
    due_entry: int
    times_rescheduled: int = 0
    accepted: bool = False
    last_progress_on: date | None = None
    own_rating: str | None = None
    completed_on: DayOrNotStated | None = None
    completed_day: date | None = None
    completed_entry: int | None = None
    evidence: tuple[str, ...] = ()
    assurance: str | None = None
    assured_on: DayOrNotStated | None = None
    assured_by: str | None = None
    assured_day: date | None = None
    assured_entry: int | None = None
    impact: bool = False
    impact_on: DayOrNotStated | None = None
    impact_measure: str | None = None
    impact_unit: str | None = None
    impact_baseline: Decimal | None = None
    impact_value: Decimal | None = None
    impact_day: date | None = None
    impact_entry: int | None = None
    closed_kind: str | None = None
    closed_on: DayOrNotStated | None = None
    closed_by: str | None = None
    closed_day: date | None = None
    closed_entry: int | None = None
    superseded_by: str | None = None
    times_reopened: int = 0
    baseline: Decimal | None = None
    retrospective: bool = False

    @property
    def open(self) -> bool:
        return self.closed_kind is None


class ActionLog(Projection[ActionRow]):
    """Which actions are open, whose are they, when are they due, and what came of them?"""

    table = "action_log"
    records = ("action",)
    row = ActionRow
    indexes = (("lead_group",), ("owner_agency",), ("source_record", "source_reference"), ("impact_day",))

    def apply(self, rows: Rows[ActionRow], entry: Entry) -> None:
        match entry.event:
            case ActionRaised() as raised:
                rows.open(_raised(raised, entry))
            case ActionAccepted(by=by):
                rows.change(lambda row: _staged(_accepted(row, by)))
            case ActionReassigned() as new:
                rows.change(lambda row: _staged(_reassigned(row, new)))
            case ActionProgressed(own_rating=rating):
                rows.change(lambda row: _staged(_progressed(row, rating, entry.day)))
            case ActionRescheduled(due_on=due):
                rows.change(lambda row: _rescheduled(row, due, entry.position))
            case ActionCompleted() as completed:
                rows.change(lambda row: _staged(_completed(row, completed, entry)))
            case ActionAssured() | ActionAssuranceRefused() as judged:
                rows.change(lambda row: _staged(_judged(row, judged, entry)))
            case ActionImpactEvidenced() as impact:
                rows.change(lambda row: _staged(_shown(row, impact, entry)))
            case ActionClosed() as closed:
                rows.change(lambda row: _staged(_closed(row, closed, entry)))
            case ActionReopened():
                rows.change(lambda row: _staged(_reopened(row)))
            case _:
                pass


def overdue(row: ActionRow, on: date) -> bool:
    """Past its current due date at the end of a day, and neither completed nor closed (ACT-DERIVE, DRIFT-DEF: delay)."""
    due = known_day(row.due_on)
    return row.open and row.completed_on is None and due is not None and due < on


def is_overdue(table: Table, on: date) -> ColumnElement[bool]:
    """The same as a condition on `table_of(ActionLog)`."""
    return and_(table.c.closed_kind.is_(None), table.c.completed_on.is_(None), table.c.due_on < on)


def _raised(event: ActionRaised, entry: Entry) -> ActionRow:
    record, reference = _origin(event.source)
    return ActionRow(
        state="raised",
        source_kind=event.source.kind,
        source_record=record,
        source_reference=reference,
        source_number=event.source.number,
        source_title=event.source.title if isinstance(event.source, Titled) else None,
        **_owned(event.owner),
        lead_group=event.lead_group,
        raised_on=entry.day,
        due_on=event.due_on,
        original_due_on=event.due_on,
        raised_entry=entry.position,
        due_entry=entry.position,
        baseline=event.baseline,
        retrospective=entry.retrospective,
    )


def _origin(source: ActionSource) -> tuple[str | None, str | None]:
    return cited(source) or (None, None)


def _owned(owner: Owner | str) -> dict[str, Any]:
    match owner:
        case AgencyOwner(agency=agency, role=role):
            return {"owner_agency": agency, "owner_role": role, "owner_group": None}
        case GroupOwner(group=group):
            return {"owner_agency": None, "owner_role": None, "owner_group": group}
        case _:
            return {"owner_agency": None, "owner_role": None, "owner_group": None}


def _accepted(row: ActionRow, by: Owner) -> ActionRow:
    unowned = row.owner_agency is None and row.owner_group is None
    return replace(row, accepted=True, **(_owned(by) if unowned else {}))


def _reassigned(row: ActionRow, event: ActionReassigned) -> ActionRow:
    return replace(row, accepted=False, lead_group=event.lead_group or row.lead_group, **_owned(event.owner))


def _progressed(row: ActionRow, rating: str | None, day: date) -> ActionRow:
    return replace(row, last_progress_on=day, own_rating=rating or row.own_rating)


def _rescheduled(row: ActionRow, due: date, position: int) -> ActionRow:
    return replace(row, due_on=due, due_entry=position, times_rescheduled=row.times_rescheduled + 1)


def _completed(row: ActionRow, event: ActionCompleted, entry: Entry) -> ActionRow:
    kinds = tuple(evidence.kind for evidence in event.evidence)
    return replace(
        row,
        completed_on=event.completed_on,
        completed_day=entry.day,
        completed_entry=entry.position,
        evidence=_joined(row.evidence, kinds),
    )


def _judged(row: ActionRow, event: ActionAssured | ActionAssuranceRefused, entry: Entry) -> ActionRow:
    accepted = isinstance(event, ActionAssured)
    kinds = tuple(evidence.kind for evidence in event.evidence_seen)
    return replace(
        row,
        assurance="accepted" if accepted else "refused",
        assured_on=event.happened_on,
        assured_by=event.by_group,
        assured_day=entry.day,
        assured_entry=entry.position,
        evidence=_joined(row.evidence, kinds),
    )


def _shown(row: ActionRow, event: ActionImpactEvidenced, entry: Entry) -> ActionRow:
    return replace(
        row,
        impact=True,
        impact_on=event.measured_on,
        impact_measure=event.measure,
        impact_unit=event.unit,
        impact_baseline=row.baseline if event.baseline is None else event.baseline,
        impact_value=event.later_value,
        impact_day=entry.day,
        impact_entry=entry.position,
        evidence=_joined(row.evidence, tuple(evidence.kind for evidence in event.evidence)),
    )


def _closed(row: ActionRow, event: ActionClosed, entry: Entry) -> ActionRow:
    return replace(
        row,
        closed_kind=event.kind,
        closed_on=event.closed_on,
        closed_by=event.by_group,
        closed_day=entry.day,
        closed_entry=entry.position,
        superseded_by=event.superseded_by,
    )


def _reopened(row: ActionRow) -> ActionRow:
    """Everything since it was raised has to be shown anew."""
    return replace(
        row, times_reopened=row.times_reopened + 1, last_progress_on=None,
        completed_on=None, completed_day=None, completed_entry=None,
        assurance=None, assured_on=None, assured_by=None, assured_day=None, assured_entry=None,
        impact=False, impact_on=None, impact_measure=None, impact_unit=None, impact_baseline=None, impact_value=None,
        impact_day=None, impact_entry=None,
        closed_kind=None, closed_on=None, closed_by=None, closed_day=None, closed_entry=None, superseded_by=None,
    )  # fmt: skip


def _staged(row: ActionRow) -> ActionRow:
    state = _state(row)
    return row if state == row.state else replace(row, state=state)


def _state(row: ActionRow) -> str:
    if row.closed_kind is not None:
        return "closed"
    if row.impact:
        return "impact-evidenced"
    if row.assurance is not None:
        return "assured" if row.assurance == "accepted" else "assurance-refused"
    if row.completed_on is not None:
        return "completed"
    if row.last_progress_on is not None:
        return "in-progress"
    if row.times_reopened:
        return "reopened"
    return "accepted" if row.accepted else "raised"


def _joined(before: tuple[str, ...], kinds: tuple[str, ...]) -> tuple[str, ...]:
    return (*before, *(kind for kind in dict.fromkeys(kinds) if kind not in before))
