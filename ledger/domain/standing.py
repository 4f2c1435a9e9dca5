"""The standing rules: what must hold of any event on any record, whoever posts it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ledger.domain.agency import AGENCY
from ledger.domain.calendar import london_day, start_of_day
from ledger.domain.claim import Claim
from ledger.domain.fields import known_day, spoken
from ledger.domain.general import Corrected, DuplicateOf, Mark, Withdrawn
from ledger.domain.history import Standing
from ledger.domain.ledger_opening import LEDGER, REFERENCE
from ledger.domain.marks import RULES_OF_MARKS
from ledger.domain.register import FLAG, Event, Rule, rule

SKEW = timedelta(minutes=5)
"""How far a sender's clock may run ahead of the ledger's."""


@rule("REC-BEGUN", source="design: a record is begun by its first event")
def record_was_begun(standing: Standing, claim: Claim[Any]) -> str | None:
    """Only an event that may begin a record is its first; one that can only begin it comes once."""
    name = f"{claim.kind.record.name}/{claim.reference}"
    if claim.kind.begins and not claim.kind.continues and standing.version:
        return f"{name} was begun already; it stands at version {standing.version}."
    if not claim.kind.begins and not standing.version:
        return f"{name} was never begun."
    return None


@rule("REC-VOID", source="events.md: withdrawing the first event voids the record")
def record_still_counts(standing: Standing, claim: Claim[Any]) -> str | None:
    """Nothing more may be recorded on a record that was withdrawn, or that repeats another, but that this was wrong, and marks."""
    if claim.event.general and isinstance(claim.event, Mark):
        return None
    if standing.void:
        return f"{claim.kind.record.name}/{claim.reference} was withdrawn; begin a new record instead."
    if standing.duplicate_of is not None and not isinstance(claim.event, Corrected | Withdrawn):
        return f"{claim.kind.record.name}/{claim.reference} repeats {standing.duplicate_of}; record it there instead."
    return None


@rule("REF-KNOWN", source="events.md: unknown record")
def cited_records_are_known(standing: Standing, claim: Claim[Any]) -> str | None:
    """Every record an event cites was begun and not withdrawn."""
    missing = sorted(
        {
            f"{record}/{reference}"
            for record, reference in claim.kind.references(claim.event)
            if not claim.is_begun(record, reference)
            and not (claim.kind.begins and (record, reference) == (claim.kind.record.name, claim.reference))
        }
    )
    return f"Not known to this ledger: {', '.join(missing)}." if missing else None


@rule("SRC-KNOWN", source="events.md: who sent it is an agency of the partnership or its business unit")
def source_is_known(standing: Standing, claim: Claim[Any]) -> str | None:
    """The source is the business unit or an agency the ledger knows."""
    code = claim.source.removeprefix("/agencies/")
    if claim.sent_by_business_unit or claim.is_begun("agency", code):
        return None
    return f"{code} is not an agency of this partnership; the business unit registers it first."


@rule("AGY-PART", source="reference.md 8.1: organisation succession must be events", effect=FLAG)
def its_source_took_part_then(standing: Standing, claim: Claim[Any]) -> str | None:
    """What an agency says happened while it took part: after it left, or others took over from it, they speak for themselves."""
    code = claim.source.removeprefix("/agencies/")
    agency = None if claim.sent_by_business_unit else claim.look(AGENCY, code)
    if agency is None or agency.took_part_on(claim.day) is not False:
        return None
    others = f"; {', '.join(agency.succeeded_by)} took over" if agency.succeeded_by else ""
    return f"{code} took part until {spoken(agency.left_on)}{others}."


@rule("TIME-FUTURE", source="events.md: what has happened is recorded")
def it_has_happened(standing: Standing, claim: Claim[Any]) -> str | None:
    """An event that has not happened yet is not recorded."""
    if claim.time > claim.recorded_at + SKEW:
        return f"time lies after the ledger's clock, {claim.recorded_at.isoformat(timespec='seconds')}."
    inside = _day_inside(claim)
    if inside is not None and inside > london_day(claim.recorded_at + SKEW):
        return f"data.{claim.kind.happens} is {inside}, which has not come yet."
    return None


def _day_inside(claim: Claim[Any]) -> date | None:
    """The day on which an event's data says that it happened."""
    return None if claim.kind.happens is None else known_day(getattr(claim.event, claim.kind.happens))


