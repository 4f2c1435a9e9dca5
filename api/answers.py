"""How answers are written: JSON, pages that say where they go on, comma-separated tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ledger.spreadsheets.guard import guarded

SECURITY = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer carries: it is kept by nobody on the way, and runs nothing in a browser."""
ONLY_HEAD = "only_head"
"""In the scope of a GET that came as a HEAD."""


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response of values that are JSON-ready."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode(), status, headers, "application/json")


def next_link(request: Request, **changes: Any) -> str:
    """The address of the next page, path and query: the present question with some parameters changed."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
    return f"{request.url.path}?{urlencode([*asked, *changes.items()])}"


def link_header(address: str) -> dict[str, str]:
    """RFC 8288."""
    return {"link": f'<{address}>; rel="next"'}


def accepts(request: Request, *media_types: str) -> str | None:
    """The first of these media types that the caller names; None where it names none of them, so that JSON is sent."""
    named = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return next((media_type for media_type in media_types if media_type in named), None)


def csv_answer(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], headers: Mapping[str, str]) -> Response:
    """A table as RFC 4180 text with a head line; lists are joined by spaces; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return Response(text.getvalue().encode(), 200, headers, "text/csv")


def streamed(request: Request, chunks: AsyncIterator[bytes] | Iterator[bytes], media_type: str) -> Response:
    """Chunks as they come; none is fetched where only the head is asked for."""
    if request.scope.get(ONLY_HEAD):
        answer = Response(media_type=media_type)
        del answer.headers["content-length"]
        return answer
    return StreamingResponse(chunks, media_type=media_type)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case list() | tuple():
            text = " ".join(map(str, value))
        case dict():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    return guarded(text)
