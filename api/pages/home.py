"""GET /pages: where whoever signs in begins."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import needs
from api.pages.page import render
from ledger.access.policy import Verb

router = APIRouter(prefix="/pages", dependencies=[needs(Verb.ENTER)], include_in_schema=False)


@router.get("")
def home(request: Request) -> Response:
    """The ways in."""
    return render(request, "home.html", title="Home", crumbs=())
