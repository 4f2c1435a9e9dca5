"""The as-at bar: at which moment a page looks at the ledger, how that is said, and how another moment is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.access import needs
from api.asking import Asked, ledger_of
from api.pages.links import TIMES, address
from api.pages.page import render
from ledger.access.policy import Verb
from ledger.domain.fields import spoken
from ledger.projections.as_at import Moment, NotAPlaceInTime, NotYet, moment, read_place

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.ENTER)], include_in_schema=False)
OF_ONE_ANSWER = ("page",)
"""Parameters that mean nothing at another moment."""


@dataclass(frozen=True)
class Standing:
    """The moment a page shows: `told` is the sentence, `now` the same page without a moment."""

    when: Moment
    is_now: bool
    told: str
    now: str


def standing(request: Request, when: Moment) -> Standing:
    """For the bar of a page that answers a question asked with `when`."""
    place = request.query_params.get("as_at", "")
    back = address(request.url.path, request.query_params.multi_items(), without=(*TIMES, *OF_ONE_ANSWER))
    head = ledger_of(request).head().position
    return Standing(when, not place, _told(request, place, when, head), back)


class Chosen(Asked):
    """The form of the bar: a day in three parts, or an entry; `back` is the page to show then."""

    back: Annotated[str, Field(pattern=r"^/pages(?:[/?][^\\\x00-\x1f]*)?$", max_length=2000)] = "/pages"
    day: Annotated[str, Field(max_length=20)] = ""
    month: Annotated[str, Field(max_length=20)] = ""
    year: Annotated[str, Field(max_length=20)] = ""
    entry: Annotated[str, Field(max_length=20)] = ""


@router.get("/as-at")
def as_at(request: Request, chosen: Annotated[Chosen, Query()]) -> Response:
    """To the page as it stood then, or back to the form with what is wrong."""
    place, error = _read(chosen)
    if place is not None and error is None:
        try:
            moment(ledger_of(request), place)
        except NotYet as not_yet:
            error = ("entry" if chosen.entry.strip() else "day", str(not_yet))
    if error is None and place is not None:
        parts = urlsplit(chosen.back)
        return RedirectResponse(address(parts.path, parse_qsl(parts.query), without=OF_ONE_ANSWER, as_at=place), 303)
    return render(request, "as_at.html", title="Choose a moment", chosen=chosen, error=error)


def _read(chosen: Chosen) -> tuple[str | None, tuple[str, str] | None]:
    """The place in time that was chosen, or the field that is wrong and why; neither where nothing was given."""
    entry, parts = (
        chosen.entry.strip().replace(",", ""),
        [chosen.day.strip(), chosen.month.strip(), chosen.year.strip()],
    )
    if entry and any(parts):
        return None, ("day", "Give either a day or an entry, not both")
    if entry:
        try:
            return str(read_place(entry)), None
        except NotAPlaceInTime:
            return None, ("entry", "The entry should be a whole number, such as 120")
    if not any(parts):
        return None, None
    try:
        return date(*(int(part) for part in reversed(parts))).isoformat(), None
    except ValueError:
        return None, ("day", "The day should be a real date, such as 31 3 2025")


def _told(request: Request, place: str, when: Moment, head: int) -> str:
    entries = f"{when.as_at:,} {'entry' if when.as_at == 1 else 'entries'}"
    if not place:
        told = f"as it stands now, with {entries}"
    elif isinstance(day := read_place(place), date) and len(place) == len("2020-03-31"):
        told = f"as it stood at the end of {spoken(day)}, with {entries}"
    elif place.isdecimal():
        last = "before its first entry" if when.as_at == 0 else f"when entry {when.as_at:,} was its last"
        told = f"as it stood {last}, on {spoken(when.as_of)}"
    else:
        told = f"as it stood at {place}, with {entries}"
    since = head - when.as_at
    later = f" {since:,} recorded since {'is' if since == 1 else 'are'} not shown." if place and since else ""
    about = f" What it says is about {spoken(when.as_of)}." if request.query_params.get("as_of") else ""
    return f"You are looking at the ledger {told}.{later}{about}"
