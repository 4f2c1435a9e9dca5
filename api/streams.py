"""Server-sent events: each entry as it is recorded, until the reader goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from api.feed import AT_ONCE, Feed, Filter
from api.problems import Problem
from ledger.recorders.contract import StoredEntry

HEARTBEAT = 15.0
"""Seconds of silence after which a reader is told that the line still stands."""
LOOK = 1.0
"""Seconds one look for news may take: how long closing the service may wait for it."""


class Tide:
    """Where the end of the ledger was last seen; one look at a time serves every reader who waits."""

    def __init__(self, feed: Feed) -> None:
        self._feed, self._seen = feed, 0
        self._looking: asyncio.Task[None] | None = None

    async def beyond(self, position: int, seconds: float) -> bool:
        """Whether the ledger grows beyond a position within so many seconds."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._seen <= position:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.wait({self._looking}, timeout=left)
            if self._looking.done():
                self._looking.result()
        return True

    async def _look(self) -> None:
        if await asyncio.to_thread(self._feed.recorder.wait_beyond, self._seen, LOOK):
            self._seen = await asyncio.to_thread(self._feed.head)


async def events(
    feed: Feed, tide: Tide, wanting: Callable[[], Filter], after: int, upto: int | None
) -> AsyncIterator[bytes]:
    """Frames: every wanted entry after a position, then each new one; ends only where `upto` is given and reached.

    What is wanted is asked before each look: what a reader sees may grow with what was recorded, or end (then it raises Problem).
    """
    yield b"retry: 2000\n\n"
    while upto is None or after < upto:
        try:
            wanted = await asyncio.to_thread(wanting)
        except Problem:
            return  # too late for another status: who comes back is told why
        end = await asyncio.to_thread(feed.end, wanted)
        page = await asyncio.to_thread(feed.page, wanted, after, end if upto is None else min(upto, end), AT_ONCE)
        if page.entries:
            yield b"".join(map(_frame, page.entries))
        moved, after = page.looked_up_to > after, page.looked_up_to
        if not moved and not await tide.beyond(after, HEARTBEAT):
            yield b": nothing new\n\n"


def _frame(entry: StoredEntry) -> bytes:
    """One entry; the stored bytes have no line break, so they are one data line."""
    return b"id: %d\ndata: %b\n\n" % (entry.position, entry.state)
