"""eventsourcing's own way, as its documentation recommends it: the library's recorders, its JSON mapper, aggregates of comparable size.

POSTGRES_ENABLE_DB_FUNCTIONS is never set: it drops the lock that keeps followers from losing events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict


class Action(Aggregate):
    """An action of about the ledger's own shape: what was posted is kept, and the state is folded from it."""

    @event("Raised")
    def __init__(self, by: str, day: str, kind: str, data: dict[str, Any]) -> None:
        self.by, self.day, self.stage, self.steps = by, day, kind, 1
        self.owner = data.get("owner")

    @event("Advanced")
    def advance(self, by: str, day: str, kind: str, data: dict[str, Any]) -> None:
        """One more thing that happened to it."""
        self.by, self.day, self.stage = by, day, kind
        self.steps += 1


class Actions(Application[UUID]):
    """Actions in their database."""


def actions_in(database: str) -> Actions:
    """The library's application on a SQLite path or a PostgreSQL address; both commit as durably as the ledger does."""
    return Actions(env=environment(database))


def environment(database: str) -> dict[str, str]:
    """The settings the library's documentation gives for each engine."""
    if not database.startswith("postgresql://"):
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": database}
    told = conninfo_to_dict(database)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(told["dbname"]),
        "POSTGRES_HOST": str(told["host"]),
        "POSTGRES_PORT": str(told.get("port") or 5432),
        "POSTGRES_USER": str(told["user"]),
        "POSTGRES_PASSWORD": "-",
    }


def made(events: list[dict[str, Any]], length: int) -> Iterator[Action]:
    """New aggregates of so many events each, made of what would be posted to the ledger."""
    for start in range(0, len(events), length):
        first, *rest = events[start : start + length]
        action = Action(*_told(first))
        for each in rest:
            action.advance(*_told(each))
        yield action


def _told(posted: dict[str, Any]) -> tuple[str, str, str, dict[str, Any]]:
    return posted["source"], posted["time"], posted["type"], posted["data"]
