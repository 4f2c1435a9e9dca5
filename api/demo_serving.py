"""The service in a thread of this process, on a free port of this machine: what the demonstration posts to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

LOOK = 0.01
"""Seconds between two looks whether it has started."""
LONGEST = 60.0
"""Seconds a start may take."""


class NotStarted(RuntimeError):
    """The service did not start; its log says why."""


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of an application that is served until the block ends, and has then closed what it opened."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="warning", access_log=False, http="httptools", ws="none", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), name="demonstration service", daemon=True)
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + LONGEST
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise NotStarted("The service did not start; the lines above say why.")
        time.sleep(LOOK)
