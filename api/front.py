"""The front of the service: which host it answers to, what every answer carries, and how problems are told."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import cast

from eventsourcing.persistence import InterfaceError, OperationalError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import ONLY_HEAD, SECURITY, accepts
from api.intake import PATH
from api.limits import Limits
from api.pages.page import is_page, problem_page
from api.posted import MOST_BYTES
from api.problems import (
    INTERNAL,
    METHOD_NOT_ALLOWED,
    MISDIRECTED,
    NOT_A_FORM,
    NOT_FOUND,
    PROBLEM_JSON,
    TOO_LARGE,
    TWICE,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED,
    VAULT_SHUT,
    Kind,
    Problem,
    question_problem,
)
from api.sign_in import to_sign_in
from ledger.vault import VaultClosed, VaultKeyUnusable

LOCAL = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
"""What a browser on this machine calls the service. Any other name may be a stranger's that points here."""


ONCE = frozenset({b"host", b"authorization", b"content-type", b"content-length", b"content-encoding", b"origin"})
"""Headers of which two would be read as one by us and as the other by a proxy."""
STRICT = (b"strict-transport-security", b"max-age=31536000")
"""For a year, and of this host alone: what other names stand below it is not known here."""
PROXIED = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"})


class Front:
    """ASGI middleware: turns away what nobody should read any further, and gives every answer its security headers.

    `alone`: the service is in development and serves this machine only, not what a proxy brings. `by_tls`: people reach it at an https://
    address, and a browser that was there once goes there no other way (RFC 6797). What is posted goes to `intake` by the
    shortest way; it gives its answers those headers itself.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[bytes] = LOCAL,
        intake: ASGIApp | None = None,
        limits: Limits | None = None,
        *,
        alone: bool = False,
        by_tls: bool = False,
    ) -> None:
        self._app, self._hosts, self._intake = app, hosts, intake
        self._limits, self._alone, self._by_tls = limits or Limits(0), alone, by_tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._by_tls:
            send = _never_without_tls(send)
        if scope["method"] == "HEAD":
            await self._http({**scope, "method": "GET", ONLY_HEAD: True}, receive, _without_body(send))
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message["headers"])
                present = {name for name, _ in headers}
                headers.extend(header for header in SECURITY if header[0] not in present)
            await send(message)

        try:
            self._look_at(scope)
        except Problem as problem:
            await answer(problem)(scope, receive, send)
            return
        if self._intake is not None and scope["path"] == PATH and scope["method"] == "POST":
            await self._intake(scope, receive, send)
        else:
            await self._app(scope, _at_most(MOST_BYTES, receive), send_safely)

    def _look_at(self, scope: Scope) -> None:
        """Raises Problem for what is turned away by its head alone."""
        client = scope["client"][0] if scope.get("client") else ""
        self._limits.of_address(client)
        found: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in found and name in ONCE:
                raise Problem(TWICE, f"{name.decode('ascii')} is given twice.")
            found[name] = value
        if _without_port(found.get(b"host", b"")) not in self._hosts:
            raise Problem(MISDIRECTED, "The Host header names another site.")
        if self._alone and (PROXIED & found.keys() or _is_elsewhere(client)):
            raise Problem(
                MISDIRECTED, "The service is in development: it serves this machine, and nobody through a proxy."
            )
        if found.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Problem(UNSUPPORTED, "Nothing is unpacked here: post it without compression.")


def _without_port(host: bytes) -> bytes:
    return (host if host.endswith(b"]") else host.rpartition(b":")[0] or host).lower()


@lru_cache
def _is_elsewhere(client: str) -> bool:
    """Whether an address is another machine's; what is no address is a test's or a socket's."""
    try:
        return not ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False


def _at_most(most: int, receive: Receive) -> Receive:
    """The body as it comes; raises Problem where there is more of it than any route takes."""
    length = 0

    async def receive_counted() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > most:
            raise Problem(TOO_LARGE, f"A body may have {most} bytes.", headers={"connection": "close"})
        return message

    return receive_counted


def _never_without_tls(send: Send) -> Send:
    async def send_strictly(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], STRICT]
        await send(message)

    return send_strictly


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head


def answer(problem: Problem, instance: str | None = None) -> Response:
    """A problem as a response."""
    response = Response(problem.body(instance), problem.kind.status, problem.headers, PROBLEM_JSON)
    response.raw_headers.extend(SECURITY)
    return response


def tell_problems(app: FastAPI) -> None:
    """Let every way of failing be told as a problem document; anything unforeseen stays a 500, and is logged by the server."""
    app.add_exception_handler(Problem, _of_ours)
    app.add_exception_handler(HTTPException, _of_routing)
    app.add_exception_handler(RequestValidationError, _of_the_question)
    for error in (OperationalError, InterfaceError, DBAPIError):
        app.add_exception_handler(error, _of_the_database)
    app.add_exception_handler(VaultKeyUnusable, _of_the_vault)
    app.add_exception_handler(Exception, _of_a_defect)


def _told(request: Request, problem: Problem, instance: str | None = None) -> Response:
    """To whoever asked for a page on a page, to everybody else as a document."""
    return problem_page(request, problem) if is_page(request) else answer(problem, instance)


async def _of_ours(request: Request, error: Exception) -> Response:
    problem = cast("Problem", error)
    if problem.kind is UNAUTHENTICATED and _in_a_browser(request):
        return to_sign_in(request)
    return _told(request, problem, request.url.path)


def _in_a_browser(request: Request) -> bool:
    """Whether a person opens a page, who shows no key and can be asked to sign in."""
    access = request.app.state.access
    return (
        request.method == "GET"
        and accepts(request, "text/html") is not None
        and "authorization" not in request.headers
        and (access.in_development or access.sign_in is not None)
    )


async def _of_the_vault(request: Request, error: Exception) -> Response:
    told = str(error) if isinstance(error, VaultClosed) else "The service has no key of the vault that could be used."
    return _told(request, Problem(VAULT_SHUT, told), request.url.path)


ROUTING: dict[int, tuple[Kind, str]] = {
    400: (NOT_A_FORM, "It is broken, or has too many fields."),
    404: (NOT_FOUND, "No such address; GET /docs lists them."),
    405: (METHOD_NOT_ALLOWED, "This address does not take that method."),
}


async def _of_routing(request: Request, error: Exception) -> Response:
    status, headers = cast("HTTPException", error).status_code, cast("HTTPException", error).headers
    kind, detail = ROUTING.get(status, ROUTING[404])
    allowed = {name: _with_head(name, told) for name, told in (headers or {}).items()}
    return _told(request, Problem(kind, "" if is_page(request) else detail, headers=allowed))


def _with_head(name: str, told: str) -> str:
    """HEAD is taken wherever GET is (RFC 9110)."""
    return f"{told}, HEAD" if name.lower() == "allow" and "GET" in told else told


async def _of_the_question(request: Request, error: Exception) -> Response:
    return _told(request, question_problem(cast("RequestValidationError", error).errors()))


async def _of_the_database(request: Request, error: Exception) -> Response:
    return _told(request, Problem(UNAVAILABLE, "Ask again in a moment.", headers={"retry-after": "1"}))


async def _of_a_defect(request: Request, error: Exception) -> Response:
    return _told(request, Problem(INTERNAL, "Something unforeseen happened."))
