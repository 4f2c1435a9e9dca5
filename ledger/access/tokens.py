"""Tokens of an OpenID Connect provider: who signed them, for whom, until when, and the role and agency they vouch for."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption

from ledger.access.principal import Principal, Role
from ledger.clock import Clock
from ledger.domain.fields import REFERENCE_PATTERN
from ledger.settings import why_not_trust

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures by a private key that only the provider has. `none` and shared secrets are no proof of who signed."""
SKEW = timedelta(minutes=1)
"""How far the provider's clock may be from ours."""
FETCH_AGAIN = timedelta(minutes=1)
"""How soon keys are fetched again for a token signed with one we do not have: a stranger's tokens must not make us ask for ever."""
KEEP = timedelta(hours=1)
"""How long fetched keys are used without asking again."""
PATIENCE = 5.0
"""Seconds to wait for the provider."""
MOST_BYTES = 8_192
"""Of a token."""


class Unproved(ValueError):
    """A token that proves nothing; the message says why and repeats none of it."""


class ProviderSilent(ConnectionError):
    """The identity provider cannot be asked for its keys."""


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect provider, and which claims of its tokens name role and agency."""

    issuer: str
    audience: str
    role_claim: str = "ledger_role"
    agency_claim: str = "ledger_agency"


@dataclass(frozen=True)
class About:
    """What a provider says of itself: its keys, and where people sign in. `takes_basic`: a client's secret is sent as HTTP Basic."""

    keys: KeySet
    authorization_endpoint: str
    token_endpoint: str
    takes_basic: bool


class Tokens:
    """Checks tokens of one provider, whose keys it fetches when it needs them. Safe from any thread; it may wait for the network."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider, self._clock = provider, clock
        self._turn = threading.Lock()
        self._about: About | None = None
        self._fetched: datetime | None = None

    @property
    def issuer(self) -> str:
        return self._provider.issuer

    def principal(self, token: str) -> Principal:
        """Who a token speaks for; raises Unproved, or ProviderSilent where its keys cannot be had."""
        return self._speaker(self._claims(token, aud={"essential": True, "value": self._provider.audience}))

    def signed_in(self, token: str, client: str, nonce: str) -> Principal:
        """Who an ID token says has signed in, in answer to one attempt of a client; raises as `principal` does."""
        claims = self._claims(
            token,
            aud={"essential": True, "value": client},
            nonce={"essential": True, "value": nonce},
            iat={"essential": True},
        )
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client) != client:
            raise Unproved("The token was made for another client.")
        return self._speaker(claims)

    def about(self, no_older_than: timedelta = KEEP) -> About:
        """What the provider says of itself; raises ProviderSilent."""
        with self._turn:
            now = self._clock.now()
            if self._about is None or self._fetched is None or self._fetched + no_older_than <= now:
                self._about, self._fetched = self._fetch(), now
            return self._about

    def _claims(self, token: str, **expected: ClaimsOption) -> dict[str, Any]:
        """The claims of a token of this provider that holds now and says what is expected."""
        if len(token) > MOST_BYTES:
            raise Unproved("The token is too long.")
        try:
            claims = self._decoded(token).claims
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(self._clock.now().timestamp()),
                leeway=int(SKEW.total_seconds()),
                iss={"essential": True, "value": self._provider.issuer},
                exp={"essential": True},
                sub={"essential": True},
                **expected,
            )
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Unproved(f"The token was not accepted: {_reason(error)}.") from None
        return claims

    def _speaker(self, claims: Mapping[str, Any]) -> Principal:
        role, agency = claims.get(self._provider.role_claim), claims.get(self._provider.agency_claim)
        if not isinstance(role, str) or role not in set(Role):
            raise Unproved(f"The token names no role of this ledger in {self._provider.role_claim}.")
        if not isinstance(agency, str) or not re.fullmatch(REFERENCE_PATTERN, agency):
            raise Unproved(f"The token names no agency in {self._provider.agency_claim}.")
        return Principal(Role(role), agency, f"oidc:{claims['sub']}")

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self.about().keys, algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):  # the provider may have a new key
            return jwt.decode(token, self.about(FETCH_AGAIN).keys, algorithms=ALGORITHMS)

    def _fetch(self) -> About:
        """By OpenID Connect Discovery 1.0."""
        issuer = self._provider.issuer
        try:
            with httpx2.Client(timeout=PATIENCE, follow_redirects=False) as client:
                about = client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
                places = [about[name] for name in ("jwks_uri", "authorization_endpoint", "token_endpoint")]
                if about["issuer"] != issuer or any(map(why_not_trust, places)):
                    raise ProviderSilent("The identity provider describes itself as another.")
                keys = KeySet.import_key_set(client.get(places[0]).raise_for_status().json())
            ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            return About(keys, places[1], places[2], "client_secret_basic" in ways)
        except (
            httpx2.HTTPError,
            httpx2.InvalidURL,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            JoseError,
        ) as error:
            raise ProviderSilent("The identity provider's keys cannot be had.") from error


def _reason(error: Exception) -> str:
    """In the library's word for it, such as expired_token; never with a claim's value."""
    return str(getattr(error, "error", "") or "it is malformed").replace("_", " ")
