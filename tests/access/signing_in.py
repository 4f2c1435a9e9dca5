"""A browser that signs in, for tests of pages: `sign_in(client, Role.BUSINESS_UNIT)`, then `client.get("/…")`, `posted(client, "/…", …)`."""

from __future__ import annotations

import re
from typing import Any

from httpx2 import Client

from ledger.access.principal import Role


def sign_in(client: Client, role: Role | str, agency: str = "BU") -> None:
    """Choose who to be in a service in development; the client's cookies then speak for them."""
    answer = posted(client, "/sign-in", "/sign-in", role=str(role), agency=agency)
    assert answer.status_code == 303, answer.text
    assert "ledger-session" in client.cookies


def form_token(page: str) -> str:
    """What the hidden field of a page's form carries."""
    found = re.search(r'name="csrf" value="([^"]*)"', page)
    assert found is not None, "a form carries the token of its session"
    return found[1]


def posted(client: Client, page: str, action: str, **fields: Any) -> Any:
    """Post a form from a page, as the browser does that shows it."""
    return client.post(action, data={"csrf": form_token(client.get(page).text), **fields}, follow_redirects=False)
