"""Which clocks run on a few records, and how do they stand?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ledger.domain.clocks import Clock, action_due
from ledger.projections.action_log import ActionLog
from ledger.projections.ask import stage_clock
from ledger.projections.asking import Asking
from ledger.projections.escalation_tracker import EscalationStages
from ledger.projections.incidents import Incidents
from ledger.projections.practice_reviews import PracticeReviews
from ledger.projections.rapid_reviews import RapidReviews
from ledger.projections.review_tracker import (
    advance_copy_clock,
    notification_clock,
    panel_reply_clock,
    publication_clock,
    rapid_review_clock,
)
from ledger.projections.rows import Projection
from ledger.projections.tables import Held, Tables

R = TypeVar("R")


@dataclass(frozen=True)
class Running:
    """A clock of a record (`<record>/<reference>`), and in words what it is waiting for."""

    record: str
    what: str
    clock: Clock


def clocks_of(tables: Tables, names: Iterable[str], asking: Asking) -> list[Running]:
    """The clocks of these records as at the position and as of the day asked about, in order of record and rule."""
    case = _Case(tables, asking, tuple(names))
    found = [*_of_incidents(case), *_of_reviews(case), *_of_work(case)]
    return sorted(found, key=lambda running: (running.record, running.clock.rule, running.what))


@dataclass(frozen=True)
class _Case:
    tables: Tables
    asking: Asking
    names: Sequence[str]

    def rows(self, projection: type[Projection[R]]) -> list[Held[R]]:
        """The rows of a projection that are of these records."""
        (record,) = projection.records
        references = [name.partition("/")[2] for name in self.names if name.startswith(f"{record}/")]
        if not references:
            return []
        asking = self.asking
        return self.tables.rows(projection, as_at=asking.as_at, as_of=asking.as_of, where={"reference": references})


def _of_incidents(case: _Case) -> Iterator[Running]:
    packs, rapid = case.asking.packs_then, case.rows(RapidReviews)
    for incident in case.rows(Incidents):
        name, row = f"incident/{incident.reference}", incident.row
        yield from _running(name, "the notification", notification_clock(row, packs))
        own = [review for review in rapid if incident.reference in review.row.incidents]
        for review in own:
            clock = rapid_review_clock(row, review.row, packs)
            yield from _running(f"rapid-review/{review.reference}", f"the rapid review of {name}", clock)
        if not own:
            yield from _running(name, "the rapid review", rapid_review_clock(row, None, packs))
    for review in rapid:
        clock = panel_reply_clock(review.row, packs)
        yield from _running(f"rapid-review/{review.reference}", "the Panel's reply", clock)


def _of_reviews(case: _Case) -> Iterator[Running]:
    packs = case.asking.packs_then
    for review in case.rows(PracticeReviews):
        name = f"review/{review.reference}"
        yield from _running(name, "the publication", publication_clock(review.row, packs))
        yield from _running(name, "the copy sent ahead of publication", advance_copy_clock(review.row, packs))


def _of_work(case: _Case) -> Iterator[Running]:
    for action in case.rows(ActionLog):
        clock = action_due(action.row.due_on, action.row.completed_on)
        yield from _running(f"action/{action.reference}", "its completion", clock)
    for stage in case.rows(EscalationStages):
        clock = stage_clock(stage.row, case.asking.packs_then)
        yield from _running(f"escalation/{stage.reference}", f"the answer of stage {stage.row.stage}", clock)


def _running(record: str, what: str, clock: Clock | None) -> Iterator[Running]:
    if clock is not None:
        yield Running(record, what, clock)
