"""Who speaks, and whether they may: the one place that decides it, for every route and every event posted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from api.limits import Limits
from api.problems import FORBIDDEN, NO_PROVIDER, NOT_REACHED, UNAUTHENTICATED, Problem
from api.sessions import session_of
from ledger.access.keys import PREFIX, Keys
from ledger.access.policy import Verb, may, may_post
from ledger.access.principal import AGENCIES, BUSINESS_UNIT, BUSINESS_UNIT_SOURCE, Principal, Role
from ledger.access.screening import screen_of
from ledger.access.sight import Sight, Sights, involves, sees_everything
from ledger.access.sign_in import Client, SignIn
from ledger.access.tokens import Provider, ProviderSilent, Tokens, Unproved
from ledger.clock import Clock
from ledger.desk import Screen
from ledger.domain.calendar import london_day
from ledger.entry import Submission
from ledger.projections.tables import NoTables
from ledger.settings import Settings
from ledger.wiring import Parts

SCHEME = "bearer "
CALLBACK = "/sign-in/callback"
"""Where the identity provider sends people back to."""
Speaker = Principal | None
"""None: whoever speaks to a service in development, which asks nobody who they are and serves this machine only."""


class Access:
    """Who may do what with one ledger. Without keys and tokens nobody is asked who they are: that is development."""

    def __init__(
        self,
        keys: Keys | None = None,
        tokens: Tokens | None = None,
        sign_in: SignIn | None = None,
        address: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`sign_in`: how people come to the pages; `address`: where they reach them, https://…, if that is set; `limits`: how often one may ask."""
        self._keys, self._tokens = keys, tokens
        self.sign_in, self.address, self.limits = sign_in, address, limits or Limits(0)
        self._parts: Parts | None = None

    @classmethod
    def of(cls, settings: Settings, database: str, clock: Clock) -> Self:
        """As the settings have it."""
        if settings.identity == "development":
            return cls()
        keys, limits = Keys.open(database, clock), Limits(settings.requests_per_minute)
        if settings.oidc_issuer is None or settings.oidc_audience is None:
            return cls(keys, address=settings.address, limits=limits)
        claims = (settings.oidc_role_claim, settings.oidc_agency_claim)
        tokens = Tokens(Provider(settings.oidc_issuer, settings.oidc_audience, *claims), clock)
        sign_in = None
        if settings.oidc_client is not None:
            returns_to = f"{settings.address}{CALLBACK}"
            sign_in = SignIn(tokens, Client(settings.oidc_client, settings.client_secret, returns_to))
        return cls(keys, tokens, sign_in, settings.address, limits)

    def opened(self, parts: Parts) -> None:
        """Once the ledger is open whose records it is about."""
        self._parts, self._sights = parts, Sights(parts.tables)

    def close(self) -> None:
        if self._keys is not None:
            self._keys.close()

    @property
    def in_development(self) -> bool:
        """Whether everybody is taken at their word."""
        return self._keys is None and self._tokens is None

    @property
    def vouched_by(self) -> str:
        """Whose word a session rests on: none outlives a change of it."""
        return "development" if self.in_development else "" if self._tokens is None else self._tokens.issuer

    def speaker(self, authorization: str | None) -> Speaker:
        """Who speaks; raises Problem where that is not proved. It may wait for a database or the provider."""
        if self.in_development:
            return None
        if authorization is None or not authorization.lower().startswith(SCHEME):
            raise _unproved("This service answers nobody it does not know.")
        text = authorization[len(SCHEME) :].strip()
        found = self._of_key(text) if text.startswith(PREFIX) else self._of_token(text)
        if found is None:
            raise _unproved("The key or token is not accepted.")
        return found

    async def admitted_to_post(self, authorization: bytes | None) -> Speaker:
        """Whoever posts; raises Problem."""
        if self.in_development:
            return None
        told = None if authorization is None else authorization.decode("latin-1")
        found = await asyncio.to_thread(self.speaker, told)
        if found is not None:
            self.limits.of_speaker(found.subject)
        _expect(found, Verb.POST)
        return found

    def admissible(self, speaker: Speaker, items: Sequence[Submission | Problem]) -> list[Submission | Problem]:
        """What was posted, with a problem in the place of each event that is not theirs to record at all."""
        if speaker is None:
            return list(items)
        return [item if isinstance(item, Problem) else _not_theirs(speaker, item) or item for item in items]

    def screen(self, speaker: Speaker) -> Screen | None:
        """What is to be refused to them inside the write, since they do not see it. It may wait for a database."""
        return None if speaker is None or sees_everything(speaker.role) else screen_of(self.sight(speaker))

    @property
    def _open(self) -> Parts:
        assert self._parts is not None, "nothing is read or posted before the ledger is open"
        return self._parts

    def sight(self, speaker: Principal) -> Sight:
        """What they see now."""
        try:
            return self._sights.of(speaker, london_day(self._open.ledger.clock.now()))
        except NoTables:
            raise Problem(NOT_REACHED, "The tables are being built.", headers={"retry-after": "1"}) from None

    def shows(self, speaker: Principal, name: str) -> bool:
        """Whether they see a record, also one that was begun a moment ago."""
        seen = self.sight(speaker)
        if name in seen.withheld:
            return False
        return seen.reaches(name) or involves(self._open.ledger.record(name), speaker.agency)

    def _of_key(self, text: str) -> Principal | None:
        return None if self._keys is None else self._keys.principal(text)

    def _of_token(self, text: str) -> Principal | None:
        if self._tokens is None:
            return None
        try:
            return self._tokens.principal(text)
        except Unproved as unproved:
            raise _unproved(str(unproved)) from None
        except ProviderSilent:
            raise Problem(NO_PROVIDER, "Ask again in a moment.", headers={"retry-after": "5"}) from None


