"""Decisions: which entries are decisions, where each agency stood, and who was against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from ledger.domain.fields import DayOrNotStated
from ledger.domain.history import Entry

AGAINST = ("dissent", "against")
"""Positions that are against whatever was decided."""
EITHER_WAY = frozenset({"notify", "do-not-notify"})
"""Views given before a decision, of which one is against it."""


def decided(entry: Entry) -> str:
    """What a decision decided, as a code."""
    return entry.kind.decided(entry.event)


def decided_on(entry: Entry) -> DayOrNotStated:
    """The day of a decision as the event gives it, else the London day of its `time`."""
    day: DayOrNotStated = getattr(entry.event, entry.kind.happens) if entry.kind.happens else entry.day
    return day


def stated(entries: Iterable[Entry]) -> dict[str, str]:
    """Where each agency last said it stands, by entries that come before a decision; what was said with another decision is not among it."""
    found: dict[str, str] = {}
    for entry in entries:
        if not entry.kind.decides:
            found |= entry.event.stands()
    return found


def dissent(decision: str, stands: Mapping[str, str]) -> tuple[str, ...]:
    """The agencies that were against it (SIN-DISSENT)."""
    return tuple(agency for agency, position in stands.items() if is_against(decision, position))


def is_against(decision: str, position: str) -> bool:
    """Whether a position is against a decision."""
    return position in AGAINST or ({position, decision} == EITHER_WAY)


def already_happened(entry: Entry, decision: Entry) -> bool:
    """Whether what an entry tells had happened when the decision was taken: on an earlier day, or, where both instants are known, earlier that day.

    Of two things of one day nobody can tell which came first, unless both say the hour; of a coarse time only what lies wholly before counts.
    """
    if entry.timeprecision in ("day", "instant"):
        if entry.day != decision.day:
            return entry.day < decision.day
        return (entry.timeprecision, decision.timeprecision) == ("instant", "instant") and entry.time < decision.time
    coarse = {"month": timedelta(days=31), "year": timedelta(days=366)}.get(entry.timeprecision)
    return coarse is not None and entry.day + coarse <= decision.day
