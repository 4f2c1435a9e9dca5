"""How many actions stood how at the end of a day: open and in time, overdue, completed, closed?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import case, func, select

from ledger.projections.action_log import ActionLog, is_overdue, overdue
from ledger.projections.asking import Asking, rows_as_of, stored_filters
from ledger.projections.columns import table_of
from ledger.projections.tables import Tables, conditions, held

STANDINGS = ("open", "overdue", "completed", "closed")


def actions_standing(tables: Tables, asking: Asking, on: date) -> Mapping[str, int]:
    """Standing -> number, on a day by what the ledger held, of the actions that the filters on what is stored let through.

    The database counts them, unless whoever asks does not see every record.
    """
    table = table_of(ActionLog)
    where = stored_filters(ActionLog, asking.filters)
    count: Counter[str] = Counter(dict.fromkeys(STANDINGS, 0))
    if asking.sees is None:
        stands = case(
            (table.c.closed_kind.is_not(None), "closed"),
            (is_overdue(table, on), "overdue"),
            (table.c.completed_on.is_not(None), "completed"),
            else_="open",
        )
        question = select(stands, func.count()).where(held(table, asking.as_at, on), *conditions(table, where))
        with tables.reading() as connection:
            for name, number in connection.execute(question.group_by(stands)):
                count[name] = number
        return count
    for found in rows_as_of(tables, ActionLog, replace(asking, as_of=on)):
        row = found.row
        if all(getattr(row, name) in wanted for name, wanted in where.items()):
            late = "overdue" if overdue(row, on) else "completed" if row.completed_on is not None else "open"
            count["closed" if not row.open else late] += 1
    return count
