"""Given / when / then over the domain alone: a history, a claim, an outcome; through public events only, no mocks, no database.

given(*AGENCIES, post("action.raised", "ACT-1", {...}, on="2019-05-01"))
    .when(post("action.assured", "ACT-1", {...}, on="2019-08-01", by="business-unit@BU"))
    .then_refused("ACT-CLOSE")
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.domain.adoption import Packs
from ledger.domain.calendar import london_day, start_of_day
from ledger.domain.claim import Claim, SealedHeads, Verdict, judge
from ledger.domain.corrections import SPEAKING_OF_ENTRIES, judge_correction
from ledger.domain.history import ABSENT, Entry, Standing, fold
from ledger.domain.register import REGISTER, TYPE_PREFIX
from ledger.domain.standing import standing_rules

NO_PACKS = Packs()
HELD = SealedHeads(3, "ab" * 32)
"""What the heads come to, whatever the history: working that out is the application's."""


@dataclass(frozen=True)
class Post:
    """One posted event: type without prefix, reference, data as JSON values; `on` a day or `at` an RFC 3339 instant."""

    name: str
    reference: str
    data: dict[str, Any]
    on: str | None = None
    at: str | None = None
    source: str = "/business-unit"
    by: str = "business-unit@BU"
    precision: str | None = None
    retrospective: bool = False

    @property
    def time(self) -> datetime:
        if self.at is not None:
            return datetime.fromisoformat(self.at)
        return start_of_day(date.fromisoformat(self.on or "2019-04-01"))


def post(name: str, reference: str, data: dict[str, Any] | None = None, **rest: Any) -> Post:
    return Post(name, reference, data or {}, **rest)


def agency(code: str, sector: str = "health", standing: str = "relevant-agency") -> Post:
    return post(
        "agency.registered", code, {"code": code, "name": f"Agency {code}", "sector": sector, "standing": standing}
    )


LA = agency("LA", "local-authority", "statutory-partner")
POLICE = agency("POLICE", "police", "statutory-partner")
HEALTH = agency("HEALTH", "health", "statutory-partner")
SCHOOL = agency("SCHOOL", "education")
PARTNERS = (LA, POLICE, HEALTH)


@dataclass
class World:
    """An in-memory ledger for the domain's tests: entries by record, in recorded order."""

    packs: Packs = NO_PACKS
    entries: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    position: int = 0
    now: datetime = datetime(2030, 1, 1, tzinfo=UTC)

    def standing(self, record: str, reference: str) -> Standing:
        held = self.entries.get((record, reference))
        return fold(held) if held else ABSENT

    def claim(self, p: Post) -> tuple[Standing, Claim[Any]]:
        kind = REGISTER[TYPE_PREFIX + p.name]
        event = kind.event.model_validate_json(json.dumps(p.data))
        standing = self.standing(kind.record.name, p.reference)

        def look(record: str, reference: str) -> Any:
            other = self.standing(record, reference)
            return None if other.void else other.state

        return standing, Claim(
            kind=kind,
            event=event,
            reference=p.reference,
            source=p.source,
            recordedby=p.by,
            time=p.time,
            day=london_day(p.time),
            timeprecision=p.precision or ("instant" if p.at else "day"),
            recorded_at=self.now,
            version=standing.version,
            position=self.position + 1,
            packs=self.packs,
            look_up=look,
            is_begun=lambda record, reference: self.standing(record, reference).counts,
            heads=lambda upto: HELD if upto <= self.position else None,
            retrospective=p.retrospective,
        )

    def judge(self, p: Post) -> Verdict:
        return self._judge(*self.claim(p))

    def _judge(self, standing: Standing, claim: Claim[Any]) -> Verdict:
        if isinstance(claim.event, SPEAKING_OF_ENTRIES):
            return judge_correction(self.entries.get((claim.kind.record.name, claim.reference), []), standing, claim)
        return judge(standing, claim, standing_rules(claim.event))

    def record(self, p: Post) -> Verdict:
        standing, claim = self.claim(p)
        verdict = self._judge(standing, claim)
        if not verdict.refusals:
            self.position += 1
            self.entries.setdefault((claim.kind.record.name, p.reference), []).append(
                Entry(
                    position=self.position,
                    kind=claim.kind,
                    reference=p.reference,
                    version=standing.version + 1,
                    event=claim.event,
                    time=claim.time,
                    day=claim.day,
                    timeprecision=claim.timeprecision,
                    id=str(self.position),
                    source=p.source,
                    recordedtime=self.now + timedelta(seconds=self.position),
                    recordedby=p.by,
                    regime=None,
                    retrospective=p.retrospective,
                    departures=tuple(b.rule.id for b in verdict.departures),
                    body=b"",
                )
            )
        return verdict


@dataclass
class Scenario:
    world: World
    claim: Post | None = None
    verdict: Verdict | None = None

    def under(self, packs: Packs) -> Scenario:
        """The packs in force, as the ledger would hand them in."""
        self.world.packs = packs
        return self

    def when(self, claim: Post) -> Scenario:
        self.claim, self.verdict = claim, self.world.record(claim)
        return self

    def _verdict(self) -> Verdict:
        assert self.verdict is not None, "say when() first"
        return self.verdict

    def then_refused(self, *ids: str) -> Scenario:
        assert [b.rule.id for b in self._verdict().refusals] == list(ids), self._verdict().refusals
        return self

    def then_recorded(self, *departures: str) -> Scenario:
        assert not self._verdict().refusals, self._verdict().refusals
        assert [b.rule.id for b in self._verdict().departures] == list(departures), self._verdict().departures
        return self

    def then_state(self, holds: Callable[[Any], bool]) -> Scenario:
        assert self.claim is not None
        state = self.world.standing(self.claim.name.partition(".")[0], self.claim.reference).state
        assert holds(state), state
        return self


def given(*history: Post, packs: Packs = NO_PACKS) -> Scenario:
    """A world in which these posts were accepted, in this order."""
    world = World(packs)
    for p in history:
        verdict = world.record(p)
        assert not verdict.refusals, f"the given {p.name} on {p.reference} is itself refused: {verdict.refusals}"
    return Scenario(world)
