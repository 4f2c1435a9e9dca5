"""The questions asked of the partnership's own programme: scrutiny, inspections, priorities, risks, task groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_

from ledger.domain.fields import known_day
from ledger.projections.asking import Answer, Asking, Item, Parts, ask, told
from ledger.projections.columns import table_of
from ledger.projections.inspections import InspectionFindings, Inspections
from ledger.projections.priorities import Priorities, PriorityMeasures, PriorityRow
from ledger.projections.risks import RiskRow, Risks
from ledger.projections.rows import Projection
from ledger.projections.scrutinies import ChallengeRow, Challenges, Scrutinies, ScrutinyRecommendations
from ledger.projections.tables import Held, Tables
from ledger.projections.task_groups import TaskGroupRow, TaskGroups

Working = Callable[[Any], Item]
"""From a row to what is worked out of it."""


def scrutiny(tables: Tables, asking: Asking) -> Answer:
    """What scrutineers looked into and what came of it. `put`: the challenges, with `open` and `late`; `recommended`: the recommendations."""
    put, recommended = Parts(tables, Challenges, asking), Parts(tables, ScrutinyRecommendations, asking)

    def tell(found: Held[Any]) -> Item:
        return told(found) | {
            "put": _told(put, found, _waiting(asking)),
            "recommended": _told(recommended, found),
        }

    return ask(tables, Scrutinies, asking, tell, ("put", "recommended"), parts=(put, recommended))


def challenges(tables: Tables, asking: Asking) -> Answer:
    """Challenges of scrutineers. Worked out: `open` (nobody answered it by the day), `late` (open after the day it was to be answered by)."""
    c = table_of(Challenges).c
    is_open = c.answered_on.is_(None)
    settled = {"open": is_open, "late": and_(is_open, c.answer_by.is_not(None), c.answer_by < asking.as_of)}
    return _listed(tables, Challenges, asking, _waiting(asking), ("open", "late"), settled=settled)


def inspections(tables: Tables, asking: Asking) -> Answer:
    """What inspectors reported. `findings`: each of them, with the finding it is part of."""
    findings = Parts(tables, InspectionFindings, asking)

    def tell(found: Held[Any]) -> Item:
        return told(found) | {"findings": _told(findings, found)}

    return ask(tables, Inspections, asking, tell, ("findings",), parts=(findings,))


def priorities(tables: Tables, asking: Asking) -> Answer:
    """What the partnership set out to change. Worked out: `open`; `measured_by`: each measure, its baseline, target and latest value."""
    measures = Parts(tables, PriorityMeasures, asking)

    def tell(found: Held[PriorityRow]) -> Item:
        return told(found) | {"open": found.row.outcome is None, "measured_by": _told(measures, found)}

    settled = {"open": table_of(Priorities).c.outcome.is_(None)}
    return ask(tables, Priorities, asking, tell, ("open", "measured_by"), settled=settled, parts=(measures,))


def risks(tables: Tables, asking: Asking) -> Answer:
    """The risk register. Worked out: `open`."""

    def working(row: RiskRow) -> Item:
        return {"open": row.outcome is None}

    return _listed(tables, Risks, asking, working, ("open",), settled={"open": table_of(Risks).c.outcome.is_(None)})


def task_groups(tables: Tables, asking: Asking) -> Answer:
    """Task and finish groups. Worked out: `open`, and `overdue` (at work after the day it was to finish by)."""

    def working(row: TaskGroupRow) -> Item:
        due, is_open = known_day(row.due_on), row.closed_on is None
        return {"open": is_open, "overdue": is_open and due is not None and due < asking.as_of}

    c = table_of(TaskGroups).c
    is_open = c.closed_on.is_(None)
    settled = {"open": is_open, "overdue": and_(is_open, c.due_on.is_not(None), c.due_on < asking.as_of)}
    return _listed(tables, TaskGroups, asking, working, ("open", "overdue"), settled=settled)


def _waiting(asking: Asking) -> Working:
    def working(row: ChallengeRow) -> Item:
        is_open = row.answered_on is None
        return {"open": is_open, "late": is_open and row.answer_by is not None and row.answer_by < asking.as_of}

    return working


def _listed(
    tables: Tables,
    projection: type[Projection[Any]],
    asking: Asking,
    working: Working,
    names: tuple[str, ...],
    *,
    settled: Mapping[str, ColumnElement[bool]],
) -> Answer:
    return ask(tables, projection, asking, lambda found: told(found) | working(found.row), names, settled=settled)


def _told(parts: Parts[Any], found: Held[Any], working: Working = lambda row: {}) -> list[Item]:
    """The parts of a record as items, in order of their keys."""
    own = sorted(parts.of(found.reference), key=lambda held: (len(held.key), held.key))
    return [told(each) | working(each.row) for each in own]
