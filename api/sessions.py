"""Who is signed in to the pages: the session that a browser's cookie names, and the proof that what it posts was meant."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.problems import NOT_A_FORM, NOT_FROM_HERE, Problem
from ledger.access.principal import Principal
from ledger.access.sessions import LONGEST, Session, Sessions

COOKIE = "ledger-session"
CSRF = "csrf"
"""The name of the hidden field that each form carries."""
MOST_FIELDS = 1_000
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def session_of(request: Request, *, anew: bool = False) -> Session | None:
    """The session of whoever asks, looked up once a request, or `anew`; None where nobody is signed in. It may wait for the database."""
    if anew or not hasattr(request.state, "session"):
        secret = cookie(request, COOKIE)
        request.state.session = None if secret is None else sessions_of(request).session(secret)
    found: Session | None = request.state.session
    return found


def known(request: Request) -> Principal | None:
    """Who is signed in, as far as this request has looked; where a route needs something, `request.state.speaker` says who asks."""
    found: Session | None = getattr(request.state, "session", None)
    return None if found is None else found.principal


def token_of(request: Request) -> str:
    """What each form of a page carries in its hidden field `csrf`; empty where nobody is known to be signed in."""
    found: Session | None = getattr(request.state, "session", None)
    return "" if found is None else found.token


async def meant(request: Request) -> None:
    """Of every route: what a browser posts comes from a page of this service and, by the right of a session, says so; raises Problem.

    Whoever shows a key or a token is not asked: no browser sends those by itself.
    """
    if request.method in HARMLESS or "authorization" in request.headers:
        return
    from_here(request)
    session = await asyncio.to_thread(session_of, request)
    if session is None:
        return
    told = (await form_of(request)).get(CSRF)
    if not (isinstance(told, str) and session.wrote(told)):
        raise Problem(NOT_FROM_HERE, "The form does not carry the token of this session. Open the page again.")


async def form_of(request: Request) -> FormData:
    """As a dependency: the fields of a form that was posted; `meant` has looked at its token before. Raises Problem."""
    try:
        return await request.form(max_fields=MOST_FIELDS)
    except HTTPException:
        raise Problem(NOT_A_FORM, "It is broken, or has too many fields.") from None


Form = Annotated[FormData, Depends(form_of)]


def from_here(request: Request) -> None:
    """Turn away what a page of another site posts; raises Problem. A browser says where it comes from, and cannot be made to lie."""
    where = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    strange = where != "same-origin" if where is not None else origin not in (None, site(request))
    if strange:
        raise Problem(NOT_FROM_HERE, "It was posted from the page of another site.")


def sessions_of(request: Request) -> Sessions:
    """The sessions of this service's ledger."""
    found: Sessions = request.app.state.sessions
    return found


def site(request: Request) -> str:
    """Where people reach the pages, as in an Origin header: as it is set, or else as this machine's browser says it."""
    address: str | None = request.app.state.access.address
    return address if address is not None else f"http://{request.headers['host']}"


def cookie(request: Request, name: str) -> str | None:
    """The value of one of our cookies; None where there is none, or several that a neighbour may have put there."""
    pairs = (pair.strip().partition("=") for line in request.headers.getlist("cookie") for pair in line.split(";"))
    found = {value for given, _, value in pairs if given == _named(request, name)}
    return found.pop() if len(found) == 1 else None


def set_cookie(
    request: Request, answer: Response, name: str, value: str, lasts: float = LONGEST.total_seconds()
) -> None:
    """Give the browser one of our cookies: no script reads it, no other site's form sends it."""
    answer.set_cookie(
        _named(request, name),
        value,
        max_age=int(lasts),
        path="/",
        secure=_secure(request),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, answer: Response, name: str) -> None:
    """Take it back."""
    answer.delete_cookie(_named(request, name), path="/", secure=_secure(request), httponly=True, samesite="lax")


def _secure(request: Request) -> bool:
    return site(request).startswith("https://")


def _named(request: Request, name: str) -> str:
    """With TLS under a name that no neighbouring host and no plain connection can set (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if _secure(request) else name
