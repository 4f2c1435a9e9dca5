"""Meetings of the groups: planned, held or not, who attended, what was decided."""

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
    Day,
    DayOrNotStated,
    GroupCode,
    LoggedWords,
    NotStated,
    Number,
    Part,
    Title,
    Words,
    known_day,
    spoken,
)
from ledger.domain.group import GROUP
from ledger.domain.register import FLAG, Event, Record, known, recorded_as, rule
from ledger.domain.state import replace

Attended = Literal["member", "deputy", "apologies", "absent", "none", "not-stated"]
"""`none`: nobody came, and the source does not say whether apologies were sent (GRP-ATT)."""


class Attendance(Part):
    """Who came for one seat of the group."""

    seat: Code
    attended: Attended


class AgencyPosition(Part):
    """Where an agency stood on a decision, and why."""

    agency: AgencyCode
    position: Literal["for", "against", "abstained", "not-stated"]
    reasons: Words | None = None


@dataclass(frozen=True)
class Meeting:
    """A meeting as its events so far leave it. `planned_on`, `held_on`: a day, not-stated, or None where not recorded."""

    group: str
    outcome: Literal["planned", "held", "not-held"]
    planned_on: date | str | None = None
    held_on: date | str | None = None
    quorate: bool | str = NOT_STATED
    decisions: frozenset[int] = frozenset()


MEETING: Record[Meeting] = Record("meeting", prefix="MTG", title="Meeting")


@rule("MTG-PLAN", source="events.md: meeting.scheduled")
def it_is_the_meeting_that_was_planned(
    meeting: Meeting | None, claim: Claim[MeetingHeld | MeetingNotHeld]
) -> str | None:
    """A meeting that was planned is held, or not held, by the group it was planned for."""
    if meeting is not None and meeting.group != claim.event.group:
        return f"The meeting was planned for {meeting.group}, not {claim.event.group}."
    return None


@rule("MTG-ONCE", source="events.md: meeting.held, .not-held")
def it_was_held_or_not_once(meeting: Meeting | None, claim: Claim[MeetingHeld | MeetingNotHeld]) -> str | None:
    """A meeting was either held or not held, and once; withdraw the entry that is wrong first."""
    if meeting is None or meeting.outcome == "planned":
        return None
    return f"This meeting is recorded as {meeting.outcome.replace('-', ' ')} already."


@rule("GRP-ATT", source="reference.md GRP-ATT: one attendance for each seat")
def each_seat_is_counted_once(meeting: Meeting | None, claim: Claim[MeetingHeld]) -> str | None:
    """The attendance names each seat once."""
    seats = [row.seat for row in claim.event.rows]
    twice = sorted({seat for seat in seats if seats.count(seat) > 1})
    return f"Named more than once: {', '.join(twice)}." if twice else None


@rule("GRP-ATT", source="reference.md GRP-ATT: attended of meetings held, by seat", effect=FLAG)
def those_who_attended_have_seats(meeting: Meeting | None, claim: Claim[MeetingHeld]) -> str | None:
    """Those who attend have a seat of the group on that day; others are guests."""
    group = claim.look(GROUP, claim.event.group)
    day = known_day(claim.event.held_on)
    if group is None or group.existed_on(day) is False or (seats := group.seats_on(day)) is None:
        return None
    guests = sorted({row.seat for row in claim.event.rows} - seats.keys())
    return f"Not seats of {claim.event.group} on that day: {', '.join(guests)}." if guests else None


@rule("MTG-GROUP", source="events.md: group.established, group.dissolved", effect=FLAG)
def the_group_existed(meeting: Meeting | None, claim: Claim[MeetingHeld]) -> str | None:
    """A group meets while it exists: from the day it was established until it was dissolved."""
    group, day = claim.look(GROUP, claim.event.group), known_day(claim.event.held_on)
    if group is not None and group.existed_on(day) is False:
        return f"{claim.event.group} did not exist on {spoken(day)}."
    return None


@rule("MTG-HELD", source="events.md: meeting.decided")
def the_meeting_was_held(meeting: Meeting, claim: Claim[MeetingDecided]) -> str | None:
    """A meeting decides only if it was held."""
    if meeting.outcome != "held":
        return f"This meeting is not recorded as held; it is {meeting.outcome.replace('-', ' ')}."
    return None


@rule("MTG-NUMBER", source="events.md: meeting.decided")
def each_decision_has_its_number(meeting: Meeting, claim: Claim[MeetingDecided]) -> str | None:
    """Decisions of one meeting are numbered, each number once."""
    if claim.event.number in meeting.decisions:
        return f"Decision {claim.event.number} of this meeting is recorded already."
    return None


