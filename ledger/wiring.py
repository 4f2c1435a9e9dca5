"""The composition root: which parts a running ledger is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.application import Ledger
from ledger.clock import Clock, SystemClock
from ledger.domain.history import Entry
from ledger.projections.catalogue import projector
from ledger.projections.projector import Projector
from ledger.projections.tables import Tables
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf


@dataclass(frozen=True)
class Parts:
    """An open ledger, its read tables, and the projector that keeps them."""

    ledger: Ledger
    tables: Tables
    projector: Projector

    def close(self) -> None:
        """Let go of files and connections; nothing else may use the parts any more."""
        self.tables.close()
        self.ledger.close()


class _EntriesOf:
    """What the projector reads of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def entries(self, after: int, limit: int) -> Sequence[Entry]:
        return list(self._ledger.entries(after, limit))

    def records(self, originator_ids: Sequence[str], upto: int) -> Mapping[str, Sequence[Entry]]:
        return self._ledger.records(originator_ids, upto)

    def head(self) -> int:
        return self._ledger.head().position


def open_ledger(
    database: str, *, clock: Clock | None = None, packs: Path | None = None, read_only: bool = False
) -> Ledger:
    """The ledger in a database (a SQLite path or a PostgreSQL URL), made if it is not there; a `read_only` file is not.

    Raises PacksRefused when an adopted pack is missing or altered, PackUnreadable when a pack's file is not one.
    """
    if not read_only and not database.startswith(("postgresql://", "postgres://")):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    return Ledger(open_recorder(database, read_only=read_only), shelf=load_shelf(packs), clock=clock or SystemClock())


def open_parts(database: str, *, clock: Clock | None = None, packs: Path | None = None) -> Parts:
    """The ledger in a database with its read tables, which are built by the projector: call `prepare()`, then `catch_up()`."""
    return parts_of(open_ledger(database, clock=clock, packs=packs), database)


def parts_of(ledger: Ledger, database: str) -> Parts:
    """An open ledger with its read tables, which stand where those of this database do; that may be another than the ledger's."""
    tables = Tables.open(database)
    return Parts(ledger, tables, projector(_EntriesOf(ledger), tables.engine))
