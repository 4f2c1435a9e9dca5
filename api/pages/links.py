"""Addresses of ours: made from parts, and kept at the moment that the page at hand shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request

from ledger.projections.as_at import NotAPlaceInTime, read_place

TIMES = ("as_at", "as_of")
TIMELESS = tuple(
    f"/pages/{each}"
    for each in ("rules", "record", "drafts", "receipts", "log", "access-log", "accessibility", "static")
)
"""Pages that are only of now, with those below them: what the rules are, what is signed, what somebody records."""


def address(
    path: str, given: Iterable[tuple[str, Any]], *, without: Iterable[str] = (), fragment: str = "", **changes: Any
) -> str:
    """A path with a query: what was given and is not empty, less what is left out or changed, and then the changes."""
    left_out = {*without, *changes}
    told = [(name, value) for name, value in given if value and name not in left_out]
    query = urlencode([*told, *((name, value) for name, value in changes.items() if value)])
    return path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def kept(request: Request, href: str) -> str:
    """An address at the moment that the page at hand shows; one of a program, of another site or of a page that is only of now as it is."""
    times = {name: value for name in TIMES if (value := request.query_params.get(name)) and _is_place(value)}
    parts = urlsplit(href)
    if (
        not times
        or not parts.path.startswith("/pages")
        or f"{parts.path}/".startswith(tuple(f"{each}/" for each in TIMELESS))
    ):
        return href
    return address(parts.path, parse_qsl(parts.query), fragment=parts.fragment, **times)


def _is_place(value: str) -> bool:
    try:
        read_place(value)
    except NotAPlaceInTime:
        return False
    return True
