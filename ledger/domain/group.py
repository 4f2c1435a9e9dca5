"""Groups: the partnership's standing meetings, their seats and how often they meet, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ledger.domain.claim import Claim
from ledger.domain.fields import (
    NOT_STATED,
    AgencyCode,
    Code,
    DayOrNotStated,
    NotStated,
    Part,
    Title,
    Words,
    known_day,
    spoken,
)
from ledger.domain.register import Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

MeetingFrequency = Literal[
    "monthly", "six-weekly", "bi-monthly", "quarterly", "termly", "twice-yearly", "yearly", "as-needed", "not-stated"
]


class Seat(Part):
    """A place in a group, held by an office: `agency` is whose it is, absent for an independent or lay seat."""

    seat: Code
    title: Title
    agency: AgencyCode | None = None


Members = Annotated[list[Seat], Field(max_length=100)] | NotStated


@dataclass(frozen=True)
class Membership:
    """The seats of a group from a day on; `from_day` is None where nobody says since when."""

    from_day: date | None
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Group:
    """A group as its events so far leave it. `established_on`, `dissolved_on`: a day or not-stated."""

    name: str
    chair_role: str
    meeting_frequency: str
    established_on: date | str
    memberships: tuple[Membership, ...]
    dissolved_on: date | str | None = None

    def seats_on(self, day: date | None) -> dict[str, Seat] | None:
        """Seats that may have belonged on a day, by code; on an unknown day, any that ever did. None where no seat is known.

        Of the memberships with a known day the latest counts; one from a day not stated may have been in force at any time.
        """
        if not self.memberships:
            return None
        dated = [m for m in self.memberships if m.from_day is not None and (day is None or m.from_day <= day)]
        if day is not None:
            dated = sorted(dated, key=lambda m: m.from_day or date.min)[-1:]
        undated = [m for m in self.memberships if m.from_day is None]
        return {seat.seat: seat for m in (*undated, *dated) for seat in m.seats}

    def existed_on(self, day: date | None) -> bool | None:
        """Whether the group existed on a day; None where the days stated leave it open."""
        start, end = known_day(self.established_on), known_day(self.dissolved_on)
        if day is None:
            return None
        if (start is not None and day < start) or (end is not None and day > end):
            return False
        return None if start is None or self.dissolved_on == NOT_STATED else True


GROUP: Record[Group] = Record("group", prefix="GRP", title="Group")


@rule("GRP-SEATS", source="events.md: group.established")
def each_seat_is_named_once(group: Group | None, claim: Claim[GroupEstablished | GroupChanged]) -> str | None:
    """A list of members names each seat once."""
    members = claim.event.members
    if members is None or members == NOT_STATED:
        return None
    codes = [seat.seat for seat in members]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    return f"Named more than once: {', '.join(twice)}." if twice else None


@rule("GRP-CHANGE", source="events.md: group.changed")
def a_change_says_what_changed(group: Group, claim: Claim[GroupChanged]) -> str | None:
    """A change gives at least one new value."""
    if not claim.event.changed:
        return "Nothing changed: give the new name, purpose, chair_role, members or meeting_frequency."
    return None


@rule("GRP-ORDER", source="events.md: group.established before group.changed and group.dissolved")
def the_group_was_there(group: Group, claim: Claim[GroupChanged | GroupDissolved]) -> str | None:
    """A group is not changed or dissolved before it was established."""
    event = claim.event
    day = known_day(event.changed_on if isinstance(event, GroupChanged) else event.dissolved_on)
    start = known_day(group.established_on)
    if day is not None and start is not None and day < start:
        return f"The group was established on {spoken(start)}, after {spoken(day)}."
    return None


@rule("GRP-OVER", source="events.md: group.dissolved")
def the_group_is_not_dissolved(group: Group, claim: Claim[GroupChanged | GroupDissolved]) -> str | None:
    """A dissolved group is not dissolved again, nor changed on a later day; a change before it may still be recorded."""
    if group.dissolved_on is None:
        return None
    end = known_day(group.dissolved_on)
    if isinstance(claim.event, GroupChanged):
        day = known_day(claim.event.changed_on)
        if end is None or day is None or day <= end:
            return None
    return f"The group was dissolved on {spoken(end)}."


@recorded_as("group.established", on=GROUP, begins=True, happens="established_on")
class GroupEstablished(Event):
    """The partnership set up a standing group. `chair_role`: the office that chairs it, never a person."""

    name: Title
    chair_role: Code
    members: Members
    meeting_frequency: MeetingFrequency
    established_on: DayOrNotStated
    purpose: Words | None = None

    rules = (each_seat_is_named_once,)

    def sentence(self) -> str:
        number = len(self.members)
        seats = "" if self.members == NOT_STATED else f", with {number} seat{'' if number == 1 else 's'}"
        return f"{self.name} established on {spoken(self.established_on)}{seats}"


@recorded_as("group.changed", on=GROUP, happens="changed_on")
class GroupChanged(Event):
    """The whole new value of each thing that changed; a new list of members replaces the old one from `changed_on`."""

    changed_on: DayOrNotStated
    name: Title | None = None
    purpose: Words | None = None
    chair_role: Code | None = None
    members: Members | None = None
    meeting_frequency: MeetingFrequency | None = None
    reason: Words | None = None

    rules = (a_change_says_what_changed, each_seat_is_named_once, the_group_was_there, the_group_is_not_dissolved)

    @property
    def changed(self) -> list[str]:
        """The names of the fields that got a new value."""
        names = ("name", "purpose", "chair_role", "members", "meeting_frequency")
        return [name for name in names if getattr(self, name) is not None]

    def sentence(self) -> str:
        what = ", ".join(self.changed).replace("_", " ")
        return f"Changed on {spoken(self.changed_on)}: {what}"


@recorded_as("group.dissolved", on=GROUP, happens="dissolved_on")
class GroupDissolved(Event):
    """The group meets no longer."""

    dissolved_on: DayOrNotStated
    reason: Words | None = None

    rules = (the_group_was_there, the_group_is_not_dissolved)

    def sentence(self) -> str:
        return f"Dissolved on {spoken(self.dissolved_on)}"


GroupEvent = GroupEstablished | GroupChanged | GroupDissolved


@GROUP.folded_by
def evolve(group: Group | None, event: GroupEvent) -> Group:
    """Fold one event into the group."""
    match event:
        case GroupEstablished():
            start = known_day(event.established_on) or date.min
            memberships = _memberships((), event.members, start)
            return Group(event.name, event.chair_role, event.meeting_frequency, event.established_on, memberships)
        case GroupChanged():
            group = known(group)
            return replace(
                group,
                name=event.name or group.name,
                chair_role=event.chair_role or group.chair_role,
                meeting_frequency=event.meeting_frequency or group.meeting_frequency,
                memberships=_memberships(group.memberships, event.members, known_day(event.changed_on)),
            )
        case GroupDissolved(dissolved_on=day):
            return replace(known(group), dissolved_on=day)
        case _:
            assert_never(event)


def _memberships(
    before: tuple[Membership, ...], members: list[Seat] | NotStated | None, from_day: date | None
) -> tuple[Membership, ...]:
    if members is None or isinstance(members, str):
        return before
    return (*before, Membership(from_day, tuple(members)))
