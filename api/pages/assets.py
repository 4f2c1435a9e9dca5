"""GET /pages/static/…: style sheets, script and icon, each under a name that changes with its bytes, so that a browser may keep it for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from api.access import needs
from api.problems import NOT_FOUND, Problem

STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
KEPT = {"cache-control": "public, max-age=31536000, immutable"}

router = APIRouter(prefix="/pages/static", dependencies=[needs(None)], include_in_schema=False)


@cache
def _read() -> dict[str, tuple[str, bytes]]:
    """What may be asked for -> its media type and its bytes."""
    found = {}
    for path in sorted(STATIC.iterdir()):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        found[f"{path.stem}-{digest}{path.suffix}"] = (KINDS[path.suffix], content)
    return found


@cache
def address(name: str) -> str:
    """The address of a file of `static/`; raises KeyError for one that is not there."""
    stem, suffix = Path(name).stem, Path(name).suffix
    hashed = next((each for each in _read() if each.startswith(f"{stem}-") and each.endswith(suffix)), None)
    if hashed is None:
        raise KeyError(name)
    return f"{router.prefix}/{hashed}"


@router.get("/{name}")
def static(name: str) -> Response:
    """A file under its present name."""
    if name not in _read():
        raise Problem(NOT_FOUND, "There is no such file.")
    media_type, content = _read()[name]
    return Response(content, 200, KEPT, media_type)
