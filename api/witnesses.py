"""POST /log/cosignatures and GET /log/witnesses: what witnesses signed, and how far each of them has come."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from api.access import needs
from api.answers import json_answer
from api.asking import Nothing, ledger_of
from api.contract import INSTANT, TEXT, WHOLE, YES, json_content, many, responses, shape
from api.problems import ANOTHER_HISTORY, NO_COSIGNATURE, TOO_LARGE, Problem
from api.watching import Watching
from ledger.access.policy import Verb
from ledger.clock import spelled
from ledger.evidence.witnessing import Contradicted, readable
from ledger.log.policy import Trusted
from ledger.log.verdict import Unproved, sentence

router = APIRouter(prefix="/log", tags=["the log"], dependencies=[needs(Verb.PROVE)])
MOST_BYTES = 65_536
WITNESS = shape({"name": TEXT, "key": TEXT, "size": WHOLE, "behind": WHOLE}, {"cosigned": INSTANT, "trouble": TEXT})
WITNESSES = shape({"size": WHOLE, "agreed": WHOLE, "in_force": YES, "quorum": TEXT, "witnesses": many(WITNESS)})
KEPT = shape({"size": WHOLE})


@router.post(
    "/cosignatures",
    summary="Hand in a cosignature",
    responses=responses(409, 413, 422, ok=json_content(KEPT)),
    openapi_extra={"requestBody": {"required": True, "content": {"text/plain": {"schema": TEXT}}}},
)
async def cosign(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """A checkpoint of this log as a signed note whose lines are witnesses' cosignatures; it is kept once each was checked."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise Problem(TOO_LARGE, f"A cosigned checkpoint has at most {MOST_BYTES} bytes.")
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    watching: Watching = request.app.state.watching
    try:
        size = await asyncio.to_thread(watching.cosignatures.take, body)
    except Contradicted as error:
        logging.getLogger("uvicorn.error").error("CONTRADICTION: %s", error)  # noqa: TRY400 - what it says is all
        raise Problem(ANOTHER_HISTORY, sentence(error)) from None
    except Unproved as error:
        raise Problem(NO_COSIGNATURE, sentence(error)) from None
    return json_answer({"size": size})


@router.get("/witnesses", summary="Who has cosigned how much", responses=responses(422, ok=json_content(WITNESSES)))
def witnesses(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """How many entries are held, how many are agreed by the policy's quorum, and how far each witness has come.

    `in_force` is false where no policy asks anybody to agree: then nothing here is vouched for by others.
    """
    return json_answer(witnessed(request))


def witnessed(request: Request) -> dict[str, Any]:
    """The same as JSON values."""
    watching: Watching = request.app.state.watching
    policy, size = watching.cosignatures.policy, ledger_of(request).head().position
    agreed = (
        watching.cosignatures.agreed_size()
    )  # first, so that what is told of each witness is never less than what is agreed
    told = [_told(watching, name, witness, size) for name, witness in policy.witnesses.items()]
    asked = {"in_force": policy.quorum is not None, "quorum": readable(policy.spoken())}
    return {"size": size, "agreed": agreed, **asked, "witnesses": told}


def _told(watching: Watching, name: str, witness: Trusted, size: int) -> dict[str, Any]:
    last = watching.cosignatures.last(witness.key)
    told: dict[str, Any] = {"name": readable(name), "key": str(witness.key), "size": last.size if last else 0}
    told["behind"] = max(0, size - told["size"])
    if last is not None:
        told["cosigned"] = _instant(last.cosigned)
    if trouble := watching.gatherer.trouble.get(name):
        told["trouble"] = trouble
    return told


def _instant(seconds: int) -> str:
    return spelled(datetime.fromtimestamp(seconds, UTC))
