"""GET /pages/log: what proves this ledger to somebody who does not trust whoever runs it; and a bundle of a case to take away."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from api.access import needs, sees
from api.asking import Nothing, ledger_of
from api.health import audited
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.problems import NOT_FOUND, Problem
from api.sessions import Form
from api.witnesses import witnessed
from ledger.access.policy import Verb
from ledger.bundles.scope import NotShown, OfRecord, chosen
from ledger.bundles.writing import Wanted, write
from ledger.log.checkpoint import Checkpoint
from ledger.receipts import told_keys
from ledger.seals import last_seal, seal
from ledger.writer import Writer

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.PROVE)], include_in_schema=False)


@router.get("/log")
def evidence(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """Checkpoint, keys, witnesses, the check of itself, and how to check it from outside."""
    return _page(request)


@router.post("/log/bundle", dependencies=[needs(Verb.EXPORT)])
async def bundle(request: Request, form: Form, _: Annotated[Nothing, Query()]) -> Response:
    """The evidence bundle of an incident and all that cites it, without sealed words, as a ZIP."""
    reference = str(form.get("incident", "")).strip().upper()
    return await asyncio.to_thread(_bundle, request, reference)


def _page(request: Request, *, incident: str = "", error: str = "", status: int = 200) -> Response:
    ledger = ledger_of(request)
    note = request.app.state.watching.cosignatures.latest()
    signed = 0 if note is None else Checkpoint.parse(note.text).size
    return render(
        request,
        "log.html",
        title="Evidence",
        crumbs=(HOME,),
        status=status,
        signed=signed,
        since=ledger.head().position - signed,
        note=None if note is None else note.to_bytes().decode(),
        keys=told_keys(ledger)["keys"],
        witnesses=witnessed(request),
        check=audited(request.app.state.watching.audit) if permitted(request, Verb.OPERATE) else None,
        may_audit=permitted(request, Verb.AUDIT),
        may_export=permitted(request, Verb.EXPORT),
        incident=incident,
        error=error,
    )


def _bundle(request: Request, reference: str) -> Response:
    ledger, name = ledger_of(request), f"incident/{reference}"
    if not reference:
        return _page(request, error="Enter the reference of an incident", status=422)
    if not (ledger.record(name) and sees(request, name)):
        return _page(request, incident=reference, error="There is no such incident", status=422)
    if ledger.guard.read_only is None and (batch := seal(ledger)) is not None:
        writer: Writer = request.app.state.writer
        writer.submit(batch).result()
    sealed = last_seal(ledger)
    note = request.app.state.watching.cosignatures.latest()
    size = 0 if note is None else Checkpoint.parse(note.text).size
    if note is None or sealed is None or size < sealed.entry.position:
        raise Problem(NOT_FOUND, "Nothing is signed over these entries, so there is nothing to show.")
    folder = Path(tempfile.mkdtemp(prefix="ledger-bundle-"))
    try:
        of = chosen(ledger, OfRecord(name, True), sealed, size, _quiet)
        write(ledger, Wanted(of, note, sealed, ledger.log_keys()), folder / "bundle.zip", _quiet)
    except NotShown as error:
        shutil.rmtree(folder)
        return _page(request, incident=reference, error=str(error), status=422)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return FileResponse(
        folder / "bundle.zip", filename=f"evidence-{reference}.zip", background=BackgroundTask(shutil.rmtree, folder)
    )


def _quiet(done: int, total: int | None) -> None:
    """Nobody looks at a bar here."""
