"""Of the clocks of all actions the first few, which the database finds: there may be many actions, and a home shows five clocks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_

from ledger.domain.fields import NOT_STATED
from ledger.projections.action_log import ActionLog, ActionRow
from ledger.projections.asking import Asking, visible
from ledger.projections.columns import table_of
from ledger.projections.tables import Held, Tables, how_many

FIRST = (("breached", "left"), ("running", "due"))
"""State and order of what is asked for so: the longest over, and the next to run out. In either an earlier due day comes first."""


def first_of_actions(tables: Tables, asking: Asking) -> tuple[Sequence[Held[ActionRow]], int] | None:
    """The actions whose clocks are among the first so many, and how many clocks of actions are asked for in all.

    None where something else is asked, which only looking at each clock tells.
    """
    wanted = _wanted(asking)
    if wanted is None or asking.limit is None:
        return None
    actions: dict[str, Held[ActionRow]] = {}
    total = 0
    with tables.reading() as on:
        for name, conditions in wanted:
            found = tables.rows(
                ActionLog, as_at=asking.as_at, as_of=asking.as_of, also=conditions, order_by=(name, "reference"),
                limit=asking.limit, on=on,
            )  # fmt: skip
            actions |= {held.reference: held for held in found}
            counted = how_many(table_of(ActionLog), asking.as_at, asking.as_of, *conditions)
            total += on.execute(counted).scalar_one()
    return list(actions.values()), total


def _wanted(asking: Asking) -> list[tuple[str, list[ColumnElement[bool]]]] | None:
    """For each of the two clocks of an action the day it runs to, and which actions have it in the state asked for."""
    filters = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in asking.filters.items()}
    seen, owners = visible(ActionLog, asking), filters.pop("owed_by", None)
    states, order = filters.pop("state", ()), tuple(asking.sort)
    if (
        filters
        or asking.after
        or asking.skip
        or seen is None
        or (*states, *order) not in FIRST
        or "null" in (owners or ())
    ):
        return None
    c, day = table_of(ActionLog).c, asking.as_of
    unmet = or_(c.completed_on.is_(None), and_(c.completed_on > day, c.completed_on != NOT_STATED))
    let_go = and_(c.closed_kind.is_not(None), c.completed_on.is_(None))
    common = [unmet, ~let_go, *seen]
    if owners is not None:
        common.append(func.coalesce(c.owner_agency, c.owner_group).in_(owners))

    def stands(due: ColumnElement[object]) -> ColumnElement[bool]:
        return due < day if "breached" in states else and_(due >= day, due != NOT_STATED)

    return [
        ("due_on", [*common, stands(c.due_on)]),
        ("original_due_on", [*common, stands(c.original_due_on), c.original_due_on != c.due_on]),
    ]
