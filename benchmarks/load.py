"""`python -m benchmarks.load PORT FILE`: posts what the file holds over as many connections as it has lists, and prints how long it took.

A process of its own, on bare sockets, so that sending costs as little as it can beside what is measured.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import cast

import uvloop


class Connection(asyncio.Protocol):
    """Sends one request after another, each after the answer to the one before."""

    def __init__(self, requests: list[bytes], statuses: Counter[str]) -> None:
        self._requests, self._statuses = iter(requests), statuses
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def itself(self) -> Connection:
        """For the loop, which asks for a new protocol."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """As Protocol."""
        self._buffer += data
        head, parted, rest = self._buffer.partition(b"\r\n\r\n")
        if not parted:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) >= length:
            self._statuses[head[9:12].decode()] += 1
            self._buffer = rest[length:]
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """As Protocol."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))

    def send(self) -> None:
        """The next request, if there is one."""
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)


async def run(port: int, work: list[list[bytes]]) -> dict[str, object]:
    """Seconds from the first request to the last answer, and how often each status came."""
    loop, statuses = asyncio.get_running_loop(), Counter[str]()
    connections = [Connection(requests, statuses) for requests in work]
    for connection in connections:
        await loop.create_connection(partial(Connection.itself, connection), "127.0.0.1", port)
    start = perf_counter()
    for connection in connections:
        connection.send()
    await asyncio.gather(*(connection.done for connection in connections))
    return {"seconds": perf_counter() - start, "statuses": statuses}


if __name__ == "__main__":
    told = uvloop.run(run(int(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes())))
    print(json.dumps(told))
