"""A service that asks everybody who they are, and in it two cases alike: one of HEALTH, one of others."""

from __future__ import annotations

import json
from functools import partial

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from ledger.access.keys import Keys
from ledger.access.principal import OF_THE_BUSINESS_UNIT, Role
from ledger.access.tokens import Tokens
from ledger.wiring import open_parts
from tests.access.provider import identity_provider
from tests.api.story import action, group, incident, rapid_review, review
from tests.ledger.posting import agency, clock_at_noon

HIDDEN = ("INC-HIDDEN", "RR-HIDDEN", "REV-HIDDEN")
OWN = ("INC-OWN", "RR-OWN", "REV-OWN")


def of_others(made):
    """The same case, of agencies other than HEALTH."""
    text = json.dumps(made).replace('"HEALTH"', '"POLICE"').replace("-OWN", "-HIDDEN")
    return json.loads(text) | {"id": f"hidden-{made['id']}"}


@pytest.fixture(scope="module")
def story():
    case = (
        incident("INC-OWN"),
        rapid_review("RR-OWN", "INC-OWN"),
        review("REV-OWN", "RR-OWN"),
        action("ACT-OWN", "REV-OWN"),
    )
    partners = [agency(code) for code in ("LA", "HEALTH", "POLICE", "IS")]
    partners[1]["data"] |= {"standing": "statutory-partner"}
    return [*partners, group("QAS"), *case, *map(of_others, case)]


class Door:
    """A service that asks everybody who they are, a key for each role, and one that may post the story."""

    def __init__(self, client, keys, provider):
        self.client, self._keys, self.provider = client, keys, provider
        self._made = {}

    def headers(self, role, agency="HEALTH"):
        agency = "BU" if role in OF_THE_BUSINESS_UNIT else agency
        if (role, agency) not in self._made:
            self._made[role, agency] = self._keys.make(role, agency, "")[1]
        return {"authorization": f"Bearer {self._made[role, agency]}"}

    def get(self, path, role, agency="HEALTH", **how):
        return self.client.get(path, headers=self.headers(role, agency) | how.pop("headers", {}), **how)

    def post(self, events, role, agency="HEALTH", **how):
        kind = {"content-type": "application/json"}
        return self.client.post("/events", content=json.dumps(events), headers=self.headers(role, agency) | kind, **how)


@pytest.fixture(scope="module")
def door(tmp_path_factory, story):
    database, clock = str(tmp_path_factory.mktemp("access") / "ledger.sqlite"), clock_at_noon()
    with identity_provider() as provider:
        access = Access(Keys.open(database, clock), Tokens(provider.provider, clock))
        app = create_app(partial(open_parts, database, clock=clock), access=access)
        with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
            found = Door(client, Keys.open(database, clock), provider)
            answer = found.post(story, Role.BUSINESS_UNIT)
            assert answer.status_code == 201, answer.text
            last = answer.json()[-1]["position"]
            found.get(f"/agencies?at_least={last}", Role.BUSINESS_UNIT).raise_for_status()
            yield found
