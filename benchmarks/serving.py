"""`python -m benchmarks.serving KIND PORT DATABASE`: the service, or one of the servers it is compared with, run the same way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Lock
from typing import Annotated, cast

import uvicorn
from fastapi import Depends, FastAPI, Request, Response

import ledger.writer
from api.access import Access
from api.app import create_for
from api.front import Front, tell_problems
from api.intake import Intake
from api.posted import ONE, posted
from benchmarks import bare
from benchmarks.homes import VAULT, signing
from ledger import canonical, receipts
from ledger.application import Batch, Ledger
from ledger.entry import Submission
from ledger.garbage import look_seldom
from ledger.outcome import Recorded
from ledger.wiring import open_ledger
from ledger.writer import Reply, Writer, one_by_one


def as_it_is(database: str) -> FastAPI:
    """The service."""
    return create_for(database, signing=signing(), vault=VAULT)


def groups_of_one(database: str) -> FastAPI:
    """The service, but that each request is a transaction of its own."""
    ledger.writer.MOST_AT_ONCE = 1
    return as_it_is(database)


class Unstored:
    """Takes the place of the writer and answers at once: no rules, no bytes of an entry, no storage."""

    def offer(self, batch: Batch, reply: Reply) -> None:
        """As Writer's."""
        reply(list(map(bare.unstored, batch.submissions)))


def unstored(database: str) -> FastAPI:
    """The same server answering the same validated body without storing it."""
    door = Intake(Access())
    door.writer = cast("Writer", Unstored())
    return _server(FastAPI(), door)


def only_stored(database: str) -> FastAPI:
    """The same server storing the same validated body, in groups as the service does, and doing nothing else with it."""
    door = Intake(Access())

    @asynccontextmanager
    async def writing(app: FastAPI) -> AsyncIterator[None]:
        loop, held = asyncio.get_running_loop(), bare.OnlyStored(database)
        door.writer = writer = Writer(
            cast("Ledger", held), hand_out=lambda answered: loop.call_soon_threadsafe(one_by_one, answered)
        )
        yield
        writer.close()
        held.close()

    return _server(FastAPI(lifespan=writing), door)


async def _body(request: Request) -> bytes:
    return await request.body()


def commits_each(database: str) -> FastAPI:
    """An endpoint as it is usually written: in the thread pool, one transaction for each request; same validation, same rules."""
    held, turn, app = open_ledger(database, signing=signing(), vault=VAULT), Lock(), FastAPI()

    @app.post("/events")
    def post(body: Annotated[bytes, Depends(_body)]) -> Response:
        item = posted(ONE, {}, body).items[0]
        assert isinstance(item, Submission)
        with turn:
            outcome = held.write([Batch((item,), "business-unit@BU")])[0][0]
        assert isinstance(outcome, Recorded), outcome
        return Response(canonical.write(receipts.receipt(outcome)), 201, media_type="application/json")

    return _server(app)


def _server(app: FastAPI, door: Intake | None = None) -> FastAPI:
    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"alive": True}

    app.add_middleware(Front, intake=door)
    tell_problems(app)
    return app


KINDS: dict[str, Callable[[str], FastAPI]] = {
    "as-it-is": as_it_is, "groups-of-one": groups_of_one, "unstored": unstored, "only-stored": only_stored,
    "commits-each": commits_each,
}  # fmt: skip


if __name__ == "__main__":
    kind, port, database = sys.argv[1:]
    look_seldom()
    uvicorn.run(
        KINDS[kind](database), host="127.0.0.1", port=int(port), loop="uvloop", http="httptools", ws="none", access_log=False,
        server_header=False, log_level="error",
    )  # fmt: skip
