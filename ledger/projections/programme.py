"""The questions asked of the partnership's own programme: scrutiny, inspections, priorities, risks, task groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_

from ledger.domain.fields import known_day
from ledger.projections.asking import Answer, Asking, Item, ask, rows_as_of, told
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
    put, recommended = (
        _parts(tables, Challenges, asking, _waiting(asking)),
        _parts(tables, ScrutinyRecommendations, asking),
    )

    def tell(found: Held[Any]) -> Item:
        return told(found) | {"put": put[found.reference], "recommended": recommended[found.reference]}

    return ask(tables, Scrutinies, asking, tell, ("put", "recommended"))


def challenges(tables: Tables, asking: Asking) -> Answer:
    """Challenges of scrutineers. Worked out: `open` (nobody answered it by the day), `late` (open after the day it was to be answered by)."""
    c = table_of(Challenges).c
    is_open = c.answered_on.is_(None)
    settled = {"open": is_open, "late": and_(is_open, c.answer_by.is_not(None), c.answer_by < asking.as_of)}
    return _listed(tables, Challenges, asking, _waiting(asking), ("open", "late"), settled=settled)


def inspections(tables: Tables, asking: Asking) -> Answer:
    """What inspectors reported. `findings`: each of them, with the finding it is part of."""
    findings = _parts(tables, InspectionFindings, asking)
    return ask(
        tables, Inspections, asking, lambda found: told(found) | {"findings": findings[found.reference]}, ("findings",)
    )


def priorities(tables: Tables, asking: Asking) -> Answer:
    """What the partnership set out to change. Worked out: `open`; `measured_by`: each measure, its baseline, target and latest value."""
    measures = _parts(tables, PriorityMeasures, asking)

    def tell(found: Held[PriorityRow]) -> Item:
        return told(found) | {"open": found.row.outcome is None, "measured_by": measures[found.reference]}

    settled = {"open": table_of(Priorities).c.outcome.is_(None)}
    return ask(tables, Priorities, asking, tell, ("open", "measured_by"), settled=settled)


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


def _parts(
    tables: Tables, projection: type[Projection[Any]], asking: Asking, working: Working = lambda row: {}
) -> Mapping[str, list[Item]]:
    """Rows of a table as parts of the records they belong to, by reference, in order of their keys."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for each in sorted(rows_as_of(tables, projection, asking), key=lambda held: (len(held.key), held.key)):
        found[each.reference].append(told(each) | working(each.row))
    return found
