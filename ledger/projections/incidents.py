"""Which serious incidents were reported, what did the partners decide about notifying them, and when were they notified?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry
from ledger.domain.incident import (
    IncidentReported,
    NotificationDecided,
    NotificationRetracted,
    Notified,
    ViewStated,
)
from ledger.domain.votes import View, decided
from ledger.projections.rows import Projection, Rows
from ledger.projections.wording import counted, yes_no


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident; one notification is one incident, of `how_many` children (None: not stated) (SIN-UNIT).

    `basis` and `dissent` say whose view the decision followed and who was against it (SIN-DISSENT). `notified_on` stays
    when the notification is retracted, and `retracted_on` says since when it stands no longer (SIN-RETRACT).
    """

    agency: str
    happened_on: DayOrNotStated
    known_on: DayOrNotStated
    nature: str
    how_many: int | None
    children: tuple[str, ...]
    features: tuple[str, ...]
    looked_after: str
    care_leaver: str
    agencies_involved: tuple[str, ...]
    reported_entry: int
    decision: str | None = None
    decided_on: date | None = None
    basis: str | None = None
    dissent: tuple[str, ...] = ()
    decided_entry: int | None = None
    notified_on: DayOrNotStated | None = None
    notified_to: tuple[str, ...] = ()
    notified_entry: int | None = None
    retracted_on: date | None = None
    retracted_by: str | None = None
    retracted_entry: int | None = None
    retrospective: bool = False
    views: tuple[str, ...] = ()
    """`agency=sector=view` of each partner that stated one, the latest of each."""

    @property
    def notification_stands(self) -> bool:
        return self.notified_on is not None and self.retracted_on is None


class Incidents(Projection[IncidentRow]):
    """Which serious incidents were reported, what was decided about notifying them, and when were they notified?"""

    table = "incidents"
    records = ("incident",)
    row = IncidentRow

    def apply(self, rows: Rows[IncidentRow], entry: Entry) -> None:
        match entry.event:
            case IncidentReported() as reported:
                rows.open(_reported(reported, entry))
            case ViewStated(partner=partner, sector=sector, view=view):
                stated = f"{partner}={sector}={view}"
                rows.change(lambda row: replace(row, views=(*_of_others(row.views, partner), stated)))
            case NotificationDecided(decision=decision):
                rows.change(lambda row: _decided(row, decision, entry))
            case Notified(sent_on=day, to=to):
                rows.change(
                    lambda row: replace(
                        row,
                        notified_on=day,
                        notified_to=tuple(to),
                        notified_entry=entry.position,
                        retracted_on=None,
                        retracted_by=None,
                        retracted_entry=None,
                    )
                )
            case NotificationRetracted(decided_by=agency):
                rows.change(
                    lambda row: replace(
                        row, retracted_on=entry.day, retracted_by=agency, retracted_entry=entry.position
                    )
                )
            case _:
                pass


def views(row: IncidentRow) -> dict[str, str]:
    """What each partner's view is: agency -> notify or do-not-notify."""
    return {view.partner: view.view for view in _views(row.views)}


def _reported(event: IncidentReported, entry: Entry) -> IncidentRow:
    return IncidentRow(
        agency=event.agency,
        happened_on=event.happened_on,
        known_on=event.known_on,
        nature=event.nature,
        how_many=counted(event.how_many),
        children=tuple(event.children),
        features=tuple(event.features),
        looked_after=yes_no(event.looked_after),
        care_leaver=yes_no(event.care_leaver),
        agencies_involved=tuple(event.agencies_involved),
        reported_entry=entry.position,
        retrospective=entry.retrospective,
    )


def _decided(row: IncidentRow, decision: str, entry: Entry) -> IncidentRow:
    made = decided("notify" if decision == "notify" else "do-not-notify", _views(row.views))
    return replace(
        row,
        decision=made.decision,
        decided_on=entry.day,
        basis=made.basis,
        dissent=made.dissent,
        decided_entry=entry.position,
    )


def _views(stated: tuple[str, ...]) -> tuple[View, ...]:
    return tuple(View(*view.split("=")) for view in stated)  # type: ignore[arg-type]


def _of_others(stated: tuple[str, ...], partner: str) -> tuple[str, ...]:
    return tuple(view for view in stated if view.partition("=")[0] != partner)
