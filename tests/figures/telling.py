"""Small histories told to a ledger through its own door, and what its figures say of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.application import Batch
from ledger.clock import DemonstrationClock
from ledger.domain.packs import Pack
from ledger.entry import parse
from ledger.figures import FIGURES, answers_of
from ledger.figures.answer import Answer, answer, asking
from ledger.figures.period import Period
from ledger.outcome import Recorded
from ledger.regimes import load_shelf
from ledger.reports.annual import Report, report
from ledger.reports.written import partnership_of
from ledger.wiring import Parts, open_parts
from tests.ledger.posting import BUSINESS_UNIT, VAULT, event

EXAMPLES = Path(__file__).parents[2] / "examples"
REAL_YEAR = EXAMPLES / "cheshire-west-2019-20"
YEAR = Period.year("2019-20")
NOW = datetime(2021, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """A ledger that was told a history, with its tables."""

    parts: Parts

    def tell(self, *events: dict[str, Any]) -> list[int]:
        """Record events one after another, each of which must stand; their positions."""
        positions = []
        for each in events:
            (outcome,) = self.parts.ledger.write([Batch((parse(each),), BUSINESS_UNIT)])[0]
            assert isinstance(outcome, Recorded), outcome
            positions.append(outcome.entry.position)
        self.parts.projector.catch_up()
        return positions

    @property
    def head(self) -> int:
        return self.parts.ledger.head().position

    def asking(self, period: Period = YEAR, as_at: int | None = None) -> Any:
        position = self.head if as_at is None else as_at
        return asking(self.parts.tables, self.parts.ledger.packs(as_at=position), period, position)

    def ask(self, figure: str, period: Period = YEAR, as_at: int | None = None) -> Answer:
        """The answer of one figure."""
        with self.asking(period, as_at) as asked:
            return answer(FIGURES[figure], asked)

    def ask_all(self, figure: str, period: Period = YEAR, as_at: int | None = None) -> tuple[Answer, ...]:
        """The answers of an indicator's family."""
        with self.asking(period, as_at) as asked:
            return answers_of(figure, asked)

    def report(self, year: str = "2019-20", as_at: int | None = None) -> Report:
        position = self.head if as_at is None else as_at
        whose = partnership_of(self.parts.ledger, position)
        return report(self.parts.tables, self.parts.ledger.packs(as_at=position), year, position, whose)


@contextmanager
def told(database: str, events: Iterable[dict[str, Any]] = (), *, local: Path | None = None) -> Any:
    """A new ledger that was told these events. `local`: a folder of packs beside those shipped."""
    parts = open_parts(database, packs=local, clock=DemonstrationClock(NOW), vault=VAULT)
    parts.projector.prepare()
    try:
        ledger = Told(parts)
        ledger.tell(*events)
        yield ledger
    finally:
        parts.close()


def agencies() -> list[dict[str, Any]]:
    """The three statutory partners, a school, and a group that leads on actions."""
    sectors = {"LA": "local-authority", "POLICE": "police", "HEALTH": "health"}
    registered = [
        event(
            "agency.registered",
            f"agency/{code}",
            {
                "code": code,
                "name": f"Agency {code}",
                "sector": sectors.get(code, "education"),
                "standing": "statutory-partner" if code in sectors else "relevant-agency",
            },
        )
        for code in ("LA", "POLICE", "HEALTH", "SCHOOL")
    ]
    group = {"name": "Quality", "chair_role": "chair", "members": "not-stated", "meeting_frequency": "quarterly",
             "established_on": "2019-04-01"}  # fmt: skip
    return [*registered, event("group.established", "group/QAS", group)]


def packs() -> list[dict[str, Any]]:
    """Every pack of the shelf, adopted from the first day of the year."""
    return adopted(load_shelf())


def adopted(those: Iterable[Pack]) -> list[dict[str, Any]]:
    """Packs, adopted from the first day of the year."""
    return [
        event(
            "policy.adopted",
            f"policy/{pack.kind.upper()}",
            {
                "kind": pack.kind,
                "pack": pack.id,
                "version": pack.version,
                "sha256": pack.sha256,
                "from_date": "2019-04-01",
            },
        )
        for pack in those
    ]


def on(day: str, name: str, subject: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event of a day in London."""
    summer = (
        "2019-03-31" <= day < "2019-10-27" or "2020-03-29" <= day < "2020-10-25" or "2021-03-28" <= day < "2021-10-31"
    )
    return event(name, subject, data, time=f"{day}T00:00:00+0{int(summer)}:00")


def raised(reference: str, day: str, due: str, **changes: Any) -> dict[str, Any]:
    """An action of an inspection."""
    data = {
        "source": {"kind": "inspection", "title": "Inspection"}, "text": "Do this", "success_measure": "It is done",
        "owner": {"agency": "SCHOOL", "role": "head"}, "lead_group": "QAS", "due_on": due, "baseline": "1",
    }  # fmt: skip
    return on(day, "action.raised", f"action/{reference}", data | changes)


def dataset(reference: str, *observations: dict[str, Any], **when: Any) -> dict[str, Any]:
    """A dataset of a document, of the reporting year and its last day."""
    data = {"title": "Counts", "document": "Annual report", "observations": list(observations),
            "period_from": "2019-04-01", "period_to": "2020-03-31", "snapshot_on": "2020-03-31"} | when  # fmt: skip
    return on("2020-06-01", "dataset.submitted", f"dataset/{reference}", data)


def observed(indicator: str, definition: str, value: str | None, **more: Any) -> dict[str, Any]:
    """An observation, a count of children over the period unless said otherwise."""
    said: dict[str, Any] = {"indicator": indicator, "definition": definition, "definition_version": 1, "unit": "children",
                            "kind": "flow", "measure": "count"}  # fmt: skip
    return said | ({} if value is None else {"value": value}) | more


def corrected(record: str, position: int, changes: dict[str, Any]) -> dict[str, Any]:
    return event(
        f"{record.partition('/')[0]}.corrected", record, {"position": position, "changes": changes, "reason": "Wrong"}
    )


def real_year() -> Sequence[dict[str, Any]]:
    """The events of the real year, in order, without the row that the rules refuse."""
    lines = (REAL_YEAR / "events.ndjson").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    return [each for each in events if each["subject"] != "training/TRN-2019-20-02"]
