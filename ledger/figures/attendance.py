"""Meetings: held and not held, and who came for each seat, deputies apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ledger.figures.figure import Kind, figure
from ledger.figures.measures import Count, Measure, Share
from ledger.figures.selection import Asked, Cell, Selection, Wanted, within
from ledger.projections.columns import table_of
from ledger.projections.meetings import CAME, AttendanceAtMeetings, Meetings
from ledger.projections.partnership import GroupSeats

M = table_of(Meetings).c
S = table_of(AttendanceAtMeetings).c
BY = ("group", "agency", "seat")
flow = partial(figure, section="Meetings and attendance", kind=Kind.FLOW)


@dataclass(frozen=True)
class OfSeats:
    """Attendances of a selection by group, by seat (`GROUP: seat`) and by the agency whose seat it is at the end of the period."""

    what: Selection

    def selections(self, by: Sequence[str]) -> list[Wanted]:
        return self.what.selections(("group", "seat"))

    def cells(self, asked: Asked, by: Sequence[str]) -> list[Cell]:
        agencies = _agencies(asked)
        found = []
        for cell in self.what.cells(asked, ("group", "seat")):
            group, seat = cell.of
            of = {"group": group, "seat": f"{group}: {seat}", "agency": agencies.get((group, seat))}
            found.append(cell._replace(of=tuple(of[name] for name in by)))
        return found

    def any(self, asked: Asked) -> bool:
        return self.what.any(asked)


def _agencies(asked: Asked) -> dict[tuple[str, str], str]:
    """Whose each seat is; a seat without an agency, such as the chair's or a lay member's, stands for itself."""
    if "seats" not in asked.known:
        asked.known["seats"] = {(s.reference, s.row.seat): s.row.agency or s.row.seat for s in asked.held(GroupSeats)}
    found: dict[tuple[str, str], str] = asked.known["seats"]
    return found


def _seats(asked: Asked, *answers: str) -> OfSeats:
    told = S.attended.in_(answers) if answers else S.attended != "not-stated"
    return OfSeats(Selection(AttendanceAtMeetings, (within(S.took_place_on, asked.period), told)))


@flow(
    "FIG-ATT",
    "Attendance at meetings",
    unit="% of seats at meetings held",
    counts_by="took_place_on",
    by=BY,
    rounding="share",
)
def attendance(asked: Asked) -> Measure:
    """Of the seats at meetings held within the period, those for which the member or a deputy came, by group, by agency and by seat; seats whose attendance is not stated are left out (GRP-ATT)."""
    return Share(_seats(asked, *CAME), _seats(asked), ("FIG-ATT-CAME", "FIG-ATT-SEATS"), "seats at meetings")


@flow(
    "FIG-ATT-DEPUTY",
    "Attendance by deputies",
    unit="% of seats at meetings held",
    counts_by="took_place_on",
    by=BY,
    rounding="share",
)
def attendance_by_deputies(asked: Asked) -> Measure:
    """Of the same seats, those for which a deputy came (GRP-ATT)."""
    return Share(_seats(asked, "deputy"), _seats(asked), ("FIG-ATT-DEPUTIES", "FIG-ATT-SEATS"), "seats at meetings")


@flow("FIG-ATT-MEETINGS", "Meetings held", unit="meetings", counts_by="took_place_on", by=("group", "quorate"))
def meetings_held(asked: Asked) -> Measure:
    """Meetings of the partnership's groups held within the period; where only the month is stated, by the month."""
    took_place = (M.held_entry.is_not(None), within(M.took_place_on, asked.period))
    return Count(Selection(Meetings, took_place, cites=("held_entry",)), among=Selection(Meetings))


@flow("FIG-ATT-NOT-HELD", "Meetings not held", unit="meetings", counts_by="planned_on", by=("group",))
def meetings_not_held(asked: Asked) -> Measure:
    """Meetings planned for a day within the period and recorded as not held: a group that does not meet is drift (DRIFT-DEF)."""
    not_held = (M.not_held_entry.is_not(None), M.outcome == "not-held", within(M.planned_on, asked.period))
    return Count(Selection(Meetings, not_held, cites=("not_held_entry",)), among=Selection(Meetings))
