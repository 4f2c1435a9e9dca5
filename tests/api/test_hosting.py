"""Several partnerships in one service: what one holds, proves and answers is the same whether or not another is beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.hosting import Hosting
from ledger.access.principal import Role
from ledger.application import Ledger
from ledger.evidence.signing import Signing
from ledger.log.keys import SigningKey
from ledger.wiring import open_parts
from tests.access.signing_in import form_token
from tests.api.story import CASE, tell
from tests.ledger.posting import VAULT, agency, clock_at_noon
from tests.log.making import seed_of

NORTH, SOUTH = "north.example", "south.example"
ASKED = (
    "/entries", "/actions", "/reviews", "/incidents/INC-1/history", "/log/checkpoint", "/log/proof/consistency?old=1",
    "/figures/FIG-ACT-RAISED?year=2019-20", "/reports/annual/2019-20", "/records/action/ACT-1", "/entries/5/receipt", "/enquiries",
)  # fmt: skip
"""What is asked of one ledger: its bytes, its proofs, its lists and its figures."""
KEYS = {name: SigningKey(f"{name}/ledger", seed_of(name)) for name in (NORTH, SOUTH)}


@pytest.fixture(autouse=True)
def one_salt(monkeypatch):
    """Salts are drawn at random; here each is the same, so that bytes can be compared."""
    monkeypatch.setitem(Ledger.__init__.__kwdefaults__, "salt", lambda: bytes(32))


@pytest.fixture(params=["sqlite", "postgres"])
def homes(request, tmp_path):
    """Where the two ledgers are, and a third: files of their own, or schemas of one database."""
    if request.param == "sqlite":
        return [str(tmp_path / f"{name}.sqlite") for name in ("north", "south", "alone")]
    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("north", "south", "alone"):
            connection.execute(f"CREATE SCHEMA {name}")
    return [f"{url}&options=-csearch_path%3D{name}" for name in ("north", "south", "alone")]


def service(database, name):
    opened = partial(open_parts, database, clock=clock_at_noon(), signing=Signing(lambda: (KEYS[name],)), vault=VAULT)
    return create_app(opened, hosts=frozenset({name.encode()}))


@dataclass(frozen=True)
class At:
    """The service as it is reached at one name; a browser keeps the cookies of each name apart."""

    client: TestClient
    name: str

    def get(self, path, **how):
        return self.client.get(f"http://{self.name}{path}", **how)

    def post(self, path, **how):
        return self.client.post(f"http://{self.name}{path}", **how)

    @property
    def cookies(self):
        return self.client.cookies


def posted_to(where, path, **fields):
    """Post the form of a page."""
    answer = where.post(path, data={"csrf": form_token(where.get(path).text), **fields}, follow_redirects=False)
    assert answer.status_code == 303, answer.text


def answers(client, last):
    """Everything that is asked, once the tables have come as far."""
    assert client.get(f"/actions?at_least={last}").status_code == 200
    told = {path: client.get(path) for path in ASKED}
    assert {path: answer.status_code for path, answer in told.items()} == dict.fromkeys(ASKED, 200)
    return {path: answer.content for path, answer in told.items()}


def test_a_partnership_beside_another_holds_proves_and_answers_what_it_does_alone(homes):
    north, south, alone = homes
    with TestClient(service(alone, NORTH), base_url=f"http://{NORTH}") as client:
        positions = [tell(client, event)[0] for event in CASE]
        expected = answers(client, positions[-1])
    with TestClient(Hosting({NORTH: service(north, NORTH), SOUTH: service(south, SOUTH)})) as client:
        here, beside = At(client, NORTH), At(client, SOUTH)
        for number, event in enumerate(CASE):
            tell(here, event)
            tell(beside, agency(f"OTHER{number}", id=f"other-{number}"), agency(f"MORE{number}", id=f"more-{number}"))
        assert answers(here, positions[-1]) == expected
        assert here.get("/agencies").json()["total"] < beside.get(f"/agencies?at_least={2 * len(CASE)}").json()["total"]


def test_nothing_crosses(tmp_path):
    with TestClient(
        Hosting({name: service(str(tmp_path / f"{name}.sqlite"), name) for name in (NORTH, SOUTH)})
    ) as client:
        here, beside = At(client, NORTH), At(client, SOUTH)
        tell(here, *CASE)
        assert beside.get("/incidents/INC-1/history").status_code == 404
        assert beside.get("/entries/1").status_code == 404
        receipt = here.get("/entries/1/receipt").text
        assert NORTH in receipt
        assert SOUTH not in receipt
        assert here.get("/log/keys").json() != beside.get("/log/keys").json()
        posted_to(here, "/sign-in", role=str(Role.BUSINESS_UNIT), agency="BU")
        assert "You chose to be" in here.get("/pages").text
        stolen = {"cookie": "; ".join(f"{each.name}={each.value}" for each in here.cookies.jar)}
        assert "You chose to be" not in beside.get("/pages", headers=stolen).text


def test_a_name_of_no_partnership_is_answered_by_none(tmp_path):
    with TestClient(Hosting({NORTH: service(str(tmp_path / "north.sqlite"), NORTH)})) as client:
        for name in ("elsewhere.example", "localhost", f"{NORTH}.evil.example"):
            answer = At(client, name).get("/entries")
            assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")
        assert At(client, "localhost").get("/healthz").json() == {"alive": True}
        assert At(client, NORTH).get("/healthz").status_code == 200


def test_one_that_cannot_start_keeps_all_from_starting(tmp_path):
    def broken():
        raise RuntimeError("no such database")

    hosting = Hosting({NORTH: service(str(tmp_path / "north.sqlite"), NORTH), SOUTH: create_app(broken)})
    with pytest.raises(RuntimeError, match="no such database"), TestClient(hosting):
        pass
