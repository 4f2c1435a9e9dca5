"""What the service writes to its log: of an error its kind and where it arose, never its words, since those may repeat what somebody sent."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from typing import Any


class Lines(logging.Formatter):
    """`2026-11-28T14:03:00Z ERROR uvicorn.error: …`, and below it each error of a chain with its frames, the newest last."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%SZ"
    default_msec_format = None

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging names its methods
        return "\n".join(_told(ei[1]))


def _told(error: BaseException | None, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    yield from _told(error.__cause__ or error.__context__, seen | {id(error)})
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _told(inner, seen | {id(error)})
    kind = type(error)
    yield f"  {kind.__module__}.{kind.__qualname__}; its words are left out"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"    {frame.filename}:{frame.lineno} in {frame.name}"


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": Lines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"uvicorn": {"level": "INFO"}},
}
"""For uvicorn. No request is logged: its address holds references."""
