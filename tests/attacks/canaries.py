"""A ledger with words planted in it that certain roles must never be sent, and a service over it that asks everybody who they are."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import httpx2

from api.access import Access
from ledger.access.keys import Keys
from ledger.access.policy import Reach, passes_restriction, reads
from ledger.access.principal import OF_THE_BUSINESS_UNIT, Principal, Role
from ledger.access.sessions import Session, Sessions
from ledger.domain.children import child_reference
from tests.access.conftest import of_others
from tests.api.conftest import listening
from tests.api.story import action, group, incident, on, rapid_review, review
from tests.ledger.posting import agency, clock_at_noon, event

LOGGED, OTHERS, RESTRICTED = "quernstone", "ombrellino", "zubrovka"
"""In † words of HEALTH's own case; in ordinary words of a case of others; in those of a restricted action."""
OTHERS_LOGGED = "vaporetto"
"""In † words of a case of others."""
CHILD = child_reference(b"a canary")
"""In a case of others: a code, not words."""
AGENCY = "HEALTH"
TOO_EARLY = "/problems/tables-behind"
"""What is answered, with 503, to whoever asks for a position that is not there yet: no defect."""


def of_a_case(name: str) -> list[dict[str, object]]:
    return [
        incident(f"INC-{name}"),
        rapid_review(f"RR-{name}", f"INC-{name}"),
        review(f"REV-{name}", f"RR-{name}"),
        action(f"ACT-{name}", f"REV-{name}"),
        event("review.recommendation-made", f"review/REV-{name}", {"number": 1, "text": "Words.", "to": ["HEALTH"]}, **on("2019-12-22")),
    ]  # fmt: skip


def story() -> list[dict[str, object]]:
    own = of_a_case("OWN")
    own[0]["data"] |= {"summary": f"{LOGGED}."}  # type: ignore[operator]
    others = [of_others(each) for each in of_a_case("OWN")]
    others[0]["data"] |= {"summary": f"{OTHERS_LOGGED}.", "children": [CHILD]}
    others[3]["data"] |= {"text": f"{RESTRICTED}."}
    others[4]["data"] |= {"text": f"{OTHERS}."}
    narrow = event("action.restricted", "action/ACT-HIDDEN", {"ground": "accuracy-contested"}, **on("2019-12-23"))
    partners = [agency(code) for code in ("LA", "HEALTH", "POLICE", "IS")]
    return [*partners, group("QAS"), *own, *others, narrow]


@dataclass
class Attacker:
    """One role at one agency: with a key, and in a browser that is signed in."""

    address: str
    principal: Principal
    key: str
    session: Session
    client: httpx2.Client = field(repr=False)

    @property
    def forbidden(self) -> frozenset[str]:
        """What no answer to them may hold, but where they open words and are logged."""
        found = {LOGGED, OTHERS_LOGGED}
        if reads(self.principal.role, "review") is not Reach.ALL:
            found |= {OTHERS, CHILD}
        if not passes_restriction(self.principal.role):
            found |= {RESTRICTED}
        return frozenset(found)

    @property
    def by_key(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    @property
    def by_cookie(self) -> dict[str, str]:
        return {"cookie": f"ledger-session={self.session.secret}"}

    def held(self, answer: httpx2.Response, *, opened: bool = False) -> None:
        """What must hold of every answer, whatever was asked."""
        asked = f"{self.principal.recordedby}: {answer.request.method} {answer.request.url}"
        assert answer.status_code < 500 or TOO_EARLY in answer.text or "catching up" in answer.text, (
            f"{asked}: {answer.status_code} {answer.text[:300]}"
        )
        for name in ("content-security-policy", "x-content-type-options", "cache-control", "referrer-policy"):
            assert name in answer.headers, f"{asked}: no {name}"
        if opened and answer.status_code == 201:
            return
        told = unpacked(answer.content) + str(answer.headers).encode()
        leaked = {word for word in self.forbidden if word.encode() in told}
        assert not leaked, f"{asked}: {leaked} in an answer of {answer.status_code}"


def unpacked(body: bytes) -> bytes:
    """A body with what is inside it, where it is an archive."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return body + b"".join(archive.read(name) for name in archive.namelist())


@contextmanager
def attacked(database: str) -> Iterator[dict[Role, Attacker]]:
    """A service over real HTTP, and whoever attacks it, each role once."""
    clock = clock_at_noon()
    access = Access(Keys.open(database, clock))
    with (
        listening(database, access) as address,
        closing(Keys.open(database, clock)) as keys,
        closing(Sessions.open(database, clock, access.vouched_by)) as sessions,
        httpx2.Client(base_url=address, timeout=30) as client,
    ):
        found = {}
        for role in Role:
            held_at = "BU" if role in OF_THE_BUSINESS_UNIT else AGENCY
            who = Principal(role, held_at, f"attacker:{role}")
            found[role] = Attacker(address, who, keys.make(role, held_at, "")[1], sessions.begin(who), client)
        posted = client.post("/events", headers=found[Role.BUSINESS_UNIT].by_key, json=story())
        assert posted.status_code == 201, posted.text
        last = json.loads(posted.text)[-1]["position"]
        for _ in range(20):  # a slow machine takes longer than one question waits
            if client.get(f"/agencies?at_least={last}", headers=found[Role.BUSINESS_UNIT].by_key).status_code == 200:
                break
        yield found
