"""/sign-in, /sign-in/callback and /sign-out: a person comes in through the identity provider; in development they choose who to be."""

from __future__ import annotations

import asyncio
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from api.access import Access, needs
from api.asking import Asked, Nothing
from api.pages.page import HOME, render
from api.problems import NO_PROVIDER, NOT_FOUND, NOT_FROM_HERE, NOT_SIGNED_IN, Problem
from api.sessions import (
    COOKIE,
    CSRF,
    Form,
    cookie,
    drop_cookie,
    session_of,
    sessions_of,
    set_cookie,
)
from ledger.access.principal import BUSINESS_UNIT, OF_THE_BUSINESS_UNIT, Principal, Role
from ledger.access.sign_in import Attempt, SignIn
from ledger.access.tokens import ProviderSilent, Unproved
from ledger.domain.fields import REFERENCE_PATTERN
from ledger.vault import SALT_BYTES, fresh_salt

router = APIRouter(dependencies=[needs(None)], include_in_schema=False)
ATTEMPT = "sign-in"
ATTEMPT_LASTS = 600.0
"""Seconds in which somebody signs in with the provider."""
WITHIN = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?&=:,+-]{0,1000}")
"""An address on this site: a path and a query, of plain characters. `//elsewhere` is another site to a browser, and so is `/\\elsewhere`."""
FIRST = HOME[1]
SUBJECT = "development:chosen"


class Wanted(Asked):
    """Where somebody wanted to go before they were asked who they are."""

    next: str = FIRST


class Answered(Asked):
    """What the provider's answer says; a provider may add to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Annotated[str | None, Field(max_length=4_096)] = None
    state: Annotated[str, Field(max_length=200)] = ""
    iss: Annotated[str | None, Field(max_length=1_000)] = None
    error: Annotated[str | None, Field(max_length=1_000)] = None


@router.get("/sign-in")
async def sign_in(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
    """To the provider, or in development to choose."""
    there = within(wanted.next)
    if _access(request).in_development:
        return await asyncio.to_thread(_choosing, request, there)
    attempt = Attempt(fresh_salt())
    try:
        address = await asyncio.to_thread(_provider(request).address, attempt)
    except ProviderSilent:
        raise _silent() from None
    answer = RedirectResponse(address, 303)
    _keep(request, answer, attempt, there)
    return answer


@router.get("/sign-in/callback")
async def callback(request: Request, answered: Annotated[Answered, Query()]) -> Response:
    """The provider's answer: whoever it vouches for is signed in, in the browser that asked and nowhere else."""
    provider = _provider(request)
    attempt, there = _attempt(cookie(request, ATTEMPT))
    if attempt is None or not attempt.began(answered.state):
        raise Problem(NOT_SIGNED_IN, "This browser did not begin it, or it took too long.")
    if answered.code is None:
        raise Problem(NOT_SIGNED_IN, "The identity provider did not sign you in.")
    try:
        principal = await asyncio.to_thread(provider.principal, attempt, answered.code, answered.iss)
    except Unproved as unproved:
        raise Problem(NOT_SIGNED_IN, str(unproved)) from None
    except ProviderSilent:
        raise _silent() from None
    answer = await asyncio.to_thread(_let_in, request, principal, there)
    drop_cookie(request, answer, ATTEMPT)
    return answer


@router.post("/sign-in")
async def choose(request: Request, form: Form, _: Annotated[Nothing, Query()]) -> Response:
    """In development: be whoever was chosen. Where identity is required there is no such address."""
    if not _access(request).in_development:
        raise Problem(NOT_FOUND, "There is nothing to choose here: the identity provider says who you are.")
    attempt, _there = _attempt(cookie(request, ATTEMPT))
    if session_of(request) is None and not (attempt and attempt.began(str(form.get(CSRF, "")))):
        raise Problem(NOT_FROM_HERE, "This browser was not asked who to be. Open the page again.")
    role, agency = str(form.get("role", "")), str(form.get("agency", ""))
    if role not in set(Role) or not re.fullmatch(REFERENCE_PATTERN, agency):
        raise Problem(NOT_SIGNED_IN, "Choose a role, and an agency by its code.")
    held_at = BUSINESS_UNIT if Role(role) in OF_THE_BUSINESS_UNIT else agency
    principal = Principal(Role(role), held_at, SUBJECT)
    return await asyncio.to_thread(_let_in, request, principal, within(str(form.get("next", FIRST))))


@router.post("/sign-out")
async def sign_out(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """The session ends here and now, also for whoever holds a copy of the cookie."""
    session = await asyncio.to_thread(session_of, request)
    if session is not None:
        await asyncio.to_thread(sessions_of(request).end, session.secret)
    answer = RedirectResponse("/sign-out", 303)
    drop_cookie(request, answer, COOKIE)
    return answer


@router.get("/sign-out")
def signed_out(request: Request, _: Annotated[Nothing, Query()]) -> Response:
    """What somebody sees who has signed out."""
    return render(request, "signed_out.html", title="You have signed out", crumbs=())


def within(address: str) -> str:
    """Where to go on this site; any other address becomes the first page."""
    return address if WITHIN.fullmatch(address) else FIRST


def to_sign_in(request: Request) -> Response:
    """Whoever opens a page without being signed in is asked who they are, and comes back to it."""
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urlencode({'next': within(there)})}", 303)


def _let_in(request: Request, principal: Principal, there: str) -> Response:
    """A session is always a new one, and the one before it ends: a secret planted in a browser is worth nothing."""
    if (before := session_of(request)) is not None:
        sessions_of(request).end(before.secret)
    answer = RedirectResponse(there, 303)
    set_cookie(request, answer, COOKIE, sessions_of(request).begin(principal).secret)
    return answer


def _choosing(request: Request, there: str) -> Response:
    attempt, session = Attempt(fresh_salt()), session_of(request)
    answer = render(
        request,
        "choose.html",
        title="Choose who to be",
        crumbs=(),
        roles=[{"value": role.value, "text": role.title.capitalize()} for role in Role],
        next=there,
        proof=attempt.state if session is None else session.token,
    )
    _keep(request, answer, attempt, there)
    return answer


def _keep(request: Request, answer: Response, attempt: Attempt, there: str) -> None:
    set_cookie(request, answer, ATTEMPT, f"{_text(attempt.secret)}.{_text(there.encode())}", ATTEMPT_LASTS)


def _attempt(kept: str | None) -> tuple[Attempt | None, str]:
    """The attempt this browser began, and where it was to lead."""
    secret, _, there = (kept or "").partition(".")
    try:
        found, led = _bytes(secret), _bytes(there).decode()
    except (NotBase64, ValueError):
        return None, FIRST
    return (Attempt(found), within(led)) if len(found) == SALT_BYTES else (None, FIRST)


def _provider(request: Request) -> SignIn:
    found = _access(request).sign_in
    if found is None:
        raise Problem(NOT_FOUND, "Nobody signs in here: no identity provider is set up for it.")
    return found


def _access(request: Request) -> Access:
    return cast("Access", request.app.state.access)


def _silent() -> Problem:
    return Problem(NO_PROVIDER, "Ask again in a moment.", headers={"retry-after": "5"})


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
