"""Packs of what each partnership settles for itself, since no law does: what a colour means, and when a matter drifts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from ledger.domain.fields import Code
from ledger.domain.packs import Pack, RuleId, RuleValue, Text, Value, listed


class Rating(Value):
    code: Code
    meaning: Text


class RagPack(Pack):
    """What each colour of an action means; `when_overdue` is the colour the due date alone gives (ACT-RAG, ACT-DERIVE)."""

    kind: Literal["rag-pack"]
    rule: RuleId
    ratings: Annotated[tuple[Rating, ...], listed(1)]
    when_overdue: Code

    @model_validator(mode="after")
    def _codes_are_distinct(self) -> Self:
        codes = [rating.code for rating in self.ratings]
        if len(set(codes)) < len(codes):
            raise ValueError("ratings name one code twice")
        if self.when_overdue not in codes:
            raise ValueError(f"when_overdue names {self.when_overdue!r}, not among the ratings")
        return self


class DriftRule(Pack):
    """When something drifts (DRIFT-DEF): any one test is enough. Delay needs no number: it is a due date gone by.

    `days_without_progress`: calendar days an open action may go without an entry that shows progress; more is drift.
    `times_rescheduled`, `meetings_not_held`: how many later due dates of one action, or meetings of one group that were
    planned and not held, are drift.
    """

    kind: Literal["drift-rule"]
    days_without_progress: RuleValue
    times_rescheduled: RuleValue
    meetings_not_held: RuleValue
