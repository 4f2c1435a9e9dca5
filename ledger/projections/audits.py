"""Which audits were planned and done, who returned what was asked, and what was found?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.domain.audit import (
    AuditCancelled,
    AuditFindingRecorded,
    AuditHeld,
    AuditIssued,
    AuditPlanned,
    AuditReported,
    AuditReturnModerated,
    AuditReturnReceived,
)
from ledger.domain.fields import DayOrNotStated, known_day
from ledger.domain.history import Entry
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import counted, pairs


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An audit (AUD-PLAN): `state` is planned, issued, held, reported or cancelled.

    `took_place_on` and `took_place_precision` say when it was held as finely as it is known, also where `held_on` is
    not-stated. `asked` is how many bodies the tool went to, the denominator of the return rate (S11-DATA).
    """

    kind: str
    topic: str | None
    themes: tuple[str, ...]
    programme_year: str | None
    begun_entry: int
    state: str = "planned"
    planned: bool = False
    planned_on: date | None = None
    planned_entry: int | None = None
    cancelled_on: DayOrNotStated | None = None
    cancelled_entry: int | None = None
    issued_on: DayOrNotStated | None = None
    asked: int | None = None
    deadline: DayOrNotStated | None = None
    final_deadline: DayOrNotStated | None = None
    tool: str | None = None
    tool_version: int | None = None
    scale: str | None = None
    issued_entry: int | None = None
    returned: int = 0
    held_on: DayOrNotStated | None = None
    took_place_on: date | None = None
    took_place_precision: str | None = None
    cases_sampled: int | None = None
    spread: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    held_entry: int | None = None
    assurances: int = 0
    gaps: int = 0
    good_practice: int = 0
    learning: int = 0
    reported_on: DayOrNotStated | None = None
    reported_to: str | None = None
    reported_entry: int | None = None
    retrospective: bool = False


class AuditProgramme(Projection[AuditRow]):
    """Which audits were planned, which were done, and which were neither planned nor cancelled?"""

    table = "audit_programme"
    records = ("audit",)
    row = AuditRow

    def apply(self, rows: Rows[AuditRow], entry: Entry) -> None:
        match entry.event:
            case AuditPlanned() | AuditIssued() | AuditHeld() as event:
                rows.begin(_blank(event, entry), lambda row: row)
                rows.change(lambda row: _staged(_said(row, event, entry)))
            case AuditCancelled(cancelled_on=day):
                rows.change(lambda row: _staged(replace(row, cancelled_on=day, cancelled_entry=entry.position)))
            case AuditReturnReceived():
                rows.change(lambda row: replace(row, returned=row.returned + 1))
            case AuditFindingRecorded(kind=kind):
                rows.change(lambda row: _found(row, kind))
            case AuditReported(reported_on=day, to_group=group):
                rows.change(
                    lambda row: _staged(replace(row, reported_on=day, reported_to=group, reported_entry=entry.position))
                )
            case _:
                pass


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One body that an audit's tool went to. `on_time` and `by_final_deadline` are yes, no or not-stated; None before a return.

    Grades are `standard=grade`, the body's own and the moderated ones beside them (S11-STEPS).
    """

    body: str
    asked_on: DayOrNotStated
    deadline: DayOrNotStated
    final_deadline: DayOrNotStated | None
    asked_entry: int
    returned_on: DayOrNotStated | None = None
    on_time: str | None = None
    by_final_deadline: str | None = None
    self_grades: tuple[str, ...] = ()
    moderated_grades: tuple[str, ...] = ()
    moderated_on: DayOrNotStated | None = None
    returned_entry: int | None = None


class AuditReturns(Projection[ReturnRow]):
    """Who was asked for a return, who gave it, and was it in time? The key is the body's code."""

    table = "audit_returns"
    records = ("audit",)
    row = ReturnRow

    def apply(self, rows: Rows[ReturnRow], entry: Entry) -> None:
        match entry.event:
            case AuditIssued(asked=asked, issued_on=day, deadline=deadline, final_deadline=final):
                for body in asked:
                    rows.open(ReturnRow(body, day, deadline, final, entry.position), key=body)
            case AuditReturnReceived(body=body) as given:
                rows.change(lambda row: _returned(row, given, entry.position), key=body)
            case AuditReturnModerated(body=body, moderated_on=day, moderated_grades=grades):
                rows.change(lambda row: replace(row, moderated_grades=pairs(grades), moderated_on=day), key=body)
            case _:
                pass


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding of an audit: an assurance, a gap, good practice or learning (AUD-OUT). Themes make repeats visible (AUD-REPEAT)."""

    number: int
    kind: str
    themes: tuple[str, ...]
    agencies: tuple[str, ...]
    grade: str | None
    moderated_grade: str | None
    scale: str | None
    recorded_on: date


class AuditFindings(Projection[FindingRow]):
    """What did the audits find? The key is the finding's number."""

    table = "audit_findings"
    records = ("audit",)
    row = FindingRow

    def apply(self, rows: Rows[FindingRow], entry: Entry) -> None:
        match entry.event:
            case AuditFindingRecorded() as found:
                row = FindingRow(
                    found.number, found.kind, tuple(found.themes), tuple(found.agencies), found.grade,
                    found.moderated_grade, found.scale, entry.day,
                )  # fmt: skip
                rows.open(row, key=str(found.number))
            case _:
                pass