@dataclass(frozen=True)
class Need:
    """What a route asks of whoever calls it; None: nothing, since it tells only what holds for everybody.

    `signed_in`: also in development somebody in particular, who is asked to sign in where nobody is.
    """

    verb: Verb | None
    signed_in: bool = False

    def __call__(self) -> None:
        """A dependency that does nothing: `admitted` reads it off the route."""


def needs(verb: Verb | None, *, signed_in: bool = False) -> Any:
    """As a dependency of a router or a route: what it takes. The route's own counts before its router's."""
    return Depends(Need(verb, signed_in))


def routes_of(app: FastAPI) -> Iterator[RouteContext]:
    """Every route but that of POST /events, which has its own door; `app.routes` holds routers, not their routes."""
    return (each for each in iter_route_contexts(app.routes) if isinstance(each.original_route, APIRoute))


def need_of(route: APIRoute | RouteContext) -> Need | None:
    """What a route asks; None where nobody said."""
    found = [each.dependency for each in route.dependencies if isinstance(each.dependency, Need)]
    return found[-1] if found else None


def admitted(request: Request) -> None:
    """The first dependency of every route: who speaks is known, and may do what it needs. A route that says nothing answers nobody."""
    need = need_of(request.scope["route"])
    if need is not None and need.verb is None:
        return
    speaker = _speaker(request)
    if speaker is not None:
        request.app.state.access.limits.of_speaker(speaker.subject)
    if need is None:
        raise forbidden("Nobody may ask this.")
    if need.signed_in and speaker is None:
        raise _unproved("Sign in to see this.")
    _expect(speaker, need.verb)
    request.state.speaker = speaker


def _speaker(request: Request) -> Speaker:
    """By the key or token that is shown, or else by the session of the browser."""
    access: Access = request.app.state.access
    authorization = request.headers.get("authorization")
    session = session_of(request, anew=True) if authorization is None else None
    return access.speaker(authorization) if session is None else session.principal


def sees(request: Request, name: str) -> bool:
    """Whether whoever asks sees a record, `<record>/<reference>`."""
    return sees_of(request)(name)


def sees_of(request: Request) -> Callable[[str], bool]:
    """Whether whoever asks sees a record: of several, asked of the tables once."""
    found = sight_of(request)
    return (lambda _: True) if found is None else found.sees


def counted_for(request: Request) -> Callable[[str], bool] | None:
    """Whether figures and reports may lead whoever asks to a record; None where they may lead everywhere."""
    found = sight_of(request)
    return None if found is None else found.counts


def sight_of(request: Request) -> Sight | None:
    """What whoever asks sees of the ledger; None where that is everything."""
    speaker: Speaker = request.state.speaker
    if speaker is None:
        return None
    found: Sight = request.app.state.access.sight(speaker)
    return found if found.is_limited else None


def recordedby(speaker: Speaker, source: str) -> str:
    """`role@agency` of whoever records. In development each source is taken at its word."""
    if speaker is not None:
        return speaker.recordedby
    if source == BUSINESS_UNIT_SOURCE:
        return Principal(Role.BUSINESS_UNIT, BUSINESS_UNIT, "").recordedby
    return Principal(Role.PARTNER_SUBMITTER, source.removeprefix(AGENCIES), "").recordedby


def _expect(speaker: Speaker, verb: Verb | None) -> None:
    if speaker is not None and verb is not None and not may(speaker.role, verb):
        raise forbidden(f"The role {speaker.role.title} may not do this.")


def _unproved(detail: str) -> Problem:
    return Problem(UNAUTHENTICATED, detail, headers={"www-authenticate": 'Bearer realm="ledger"'})


def forbidden(detail: str) -> Problem:
    """What whoever is known may not do."""
    return Problem(FORBIDDEN, detail)


def _not_theirs(speaker: Principal, posted: Submission) -> Problem | None:
    if may_post(speaker, posted.kind, posted.source):
        return None
    return forbidden(f"A {speaker.role.title} of {speaker.agency} does not record {posted.kind.name} from that source.")
