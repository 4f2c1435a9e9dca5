"""Which agencies come to the meetings, seat by seat?"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from ledger.projections.asking import Answer, Asking, Item, answered, rows_as_of
from ledger.projections.meetings import CAME, AttendanceAtMeetings, AttendanceRow
from ledger.projections.partnership import GroupSeats, SeatRow
from ledger.projections.tables import Held, Tables

ANSWERS = ("member", "deputy", "apologies", "absent", "none", "not-stated")
FIELDS = (
    "record", "reference", "key", "group", "seat", "title", "agency", "meetings", "attended", "share", "first_on",
    "last_on", "entries", *(answer.replace("-", "_") for answer in ANSWERS),
)  # fmt: skip


def attendance(tables: Tables, asking: Asking, period: tuple[date, date] | None = None) -> Answer:
    """Attendance per seat of each group, over the meetings held in a period, or ever (GRP-ATT).

    `meetings` counts those held with an attendance for the seat, `attended` those to which its member or a deputy came,
    `share` is attended of meetings in per cent to one decimal place, as text; seats of which nothing is stated have none.
    """
    seats = _seats(tables, asking)
    by_seat: defaultdict[tuple[str, str], list[Held[AttendanceRow]]] = defaultdict(list)
    for found in rows_as_of(tables, AttendanceAtMeetings, asking):
        if period is None or period[0] <= found.row.took_place_on <= period[1]:
            by_seat[found.row.group, found.row.seat].append(found)
    items = []
    for (group, seat), came in by_seat.items():
        known = seats.get((group, seat))
        items.append(
            {"record": "group", "reference": group, "key": seat, "group": group, "seat": seat}
            | {"title": known.title if known else None, "agency": known.agency if known else None}
            | _counts(came)
        )
    return answered(items, asking, FIELDS)


def _seats(tables: Tables, asking: Asking) -> dict[tuple[str, str], SeatRow]:
    """Every seat there was by the day asked about, as it was last; one that was given up keeps its name."""
    past = sorted(tables.ever(GroupSeats, as_at=asking.as_at), key=lambda held: held.valid_from)
    return {(held.reference, held.row.seat): held.row for held in past if held.valid_from <= asking.as_of}


def _counts(came: list[Held[AttendanceRow]]) -> Item:
    answers = Counter(held.row.attended for held in came)
    meetings = len(came) - answers["not-stated"]
    attended = sum(answers[answer] for answer in CAME)
    days = sorted(held.row.took_place_on for held in came)
    return {
        "meetings": meetings,
        "attended": attended,
        "share": _share(attended, meetings),
        "first_on": days[0].isoformat(),
        "last_on": days[-1].isoformat(),
        "entries": sorted({held.first_entry for held in came}),
        **{answer.replace("-", "_"): answers[answer] for answer in ANSWERS},
    }


def _share(part: int, whole: int) -> str | None:
    """Per cent to one decimal place, halves up."""
    if not whole:
        return None
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"
