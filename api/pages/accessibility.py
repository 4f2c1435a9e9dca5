"""GET /pages/accessibility: what these pages do for whoever reads or works them otherwise, and what of that was tested."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import needs
from api.pages.page import render

router = APIRouter(prefix="/pages", dependencies=[needs(None)], include_in_schema=False)


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """The statement; it is kept true by the tests it names."""
    return render(request, "accessibility.html", title="Accessibility statement")
