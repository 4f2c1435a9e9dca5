"""A case that grows on a real ledger with its tables: incidents, views, decisions, reviews, actions, late entries and amendments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.application import Ledger
from ledger.clock import DemonstrationClock
from ledger.domain.calendar import start_of_day
from ledger.domain.general import DuplicateOf
from ledger.domain.history import Entry, effective
from ledger.histories import FOLLOWED
from ledger.outcome import Recorded
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from ledger.wiring import Parts, parts_of
from tests.ledger.posting import VAULT, event, write

START = datetime(2024, 6, 3, 9, tzinfo=UTC)
SECTORS = {"LA": "local-authority", "HEALTH": "health", "POLICE": "police"}


@dataclass
class Casework:
    """A ledger with its tables, and a clock that moves when told."""

    parts: Parts
    clock: DemonstrationClock

    @property
    def ledger(self) -> Ledger:
        return self.parts.ledger

    @property
    def head(self) -> int:
        return self.ledger.head().position

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def days_pass(self, days: int) -> None:
        self.clock.move_to(self.clock.now() + timedelta(days=days))

    def post(
        self, name: str, subject: str, data: dict[str, Any], *, on: date | None = None, **attributes: Any
    ) -> int | None:
        """Post one event of a day, today unless told; its position, None where it is refused. The tables follow."""
        when = start_of_day(on or self.today).isoformat()
        (outcome,) = write(self.ledger, event(name, subject, data, time=when, **attributes))
        if not isinstance(outcome, Recorded):
            return None
        self.parts.projector.catch_up()
        return outcome.entry.position


@contextmanager
def casework(database: str) -> Iterator[Casework]:
    """A ledger of three partners and a group, under the packs adopted from the first day, its salts all alike."""
    clock = DemonstrationClock(START)
    ledger = Ledger(open_recorder(database), shelf=load_shelf(), clock=clock, vault=VAULT, salt=lambda: b"s" * 32)
    parts = parts_of(ledger, database)
    parts.projector.prepare()
    begun = Casework(parts, clock)
    for code, sector in SECTORS.items():
        data = {"code": code, "name": f"Agency {code}", "sector": sector, "standing": "statutory-partner"}
        begun.post("agency.registered", f"agency/{code}", data, id=f"agency-{code}")
    group = {"name": "Quality", "chair_role": "chair", "members": "not-stated", "meeting_frequency": "monthly", "established_on": "2019-04-01"}  # fmt: skip
    begun.post("group.established", "group/QAS", group, on=date(2019, 4, 1), id="group-QAS")
    try:
        yield begun
    finally:
        parts.close()


def incident(known_on: date, happened_on: date) -> dict[str, Any]:
    return {
        "agency": "HEALTH", "happened_on": happened_on.isoformat(), "known_on": known_on.isoformat(), "nature": "serious-harm",
        "how_many": 1, "children": [], "features": ["physical"], "looked_after": False, "care_leaver": False,
        "agencies_involved": ["HEALTH"], "summary": "Words that are sealed.",
    }  # fmt: skip


def naive_case(entries: list[Entry], begin: set[str], upto: int) -> set[str]:
    """The records of a case told from the list alone: what cites a member, at any position up to one, belongs to it."""
    links = {link for n in range(1, upto + 1) for link in _links_made(entries[:n])}
    members = set(begin)
    while True:
        more = {citing for citing, cited in links if cited in members and cited.partition("/")[0] in FOLLOWED} - members
        if not more:
            return members & {entry.originator_id for entry in entries[:upto]}
        members |= more


def _links_made(entries: list[Entry]) -> set[tuple[str, str]]:
    """What the record of the last entry cites once that is recorded."""
    name = entries[-1].originator_id
    own = [entry for entry in entries if entry.originator_id == name]
    found = set()
    for entry in own:
        if isinstance(entry.event, DuplicateOf):
            found.add((name, f"{entry.kind.record.name}/{entry.event.duplicate_of}"))
    if not any(isinstance(entry.event, DuplicateOf) for entry in effective(own)):
        for entry in effective(own):
            found |= {(name, f"{record}/{other}") for record, other in entry.kind.references(entry.event)}
    return found
