"""Packs: every value somebody else may change, dated, versioned and bound to the ledger by hash; values only, no files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ledger.domain.calendar import WorkingDays
from ledger.domain.fields import Code, Sha256

PackKind = Literal[
    "regime", "notification-vote", "calendar", "escalation-ladder", "rag-pack",
    "audit-scale", "disclosure-rule", "drift-rule", "retention",
]  # fmt: skip
"""Kinds of pack a ledger may adopt (`policy.adopted`); the last four are named here and have no class yet."""

Confidence = Literal["confirmed", "partly-confirmed", "unconfirmed"]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
RuleId = Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9/]+)*$", max_length=40)]
Version = Annotated[int, Field(ge=1, le=9999)]
FEWEST_HOLIDAYS = 8
"""No nation of the United Kingdom has fewer bank holidays a year, so fewer means a list cut short."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


def listed(least: int) -> object:
    """A tuple that may be given as TOML's or JSON's list, with at least so many members."""
    return Field(strict=False, min_length=least)


class RuleValue(_Value):
    """One number of a pack: its rule, where it comes from, how far that is confirmed."""

    value: Annotated[int, Field(ge=1, le=1000)]
    rule: RuleId
    source: Text
    confidence: Confidence
    note: Text | None = None


class Pack(_Value):
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
    """The statutory clocks of one edition of the guidance; the unit stands in each name (wd = working days)."""

    kind: Literal["regime"]
    notify_within_wd: RuleValue
    rapid_review_within_wd: RuleValue
    lcspr_months: RuleValue
    advance_copy_wd: RuleValue
    panel_reply_wd: RuleValue
    yearly_report_months: RuleValue
    circulate_within_days: RuleValue


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


class ResponseTime(_Value):
    """How long a stage allows for an answer, counted from its entry."""

    value: Annotated[int, Field(ge=1, le=1000)]
    unit: Literal["working-days", "hours"]
    clock_start: Literal["stage-entered"]
    source: Text
    confidence: Confidence


class Stage(_Value):
    """One step of a ladder; no `response` means that no clock is set, not that none exists elsewhere."""

    name: Text
    formality: Literal["informal", "formal"]
    decider_role: Text
    notify_partnership: bool
    confidence: Confidence
    response: ResponseTime | None = None


class EscalationLadder(Pack):
    """Steps by which agencies settle a professional disagreement, lowest first (ESC-CFG)."""

    kind: Literal["escalation-ladder"]
    rule: RuleId
    stages: Annotated[tuple[Stage, ...], listed(1)]

    def stage(self, number: int) -> Stage | None:
        """Stage 1 is the lowest; None where the ladder has no such stage."""
        return self.stages[number - 1] if 1 <= number <= len(self.stages) else None


class Rating(_Value):
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


PACK_CLASSES: Mapping[str, type[Pack]] = {
    get_args(cls.model_fields["kind"].annotation)[0]: cls
    for cls in (Regime, NotificationVote, Calendar, EscalationLadder, RagPack)
}
"""The class of each kind of pack this program can read."""


@dataclass(frozen=True)
class Adoption:
    """A ledger's decision to work under a pack from a day on; `position` is that of the entry that says so."""

    kind: str
    pack: str
    version: int
    sha256: str
    from_date: date
    position: int

    @property
    def reference(self) -> str:
        return f"{self.pack}@{self.version}"


@dataclass(frozen=True)
class Shelf:
    """Every pack known to the program, by id and version."""

    packs: Mapping[tuple[str, int], Pack] = field(default_factory=dict)

    @classmethod
    def of(cls, packs: Iterable[Pack]) -> Shelf:
        """ValueError if two packs bear one id and version."""
        shelf: dict[tuple[str, int], Pack] = {}
        for pack in packs:
            if (pack.id, pack.version) in shelf:
                raise ValueError(f"Two packs are called {pack.reference}.")
            shelf[pack.id, pack.version] = pack
        return cls(shelf)

    def get(self, pack_id: str, version: int) -> Pack | None:
        return self.packs.get((pack_id, version))

    def __iter__(self) -> Iterator[Pack]:
        return iter(self.packs.values())


@dataclass(frozen=True)
class Problem:
    """Why an adoption cannot be honoured."""

    adoption: Adoption
    what: Literal["missing", "altered", "other-kind"]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class PacksRefused(ValueError):
    """Adopted packs are missing or altered, so nothing may be judged; `problems` lists them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def check(shelf: Shelf, adoptions: Iterable[Adoption]) -> list[Problem]:
    """What stands in the way of working under these adoptions; empty when nothing does."""
    return [problem for adoption in adoptions if (problem := _problem(shelf, adoption))]


def _problem(shelf: Shelf, adoption: Adoption) -> Problem | None:
    name, pack = adoption.reference, shelf.get(adoption.pack, adoption.version)
    where = f"adopted at position {adoption.position}"
    if pack is None:
        return Problem(adoption, "missing", f"The pack {name}, {where}, is missing.")
    if pack.sha256 != adoption.sha256:
        sentence = f"The pack {name} has been altered: {where} as {adoption.sha256}, found as {pack.sha256}."
        return Problem(adoption, "altered", sentence)
    if pack.kind != adoption.kind:
        return Problem(adoption, "other-kind", f"The pack {name}, {where} as {adoption.kind}, is a {pack.kind}.")
    return None


P = TypeVar("P", bound=Pack)


@dataclass(frozen=True)
class Packs:
    """The packs a ledger works under, day by day; PacksRefused if one is missing, altered or of another kind."""

    shelf: Shelf = field(default_factory=Shelf, repr=False)
    adoptions: tuple[Adoption, ...] = ()

    def __post_init__(self) -> None:
        if problems := check(self.shelf, self.adoptions):
            raise PacksRefused(problems)
        latest_first = sorted(self.adoptions, key=lambda a: (a.from_date, a.position), reverse=True)
        object.__setattr__(self, "adoptions", tuple(latest_first))

    def in_force(self, kind: str, on: date) -> Pack | None:
        """The pack adopted from the latest day up to `on`; of two from one day, the one adopted later."""
        for adoption in self.adoptions:
            if adoption.kind == kind and adoption.from_date <= on:
                return self.shelf.packs[adoption.pack, adoption.version]
        return None

    def regime(self, on: date) -> Regime | None:
        return self._of(Regime, "regime", on)

    def notification_vote(self, on: date) -> NotificationVote | None:
        return self._of(NotificationVote, "notification-vote", on)

    def calendar(self, on: date) -> Calendar | None:
        return self._of(Calendar, "calendar", on)

    def escalation_ladder(self, on: date) -> EscalationLadder | None:
        return self._of(EscalationLadder, "escalation-ladder", on)

    def rag_pack(self, on: date) -> RagPack | None:
        return self._of(RagPack, "rag-pack", on)

    def _of(self, cls: type[P], kind: str, on: date) -> P | None:
        pack = self.in_force(kind, on)
        return pack if isinstance(pack, cls) else None

    def adopting(self, adoption: Adoption) -> Packs:
        """These packs and one adoption more."""
        return Packs(self.shelf, (*self.adoptions, adoption))

    def as_at(self, position: int) -> Packs:
        """The packs adopted by entries up to and including a position."""
        return Packs(self.shelf, tuple(a for a in self.adoptions if a.position <= position))
