"""At which position a question is answered, given that the read tables follow the ledger a moment later."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fastapi import Request

from api.asking import MOST_DIGITS, UpTo, ledger_of
from api.problems import NOT_FOUND, NOT_REACHED, Problem
from ledger.projections.as_at import Moment, NotYet, moment

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


def moment_of(request: Request, asked: UpTo) -> Moment:
    """When the question is about: the moment asked for, or, without `as_at`, as far as the tables have come.

    Waits until the tables have come as far as is asked; raises Problem when they do not in time, or for a moment to come.
    """
    tables, built = request.app.state.parts.tables, request.app.state.keeper.built
    found = moment_held(request, asked)
    needed = max(0 if asked.as_at is None else found.as_at, asked.at_least or 0)
    if not (built.wait(PATIENCE) and tables.wait_for(needed, PATIENCE)):
        raise _too_early(needed)
    return found if asked.as_at is not None else replace(found, as_at=tables.position())


def moment_held(request: Request, asked: UpTo) -> Moment:
    """The same of what the ledger itself holds, whatever the tables do; raises Problem for a moment to come."""
    try:
        return moment(ledger_of(request), asked.as_at, getattr(asked, "as_of", None))
    except NotYet as not_yet:
        raise Problem(NOT_FOUND, str(not_yet)) from None
