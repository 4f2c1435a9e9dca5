"""GET /pages/access-log: who opened which sealed words, when and for what."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import needs
from api.access_log import Wanted, asked_log
from api.pages.cells import Cell
from api.pages.facts import of_record
from api.pages.links import address
from api.pages.page import HOME, render
from api.pages.questions import filled
from api.pages.words import code, instant
from ledger.access.policy import Verb

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.AUDIT)], include_in_schema=False)
COLUMNS = ("Opened", "By", "For", "Record", "Entry")


@router.get("/access-log")
def access_log(request: Request) -> Response:
    """The log, as filtered."""
    wanted = filled(request, Wanted)
    told = asked_log(request, wanted)
    rows = [
        [
            Cell(instant(each["opened"]), (), f"Opening {each['number']}"),
            Cell(f"{code(each['role'])} of {each['agency']}", (), each["subject"]),
            Cell(code(each["purpose"]), (), f"Regarding {each['regarding']}" if "regarding" in each else ""),
            Cell(each["record"], href=of_record(each["record"])),
            Cell(str(each["position"]), href=f"/pages/entries/{each['position']}"),
        ]
        for each in told["openings"]
    ]
    more = None
    if "next" in told:
        more = address(request.url.path, request.query_params.multi_items(), after=told["openings"][-1]["number"])
    return render(
        request,
        "access_log.html",
        title="Access log",
        crumbs=(HOME,),
        columns=COLUMNS,
        rows=rows,
        more=more,
        wanted=wanted,
        end=told["end"],
        decision=told.get("decision"),
    )
