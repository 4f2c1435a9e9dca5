"""GET /pages/decisions and /pages/decisions/{position}: each decision as it stood when it was taken, and only when asked what came later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.access import needs
from api.asking import Position, UpTo, ledger_of
from api.decisions import replayed
from api.pages.cells import standing as clock_tag
from api.pages.facts import of_record
from api.pages.navigation import permitted
from api.pages.page import HOME, render
from api.waiting import moment_of
from ledger.access.deciding import prepared
from ledger.access.openings import AccessLog
from ledger.access.policy import Verb
from ledger.projections.aloud import aloud
from ledger.projections.replay import Replay

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.READ)], include_in_schema=False)
_ENTRY = re.compile(r"position (\d+)")
THEN = 5
"""Parts of what is read aloud that tell of the time of the decision; the last is its seal, those between tell of later."""


class Hindsight(UpTo):
    """`later`: with what came afterwards. Without hindsight unless asked."""

    later: Literal["shown"] | None = None


@router.get("/decisions/{position}")
def decision(request: Request, position: Annotated[Position, Path()], asked: Annotated[Hindsight, Query()]) -> Response:
    """One decision."""
    found = replayed(request, position, UpTo(as_at=asked.as_at, at_least=asked.at_least))
    parts, then = aloud(found), found.then()
    cases = [name for name in found.cases if name.startswith("incident/")]
    before, after = _beside(found)
    return render(
        request,
        "decision.html",
        title=f"Decision at entry {position:,}",
        crumbs=(HOME, ("Decisions", "/pages/decisions")),
        then=parts[:THEN],
        shown_above=[
            part.heading for part, table in zip(parts[2:4], (then["positions"], then["clocks"]), strict=True) if table
        ],
        later=parts[THEN:-1] if asked.later else None,
        came_later=sum(map(len, (found.known_later, found.amended, found.after))),
        seal=found.sha256,
        decided=then["decision"],
        positions=then["positions"],
        clocks=[(each, clock_tag(each)) for each in then["clocks"]],
        cases=[
            (name, f"/pages/incidents/{name.partition('/')[2]}/history?before={position}&order=recorded")
            for name in cases
        ],
        record=of_record(found.decision.originator_id),
        linked=_linked,
        openings=_openings(request, found) if permitted(request, Verb.AUDIT) else None,
        earlier=before,
        next=after,
    )


def _linked(sentence: str, at: int | None = None) -> Iterator[tuple[str, str]]:
    """A sentence in pieces, those that name an entry with the address of its page; `at`: as it counted when this entry was the last."""
    end = 0
    for named in _ENTRY.finditer(sentence):
        yield sentence[end : named.start()], ""
        yield named[0], f"/pages/entries/{named[1]}" + (f"?as_at={at}" if at else "")
        end = named.end()
    yield sentence[end:], ""


def _beside(found: Replay) -> tuple[int | None, int | None]:
    """The decisions of the same case before and after this one."""
    own = found.decision.position
    before = [entry.position for entry in found.relied_on if entry.kind.decides]
    after = [each.entry.position for each in found.after if each.entry.kind.decides]
    return (max((at for at in before if at < own), default=None), min((at for at in after if at > own), default=None))


def _openings(request: Request, found: Replay) -> list[tuple[str, int]]:
    """How many times each agency that took part had opened sealed words of the case before it decided."""
    log: AccessLog = request.app.state.openings
    moment_of(request, UpTo(at_least=found.decision.position))
    of = prepared(ledger_of(request), request.app.state.parts.tables, log, found.decision.position)
    return [(each["agency"], len(each["openings"])) for each in of.told()["deciders"]]