def _blank(event: AuditPlanned | AuditIssued | AuditHeld, entry: Entry) -> AuditRow:
    return AuditRow(
        kind=event.kind or "not-stated",
        topic=event.topic,
        themes=tuple(event.themes),
        programme_year=event.programme_year,
        begun_entry=entry.position,
        retrospective=entry.retrospective,
    )


def _said(row: AuditRow, event: AuditPlanned | AuditIssued | AuditHeld, entry: Entry) -> AuditRow:
    """The row with what the event says of the audit; whichever of the three comes first begins it."""
    row = replace(
        row,
        kind=row.kind if event.kind is None else event.kind,
        topic=event.topic or row.topic,
        themes=tuple(dict.fromkeys((*row.themes, *event.themes))),
        programme_year=event.programme_year or row.programme_year,
    )
    match event:
        case AuditPlanned():
            return replace(row, planned=True, planned_on=entry.day, planned_entry=entry.position)
        case AuditIssued():
            return replace(row, **_issued(event), issued_entry=entry.position)
        case AuditHeld():
            return replace(row, **_held(event), **_placed(entry), held_entry=entry.position)


def _issued(event: AuditIssued) -> dict[str, Any]:
    return {
        "issued_on": event.issued_on,
        "asked": len(event.asked),
        "deadline": event.deadline,
        "final_deadline": event.final_deadline,
        "tool": event.tool,
        "tool_version": event.tool_version,
        "scale": event.scale,
    }


def _held(event: AuditHeld) -> dict[str, Any]:
    return {
        "held_on": event.held_on,
        "cases_sampled": counted(event.cases_sampled),
        "spread": pairs(event.spread or {}),
        "agencies": tuple(event.agencies),
    }


def _placed(entry: Entry) -> dict[str, Any]:
    return {"took_place_on": entry.day, "took_place_precision": entry.timeprecision}


FINDINGS = {"assurance": "assurances", "gap": "gaps", "good-practice": "good_practice", "learning": "learning"}


def _found(row: AuditRow, kind: str) -> AuditRow:
    name = FINDINGS[kind]
    counts: dict[str, Any] = {name: getattr(row, name) + 1}
    return replace(row, **counts)


def _staged(row: AuditRow) -> AuditRow:
    reached = {
        "cancelled": row.cancelled_on,
        "reported": row.reported_on,
        "held": row.held_on,
        "issued": row.issued_on,
    }
    state = next((state for state, day in reached.items() if day is not None), "planned")
    return row if state == row.state else replace(row, state=state)


def _returned(row: ReturnRow, event: AuditReturnReceived, position: int) -> ReturnRow:
    grades = {} if isinstance(event.self_grades, str) else event.self_grades
    return replace(
        row,
        returned_on=event.returned_on,
        on_time=_by(event.returned_on, row.deadline),
        by_final_deadline=_by(event.returned_on, row.final_deadline or row.deadline),
        self_grades=pairs(grades),
        moderated_grades=pairs(event.moderated_grades or {}) or row.moderated_grades,
        returned_entry=position,
    )


def _by(day: DayOrNotStated, deadline: DayOrNotStated) -> str:
    given, due = known_day(day), known_day(deadline)
    if given is None or due is None:
        return "not-stated"
    return "yes" if given <= due else "no"
