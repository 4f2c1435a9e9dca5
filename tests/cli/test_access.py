"""`ledger key`, and a service that asks who is there."""

from __future__ import annotations

import json
from contextlib import closing

import httpx2
import pytest

from ledger.access.principal import Principal, Role
from ledger.access.sessions import Sessions
from ledger.clock import SystemClock
from tests.cli.test_serving import LONGEST, free_port, ready, serve
from tests.ledger.posting import agency


@pytest.fixture
def ledger(run, tmp_path):
    database = str(tmp_path / "ledger.sqlite")
    posted = tmp_path / "agencies.json"
    posted.write_text(json.dumps([agency("POLICE"), agency("IS")]))
    assert run("post", str(posted), "--database", database).code == 0
    return database


def test_a_key_is_shown_once(run, ledger):
    made = run("key", "make", "partner-submitter", "POLICE", "--label", "case system", "--database", ledger)
    assert made.code == 0
    text = made.out.strip()
    assert text.startswith("slk_")
    assert "partner submitter" in made.err
    listed = run("key", "list", "--database", ledger, "--json")
    assert text not in listed.out
    assert [(each["role"], each["label"]) for each in listed.json] == [("partner-submitter", "case system")]


def test_keys_are_rotated_and_revoked(run, ledger):
    first = run("key", "make", "scrutineer", "IS", "--database", ledger, "--json").json
    second = run("key", "rotate", first["id"], "--database", ledger, "--json").json
    assert second["key"] != first["key"]
    assert run("key", "revoke", second["id"], "--database", ledger).code == 0
    assert run("key", "revoke", second["id"], "--database", ledger).code == 3
    assert "ends" in run("key", "list", "--database", ledger).out


@pytest.mark.parametrize(("role", "agency"), [("queen", "POLICE"), ("scrutineer", "is")])
def test_nobody_gets_a_key_for_a_role_or_agency_that_cannot_be(run, ledger, role, agency):
    assert run("key", "make", role, agency, "--database", ledger).code == 2


def test_a_service_that_asks_who_is_there_takes_a_key_and_nothing_else(run, ledger, tmp_path, monkeypatch):
    key = run("key", "make", "partner-submitter", "POLICE", "--database", ledger, "--json").json["key"]
    incident = tmp_path / "event.json"
    incident.write_text(json.dumps(agency("NEW")))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with serve(tmp_path, "--database", ledger, "--port", str(port), LEDGER_IDENTITY="required") as process:
        with httpx2.Client(base_url=address) as client:
            ready(client)
            assert client.get("/entries").status_code == 401
            assert client.get("/entries", headers={"authorization": f"Bearer {key}"}).status_code == 200
        assert "Say who you are" in run("post", str(incident), "--to", address, "--json").out
        monkeypatch.setenv("LEDGER_API_KEY", key)
        assert "Not for this role" in run("post", str(incident), "--to", address, "--json").out
        process.terminate()
        process.communicate(timeout=LONGEST)


PROVIDER = {
    "LEDGER_IDENTITY": "required",
    "LEDGER_OIDC_ISSUER": "https://id.example.org",
    "LEDGER_OIDC_AUDIENCE": "ledger",
}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"LEDGER_HOST": "0.0.0.0"}, "LEDGER_IDENTITY=required"),
        ({"LEDGER_OIDC_ISSUER": "https://id.example.org", "LEDGER_OIDC_AUDIENCE": "ledger"}, "not required"),
        ({"LEDGER_IDENTITY": "required", "LEDGER_OIDC_ISSUER": "https://id.example.org"}, "given together"),
        (
            {
                "LEDGER_IDENTITY": "required",
                "LEDGER_OIDC_ISSUER": "http://id.example.org",
                "LEDGER_OIDC_AUDIENCE": "ledger",
            },
            "https://",
        ),
        (PROVIDER | {"LEDGER_OIDC_CLIENT": "pages"}, "LEDGER_ADDRESS"),
        (
            {"LEDGER_IDENTITY": "required", "LEDGER_OIDC_CLIENT": "pages", "LEDGER_ADDRESS": "https://l.example"},
            "LEDGER_OIDC_ISSUER",
        ),
        (PROVIDER | {"LEDGER_OIDC_CLIENT": "pages", "LEDGER_ADDRESS": "http://ledger.example.org"}, "https://"),
        (
            PROVIDER | {"LEDGER_OIDC_CLIENT": "pages", "LEDGER_ADDRESS": "https://ledger.example.org/pages"},
            "without a path",
        ),
        ({"LEDGER_ADDRESS": "https://ledger.example.org"}, "LEDGER_IDENTITY"),
    ],
    ids=str,
)
def test_a_service_that_would_let_anybody_in_does_not_start(tmp_path, given, told):
    with serve(tmp_path, **given) as process:
        said = process.communicate(timeout=LONGEST)[1]
    assert process.returncode == 2
    assert told in said
    assert not (tmp_path / "var").exists()


def test_somebody_who_left_is_signed_out_everywhere(run, ledger):
    with closing(Sessions.open(ledger, SystemClock(), "https://id.example.org")) as sessions:
        own, again, other = (
            sessions.begin(Principal(Role.CHAIR, "LA", subject)) for subject in ("oidc:1", "oidc:1", "oidc:2")
        )
        assert run("sign-out", "oidc:1", "--database", ledger).err == "2 sessions ended.\n"
        assert [sessions.session(each.secret) is None for each in (own, again, other)] == [True, True, False]
        assert run("sign-out", "--everybody", "--database", ledger).err == "1 session ended.\n"
        assert sessions.session(other.secret) is None
    assert run("sign-out", "--database", ledger).code == 2
    assert run("sign-out", "oidc:1", "--everybody", "--database", ledger).code == 2
