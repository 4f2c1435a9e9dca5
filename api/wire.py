"""The wire: how long a request may take to arrive, how long its head may be, and an answer to what is no HTTP at all."""

from __future__ import annotations

from asyncio import TimerHandle, Transport

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.answers import SECURITY
from api.problems import HEAD_TOO_LARGE, NO_HTTP, PROBLEM_JSON, TOO_SLOW, Problem

SECONDS = 20.0
"""How long a request may take to arrive; a long body has more, at `SLOWEST`."""
SLOWEST = 10_000
"""Bytes a second. Whoever sends less holds a connection and gives nothing for it."""
MOST_OF_A_HEAD = 64 * 1024
"""Bytes of a request line and its headers: the parser itself would take any number."""


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, which waits for a request for ever and lets its head grow without end; this one does neither."""

    _late: TimerHandle | None = None
    _deadline = 0.0
    _arriving = False
    _head: int | None = 0

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect()

    @override
    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head is not None and self._head > MOST_OF_A_HEAD:
            self._refuse(Problem(HEAD_TOO_LARGE, f"Its first line and headers may have {MOST_OF_A_HEAD} bytes."))
        if self._arriving or self._answered is None or self._answered.response_complete:
            self._expect(len(data) / SLOWEST)
        else:
            self._arrived()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        self._arriving = True
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._head = None
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        self._arriving, self._head = False, 0
        super().on_message_complete()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(Problem(NO_HTTP, "It was not read any further."))

    @property
    def _answered(self) -> RequestResponseCycle | None:
        """The request that is answered, or was last; None before the first, which uvicorn's own type leaves out."""
        return self.cycle

    def _expect(self, longer: float = 0.0) -> None:
        """Wait for the rest, but not for ever."""
        if self._late is None:
            self._deadline = self.loop.time() + SECONDS
            self._late = self.loop.call_at(self._deadline, self._look)
        self._deadline += longer

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _look(self) -> None:
        if self.loop.time() < self._deadline:
            self._late = self.loop.call_at(self._deadline, self._look)
        else:
            self._refuse(Problem(TOO_SLOW, "It did not arrive in time."))

    def _refuse(self, problem: Problem) -> None:
        """Answer, unless an answer has begun or nothing was asked, and hang up."""
        self._arrived()
        if self.transport.is_closing():
            return
        now = self._answered
        if self._arriving and (now is None or now.response_complete or not now.response_started):
            body = problem.body()
            headers = [
                (b"content-type", PROBLEM_JSON.encode()),
                (b"content-length", b"%d" % len(body)),
                (b"connection", b"close"),
            ]
            lines = b"".join(b"%b: %b\r\n" % header for header in [*headers, *SECURITY])
            self.transport.write(STATUS_LINE[problem.kind.status] + lines + b"\r\n" + body)
        self.transport.close()
