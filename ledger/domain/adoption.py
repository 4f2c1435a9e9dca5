"""Which packs a ledger works under from which day: the shelf of those known, the adoptions recorded, and what keeps one from being honoured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Literal, TypeVar, get_args

from ledger.domain.conventions import AuditScale, DisclosureRule, DriftRule, RagPack, Retention, RiskScale
from ledger.domain.packs import Calendar, EscalationLadder, NotificationVote, Pack, Regime

_CLASSES: tuple[type[Pack], ...] = (
    Regime, NotificationVote, Calendar, EscalationLadder, RagPack, AuditScale, DriftRule, DisclosureRule, Retention,
    RiskScale,
)  # fmt: skip
PACK_CLASSES: Mapping[str, type[Pack]] = {get_args(cls.model_fields["kind"].annotation)[0]: cls for cls in _CLASSES}
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


Files = Mapping[str, bytes]
"""File names and the exact bytes behind them."""


@dataclass(frozen=True)
class Shelf:
    """Every pack known to the program, by id and version; `files` are those each was read from, the pack's own and any it binds."""

    packs: Mapping[tuple[str, int], Pack] = field(default_factory=dict)
    files: Mapping[tuple[str, int], Files] = field(default_factory=dict, repr=False)

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

    def all_in_force(self, on: date) -> tuple[Pack, ...]:
        """Everything in force on a day, by kind: one pack of each, and every scale of audits."""
        scales: tuple[Pack, ...] = self.audit_scales(on)
        single = (
            (pack,) if (pack := self.in_force(kind, on)) else () for kind in PACK_CLASSES if kind != "audit-scale"
        )
        return tuple(sorted((*chain.from_iterable(single), *scales), key=lambda pack: pack.kind))

    def ever(self, cls: type[P]) -> tuple[P, ...]:
        """Every pack of a class that was adopted, from whatever day."""
        packs = (self.shelf.packs[each.pack, each.version] for each in self.adoptions)
        return tuple(pack for pack in packs if isinstance(pack, cls))

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

    def audit_scales(self, on: date, named: str | None = None) -> tuple[AuditScale, ...]:
        """The scales that grades may stand on: the one named, if it was ever adopted; else all in force on a day, each in its present version.

        Tools have scales of their own, so one does not end another (S175-SCALE).
        """
        found: dict[str, AuditScale] = {}
        for adoption in self.adoptions:
            pack = self.shelf.packs[adoption.pack, adoption.version]
            if isinstance(pack, AuditScale) and (
                adoption.from_date <= on if named is None else named == pack.reference
            ):
                found.setdefault(pack.id, pack)
        return tuple(found[name] for name in sorted(found))

    def disclosure_rule(self, on: date) -> DisclosureRule | None:
        return self._of(DisclosureRule, "disclosure-rule", on)

    def drift_rule(self, on: date) -> DriftRule | None:
        return self._of(DriftRule, "drift-rule", on)

    def retention(self, on: date) -> Retention | None:
        return self._of(Retention, "retention", on)

    def risk_scale(self, on: date) -> RiskScale | None:
        return self._of(RiskScale, "risk-scale", on)

    def _of(self, cls: type[P], kind: str, on: date) -> P | None:
        pack = self.in_force(kind, on)
        return pack if isinstance(pack, cls) else None

    def adopting(self, adoption: Adoption) -> Packs:
        """These packs and one adoption more."""
        return Packs(self.shelf, (*self.adoptions, adoption))

    def as_at(self, position: int) -> Packs:
        """The packs adopted by entries up to and including a position."""
        return Packs(self.shelf, tuple(a for a in self.adoptions if a.position <= position))

    def files(self) -> Mapping[str, Files]:
        """The exact bytes of every pack adopted, by its reference: its own file, and those it binds. What a bundle carries."""
        found = {(a.pack, a.version): a.reference for a in self.adoptions}
        return {reference: self.shelf.files.get(key, {}) for key, reference in sorted(found.items())}
