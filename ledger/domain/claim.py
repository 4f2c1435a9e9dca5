"""A claim: what a partner posted, with all a rule may look at when it is asked whether the claim holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from ledger.domain.adoption import Packs
from ledger.domain.register import FLAG, Event, EventType, Record, Rule

BUSINESS_UNIT = "/business-unit"
"""The source of whatever the partnership's business unit posts."""


class SealedHeads(NamedTuple):
    """What a ledger's heads come to at a position: how many lines, and the root over them (64 hex digits)."""

    lines: int
    root: str


E_co = TypeVar("E_co", bound=Event, covariant=True)
S = TypeVar("S")


class Claim(NamedTuple, Generic[E_co]):
    """One event about to be judged. `day` is the London day of `time`; `recorded_at` is the ledger's clock, in UTC.

    `position` is the one it will have if it stands.
    `erases`: the ledger itself records what two people decided to erase.
    `heads`: what the ledger's heads come to at a committed position; None beyond them.
    """

    kind: EventType
    event: E_co
    reference: str
    source: str
    recordedby: str
    time: datetime
    day: date
    timeprecision: str
    recorded_at: datetime
    version: int
    position: int
    packs: Packs
    look_up: Callable[[str, str], Any]
    is_begun: Callable[[str, str], bool]
    heads: Callable[[int], SealedHeads | None]
    retrospective: bool = False
    erases: bool = False

    @property
    def recorded_by_business_unit(self) -> bool:
        return self.recordedby.startswith("business-unit@")

    @property
    def sent_by_business_unit(self) -> bool:
        return self.source == BUSINESS_UNIT

    def look(self, record: Record[S], reference: str) -> S | None:
        """The present state of another record, or None if it was never begun, or was withdrawn."""
        state: S | None = self.look_up(record.name, reference)
        return state


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold, and why, in a sentence that repeats no sealed words."""

    rule: Rule
    why: str


@dataclass(frozen=True)
class Verdict:
    """What the rules said: refusals stop the claim, departures are recorded with it."""

    refusals: tuple[Broken, ...]
    departures: tuple[Broken, ...]


SOUND = Verdict((), ())
"""No rule is broken, as of nearly every claim."""


def judge(standing: Any, claim: Claim[Any], standing_rules: tuple[Rule, ...]) -> Verdict:
    """Ask the standing rules of the record's `Standing`, then, if none refuses, the event's own of its state.

    The event's own rules may therefore rely on the record and everything it cites being there.
    """
    broken = _ask(standing_rules, standing, claim)
    if not any(b.rule.effect is not FLAG for b in broken):
        broken += _ask(type(claim.event).rules, standing.state, claim)
    if not broken:
        return SOUND
    return Verdict(
        tuple(b for b in broken if b.rule.effect is not FLAG),
        tuple(b for b in broken if b.rule.effect is FLAG),
    )


def _ask(rules: tuple[Rule, ...], state: object, claim: Claim[Any]) -> list[Broken]:
    return [Broken(rule, why) for rule in rules if (why := rule.check(state, claim)) is not None]
