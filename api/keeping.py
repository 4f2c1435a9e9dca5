"""The thread that keeps the read tables while the service runs."""

from __future__ import annotations

import threading
from collections.abc import Callable

from eventsourcing.persistence import InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError

from ledger.projections.folding import ProjectorStopped
from ledger.projections.projector import Projector

LOOK = 0.1
"""Seconds between two questions whether to stop."""
PAUSE = 1.0
"""Seconds before the database is asked again after it failed."""


class Keeper:
    """Follows the ledger with a projector until closed. `trouble` says why it has stopped for good, or what it is waiting out."""

    def __init__(self, projector: Projector, wait_beyond: Callable[[int, float], bool]) -> None:
        self._projector, self._wait_beyond = projector, wait_beyond
        self._stop = threading.Event()
        self.built = threading.Event()
        """Set once there are tables to ask."""
        self.trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish the batch at hand, then stop."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._projector.prepare()
                self.trouble = None
                self.built.set()
                self._projector.follow(self._wait, self._stop.is_set)
            except ProjectorStopped as stopped:
                self.trouble = str(stopped)
                return
            except (DBAPIError, OperationalError, InterfaceError):
                self.trouble = "The database does not answer the projector; it asks again."
                self._stop.wait(PAUSE)

    def _wait(self, position: int, seconds: float) -> bool:
        return any(self._stop.is_set() or self._wait_beyond(position, LOOK) for _ in range(round(seconds / LOOK)))
