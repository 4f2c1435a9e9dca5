"""The service: its parts, its routes, its life."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.routing import Route

from api import (
    access_log,
    catalogue,
    decisions,
    entries,
    erasures,
    figures,
    guide,
    health,
    histories,
    intake,
    lists,
    log,
    records,
    reports,
    sign_in,
    witnesses,
    words,
)
from api.access import Access, admitted
from api.asking import asked_once
from api.erasures import resume
from api.feed import Feed
from api.front import LOCAL, Front, tell_problems
from api.hosting import Hosting
from api.keeping import InAProcess, InAThread, Keeping
from api.pages import ROUTERS as PAGES
from api.sealing import seal_daily
from api.sessions import meant
from api.streams import Tide
from api.waiting import reached
from api.watching import Watch, Watching
from ledger.access.drafts import Drafts
from ledger.access.erasing import Askings
from ledger.access.openings import AccessLog
from ledger.access.sessions import Sessions
from ledger.clock import SystemClock
from ledger.enquiries.leads import Leads
from ledger.evidence.erasures import Erasures
from ledger.evidence.signing import Signing
from ledger.partnerships import read_partnerships
from ledger.reports.brand import Brand, read_brand
from ledger.settings import Settings
from ledger.vault import Vault
from ledger.wiring import Parts, erasures_of, open_parts, policy_of, signing_of, vault_of
from ledger.writer import Writer, one_by_one

DESCRIPTION = (
    "An event-sourced ledger of what safeguarding partners did. Partners post events; each is checked against the rules, "
    "stored immutably in one gapless order, and answered with a receipt. Everything read here is computed from those entries, "
    "as they stood at any position asked for. HEAD is answered wherever GET is. The ledger is not a referral route."
)


def create_app(
    open_: Callable[[], Parts],
    *,
    keep: Keeping = InAThread,
    watch: Watch | None = None,
    front_door: str = "",
    out_of_hours: str = "",
    brand: Brand | None = None,
    hosts: frozenset[bytes] = LOCAL,
    access: Access | None = None,
) -> FastAPI:
    """The service over the parts that `open_` opens when it starts; it closes them when it stops.

    `keep` starts who keeps the read tables; `watch` says how witnesses are asked and how the ledger checks itself. `front_door`:
    where a child is referred to, and `out_of_hours` when that is closed, shown before every form about a case. `brand`: how
    reports look. `hosts`: names it answers to. `access`: who may do what; without it
    nobody is asked who they are, which is development.
    """
    access = access or Access()
    door = intake.Intake(access)

    @asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        parts = await asyncio.to_thread(open_)
        access.opened(parts)
        app.state.openings = await asyncio.to_thread(AccessLog.open, parts.database, parts.ledger.clock)
        app.state.askings = await asyncio.to_thread(Askings.open, parts.database, parts.ledger.clock)
        app.state.sessions = await asyncio.to_thread(
            Sessions.open, parts.database, parts.ledger.clock, access.vouched_by
        )
        app.state.drafts = await asyncio.to_thread(Drafts.open, parts.database, parts.ledger.clock, parts.ledger.vault)
        loop = asyncio.get_running_loop()
        # One wake-up of the loop brings all answers of one commit.
        app.state.writer = door.writer = writer = Writer(
            parts.ledger, hand_out=lambda answered: loop.call_soon_threadsafe(one_by_one, answered)
        )
        app.state.writer = writer
        await asyncio.to_thread(resume, parts.ledger, app.state.askings, writer)
        feed, keeper = Feed(parts.ledger, parts.tables), keep(parts)
        app.state.watching = watching = Watching(parts, watch or Watch())
        if risk := await asyncio.to_thread(feed.recorder.risk):
            logging.getLogger("uvicorn.error").warning(risk)
        sealing = asyncio.create_task(seal_daily(parts.ledger, writer))
        app.state.parts, app.state.feed, app.state.tide, app.state.keeper = parts, feed, Tide(feed), keeper
        app.state.leads = Leads(parts.tables)
        try:
            yield
        finally:
            sealing.cancel()
            await asyncio.to_thread(writer.close)
            await asyncio.to_thread(watching.close)
            await asyncio.to_thread(keeper.close)
            await asyncio.to_thread(parts.close)
            await asyncio.to_thread(access.close)
            await asyncio.to_thread(app.state.openings.close)
            await asyncio.to_thread(app.state.askings.close)
            await asyncio.to_thread(app.state.sessions.close)
            await asyncio.to_thread(app.state.drafts.close)

    app = FastAPI(
        title="Safeguarding-activity ledger",
        version=_version(),
        description=DESCRIPTION,
        lifespan=living,
        routes=[Route(intake.PATH, door, methods=["POST"])],
        dependencies=[Depends(admitted), Depends(meant), Depends(asked_once), Depends(reached)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # spans would carry addresses and queries
    )
    app.state.front_door, app.state.out_of_hours = front_door, out_of_hours
    app.state.access, app.state.intake = access, door
    app.state.brand = brand or Brand()
    for part in (
        entries,
        words,
        erasures,
        access_log,
        log,
        witnesses,
        records,
        histories,
        decisions,
        lists,
        figures,
        reports,
        catalogue,
        health,
        guide,
        sign_in,
    ):
        app.include_router(part.router)
    for page in PAGES:
        app.include_router(page)
    by_tls = (access.address or "").startswith("https://")
    app.add_middleware(
        Front, hosts=hosts, intake=door, limits=access.limits, alone=access.in_development, by_tls=by_tls
    )
    tell_problems(app)
    return app


def create() -> FastAPI | Hosting:
    """The service as the environment sets it up: one ledger, or several partnerships, each a service to itself."""
    settings = Settings()
    if settings.partnerships is None:
        return create_of(settings)
    return Hosting({name: create_of(own) for name, own in read_partnerships(settings.partnerships).items()})


def create_of(settings: Settings) -> FastAPI:
    """The service of one ledger."""
    database = settings.database_url
    return create_for(
        database,
        packs=settings.packs,
        front_door=settings.front_door,
        out_of_hours=settings.out_of_hours,
        brand=read_brand(settings.brand),
        signing=signing_of(settings, database),
        vault=vault_of(settings, database),
        erasures=erasures_of(settings, database),
        watch=Watch(policy_of(settings), settings.witness_every, settings.audit_share / 100),
        hosts=LOCAL | {name.encode() for name in settings.names},
        access=Access.of(settings, database, SystemClock()),
    )


def create_for(
    database: str,
    *,
    packs: Path | None = None,
    front_door: str = "",
    out_of_hours: str = "",
    brand: Brand | None = None,
    signing: Signing | None = None,
    vault: Vault | None = None,
    erasures: Erasures | None = None,
    watch: Watch | None = None,
    hosts: frozenset[bytes] = LOCAL,
    access: Access | None = None,
) -> FastAPI:
    """The service over a database; its read tables are kept by a process beside it."""
    open_ = partial(open_parts, database, packs=packs, signing=signing, vault=vault, erasures=erasures)
    return create_app(
        open_,
        keep=lambda parts: InAProcess(database, packs),
        watch=watch,
        front_door=front_door,
        out_of_hours=out_of_hours,
        brand=brand,
        hosts=hosts,
        access=access,
    )


def _version() -> str:
    try:
        return version("safeguarding-ledger")
    except PackageNotFoundError:  # run from a checkout, which is not an installed package
        return "0.1.0"
