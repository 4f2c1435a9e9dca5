"""What a page costs: the first page of a long action log beside a short one, and each list's page beside the answer that a program gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from fastapi.testclient import TestClient

from api.app import create_app
from api.pages.listing import ON_A_PAGE
from api.pages.sheets import ACTIONS, SHEETS
from benchmarks import lives, programme
from benchmarks.homes import VAULT, Homes, Posted, fill, opened
from benchmarks.measuring import Row, in_turn, row, timed
from ledger.wiring import open_parts

FEW = 100
HOME = "/pages"
TABLES = 3_600.0
"""Seconds in which the tables are built."""
LONG_ENOUGH = 0.3
"""Seconds that a turn takes at least."""


def pages(homes: Homes, engine: str, repeats: int, actions: int, entries: int) -> list[Row]:
    """p: the first page of the action log at so many actions over the same at a hundred; home at so many entries over a tenth;
    each page over its JSON.
    """
    rows = []
    with _served(homes, engine, _raised(actions)) as long, _served(homes, engine, _raised(FEW)) as short:
        many, few = in_turn(repeats, _asking(long, ACTIONS.path), _asking(short, ACTIONS.path))
        told = f"first page of the action log at {actions:,} actions : at {FEW}"
        rows.append(row(told, engine, many, few, 2, unit="s", bound="at most"))
    every, tenth = (
        lives.lives(n, name="P", kinds=programme.EVERYTHING, dated=programme.reports())
        for n in (entries, entries // 10)
    )
    with _served(homes, engine, every) as client, _served(homes, engine, tenth) as short:
        many, few = in_turn(repeats, _asking(client, HOME), _asking(short, HOME))
        rows.append(row(f"home at {entries:,} entries : at a tenth", engine, many, few, 3, unit="s", bound="at most"))
        for sheet in SHEETS:
            name = sheet.question.name
            page, answer = in_turn(repeats, _asking(client, sheet.path), _asking(client, f"/{name}?limit={ON_A_PAGE}"))
            told = f"{sheet.path} at {entries:,} entries : /{name}"
            rows.append(row(told, engine, page, answer, 5, unit="s", bound="at most"))
    return rows


def _raised(number: int) -> Iterator[Posted]:
    """So many actions, each raised and no more."""
    for each in range(number):
        yield from lives.action_of(1, f"L{each:06}")


@contextmanager
def _served(homes: Homes, engine: str, events: Iterator[Posted]) -> Iterator[TestClient]:
    """A service over a ledger of these events, its tables caught up."""
    database = homes.new(engine)
    with opened(database) as held:
        fill(held, events)
        head = held.head().position
    with TestClient(create_app(partial(open_parts, database, vault=VAULT)), base_url="http://localhost") as client:
        client.app.state.parts.tables.wait_for(head, TABLES)
        yield client


def _asking(client: TestClient, address: str) -> Callable[[], float]:
    """Seconds for each of some answers."""

    def ask(number: int) -> None:
        for _ in range(number):
            answer = client.get(address)
            assert answer.status_code == 200, answer.text

    ask(1)
    number = max(3, int(LONG_ENOUGH * timed(partial(ask, 1), 1)))
    return lambda: 1 / timed(partial(ask, number), number)
