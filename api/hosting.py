"""Several partnerships behind one address: each is a whole service of its own, and the host name alone says which is meant."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from api.problems import MISDIRECTED, Problem

ALIVE = "/healthz"


class Hosting:
    """An ASGI application over the services of several partnerships, by host name. They share a process, and nothing in it."""

    def __init__(self, services: Mapping[str, FastAPI]) -> None:
        self._services = {name.encode(): service for name, service in services.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        service = self._services.get(_host(scope))
        await (service or _nobody(scope))(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """All of them, or none: a service that does not start keeps the others from starting."""
        started = False
        try:
            async with AsyncExitStack() as alive:
                await receive()
                for service in self._services.values():
                    await alive.enter_async_context(service.router.lifespan_context(service))
                await send({"type": "lifespan.startup.complete"})
                started = True
                await receive()
        except BaseException as error:
            await send({"type": f"lifespan.{'shutdown' if started else 'startup'}.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})


def _host(scope: Scope) -> bytes:
    """What stands before the port in the one Host header there is."""
    found: list[bytes] = [value for name, value in scope.get("headers", ()) if name == b"host"]
    return found[0].rsplit(b":", 1)[0].lower() if len(found) == 1 else b""


def _nobody(scope: Scope) -> JSONResponse:
    """To a name that is no partnership's: that the process lives, and nothing else."""
    if scope.get("path") == ALIVE:
        return JSONResponse({"alive": True})
    told = Problem(MISDIRECTED, "No partnership is reached at this name.").document()
    return JSONResponse(told, MISDIRECTED.status, media_type="application/problem+json")