@rule("TIME-PRECISION", source="events.md: time and timeprecision")
def time_is_no_finer_than_its_precision(standing: Standing, claim: Claim[Any]) -> str | None:
    """A day is posted as its midnight in Europe/London, a month or a year as the midnight that begins it."""
    precision, day = claim.timeprecision, claim.day
    match precision:
        case "day":
            begins = day
        case "month":
            begins = day.replace(day=1)
        case "year":
            begins = day.replace(month=1, day=1)
        case _:
            return None
    midnight = start_of_day(begins)
    if claim.time == midnight:
        return None
    return f"timeprecision is {precision}, so time is the midnight in Europe/London that begins it: post {midnight.isoformat()}."


@rule("RETRO-BY", source="design: the business unit keeps the register")
def the_business_unit_enters_history(standing: Standing, claim: Claim[Any]) -> str | None:
    """History entered afterwards, `retrospective`, comes from the business unit, unless the whole ledger was opened for it."""
    if not claim.retrospective or claim.sent_by_business_unit:
        return None
    opened = claim.look(LEDGER, REFERENCE)
    if opened is not None and opened.retrospective:
        return None
    return "Only the business unit marks an event as history entered afterwards; leave `retrospective` out."


@rule("TIME-SAME", source="events.md: time is when it happened")
def the_date_inside_is_the_time_outside(standing: Standing, claim: Claim[Any]) -> str | None:
    """Where an event's data says on which day it happened, `time` says the same day, or the month or the year it lies in."""
    inside, outside = _day_inside(claim), claim.day
    if inside is None or claim.timeprecision == "unknown":
        return None
    if inside.year == outside.year and (
        claim.timeprecision == "year"
        or (inside.month == outside.month and (claim.timeprecision == "month" or inside == outside))
    ):
        return None
    when = "on" if claim.timeprecision in ("instant", "day") else f"in the {claim.timeprecision} of"
    return (
        f"data.{claim.kind.happens} is {inside}, but time falls {when} {outside} in Europe/London;"
        " say the same day in both, and in a correction change both."
    )


@rule("REC-DUP", source="events.md: duplicate-of")
def the_repeated_record_is_another_of_its_kind(standing: Standing, claim: Claim[Any]) -> str | None:
    """A record repeats another, known record of the same kind, which does not itself repeat one."""
    if not isinstance(claim.event, DuplicateOf):
        return None
    other = claim.event.duplicate_of
    if claim.kind.record.only:
        return f"{claim.kind.record.name}/{claim.reference} is the only record of what it holds."
    if other == claim.reference:
        return "A record cannot repeat itself."
    if not claim.is_begun(claim.kind.record.name, other):
        return f"{claim.kind.record.name}/{other} is not known, or repeats another record."
    return None


STANDING_RULES = (
    record_was_begun,
    record_still_counts,
    cited_records_are_known,
    source_is_known,
    its_source_took_part_then,
    the_business_unit_enters_history,
    it_has_happened,
    time_is_no_finer_than_its_precision,
    the_date_inside_is_the_time_outside,
    the_repeated_record_is_another_of_its_kind,
    *RULES_OF_MARKS,
)
_OF_GENERAL_EVENTS = (the_repeated_record_is_another_of_its_kind, *RULES_OF_MARKS)
_OF_WHAT_HAPPENED = tuple(each for each in STANDING_RULES if each not in _OF_GENERAL_EVENTS)


def standing_rules(event: Event) -> tuple[Rule, ...]:
    """Those of them that are asked of an event: what only a general event can break is asked of no other."""
    return STANDING_RULES if event.general else _OF_WHAT_HAPPENED
