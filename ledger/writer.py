"""The writer: one thread that takes whatever waits at that moment, commits it together, and answers each submission apart."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from ledger.application import Batch, Ledger
from ledger.outcome import Outcome

MOST_AT_ONCE = 2_000
"""Submissions in one transaction: enough to share a commit widely, few enough that nobody waits long."""


class Closed(RuntimeError):
    """The writer takes nothing more; what was submitted before was answered."""


class Writer:
    """Batches in, futures out. A future holds the outcomes of its batch, in order, and is set only after the commit.

    When the engine fails, the future holds eventsourcing's OperationalError or InterfaceError: posting again is safe.
    """

    def __init__(self, ledger: Ledger, *, after_commit: Callable[[int], None] = lambda position: None) -> None:
        self._ledger, self._after_commit = ledger, after_commit
        self._waiting: deque[tuple[Batch, Future[list[Outcome]]]] = deque()
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch) -> Future[list[Outcome]]:
        """Queue a batch; raises Closed once the writer is closing."""
        future: Future[list[Outcome]] = Future()
        with self._change:
            if self._closing:
                raise Closed("the ledger is closing")
            self._waiting.append((batch, future))
            self._change.notify()
        return future

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            try:
                answers = self._ledger.write([batch for batch, _ in group])
            except BaseException as error:  # every waiting sender must be told, whatever it was; nothing is swallowed
                for _, future in group:
                    future.set_exception(error)
                continue
            for (_, future), outcomes in zip(group, answers, strict=True):
                future.set_result(outcomes)
            self._after_commit(self._ledger.last_written)

    def _next_group(self) -> list[tuple[Batch, Future[list[Outcome]]]]:
        """All that waits, up to the limit; empty when closing and nothing waits."""
        with self._change:
            while not self._waiting and not self._closing:
                self._change.wait()
            group: list[tuple[Batch, Future[list[Outcome]]]] = []
            size = 0
            while self._waiting and (not group or size + len(self._waiting[0][0].submissions) <= MOST_AT_ONCE):
                group.append(self._waiting.popleft())
                size += len(group[-1][0].submissions)
            return group
