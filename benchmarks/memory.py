"""`python -m benchmarks.memory WORK DATABASE`: does one thing and prints the most memory it held, in KiB."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from ledger.garbage import look_seldom
from ledger.recorders import open_recorder
from ledger.wiring import SHUT, open_parts


def rebuild(database: str) -> None:
    """Build all read tables from nothing."""
    parts = open_parts(database, vault=SHUT)
    parts.projector.rebuild()
    parts.close()


def export(database: str) -> None:
    """Write every entry's bytes to a file, a line each."""
    with closing(open_recorder(database)) as recorder, tempfile.TemporaryFile() as out:
        for entry in recorder.entries():
            out.write(entry.state + b"\n")


def held() -> int:
    """KiB of this process's own memory: without what the kernel maps of files and can take back at any time."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0])


def peak(work: Callable[[], None]) -> int:
    """The most KiB held while work is done, looked at a hundred times a second."""
    seen, done = [held()], threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            seen.append(held())

    watch = threading.Thread(target=look)
    watch.start()
    work()
    done.set()
    watch.join()
    return max(seen)


WORK = {"rebuild": rebuild, "export": export}

if __name__ == "__main__":
    look_seldom()
    print(peak(partial(WORK[sys.argv[1]], sys.argv[2])))
