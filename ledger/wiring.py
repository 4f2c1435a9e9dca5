"""The composition root: which parts a running ledger is made of."""

from __future__ import annotations

from pathlib import Path

from ledger.application import Ledger
from ledger.clock import Clock, SystemClock
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf


def open_ledger(database: str, *, clock: Clock | None = None, packs: Path | None = None) -> Ledger:
    """The ledger in a database (a SQLite path or a PostgreSQL URL), made if it is not there.

    Raises PacksRefused when an adopted pack is missing or altered, PackUnreadable when a pack's file is not one.
    """
    if not database.startswith(("postgresql://", "postgres://")):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    return Ledger(open_recorder(database), shelf=load_shelf(packs), clock=clock or SystemClock())
