"""At which position a question is answered, given that the read tables follow the ledger a moment later."""

from __future__ import annotations

import asyncio

from fastapi import Request

from api.asking import MOST_DIGITS, ledger_of, resolved
from api.problems import NOT_REACHED, Problem

PATIENCE = 5.0
"""Seconds a question waits for the tables."""
LOOK = 0.02
"""Seconds between two looks."""


async def reached(request: Request) -> None:
    """Wait, without holding a thread, until the tables have come to the position of `at_least`; raises Problem."""
    told = request.query_params.get("at_least", "")
    if not (told.isascii() and told.isdecimal() and len(told) <= MOST_DIGITS):
        return  # there is none, or the route says what is wrong with it
    tables, built = request.app.state.parts.tables, request.app.state.keeper.built
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not built.is_set() or await asyncio.to_thread(tables.position) < int(told):
        if asyncio.get_running_loop().time() >= deadline:
            raise _too_early(int(told))
        await asyncio.sleep(LOOK)


def _too_early(position: int) -> Problem:
    return Problem(NOT_REACHED, f"The tables have not reached position {position}.", headers={"retry-after": "1"})


def answered_at(request: Request, as_at: str | None, at_least: int | None = None) -> int:
    """The position to answer at: the one asked for, or, without one, as far as the tables have come.

    Waits until the tables have come as far as is asked; raises Problem when they do not in time.
    """
    tables, built = request.app.state.parts.tables, request.app.state.keeper.built
    asked = None if as_at is None else resolved(ledger_of(request), as_at)
    needed = max(asked or 0, at_least or 0)
    if not (built.wait(PATIENCE) and tables.wait_for(needed, PATIENCE)):
        raise _too_early(needed)
    position: int = tables.position() if asked is None else asked
    return position
