"""An OpenID Connect provider for tests: discovery, keys that may be changed, and tokens that say whatever a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from ledger.access.tokens import Provider
from tests.ledger.posting import NOON

AUDIENCE = "ledger.example.org"


class IdentityProvider:
    """Signs with its newest key; `asked` counts how often its keys were fetched."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        self.asked = 0
        self.down = False
        self.says: dict[str, object] = {}

    @property
    def provider(self) -> Provider:
        return Provider(self.issuer, AUDIENCE)

    def rotate(self) -> None:
        self.keys.insert(0, ECKey.generate_key("P-256", auto_kid=True))

    def token(
        self, role="scrutineer", agency="IS", *, algorithm="ES256", key=None, lasts=timedelta(minutes=5), **claims
    ):
        told = {
            "iss": self.issuer, "aud": AUDIENCE, "sub": "4711", "exp": int((NOON + lasts).timestamp()),
            "ledger_role": role, "ledger_agency": agency,
        } | claims  # fmt: skip
        key = key or self.keys[0]
        head = {"alg": algorithm, "kid": key.kid} if key.kid else {"alg": algorithm}
        return jwt.encode(
            head, {name: value for name, value in told.items() if value is not None}, key, algorithms=[algorithm]
        )

    def answer(self, path: str) -> dict[str, object] | None:
        match path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.issuer,
                    "jwks_uri": f"{self.issuer}/keys",
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    **self.says,
                }
            case "/keys":
                self.asked += 1
                return {"keys": [key.as_dict(private=False) for key in self.keys]}
            case _:
                return None


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """One that listens on a port of this machine."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = None if provider.down else provider.answer(self.path)
            self.send_response(503 if told is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        provider = IdentityProvider(server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


SHARED_SECRET = OctKey.import_key("a secret that both sides would have to share")
