"""The one door for time: who asks what time it is, asks here."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the door


class DemonstrationClock:
    """A clock that an example ledger declares and moves by hand; it never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now, self._lock = start.astimezone(UTC), threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def move_to(self, instant: datetime) -> None:
        """Let it be this instant; ValueError if it lies before the present one."""
        with self._lock:
            if instant < self._now:
                raise ValueError(f"a clock does not go back from {self._now} to {instant}")
            self._now = instant.astimezone(UTC)


@lru_cache
def spelled(instant: datetime) -> str:
    """The one spelling the ledger stamps: `2026-11-22T19:41:00.000000Z`, which sorts as it reads."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
