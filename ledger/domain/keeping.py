"""How long a record is kept: what its entries say of it, and how that stands on a day under a pack. Nothing is erased by it (RET-DESIGN)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ledger.domain.calendar import MONTHS, add_months
from ledger.domain.conventions import Retention, RetentionClass
from ledger.domain.fields import spoken, worded
from ledger.domain.general import AMENDING, DuplicateOf, Mark, RetentionSet, WordsErased
from ledger.domain.history import Entry, Hold, effective, fold

OVER = "retention-ended"
"""The ground of an erasure that asks for the time to be over."""
State = Literal["no-period", "not-begun", "running", "due", "review-due", "held", "erased"]
"""How a record stands. `no-period`: no class in force says how long. `not-begun`: it waits for a day to review. `due`, `review-due`: its time
is over, or its day to review has come. `held`: so it is, and a hold stands. `erased`: it was erased for that.
"""


@dataclass(frozen=True, slots=True)
class Last:
    """The last thing that happened to a record: the day its time is counted from, the type of the event, and its position."""

    on: date
    type: str
    position: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the entries of a record say of how long it is kept. `set_by`, `erased`: positions, of what said so last."""

    last: Last
    retention_class: str | None = None
    review_on: date | None = None
    set_by: int | None = None
    erased: int | None = None
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a record is kept, on a day. `began_on`: the day of the event at `position`, of this `type`, that starts the time or names its end."""

    retention_class: str | None
    period: RetentionClass | None
    state: State
    trigger: Literal["last-entry", "review-date"] | None = None
    began_on: date | None = None
    type: str | None = None
    position: int | None = None
    due_on: date | None = None


def kept(record: str, keeping: Keeping, pack: Retention | None, on: date) -> Kept:
    """How long a record of a kind is kept under a pack, as of a day. A day to review that was entered comes before any count of years."""
    period = None
    if pack is not None:
        named = keeping.retention_class
        period = pack.class_of(record) if named is None else pack.named(named)
    code = keeping.retention_class or (period.code if period else None)
    last = keeping.last
    if keeping.review_on is not None:
        due = keeping.review_on
        state = _state(keeping, due, on, "review-due")
        return Kept(code, period, state, "review-date", None, f"{record}.retention-set", keeping.set_by, due)
    if period is None:
        return Kept(code, None, "no-period")
    if period.trigger == "review-date":
        return Kept(code, period, "not-begun", "review-date")
    due = add_months(last.on, period.years.value * MONTHS)
    return Kept(code, period, _state(keeping, due, on, "due"), "last-entry", last.on, last.type, last.position, due)


def _state(keeping: Keeping, due: date, on: date, over: State) -> State:
    if keeping.erased is not None and keeping.erased > keeping.last.position:
        return "erased"
    if due > on:
        return "running"
    return "held" if keeping.holds else over


def keeping_of(entries: Sequence[Entry]) -> Keeping:
    """What a record's entries, in recorded order, say. Of one that was withdrawn or repeats another, that is the last thing that happened."""
    counted = effective(entries)
    happened = [entry for entry in counted if not isinstance(entry.event, Mark)]
    if not happened or any(isinstance(entry.event, DuplicateOf) for entry in happened):
        happened = [entry for entry in entries if isinstance(entry.event, AMENDING)]
    latest = max(happened, key=lambda entry: (last_of(entry).on, entry.day, entry.position))
    found = Keeping(last_of(latest), holds=fold(entries).holds)
    for entry in sorted(counted, key=lambda entry: (entry.day, entry.position)):
        found = after(found, entry)
    return found


def after(keeping: Keeping, entry: Entry) -> Keeping:
    """What is said after one more entry, in time order: what an event leaves out stays as it was."""
    match entry.event:
        case RetentionSet(retention_class=code, review_on=day):
            return replace(
                keeping,
                retention_class=code or keeping.retention_class,
                review_on=day or keeping.review_on,
                set_by=entry.position if day else keeping.set_by,
            )
        case WordsErased(ground=ground) if ground == OVER:
            return replace(keeping, erased=entry.position)
        case _:
            return keeping


def last_of(entry: Entry) -> Last:
    """An entry as the last thing that happened: of a month or a year, on its last day, so that no record is kept too short."""
    day = entry.day
    match entry.timeprecision:
        case "month":
            day = day.replace(day=monthrange(day.year, day.month)[1])
        case "year":
            day = day.replace(month=MONTHS, day=31)
        case _:
            pass
    return Last(day, entry.kind.name, entry.position)


def not_over(name: str, found: Kept) -> str | None:
    """Why the words of a record (`<record>/<reference>`) may not be erased because its time is over; None where it is."""
    code = worded(found.retention_class or "none")
    match found.state:
        case "due" | "review-due" | "erased":
            return None
        case "held":
            return f"{name} is due, but a hold stands on it (RET-MORAT)."
        case "running" if found.trigger == "review-date":
            return f"{name} is to be reviewed on {spoken(found.due_on)}, which has not come (RET-DESIGN)."
        case "running":
            return f"{name} is kept until {spoken(found.due_on)}, in the class {code} (RET-DESIGN)."
        case "not-begun":
            return f"{name} waits for a day to review it, as its class, {code}, asks; the business unit enters it (RET-DESIGN)."
        case "no-period":
            return f"No retention pack in force says how long {name} is kept (RET-DESIGN)."
