"""`render`: the one door through which a page leaves, with its layout, its language, its security headers and who is signed in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from starlette.responses import Response

from api.pages import assets, words
from api.pages.links import kept
from api.pages.navigation import navigation
from api.pages.whose import whose
from api.problems import NOT_SIGNED_IN, UNAUTHENTICATED, Problem
from api.sessions import known, token_of

TEMPLATES = Path(__file__).parent / "templates"
SERVICE = "Safeguarding ledger"
Crumb = tuple[str, str]
HOME: Crumb = ("Home", "/pages")


def render(
    request: Request,
    template: str,
    *,
    title: str,
    crumbs: tuple[Crumb, ...] = (HOME,),
    status: int = 200,
    **context: Any,
) -> Response:
    """A page. `title` is its h1 and begins its title; `crumbs` lead to it, as (text, address). Nothing in a page runs that has not its nonce."""
    nonce, of = secrets.token_urlsafe(16), whose(request)
    text = _ours().get_template(template).render(
        title=title,
        crumbs=crumbs,
        keep=partial(kept, request),
        service=SERVICE,
        service_title=SERVICE if of is None else f"{of.name} – {SERVICE}",
        whose=of,
        nonce=nonce,
        path=request.url.path,
        navigation=navigation(request),
        speaker=getattr(request.state, "speaker", None) or known(request),
        token=token_of(request),
        in_development=request.app.state.access.in_development,
        people_sign_in=request.app.state.access.sign_in is not None,
        front_door=request.app.state.front_door,
        **context,
    )  # fmt: skip
    return Response(
        text, status, {"content-security-policy": _policy(nonce), "referrer-policy": "same-origin"}, "text/html"
    )


def problem_page(request: Request, problem: Problem) -> Response:
    """What went wrong, said to a person; of ours, so nothing that was sent is repeated."""
    title, advice = words.OF_PROBLEMS.get(problem.kind.status, (problem.kind.title, "Go back and try again."))
    if problem.kind is NOT_SIGNED_IN:
        advice = "The identity provider did not vouch for you to this browser."
    answer = render(
        request,
        "problem.html",
        title=title,
        status=problem.kind.status,
        advice=advice,
        detail="" if problem.kind is UNAUTHENTICATED else problem.detail,
        faults=problem.members.get("faults", ()),
    )
    answer.headers.update(problem.headers)
    return answer


def is_page(request: Request) -> bool:
    """Whether what was asked for is a page, so that also its problems are told on one."""
    return request.url.path == "/pages" or request.url.path.startswith(("/pages/", "/sign-in", "/sign-out"))


def _policy(nonce: str) -> str:
    """Only what is ours, from here; nothing is framed, and no form goes elsewhere."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _ours() -> Environment:
    ours = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    ours.globals.update(govuk=Govuk(), asset=assets.address)
    ours.filters.update(words.FILTERS)
    return ours


class Govuk:
    """The components of the Design System in a template: `govuk.error_summary({...})`. They expect lenient templates; ours are strict."""

    def __init__(self) -> None:
        theirs = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
        self._theirs = Environment(loader=theirs, autoescape=True)
        self._known: dict[str, Callable[..., Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._known:
            path = f"govuk_frontend_jinja/components/{name.replace('_', '-')}/macro.html"
            macro = "govuk" + "".join(part.capitalize() for part in name.split("_"))
            self._known[name] = getattr(self._theirs.get_template(path).module, macro)
        return self._known[name]
