"""Packs: every value somebody else may change, dated, versioned and bound to the ledger by hash; values only, no files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ledger.domain.calendar import WorkingDays
from ledger.domain.fields import Code, NotStated, Sha256

PackKind = Literal[
    "regime", "notification-vote", "calendar", "escalation-ladder", "rag-pack",
    "audit-scale", "disclosure-rule", "drift-rule", "retention", "risk-scale",
]  # fmt: skip
"""Kinds of pack a ledger may adopt (`policy.adopted`)."""

Confidence = Literal["confirmed", "partly-confirmed", "unconfirmed"]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
RuleId = Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9/]+)*$", max_length=40)]
Version = Annotated[int, Field(ge=1, le=9999)]
FEWEST_HOLIDAYS = 8
"""No nation of the United Kingdom has fewer bank holidays a year, so fewer means a list cut short."""


class Value(BaseModel):
    """A part of a pack: cannot be changed, and knows no key that is not its own."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def listed(least: int) -> object:
    """A tuple that may be given as TOML's or JSON's list, with at least so many members."""
    return Field(strict=False, min_length=least)


class RuleValue(Value):
    """One number of a pack: its rule, where it comes from, how far that is confirmed."""

    value: Annotated[int, Field(ge=1, le=1000)]
    rule: RuleId
    source: Text
    confidence: Confidence
    note: Text | None = None


class Pack(Value):
    """Head of every pack; `sha256` is that of the file it was read from."""

    kind: PackKind
    id: Code
    version: Version
    sha256: Sha256
    title: Text
    source: Text
    confidence: Confidence
    note: Text | None = None

    @property
    def reference(self) -> str:
        """How entries and clocks cite it: `wt18@1`."""
        return f"{self.id}@{self.version}"


class Regime(Pack):
    """The statutory clocks of one edition of the guidance; the unit stands in each name (wd = working days).

    `yearly_report_months` are from one report to the next, `yearly_report_after_months` from the end of the year reported on.
    """

    kind: Literal["regime"]
    notify_within_wd: RuleValue
    rapid_review_within_wd: RuleValue
    lcspr_months: RuleValue
    advance_copy_wd: RuleValue
    panel_reply_wd: RuleValue
    yearly_report_months: RuleValue
    circulate_within_days: RuleValue
    yearly_report_after_months: RuleValue | None = None


class NotificationVote(Pack):
    """Who must be in favour before an incident is notified: any one of the combinations is enough (CWAC-SIN-VOTE)."""

    kind: Literal["notification-vote"]
    rule: RuleId
    voters: Annotated[tuple[Code, ...], listed(1)]
    notify_if_all_of: Annotated[tuple[Annotated[tuple[Code, ...], listed(1)], ...], listed(1)]

    @model_validator(mode="after")
    def _combinations_are_of_voters(self) -> Self:
        strangers = {code for group in self.notify_if_all_of for code in group} - set(self.voters)
        if strangers:
            raise ValueError(f"notify_if_all_of names {sorted(strangers)}, not among the voters")
        return self

    def verdict(self, views: Mapping[str, bool]) -> bool | None:
        """Whether to notify, given each voter's view (sector -> in favour); None while the views given leave it open."""
        if any(all(views.get(code) is True for code in group) for group in self.notify_if_all_of):
            return True
        if all(any(views.get(code) is False for code in group) for group in self.notify_if_all_of):
            return False
        return None


class Calendar(Pack):
    """Bank holidays of one part of the United Kingdom over whole years (GEN-WD, GEN-WD-CAL)."""

    kind: Literal["calendar"]
    division: Code
    first_year: int
    last_year: int
    day_of_trigger: Literal["day-0"]
    day_of_trigger_rule: RuleId
    holidays: frozenset[date]

    @model_validator(mode="after")
    def _years_are_whole(self) -> Self:
        years = [day.year for day in self.holidays]
        for year in range(self.first_year, self.last_year + 1):
            if years.count(year) < FEWEST_HOLIDAYS:
                raise ValueError(f"{year} has {years.count(year)} bank holidays; the list seems cut short")
        if not years or min(years) != self.first_year or max(years) != self.last_year:
            raise ValueError(f"bank holidays must lie from {self.first_year} to {self.last_year}")
        return self

    @property
    def working_days(self) -> WorkingDays:
        """The working days of its years; day 0 is the day of the trigger (GEN-WD-START)."""
        return _working_days(self.holidays)


@lru_cache
def _working_days(holidays: frozenset[date]) -> WorkingDays:
    return WorkingDays(holidays)


class ResponseTime(Value):
    """How long a stage allows for an answer, counted from the entry to it or to the stage before it."""

    value: Annotated[int, Field(ge=1, le=1000)]
    unit: Literal["working-days", "days", "hours"]
    clock_start: Literal["stage-entered", "previous-stage-entered"]
    source: Text
    confidence: Confidence
    note: Text | None = None


class Stage(Value):
    """One step of a ladder; no `response` means that no clock is set, not that none exists elsewhere."""

    name: Text
    formality: Literal["informal", "formal"] | NotStated
    decider_role: Text
    notify_partnership: bool | NotStated
    confidence: Confidence
    response: ResponseTime | None = None


class EscalationLadder(Pack):
    """Steps by which agencies settle a professional disagreement, lowest first (ESC-CFG); none while nobody has written them down."""

    kind: Literal["escalation-ladder"]
    rule: RuleId
    stages: Annotated[tuple[Stage, ...], listed(0)]

    def stage(self, number: int) -> Stage | None:
        """Stage 1 is the lowest; None where the ladder has no such stage."""
        return self.stages[number - 1] if 1 <= number <= len(self.stages) else None
