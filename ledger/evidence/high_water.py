"""The high-water mark: the checkpoint signed last, kept apart from the database, so that a ledger that lost its end is not signed on."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from threading import Lock, Timer

from eventsourcing.persistence import PersistenceError

from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.log.verdict import Unproved

EVERY = 1.0
"""Seconds that the file may lag behind the commits; a commit never waits for it."""


class ReadOnly(PersistenceError):
    """Nothing is recorded here for now, since receipts may be out that the ledger does not hold; the sentence says why."""


class MarkUnusable(ValueError):
    """The mark cannot be read or written; the sentence says why."""


class HighWater:
    """The mark in a file, which is a signed checkpoint by itself. Safe from any thread; processes on one ledger may share the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = Lock()
        self._note: bytes | None = None
        self._timer: Timer | None = None

    def read(self) -> Checkpoint | None:
        """What is known to have been signed; None where no mark was made yet. Raises MarkUnusable."""
        try:
            return _stated(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MarkUnusable(f"{self.path}, the log's high-water mark, cannot be read: {error.strerror}.") from error
        except Unproved as error:
            raise MarkUnusable(f"{self.path} is not the log's high-water mark: {error}.") from error

    def keep(self, note: bytes) -> None:
        """Have a note that was committed written within EVERY seconds; until then the last one of several counts."""
        with self._turn:
            self._note = note
            if self._timer is None:
                self._timer = Timer(EVERY, self._on_time)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what is kept, now. The mark never goes back. Raises MarkUnusable."""
        with self._turn:
            if self._timer is not None:
                self._timer.cancel()
            note, self._timer, self._note = self._note, None, None
            if note is None:
                return
            before = self.read()
            if before is None or before.size < _stated(note).size:
                self._write(note)

    def _on_time(self) -> None:
        try:
            self.flush()
        except MarkUnusable as error:  # recording goes on; the next commit tries again
            logging.getLogger("uvicorn.error").error("%s", error)  # noqa: TRY400 - what it says is all

    def _write(self, note: bytes) -> None:
        try:
            descriptor, name = mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            with os.fdopen(descriptor, "wb") as file:
                file.write(note)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except OSError as error:
            raise MarkUnusable(
                f"{self.path}, the log's high-water mark, cannot be written: {error.strerror}."
            ) from error


class Guard:
    """Whether a ledger may be written to. `read_only` says why not; it stays so until the ledger is opened anew."""

    def __init__(self, mark: HighWater | None) -> None:
        self._mark = mark
        self._size = 0
        self.read_only: str | None = None

    def begin(self, head: Callable[[], int], root: Callable[[int], bytes], last: bytes | None, origin: str) -> None:
        """Hold a ledger, by its last position, the roots of its trees and its last checkpoint, to the mark. Raises MarkUnusable."""
        kept = self._mark.read() if self._mark else None
        position = head()  # asked after the mark was read: others may record meanwhile
        if kept is not None and kept.origin != origin:
            raise MarkUnusable(
                f"The high-water mark is that of {kept.origin}, the key that of {origin}: give each log a mark of its own."
            )
        if kept is not None and (why := lost(kept, position, root)):
            self.halt(why)
        elif self._mark is not None and last is not None:
            self._mark.keep(last)
            self._mark.flush()
        self._size = position

    def check(self, position: int) -> None:
        """Raise ReadOnly where nothing may be recorded; so it is too where the ledger became shorter under this process."""
        if position < self._size:
            self.halt(_shorter(self._size, position))
        if self.read_only is not None:
            raise ReadOnly(self.read_only)

    def signed(self, size: int, note: bytes) -> None:
        """Remember what a commit signed."""
        self._size = size
        if self._mark is not None:
            self._mark.keep(note)

    def halt(self, why: str) -> None:
        """Let nothing more be recorded: receipts may be out that this ledger does not hold."""
        if self.read_only is None:
            self.read_only = f"{why}. It is read only, since signing on would tell two histories."
            logging.getLogger("uvicorn.error").error("CONTRADICTION: %s", self.read_only)

    def close(self) -> None:
        """Write the mark that is still to be written; where that fails, the next start tells."""
        if self._mark is not None:
            with suppress(MarkUnusable):
                self._mark.flush()


def lost(kept: Checkpoint, position: int, root: Callable[[int], bytes]) -> str | None:
    """What speaks against a ledger of so many entries being the one that a checkpoint was signed of; None where nothing does."""
    if kept.size > position:
        return _shorter(kept.size, position)
    if root(kept.size) != kept.root:
        return f"The first {kept.size} entries are others than those that were signed"
    return None


def _shorter(signed: int, here: int) -> str:
    return f"{signed} entries were signed and {here} are here: the end of this ledger is gone"


def _stated(note: bytes) -> Checkpoint:
    return Checkpoint.parse(Note.parse(note).text)
