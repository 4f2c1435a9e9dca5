"""Packs of what no law settles: colours, grades, drift, what is hidden before publication, how long a record is kept, and how a risk is scored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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
        _distinct("ratings", (rating.code for rating in self.ratings))
        if self.when_overdue not in {rating.code for rating in self.ratings}:
            raise ValueError(f"when_overdue names {self.when_overdue!r}, not among the ratings")
        return self


class Grade(Value):
    """One step of a scale; a `meaning` that was not found is left out."""

    code: Code
    meaning: Text | None = None


class AuditScale(Pack):
    """Grades of an audit's tool, the best first (AUD-GRADE): ordinal, so never averaged. `not_applicable` stands beside them."""

    kind: Literal["audit-scale"]
    rule: RuleId
    grades: Annotated[tuple[Grade, ...], listed(2)]
    not_applicable: Code | None = None

    @model_validator(mode="after")
    def _codes_are_distinct(self) -> Self:
        _distinct("grades", (*(grade.code for grade in self.grades), self.not_applicable))
        return self

    def __str__(self) -> str:
        """What a reader of a grade needs: whose scale it is, and which end of it is the best."""
        steps = ", ".join(f"{each.code} ({each.meaning})" if each.meaning else each.code for each in self.grades)
        return f"{self.title}. Best first: {steps}"

    @property
    def codes(self) -> frozenset[str]:
        """Everything a standard or a finding may be given on this scale."""
        beside = () if self.not_applicable is None else (self.not_applicable,)
        return frozenset((*(grade.code for grade in self.grades), *beside))


class DriftRule(Pack):
    """When something drifts (DRIFT-DEF): any one test is enough. Delay needs no number: it is a due date gone by.

    `days_without_progress`: calendar days an open action may go without an entry that shows progress; more is drift.
    `times_rescheduled`, `meetings_not_held`: how many later due dates of one action, or meetings of one group that were
    planned and not held, are drift. `days_to_record`: calendar days from what happened, or became known, to its being
    recorded; more is late.
    """

    kind: Literal["drift-rule"]
    days_without_progress: RuleValue
    times_rescheduled: RuleValue
    meetings_not_held: RuleValue
    days_to_record: RuleValue


class DisclosureRule(Pack):
    """What is done to a table before anybody outside may read it (SDC-DEFAULT); a count of nought is always shown as nought.

    `hidden_up_to`: counts from 1 to this are replaced by `symbol`; `complementary`: so is another, where the hidden one could
    be worked out from a total. `rounded_to`: all other counts go to the nearest multiple. `least_base`: a share of fewer is
    hidden. `protects`: units it is applied to (SDC-SCOPE). `publishable` is false of a rule for use inside only.
    """

    kind: Literal["disclosure-rule"]
    rule: RuleId
    publishable: bool
    protects: Annotated[tuple[Code, ...], listed(0)]
    symbol: Annotated[str, Field(min_length=1, max_length=3)] | None = None
    hidden_up_to: RuleValue | None = None
    complementary: bool = False
    rounded_to: RuleValue | None = None
    least_base: RuleValue | None = None

    @model_validator(mode="after")
    def _what_is_hidden_has_a_symbol(self) -> Self:
        if (self.hidden_up_to or self.least_base) and self.symbol is None:
            raise ValueError("symbol is needed where anything is hidden")
        if self.complementary and self.hidden_up_to is None:
            raise ValueError("complementary means nothing where no count is hidden")
        return self


class RetentionClass(Value):
    """How long records of some kinds are kept: so many years after the last thing that happened to one, or until a day that the
    controller enters, who reckons the years from what the ledger does not hold.
    """

    code: Code
    records: Annotated[tuple[Code, ...], listed(0)]
    years: RuleValue
    trigger: Literal["last-entry", "review-date"]


class Retention(Pack):
    """How long each kind of record is kept (RET-DESIGN); `otherwise` names the class of those that no class lists."""

    kind: Literal["retention"]
    rule: RuleId
    classes: Annotated[tuple[RetentionClass, ...], listed(1)]
    otherwise: Code

    @model_validator(mode="after")
    def _each_record_has_one_class(self) -> Self:
        _distinct("classes", (each.code for each in self.classes))
        _distinct("records", (name for each in self.classes for name in each.records))
        if self.otherwise not in {each.code for each in self.classes}:
            raise ValueError(f"otherwise names {self.otherwise!r}, not among the classes")
        return self

    def class_of(self, record: str) -> RetentionClass:
        """The class of a kind of record, such as `incident`."""
        listing = next((each.code for each in self.classes if record in each.records), self.otherwise)
        return next(each for each in self.classes if each.code == listing)

    def named(self, code: str) -> RetentionClass | None:
        """A class by its code; None where there is none of it."""
        return next((each for each in self.classes if each.code == code), None)


def _distinct(what: str, codes: Iterable[str | None]) -> None:
    given = list(codes)
    if len(set(given)) < len(given):
        raise ValueError(f"{what} name one code twice")


class RiskScale(Pack):
    """How risks are scored: the meaning of each step, the first being 1 and the least."""

    kind: Literal["risk-scale"]
    likelihood: Annotated[tuple[Text, ...], listed(2)]
    impact: Annotated[tuple[Text, ...], listed(2)]
