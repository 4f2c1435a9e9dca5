"""Following the ledger with its projector until told to stop, here or in a process of its own."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from eventsourcing.persistence import InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError

from ledger.garbage import look_seldom
from ledger.projections.folding import ProjectorStopped
from ledger.recorders.contract import LedgerRecorder
from ledger.wiring import SHUT, Parts, open_parts

LOOK = 0.1
"""Seconds between two questions whether to stop."""
PAUSE = 1.0
"""Seconds before the database is asked again after it failed."""
FAILS = "The database does not answer the projector; it asks again."

Tell = Callable[[str | None], None]
"""Takes what is wrong, or None where the tables are there and follow."""


def follow(parts: Parts, tell: Tell, stopping: Callable[[], bool]) -> bool:
    """Keep the tables until `stopping`; False where the projector has stopped for good. A database that fails is waited for."""
    wait_beyond = cast("LedgerRecorder", parts.ledger.recorder).wait_beyond

    def wait(position: int, seconds: float) -> bool:
        return any(stopping() or wait_beyond(position, LOOK) for _ in range(round(seconds / LOOK)))

    while not stopping():
        try:
            parts.projector.prepare()
            tell(None)
            parts.projector.follow(wait, stopping)
        except ProjectorStopped as stopped:
            tell(str(stopped))
            return False
        except (DBAPIError, OperationalError, InterfaceError):
            tell(FAILS)
            _rest(stopping)
    return True


def follow_apart(database: str, packs: Path | None, line: Connection) -> None:
    """The whole life of a process that keeps the tables: until anything comes down the line, or the other end is gone."""
    look_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both processes; the service then says when to stop

    def stopping() -> bool:
        return line.poll()

    def tell(trouble: str | None) -> None:
        with suppress(BrokenPipeError):  # nobody hears it any more; `stopping` says so next
            line.send(trouble)

    while not stopping():
        try:
            parts = open_parts(database, packs=packs, vault=SHUT)
        except (DBAPIError, OperationalError, InterfaceError):
            tell(FAILS)
            _rest(stopping)
            continue
        try:
            if not follow(parts, tell, stopping):
                return
        finally:
            parts.close()


def _rest(stopping: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PAUSE
    while not stopping() and time.monotonic() < deadline:
        time.sleep(LOOK)