@rule("MTG-POSITION", source="events.md: meeting.decided, positions")
def each_agency_takes_one_position(meeting: Meeting, claim: Claim[MeetingDecided]) -> str | None:
    """On one decision an agency takes one position."""
    agencies = [p.agency for p in claim.event.positions]
    twice = sorted({code for code in agencies if agencies.count(code) > 1})
    return f"More than one position: {', '.join(twice)}." if twice else None


@rule("MTG-QUORUM", source="events.md: meeting.held, quorate", effect=FLAG)
def the_meeting_was_quorate(meeting: Meeting, claim: Claim[MeetingDecided]) -> str | None:
    """A meeting decides only while it is quorate."""
    return "The meeting was not quorate." if meeting.quorate is False else None


@recorded_as("meeting.scheduled", on=MEETING, begins=True)
class MeetingScheduled(Event):
    """A meeting was planned; `time` is when it was planned, `planned_on` the day it was planned for."""

    group: GroupCode
    planned_on: Day

    def sentence(self) -> str:
        return f"Meeting of {self.group} planned for {spoken(self.planned_on)}"


@recorded_as("meeting.held", on=MEETING, begins=True, continues=True, happens="held_on")
class MeetingHeld(Event):
    """A meeting was held, planned on this record or not."""

    group: GroupCode
    held_on: DayOrNotStated
    attendance: Annotated[list[Attendance], Field(max_length=100)] | NotStated
    quorate: bool | NotStated

    rules = (
        it_is_the_meeting_that_was_planned,
        it_was_held_or_not_once,
        each_seat_is_counted_once,
        those_who_attended_have_seats,
        the_group_existed,
    )

    @property
    def rows(self) -> list[Attendance]:
        """The attendance, empty where it is not stated."""
        return [] if isinstance(self.attendance, str) else self.attendance

    def sentence(self) -> str:
        came = sum(row.attended in ("member", "deputy") for row in self.rows)
        attended = f", {came} of {len(self.rows)} seats attended" if self.rows else ""
        quorum = ", not quorate" if self.quorate is False else ""
        return f"Meeting of {self.group} held on {spoken(self.held_on)}{attended}{quorum}"


@recorded_as("meeting.not-held", on=MEETING, begins=True, continues=True)
class MeetingNotHeld(Event):
    """A meeting that was due did not take place; an absent reason is one nobody gave."""

    group: GroupCode
    planned_on: DayOrNotStated
    reason: Words | None = None

    rules = (it_is_the_meeting_that_was_planned, it_was_held_or_not_once)

    def sentence(self) -> str:
        return f"Meeting of {self.group} due on {spoken(self.planned_on)} was not held"


@recorded_as("meeting.decided", on=MEETING)
class MeetingDecided(Event):
    """The meeting decided something. `decision`: a code of the partnership's vocabulary; `title`: its short public name."""

    number: Number
    decision: Code
    title: Title | None = None
    positions: list[AgencyPosition] = Field(default=[], max_length=100)
    rationale: LoggedWords | None = None

    decides = "decision"
    rules = (
        the_meeting_was_held,
        each_decision_has_its_number,
        each_agency_takes_one_position,
        the_meeting_was_quorate,
    )

    def stands(self) -> dict[str, str]:
        return {stand.agency: stand.position for stand in self.positions}

    def sentence(self) -> str:
        against = [p.agency for p in self.positions if p.position == "against"]
        dissent = f", against the position of {', '.join(against)}" if against else ""
        return f"Decision {self.number}: {self.title or self.decision.replace('-', ' ')}{dissent}"


MeetingEvent = MeetingScheduled | MeetingHeld | MeetingNotHeld | MeetingDecided


@MEETING.folded_by
def evolve(meeting: Meeting | None, event: MeetingEvent) -> Meeting:
    """Fold one event into the meeting."""
    match event:
        case MeetingScheduled(group=group, planned_on=day):
            return Meeting(group, "planned", planned_on=day)
        case MeetingHeld(group=group, held_on=day, quorate=quorate):
            planned = meeting.planned_on if meeting else None
            return Meeting(group, "held", planned_on=planned, held_on=day, quorate=quorate)
        case MeetingNotHeld(group=group, planned_on=day):
            return Meeting(group, "not-held", planned_on=day)
        case MeetingDecided(number=number):
            meeting = known(meeting)
            return replace(meeting, decisions=meeting.decisions | {number})
        case _:
            assert_never(event)
