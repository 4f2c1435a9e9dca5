"""Signing in with an OpenID Connect provider: the authorisation code flow with PKCE (RFC 6749, 7636, 9207; OpenID Connect Core 1.0)."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hmac import compare_digest, digest
from urllib.parse import quote_plus, urlencode

import httpx2
from pydantic import SecretStr

from ledger.access.principal import Principal
from ledger.access.tokens import PATIENCE, About, ProviderSilent, Tokens, Unproved

SCOPE = "openid"


@dataclass(frozen=True)
class Client:
    """What this service is to the provider: its name there, its secret if it has one, and where people come back to."""

    id: str
    secret: SecretStr | None
    returns_to: str


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in. All it needs is worked out from one secret, which the browser keeps in a cookie, so that nothing is kept here."""

    secret: bytes

    @property
    def state(self) -> str:
        """Comes back with the answer: only the browser that asked is signed in by it."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """Comes back inside the token: it was made for this attempt."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """Whoever steals the code on its way cannot redeem it without this (PKCE)."""
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        """S256 of the verifier."""
        return _spelled(hashlib.sha256(self.verifier.encode()).digest())

    def began(self, state: str) -> bool:
        """Whether an answer belongs to this attempt."""
        return compare_digest(self.state.encode(), state.encode())

    def _made(self, use: str) -> str:
        return _spelled(digest(self.secret, use.encode(), "sha256"))


class SignIn:
    """Signs people in with one provider. Safe from any thread; it may wait for the network."""

    def __init__(self, tokens: Tokens, client: Client) -> None:
        self._tokens, self._client = tokens, client

    def address(self, attempt: Attempt) -> str:
        """Where the browser is sent; raises ProviderSilent."""
        about = self._tokens.about()
        asked = {
            "response_type": "code", "client_id": self._client.id, "redirect_uri": self._client.returns_to, "scope": SCOPE,
            "state": attempt.state, "nonce": attempt.nonce, "code_challenge": attempt.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{about.authorization_endpoint}{'&' if '?' in about.authorization_endpoint else '?'}{urlencode(asked)}"

    def principal(self, attempt: Attempt, code: str, issuer: str | None = None) -> Principal:
        """Who the provider says it is, for the code it gave; raises Unproved or ProviderSilent. `issuer`: who says it gave the code."""
        if issuer not in (None, self._tokens.issuer):
            raise Unproved("Another provider answered.")
        token = self._redeemed(self._tokens.about(), attempt, code)
        return self._tokens.signed_in(token, self._client.id, attempt.nonce)

    def _redeemed(self, about: About, attempt: Attempt, code: str) -> str:
        """The ID token for a code."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._client.returns_to,
            "client_id": self._client.id, "code_verifier": attempt.verifier,
        }  # fmt: skip
        headers = {"accept": "application/json"}
        if self._client.secret is not None:
            secret = self._client.secret.get_secret_value()
            if about.takes_basic:
                headers["authorization"] = _basic(self._client.id, secret)
            else:
                form["client_secret"] = secret
        try:
            with httpx2.Client(timeout=PATIENCE, follow_redirects=False) as client:
                answer = client.post(about.token_endpoint, data=form, headers=headers)
        except httpx2.HTTPError as error:
            raise ProviderSilent("The identity provider does not answer.") from error
        if answer.is_server_error:
            raise ProviderSilent("The identity provider does not answer.")
        try:
            token = answer.raise_for_status().json()["id_token"]
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            raise Unproved("The provider did not accept the code.") from None
        if not isinstance(token, str):
            raise Unproved("The provider did not accept the code.")
        return token


def _basic(name: str, secret: str) -> str:
    """Name and secret, each form-encoded before they are put together (RFC 6749, 2.3.1)."""
    return f"Basic {b64encode(f'{quote_plus(name)}:{quote_plus(secret)}'.encode()).decode()}"


def _spelled(made: bytes) -> str:
    return urlsafe_b64encode(made).decode().rstrip("=")
