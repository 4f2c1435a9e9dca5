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


class Tokens:
    """Checks tokens of one provider, whose keys it fetches when it needs them. Safe from any thread; it may wait for the network."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider, self._clock = provider, clock
        self._turn = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched: datetime | None = None

    def principal(self, token: str) -> Principal:
        """Who a token speaks for; raises Unproved, or ProviderSilent where its keys cannot be had."""
        if len(token) > MOST_BYTES:
            raise Unproved("The token is too long.")
        try:
            claims = self._decoded(token).claims
            registry = jwt.JWTClaimsRegistry(
                now=lambda: int(self._clock.now().timestamp()),
                leeway=int(SKEW.total_seconds()),
                iss={"essential": True, "value": self._provider.issuer},
                aud={"essential": True, "value": self._provider.audience},
                exp={"essential": True},
                sub={"essential": True},
            )
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Unproved(f"The token was not accepted: {_reason(error)}.") from None
        return self._speaker(claims)

    def _speaker(self, claims: Mapping[str, Any]) -> Principal:
        role, agency = claims.get(self._provider.role_claim), claims.get(self._provider.agency_claim)
        if not isinstance(role, str) or role not in set(Role):
            raise Unproved(f"The token names no role of this ledger in {self._provider.role_claim}.")
        if not isinstance(agency, str) or not re.fullmatch(REFERENCE_PATTERN, agency):
            raise Unproved(f"The token names no agency in {self._provider.agency_claim}.")
        return Principal(Role(role), agency, f"oidc:{claims['sub']}")

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(KEEP), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):  # the provider may have a new key
            return jwt.decode(token, self._key_set(FETCH_AGAIN), algorithms=ALGORITHMS)

    def _key_set(self, no_older_than: timedelta) -> KeySet:
        with self._turn:
            now = self._clock.now()
            if self._keys is None or self._fetched is None or self._fetched + no_older_than <= now:
                self._keys, self._fetched = self._fetch(), now
            return self._keys

    def _fetch(self) -> KeySet:
        """The provider's keys, by OpenID Connect Discovery 1.0."""
        issuer = self._provider.issuer
        try:
            with httpx2.Client(timeout=PATIENCE, follow_redirects=False) as client:
                about = client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
                if about["issuer"] != issuer or why_not_trust(about["jwks_uri"]):
                    raise ProviderSilent("The identity provider describes itself as another.")
                return KeySet.import_key_set(client.get(about["jwks_uri"]).raise_for_status().json())
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError, JoseError) as error:
            raise ProviderSilent("The identity provider's keys cannot be had.") from error


def _reason(error: Exception) -> str:
    """In the library's word for it, such as expired_token; never with a claim's value."""
    return str(getattr(error, "error", "") or "it is malformed").replace("_", " ")
