"""How long a record is kept: what its entries say of it, and how that stands on a day under a pack. Nothing is erased by it (RET-DESIGN)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

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
class Keeping:
    """What the entries of a record say of how long it is kept. `last_year`: in which the last thing happened to it. `set_by`, `erased`: the
    positions of what set its day to review, and of the certificate that it was erased because its time was over, if nothing was recorded since.
    """

    last_year: int
    retention_class: str | None = None
    review_on: date | None = None
    set_by: int | None = None
    erased: int | None = None
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a record is kept, on a day."""

    retention_class: str | None
    period: RetentionClass | None
    state: State
    trigger: Literal["last-entry", "review-date"] | None = None
    due_on: date | None = None


def kept(record: str, keeping: Keeping, pack: Retention | None, on: date) -> Kept:
    """How long a record of a kind is kept under a pack, as of a day. A day to review that was entered comes before any count of years.

    Years are counted from the end of the one in which the last thing happened, so that what is known to the month or the year only is not
    kept too short.
    """
    period = None
    if pack is not None:
        named = keeping.retention_class
        period = pack.class_of(record) if named is None else pack.named(named)
    code = keeping.retention_class or (period.code if period else None)
    if keeping.review_on is not None:
        return Kept(
            code, period, _state(keeping, keeping.review_on, on, "review-due"), "review-date", keeping.review_on
        )
    if period is None:
        return Kept(code, None, "no-period")
    if period.trigger == "review-date":
        return Kept(code, period, "not-begun", "review-date")
    due = date(keeping.last_year + period.years.value, 12, 31)
    return Kept(code, period, _state(keeping, due, on, "due"), "last-entry", due)


def _state(keeping: Keeping, due: date, on: date, over: State) -> State:
    if keeping.erased is not None:
        return "erased"
    if due > on:
        return "running"
    return "held" if keeping.holds else over


def last_thing(entries: Sequence[Entry], on: date = date.max) -> Entry:
    """The last thing that happened to a record up to a day. Of one that was withdrawn or repeats another, that is what said so."""
    happened = [entry for entry in effective(entries) if not isinstance(entry.event, Mark)]
    if not happened or any(isinstance(entry.event, DuplicateOf) for entry in happened):
        happened = [entry for entry in entries if isinstance(entry.event, AMENDING)]
    return max((entry for entry in happened if entry.day <= on), key=lambda entry: (entry.day, entry.position))


def keeping_of(entries: Sequence[Entry]) -> Keeping:
    """What a record's entries, in recorded order, say."""
    found = Keeping(last_thing(entries).day.year, holds=fold(entries).holds)
    counted = effective(entries)
    for entry in sorted(counted, key=lambda entry: (entry.day, entry.position)):
        found = _after(found, entry)
    things = (entry.position for entry in counted if not isinstance(entry.event, Mark))
    return replace(found, erased=None) if found.erased is not None and max(things, default=0) > found.erased else found


def _after(keeping: Keeping, entry: Entry) -> Keeping:
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
            return replace(keeping, erased=max(entry.position, keeping.erased or 0))
        case _:
            return keeping


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
