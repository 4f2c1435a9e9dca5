"""Lines of enquiry about taking part: groups that did not meet, seats nobody fills, agencies never heard, stages that lapsed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from sqlalchemy import Integer, and_, cast, func, or_, select

from ledger.domain.calendar import MONTHS, add_months
from ledger.domain.fields import known_day, spoken
from ledger.enquiries.enquiry import Found, Looking, enquiry, of
from ledger.projections.ask import lapsed, stage_clock
from ledger.projections.columns import table_of
from ledger.projections.escalation_tracker import EscalationStages, EscalationTracker
from ledger.projections.meetings import CAME, AttendanceAtMeetings, Meetings
from ledger.projections.partnership import Agencies, Groups, GroupSeats
from ledger.projections.tables import held as held_rows

A_YEAR = {"monthly": 12, "six-weekly": 8, "bi-monthly": 6, "quarterly": 4, "termly": 3, "twice-yearly": 2, "yearly": 1}
"""Meetings of a group in twelve months, by how often it is to meet; six-weekly gives nearly nine."""
TAKING_PART = ("statutory-partner", "relevant-agency")
STATED = "not-stated"


@enquiry(
    "ENQ-GRP-NOT-HELD",
    "Meetings planned and not held",
    source="reference.md DRIFT-DEF (c); drift-rule pack",
    drift="meetings_not_held",
)
def meetings_not_held(looking: Looking) -> Iterator[Found]:
    """Groups of which as many planned meetings were not held as the partnership's rule on drift counts as drift, or more."""
    rule, c = looking.drift, table_of(Meetings).c
    missed: defaultdict[str, list[int | None]] = defaultdict(list)
    for held in looking.held(Meetings, c.outcome == "not-held"):
        missed[held.row.group].append(held.row.not_held_entry)
    for group, entries in sorted(missed.items()):
        n = len(entries)
        if n >= rule.meetings_not_held.value:
            yield Found("group", group, f"{n} planned meeting{'s were' if n > 1 else ' was'} not held.", entries)


@enquiry(
    "ENQ-GRP-FEWER",
    "Groups that met less often than they are to",
    source="events.md: group.established, meeting frequency; reference.md 8.3",
)
def fewer_meetings(looking: Looking) -> Iterator[Found]:
    """Groups that met less often than they are to in the twelve months up to the last meeting that any group held; where all history was entered afterwards, only those of which a meeting is recorded."""
    if (last := _last_meeting(looking)) is None:
        return
    first = add_months(last, -MONTHS)
    met = _met(looking, first, last)
    for held in looking.held(Groups):
        group, entries = held.row, met.get(held.reference, ())
        established = known_day(group.established_on)
        wanted = A_YEAR.get(group.meeting_frequency, 0)
        new = established is not None and established > first
        unrecorded = not entries and looking.entered_afterwards
        if len(entries) < wanted and not (new or unrecorded or group.dissolved_on is not None):
            why = (
                f"To meet {group.meeting_frequency}, {wanted} times a year. "
                f"Meetings on record in the year to {spoken(last)}: {len(entries) or 'none'}."
            )
            yield of(held, why, held.first_entry, *entries)


@enquiry("ENQ-GRP-SEAT", "Seats that nobody fills", source="reference.md GRP-ATT; S4 trap (b)")
def empty_seats(looking: Looking) -> Iterator[Found]:
    """Seats of a group to which neither member nor deputy came at any meeting whose attendance is stated."""
    table, seats = table_of(AttendanceAtMeetings), table_of(GroupSeats)
    c = table.c
    came = func.sum(cast(c.attended.in_(CAME), Integer))
    question = (
        select(c.group, c.seat, func.count(), func.max(c.first_entry))
        .where(held_rows(table, looking.as_at, looking.day), c.attended != STATED)
        .group_by(c.group, c.seat)
        .having(came == 0)
    )
    absent = {(group, seat): (meetings, entry) for group, seat, meetings, entry in looking.on.execute(question)}
    for held in looking.held(GroupSeats, seats.c.seat.in_({seat for _, seat in absent})):
        if (found := absent.get((held.reference, held.row.seat))) is not None:
            whose = f" ({held.row.agency})" if held.row.agency else ""
            which = "the one meeting" if found[0] == 1 else f"any of the {found[0]} meetings"
            why = f"{held.row.title}{whose}: nobody came to {which} whose attendance is stated."
            yield of(held, why, held.first_entry, found[1], key=held.key)


@enquiry(
    "ENQ-ESC-SILENT",
    "Agencies that have never raised an escalation",
    source="reference.md ESC-COUNT; claims of professional challenge",
)
def silent_agencies(looking: Looking) -> Iterator[Found]:
    """Agencies taking part, of those that others escalate beside, that never raised an escalation, nor did any agency they took over from."""
    table, c = table_of(EscalationTracker), table_of(Agencies).c
    raised = set(
        looking.on.scalars(select(table.c.by_agency).where(held_rows(table, looking.as_at, looking.day)).distinct())
    )
    if not raised:
        return
    agencies = looking.held(Agencies, c.standing.in_(TAKING_PART))
    heard = {held.reference for held in agencies if held.reference in raised}
    for _ in agencies:  # a successor of a successor, at most as many times as there are agencies
        heirs = {new for held in agencies if held.reference in heard for new in held.row.succeeded_by}
        if heirs <= heard:
            break
        heard |= heirs
    for held in agencies:
        gone = held.row.left_on is not None or held.row.succeeded_by
        if held.reference not in heard and not gone:
            why = f"{held.row.name} has never raised an escalation; {len(raised)} other agencies have."
            yield of(held, why.replace("1 other agencies have", "one other agency has"), held.first_entry)


@enquiry(
    "ENQ-ESC-LAPSED",
    "Escalations without an answer in time",
    source="reference.md ESC-CFG; escalation-ladder pack",
    about_lateness=True,
    clocks=("escalation-stage",),
)
def lapsed_stages(looking: Looking) -> Iterator[Found]:
    """Stages of the ladder whose answer was due by the day and never came, also where the matter then went further up."""
    stages, tracker = table_of(EscalationStages).c, table_of(EscalationTracker)
    unanswered = and_(stages.answered_on.is_(None), or_(stages.left_by.is_(None), stages.left_by == "advanced"))
    afterwards = select(tracker.c.reference).where(
        held_rows(tracker, looking.as_at, looking.day), tracker.c.retrospective.is_(True)
    )
    for held in looking.held(EscalationStages, unanswered, stages.reference.not_in(afterwards)):
        if lapsed(held.row, looking.packs, looking.day):
            clock = stage_clock(held.row, looking.packs)
            up = " It went further up unanswered." if held.row.left_by else ""
            why = f"Stage {held.row.stage}: an answer was due by {spoken(clock.due)} under {clock.pack}.{up}"
            yield of(held, why, held.row.entered_entry, held.last_entry, key=held.key)


def _last_meeting(looking: Looking) -> date | None:
    table = table_of(Meetings)
    question = select(func.max(table.c.took_place_on)).where(
        held_rows(table, looking.as_at, looking.day), table.c.outcome == "held"
    )
    found: date | None = looking.on.scalar(question)
    return found


def _met(looking: Looking, first: date, last: date) -> dict[str, list[int | None]]:
    """The entries of the meetings each group held after one day and up to another."""
    c = table_of(Meetings).c
    met: dict[str, list[int | None]] = {}
    for held in looking.held(Meetings, c.outcome == "held", c.took_place_on > first, c.took_place_on <= last):
        met.setdefault(held.row.group, []).append(held.row.held_entry)
    return met
