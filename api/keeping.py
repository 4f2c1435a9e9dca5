"""Who keeps the read tables while the service runs: a thread of it, or a process beside it that leaves it its processor."""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol

from api.following import follow, follow_apart
from ledger.wiring import Parts

PAUSE = 1.0
"""Seconds before a projector that was killed is started again."""


class Keeper(Protocol):
    """Follows the ledger until closed. `built` is set once there are tables to ask; `trouble` says what stops it, if anything."""

    built: threading.Event
    trouble: str | None

    def close(self) -> None:
        """Finish the batch at hand, then stop."""


Keeping = Callable[[Parts], Keeper]


class InAThread:
    """A keeper in this process: quick to start, and enough for tests and small tools."""

    def __init__(self, parts: Parts) -> None:
        self.built = threading.Event()
        self.trouble: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(parts,), name="projector", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """As Keeper's."""
        self._stop.set()
        self._thread.join()

    def _run(self, parts: Parts) -> None:
        follow(parts, self._tell, self._stop.is_set)

    def _tell(self, trouble: str | None) -> None:
        self.trouble = trouble
        if trouble is None:
            self.built.set()


class InAProcess:
    """A keeper in a process of its own, started again where it is killed. It ends when this process does, however that ends."""

    def __init__(self, database: str, packs: Path | None = None) -> None:
        self._database, self._packs = database, packs
        self.built = threading.Event()
        self.trouble: str | None = None
        self._stop, self._stopping = get_context("spawn").Pipe(duplex=False)
        self._thread = threading.Thread(target=self._watch, name="projector's watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """As Keeper's."""
        self._stopping.send(None)
        self._thread.join()

    def _watch(self) -> None:
        """Start the process, hear what it says, and start it again should it end unasked."""
        while True:
            ours, theirs = get_context("spawn").Pipe()
            process = get_context("spawn").Process(
                target=follow_apart, args=(self._database, self._packs, theirs), name="projector", daemon=True
            )
            process.start()
            theirs.close()
            asked_to_stop = self._hear(ours)
            ours.close()  # which tells it to stop
            process.join()
            if asked_to_stop or process.exitcode == 0:
                return
            self.trouble = "The projector ended unasked; it is started again."
            if self._stop.poll(PAUSE):
                return

    def _hear(self, line: Connection) -> bool:
        """Listen until the process ends (False), or until told to stop (True)."""
        while True:
            if self._stop in wait([line, self._stop]):
                return True
            try:
                self.trouble = line.recv()
            except (EOFError, ConnectionResetError):
                return False
            if self.trouble is None:
                self.built.set()
