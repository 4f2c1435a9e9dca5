"""Who takes part in the partnership: agencies, groups and their seats, the packs adopted, the ledger itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.agency import AgencyLeft, AgencyRegistered, AgencyRenamed, AgencySucceeded
from ledger.domain.fields import NOT_STATED, DayOrNotStated
from ledger.domain.group import GroupChanged, GroupDissolved, GroupEstablished, Seat
from ledger.domain.history import Entry
from ledger.domain.ledger_opening import LedgerOpened
from ledger.domain.policy import PolicyAdopted
from ledger.projections.rows import Projection, Rows


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency under the name it goes by; figures per agency follow `succeeded_by`."""

    name: str
    sector: str
    standing: str
    registered_on: date
    succeeded_by: tuple[str, ...] = ()
    succeeded_on: DayOrNotStated | None = None
    left_on: DayOrNotStated | None = None


class Agencies(Projection[AgencyRow]):
    """Which agencies take part, under which name and in which standing?"""

    table = "agencies"
    records = ("agency",)
    row = AgencyRow

    def apply(self, rows: Rows[AgencyRow], entry: Entry) -> None:
        match entry.event:
            case AgencyRegistered(name=name, sector=sector, standing=standing):
                rows.open(AgencyRow(name, sector, standing, entry.day))
            case AgencyRenamed(name=name):
                rows.change(lambda row: replace(row, name=name))
            case AgencySucceeded(successors=successors, succeeded_on=day):
                rows.change(lambda row: replace(row, succeeded_by=tuple(successors), succeeded_on=day))
            case AgencyLeft(left_on=day):
                rows.change(lambda row: replace(row, left_on=day))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group; `seats` is None where its members are not stated."""

    name: str
    chair_role: str
    meeting_frequency: str
    established_on: DayOrNotStated
    seats: int | None
    dissolved_on: DayOrNotStated | None = None


class Groups(Projection[GroupRow]):
    """Which groups does the partnership have, who chairs them, and how often are they to meet?"""

    table = "groups"
    records = ("group",)
    row = GroupRow

    def apply(self, rows: Rows[GroupRow], entry: Entry) -> None:
        match entry.event:
            case GroupEstablished() as made:
                seats = _seat_count(made.members)
                rows.open(GroupRow(made.name, made.chair_role, made.meeting_frequency, made.established_on, seats))
            case GroupChanged() as changed:
                rows.change(lambda row: _changed(row, changed))
            case GroupDissolved(dissolved_on=day):
                rows.change(lambda row: replace(row, dissolved_on=day))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat of a group; `agency` is whose it is, None for an independent or lay seat."""

    seat: str
    title: str
    agency: str | None


class GroupSeats(Projection[SeatRow]):
    """Which seats does a group have, and whose are they? The key is the seat's code."""

    table = "group_seats"
    records = ("group",)
    row = SeatRow

    def apply(self, rows: Rows[SeatRow], entry: Entry) -> None:
        match entry.event:
            case GroupEstablished(members=members) | GroupChanged(members=members):
                if members is not None and not isinstance(members, str):
                    _seated(rows, members)
            case GroupDissolved():
                for key in rows.open_keys():
                    rows.close(key)
            case _:
                pass


@dataclass(frozen=True, slots=True)
class AdoptionRow:
    """A pack of values that the partnership works under from `from_date` on, until another of its kind."""

    kind: str
    pack: str
    version: int
    sha256: str
    from_date: date
    adopted_by: str | None


class Policies(Projection[AdoptionRow]):
    """Which packs of values did the partnership adopt, from which day? The key is pack@version and the day."""

    table = "policies"
    records = ("policy",)
    row = AdoptionRow

    def apply(self, rows: Rows[AdoptionRow], entry: Entry) -> None:
        match entry.event:
            case PolicyAdopted() as adopted:
                row = AdoptionRow(
                    adopted.kind, adopted.pack, adopted.version, adopted.sha256, adopted.from_date, adopted.adopted_by
                )
                rows.open(row, key=f"{adopted.pack_reference} {adopted.from_date}")
            case _:
                pass


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What the ledger says of itself."""

    origin: str
    partnership: str
    demonstration: bool
    retrospective: bool
    notice: str | None


class LedgerItself(Projection[LedgerRow]):
    """Which partnership's ledger is this, and is it a demonstration?"""

    table = "ledger_itself"
    records = ("ledger",)
    row = LedgerRow

    def apply(self, rows: Rows[LedgerRow], entry: Entry) -> None:
        match entry.event:
            case LedgerOpened() as opened:
                rows.open(
                    LedgerRow(
                        opened.origin, opened.partnership, opened.demonstration, opened.retrospective, opened.notice
                    )
                )
            case _:
                pass


def _seat_count(members: list[Seat] | str) -> int | None:
    return None if isinstance(members, str) else len(members)


def _changed(row: GroupRow, event: GroupChanged) -> GroupRow:
    seats = row.seats if event.members is None or event.members == NOT_STATED else _seat_count(event.members)
    return replace(
        row,
        name=event.name or row.name,
        chair_role=event.chair_role or row.chair_role,
        meeting_frequency=event.meeting_frequency or row.meeting_frequency,
        seats=seats,
    )


def _seated(rows: Rows[SeatRow], members: list[Seat]) -> None:
    """A new list of members replaces the old one."""
    seats = {seat.seat: SeatRow(seat.seat, seat.title, seat.agency) for seat in members}
    for key in rows.open_keys():
        if key not in seats:
            rows.close(key)
    for key, row in seats.items():
        if rows.get(key) != row:
            rows.open(row, key)
