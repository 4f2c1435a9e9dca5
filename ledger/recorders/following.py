"""Waiting for the ledger to grow: at once where this process writes, within a twentieth of a second where another does."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from threading import Condition
from time import monotonic

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

from ledger.recorders.contract import Head

LOOK_EVERY = 0.05
"""Seconds between looks at the head for what other processes wrote: one look for all who wait in this process."""


class Growth:
    """Where the end of the ledger was last seen, and whoever waits for it to move."""

    def __init__(self, head: Callable[[], Head]) -> None:
        self._head = head
        self._seen = 0
        self._looked_at = float("-inf")
        self._moved = Condition()

    def reached(self, position: int) -> None:
        """Tell everybody who waits that the ledger holds this position."""
        with self._moved:
            if position > self._seen:
                self._seen = position
                self._moved.notify_all()

    def wait_beyond(self, position: int, timeout: float) -> bool:
        """As `LedgerRecorder.wait_beyond`."""
        deadline = monotonic() + timeout
        while self._seen <= position:
            now = monotonic()
            if now >= deadline:
                self._look(now)
                return self._seen > position
            if now - self._looked_at >= LOOK_EVERY:
                self._look(now)
            with self._moved:
                if self._seen <= position:
                    self._moved.wait(min(LOOK_EVERY, deadline - now))
        return True

    def _look(self, now: float) -> None:
        self._looked_at = now
        self.reached(self._head().position)


class FollowedRecorder(ApplicationRecorder):
    """An ApplicationRecorder whose end can be read and waited for, which is all a subscription needs."""

    @abstractmethod
    def head(self) -> Head:
        """As `LedgerRecorder`."""

    @abstractmethod
    def wait_beyond(self, position: int, timeout: float) -> bool:
        """As `LedgerRecorder`."""

    def max_notification_id(self) -> int | None:
        """As eventsourcing's."""
        return self.head().position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """As eventsourcing's, on both engines."""
        return Following(self, gt, topics)


class Following(Subscription[FollowedRecorder]):
    """Every entry after a position, in order, then each new one as it is recorded, until it is stopped."""

    PAGE = 500

    def __init__(self, recorder: FollowedRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._passed = gt or 0
        self._waiting: list[Notification] = []

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._waiting:
                return self._waiting.pop()
            self._pull()
        raise StopIteration

    def _pull(self) -> None:
        # The head is read first: entries of other topics up to it have been passed over, later ones may not have been looked at.
        end = self._recorder.head().position
        found = self._recorder.select_notifications(
            self._passed, self.PAGE, end, self._topics, inclusive_of_start=False
        )
        self._waiting = list(reversed(found))
        self._passed = found[-1].id if len(found) == self.PAGE else max(end, self._passed)
        if not found:
            self._recorder.wait_beyond(self._passed, LOOK_EVERY)
