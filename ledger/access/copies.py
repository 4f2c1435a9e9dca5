"""Files that sealed words were written into, as bundles or backups: an erasure does not reach them, so it says where they are."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, insert, select

from ledger.beside import make, writing
from ledger.clock import Clock, spelled

_TABLES = MetaData()
COPIES = Table(
    "copies",
    _TABLES,
    Column("number", Integer, primary_key=True),
    *(Column(name, String, nullable=False) for name in ("made", "kind", "place")),
    Column("upto", Integer, nullable=False),
    Column("positions", Text),
)


@dataclass(frozen=True)
class Copy:
    """One file: what it is, when it was made and where, of which entries up to `upto` (None: all). Words in a backup are locked."""

    made: str
    kind: str
    place: str
    upto: int
    positions: tuple[int, ...] | None

    def told(self) -> dict[str, Any]:
        """As JSON values; `there`: whether this machine still has it in its place."""
        return {"made": self.made, "kind": self.kind, "place": self.place, "there": Path(self.place).exists()}


class Copies:
    """The list of one ledger's, kept with its keys."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        make(_TABLES, engine)

    def add(self, kind: str, place: Path, upto: int, positions: Collection[int] | None = None) -> None:
        """Remember a file before it is written."""
        told = None if positions is None else json.dumps(sorted(positions))
        values = {
            "made": spelled(self._clock.now()),
            "kind": kind,
            "place": str(place.absolute()),
            "upto": upto,
            "positions": told,
        }
        with writing(self._engine) as connection:
            connection.execute(insert(COPIES).values(values))

    def holding(self, positions: Collection[int]) -> list[Copy]:
        """Those that hold words of any of these entries."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(COPIES).order_by(COPIES.c.number)).all()
        found = [
            Copy(
                row.made,
                row.kind,
                row.place,
                row.upto,
                None if row.positions is None else tuple(json.loads(row.positions)),
            )
            for row in rows
        ]
        return [
            each
            for each in found
            if any(at <= each.upto and (each.positions is None or at in each.positions) for at in positions)
        ]
