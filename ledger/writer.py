"""The writer: one thread that takes whatever waits at that moment, commits it together, and answers each submission apart."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from eventsourcing.persistence import InterfaceError, OperationalError

from ledger.application import Batch, Ledger
from ledger.outcome import Outcome

MOST_AT_ONCE = 2_000
"""Submissions in one transaction: enough to share a commit widely, few enough that nobody waits long."""


class Closed(RuntimeError):
    """The writer takes nothing more; what was submitted before was answered."""


Answer = list[Outcome] | BaseException
Reply = Callable[[Answer], None]
"""Takes the outcomes of one batch, in order, or what went wrong."""


def one_by_one(answered: Sequence[tuple[Reply, Answer]]) -> None:
    """Give everybody their answer."""
    for reply, answer in answered:
        reply(answer)


class Writer:
    """Batches in, answers out: the outcomes of each batch, in order, and only after the commit.

    When the engine fails, the answer is eventsourcing's OperationalError or InterfaceError: posting again is safe.
    `hand_out` is called in the writer's thread with all answers of one commit, so that another thread is woken once for all of them.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        after_commit: Callable[[int], None] = lambda position: None,
        hand_out: Callable[[Sequence[tuple[Reply, Answer]]], object] = one_by_one,
    ) -> None:
        self._ledger, self._after_commit, self._hand_out = ledger, after_commit, hand_out
        self._waiting: deque[tuple[Batch, Reply]] = deque()
        self._change = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch) -> Future[list[Outcome]]:
        """Queue a batch and wait for it when you like; raises Closed once the writer is closing."""
        future: Future[list[Outcome]] = Future()

        def settle(answer: Answer) -> None:
            if not future.set_running_or_notify_cancel():  # whoever asked has gone; what is recorded is recorded
                return
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self.offer(batch, settle)
        return future

    def offer(self, batch: Batch, reply: Reply) -> None:
        """Queue a batch; `reply` is called once, by `hand_out`. Raises Closed once the writer is closing."""
        with self._change:
            if self._closing:
                raise Closed("the ledger is closing")
            self._waiting.append((batch, reply))
            self._change.notify()

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            answered = self._answered(group)
            self._hand_out(answered)
            if any(isinstance(answer, list) for _, answer in answered):
                self._after_commit(self._ledger.last_written)

    def _answered(self, group: Sequence[tuple[Batch, Reply]]) -> list[tuple[Reply, Answer]]:
        """Everybody's answer. A defect that one batch brings out is told to its sender: the others are written without it."""
        try:
            answers = self._ledger.write([batch for batch, _ in group])
        except (OperationalError, InterfaceError) as error:
            return [(reply, error) for _, reply in group]
        except BaseException as error:  # noqa: BLE001 - every waiting sender must be told, whatever it was; nothing is swallowed
            if len(group) == 1:
                return [(group[0][1], error)]
            return [answer for one in group for answer in self._answered([one])]
        return [(reply, outcomes) for (_, reply), outcomes in zip(group, answers, strict=True)]

    def _next_group(self) -> list[tuple[Batch, Reply]]:
        """All that waits, up to the limit; empty when closing and nothing waits."""
        with self._change:
            while not self._waiting and not self._closing:
                self._change.wait()
            group: list[tuple[Batch, Reply]] = []
            size = 0
            while self._waiting and (not group or size + len(self._waiting[0][0].submissions) <= MOST_AT_ONCE):
                group.append(self._waiting.popleft())
                size += len(group[-1][0].submissions)
            return group
