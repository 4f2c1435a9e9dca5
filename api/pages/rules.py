"""GET /pages/rules: every rule with its sentence, its source, how sure that is, and what each pack says in numbers."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.access import needs
from api.asking import Asked, ledger_of
from api.pages.cells import Tag
from api.pages.page import render
from ledger.access.policy import Verb
from ledger.rulebook import rule_book

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.ENTER)], include_in_schema=False)
EFFECTS = {
    "refuse": Tag("Refuses", "red"), "flag": Tag("Records, and flags", "orange"), "clock": Tag("Sets a clock", "blue"),
    "enquiry": Tag("Asks a question", "purple"),
}  # fmt: skip
SURE = {
    "confirmed": Tag("Confirmed", "green"), "partly-confirmed": Tag("Partly confirmed", "blue"),
    "unconfirmed": Tag("Not confirmed", "orange"), "by-design": Tag("Follows from what an event means", "grey"),
}  # fmt: skip


class Chosen(Asked):
    """Which rules: without it, all."""

    effect: Literal["refuse", "flag", "clock", "enquiry"] | None = None


@router.get("/rules")
def rules(request: Request, chosen: Annotated[Chosen, Query()]) -> Response:
    """The rule book, rule by rule."""
    rows = [row for row in rule_book(ledger_of(request).shelf) if chosen.effect in {None, row["effect"]}]
    found = [(id_, list(group)) for id_, group in groupby(rows, key=lambda row: row["id"])]
    effects = [(value, tag.text) for value, tag in EFFECTS.items()]
    return render(
        request,
        "rules.html",
        title="Rules",
        rules=found,
        effects=effects,
        chosen=chosen.effect,
        effect_tags=EFFECTS,
        sure=SURE,
    )
