"""At which position a question is answered, given that the read tables follow the ledger a moment later."""

from __future__ import annotations

from fastapi import Request

from api.asking import ledger_of, resolved
from api.problems import NOT_REACHED, Problem

PATIENCE = 5.0
"""Seconds a question waits for the tables."""


def answered_at(request: Request, as_at: str | None, at_least: int | None = None) -> int:
    """The position to answer at: the one asked for, or, without one, as far as the tables have come.

    Waits until the tables have come as far as is asked; raises Problem when they do not in time.
    """
    tables, built = request.app.state.parts.tables, request.app.state.keeper.built
    asked = None if as_at is None else resolved(ledger_of(request), as_at)
    needed = max(asked or 0, at_least or 0)
    if not (built.wait(PATIENCE) and tables.wait_for(needed, PATIENCE)):
        raise Problem(NOT_REACHED, f"The tables have not reached position {needed}.", headers={"retry-after": "1"})
    position: int = tables.position() if asked is None else asked
    return position
