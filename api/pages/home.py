"""GET /pages: where whoever signs in begins. What is overdue, due and waiting for them, where to look, and whether the ledger can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import needs
from api.health import audited
from api.pages.as_at import standing
from api.pages.cells import Cell, Item, Names
from api.pages.cells import standing as clock_tag
from api.pages.navigation import permitted
from api.pages.page import render
from api.pages.questions import asking_at, names_at, place_of
from api.pages.sheets.clocks import CLOCKS, LINES, clock_name, owed_by
from api.pages.waiting_for import AGENCY, waiting
from api.pages.words import day
from api.witnesses import witnessed
from ledger.access.policy import Verb
from ledger.access.principal import Principal
from ledger.enquiries import ENQUIRIES
from ledger.enquiries.leads import Leads
from ledger.projections.asking import Answer
from ledger.projections.clocks import first_clocks
from ledger.projections.first_clocks import FIRST

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.ENTER)], include_in_schema=False)
SHOWN = 5
"""Clocks of each kind that stand on the page itself."""


@dataclass(frozen=True)
class Clocks:
    """Some of the clocks in one state: how many there are, the first of them, and where the rest is."""

    total: int
    rows: list[list[Cell]]
    href: str


@router.get("")
def home(request: Request) -> Response:
    """By role: nobody is shown what their role does not read."""
    speaker: Principal | None = request.state.speaker
    told: dict[str, Any] = {"standing": None, "overdue": None, "due": None, "waiting": [], "lines": None}
    if permitted(request, Verb.READ):
        when = place_of(request)
        names = names_at(request.app.state.parts.tables, when.as_at, when.as_of)
        mine = speaker.agency if speaker is not None and speaker.role in AGENCY else None
        clocks = _clocks(request, mine, names)
        told |= {
            "standing": standing(request, when),
            "overdue": clocks["breached"],
            "due": clocks["running"],
            "waiting": list(waiting(request, speaker)),
            "lines": _lines(request) if permitted(request, Verb.SCRUTINISE) else None,
        }
    check = audited(request.app.state.watching.audit) if permitted(request, Verb.OPERATE) else None
    witnesses = witnessed(request) if permitted(request, Verb.PROVE) else None
    return render(request, "home.html", title=_title(speaker), crumbs=(), check=check, witnesses=witnesses, **told)


def _title(speaker: Principal | None) -> str:
    return "Home" if speaker is None else f"Home: {speaker.role.title}"


def _clocks(request: Request, owed_by: str | None, names: Names) -> dict[str, Clocks]:
    """Those that ran over and those that run, by state."""
    asking = asking_at(request, CLOCKS.question, {"owed_by": [owed_by]} if owed_by else {})
    found = first_clocks(request.app.state.parts.tables, replace(asking, limit=SHOWN))
    return {state: _some(found[state], state, order, owed_by, names) for state, order in FIRST}


def _some(found: Answer, state: str, order: str, owed_by: str | None, names: Names) -> Clocks:
    query = f"state={state}&sort={order}" + (f"&owed_by={owed_by}" if owed_by else "")
    return Clocks(found.total, [_row(item, names) for item in found.items], f"{CLOCKS.path}?{query}")


def _row(item: Item, names: Names) -> list[Cell]:
    return [
        Cell(clock_name(item, names), (), item["reference"], f"/pages/records/{item['record']}/{item['reference']}"),
        Cell(day(item["due"]), (clock_tag(item),)),
        Cell(owed_by(item, names)),
    ]


def _lines(request: Request) -> Sequence[tuple[str, int, str]]:
    """Each line of enquiry that leads somewhere, to how many places, most first."""
    leads: Leads = request.app.state.leads
    found = leads.of(asking_at(request, LINES.question)).items()
    most_first = sorted(found, key=lambda each: -each[1])
    return [(ENQUIRIES[id_].title, number, f"{LINES.path}?id={id_}") for id_, number in most_first]
