"""An OpenID Connect provider for tests and for trying out: discovery, keys that change, sign-in with PKCE, and tokens that say whatever a test wants.

`.venv/bin/python -m tests.access.provider` runs one on this machine and says which settings let the service use it. It proves nobody's
identity, is no part of the service or its image, and listens on loopback only.
"""

from __future__ import annotations

import hashlib
import html
import json
import secrets
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from ledger.access.principal import OF_THE_BUSINESS_UNIT, Role
from ledger.access.tokens import Provider
from ledger.clock import SystemClock
from tests.ledger.posting import NOON

AUDIENCE = "ledger.example.org"
CLIENT, SECRET = "ledger-pages", "a secret & a sign=+ of one client"
Answer = tuple[int, dict[str, str], bytes]


class IdentityProvider:
    """Signs with its newest key. `asked`: how often its keys were fetched; `person`: role and agency it signs in without asking;
    `claims`: what its ID tokens say besides, a time as its distance from now, or None to leave a claim out; `says`: what it says of itself
    besides; `redeemed`: who came with a code, by form and Authorization.
    """

    def __init__(self, port: int, now: Callable[[], datetime] = lambda: NOON) -> None:
        self.issuer, self._now = f"http://127.0.0.1:{port}", now
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        self.asked = 0
        self.down = False
        self.person: tuple[str, str] | None = None
        self.says: dict[str, object] = {}
        self.claims: dict[str, object] = {}
        self.redeemed: list[tuple[dict[str, str], str]] = []
        self._codes: dict[str, tuple[dict[str, str], tuple[str, str]]] = {}

    @property
    def provider(self) -> Provider:
        return Provider(self.issuer, AUDIENCE)

    def rotate(self) -> None:
        self.keys.insert(0, ECKey.generate_key("P-256", auto_kid=True))

    def token(
        self, role="scrutineer", agency="IS", *, algorithm="ES256", key=None, lasts=timedelta(minutes=5), **claims
    ):
        told = {
            "iss": self.issuer, "aud": AUDIENCE, "sub": "4711", "exp": self._at(lasts),
            "ledger_role": role, "ledger_agency": agency,
        } | claims  # fmt: skip
        key = key or self.keys[0]
        head = {"alg": algorithm, "kid": key.kid} if key.kid else {"alg": algorithm}
        return jwt.encode(
            head, {name: value for name, value in told.items() if value is not None}, key, algorithms=[algorithm]
        )

    def answer(self, method: str, address: str, headers: Any, body: bytes) -> Answer:
        """What it answers over HTTP."""
        path, asked = urlsplit(address).path, _flat(urlsplit(address).query)
        match method, path:
            case _ if self.down:
                return 503, {}, b"null"
            case "GET", "/.well-known/openid-configuration":
                return _json(self._about())
            case "GET", "/keys":
                self.asked += 1
                return _json({"keys": [key.as_dict(private=False) for key in self.keys]})
            case "GET", "/authorize":
                return self._authorized(asked)
            case "POST", "/token":
                return self._redeemed(_flat(body.decode()), headers.get("authorization", ""))
            case _:
                return 404, {}, b"null"

    def _at(self, distance: timedelta) -> int:
        return int((self._now() + distance).timestamp())

    def _about(self) -> dict[str, object]:
        return {
            "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": True,
        } | self.says  # fmt: skip

    def _authorized(self, asked: dict[str, str]) -> Answer:
        """Back with a code for whoever signs in, or a page to choose who that is."""
        expected = {"response_type": "code", "client_id": CLIENT, "scope": "openid", "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in expected.items()) or not asked.get("code_challenge"):
            return _json({"error": "invalid_request"}, 400)
        role, _, agency = asked.pop("as", "@").partition("@")
        person = (role, agency) if role else self.person
        if person is None:
            return 200, {"content-type": "text/html"}, self._choice(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = (asked, person)
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return 302, {"location": f"{asked['redirect_uri']}?{urlencode(back)}"}, b""

    def _choice(self, asked: dict[str, str]) -> bytes:
        ways = (
            f'<li><a href="?{html.escape(urlencode({**asked, "as": f"{role}@{agency}"}))}">{role} of {agency}</a></li>'
            for role in Role
            for agency in (["BU"] if role in OF_THE_BUSINESS_UNIT else ["LA", "HEALTH", "POLICE"])
        )
        return f"<!doctype html><title>Trial</title><h1>Sign in as</h1><ul>{''.join(ways)}</ul>".encode()

    def _redeemed(self, form: dict[str, str], authorization: str) -> Answer:
        """An ID token for a code, once, to the client it was given to, who has the verifier."""
        asked, (role, agency) = self._codes.pop(form.get("code", ""), ({}, ("", "")))
        challenge = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if (
            not asked
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge.rstrip("=") != asked["code_challenge"]
        ):
            return _json({"error": "invalid_grant"}, 400)
        self.redeemed.append((form, authorization))
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        shown = (
            (unquote_plus(name), unquote_plus(secret))
            if authorization
            else (form.get("client_id"), form.get("client_secret"))
        )
        if shown != (CLIENT, SECRET):
            return _json({"error": "invalid_client"}, 401)
        told = {"aud": CLIENT, "nonce": asked["nonce"], "iat": timedelta(0)} | self.claims
        told = {name: self._at(value) if isinstance(value, timedelta) else value for name, value in told.items()}
        return _json({"token_type": "Bearer", "access_token": "opaque", "id_token": self.token(role, agency, **told)})


def _flat(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _json(value: object, status: int = 200) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(value).encode()


@contextmanager
def identity_provider(port: int = 0, now: Callable[[], datetime] = lambda: NOON) -> Iterator[IdentityProvider]:
    """One that listens on a port of this machine."""

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, headers, told = provider.answer(self.command, self.path, self.headers, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = _answer  # noqa: N815 - http.server names its methods

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", port), Answering) as server:
        provider = IdentityProvider(server.server_port, now)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


SHARED_SECRET = OctKey.import_key("a secret that both sides would have to share")

if __name__ == "__main__":
    with identity_provider(9000, SystemClock().now) as trial:
        print(f"LEDGER_IDENTITY=required LEDGER_OIDC_ISSUER={trial.issuer} LEDGER_OIDC_AUDIENCE={AUDIENCE} \\")
        print(f"LEDGER_OIDC_CLIENT={CLIENT} LEDGER_OIDC_CLIENT_SECRET='{SECRET}' \\")
        print("LEDGER_ADDRESS=http://localhost:8000 python3 run.py serve")
        threading.Event().wait()
