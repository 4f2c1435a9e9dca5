"""Signing in where nobody is asked who they are: a choice, marked as such, on this machine only."""

from __future__ import annotations

from functools import partial

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from ledger.access.keys import Keys
from ledger.access.principal import Role
from ledger.wiring import open_parts
from tests.access.signing_in import form_token, posted, sign_in
from tests.ledger.posting import clock_at_noon


def serving(database, access=None):
    app = create_app(partial(open_parts, database, clock=clock_at_noon()), access=access)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "ledger.sqlite")


@pytest.fixture
def client(database):
    with serving(database) as client:
        yield client


def test_whoever_is_chosen_is_answered_by_the_table(client):
    assert client.get("/entries").status_code == 200, "without a choice nobody is asked"
    sign_in(client, Role.REPORT_BUILDER)
    assert client.get("/figures").status_code == 200
    assert client.get("/entries").status_code == 403
    sign_in(client, Role.AUDITOR, "IS")
    assert client.get("/figures").status_code == 403


def test_a_role_of_the_business_unit_is_held_there(client):
    sign_in(client, Role.BUSINESS_UNIT, "POLICE")
    assert "You chose to be business unit of BU" in client.get("/sign-in").text


def test_signing_out_ends_the_session_for_whoever_copied_the_cookie(client):
    sign_in(client, Role.REPORT_BUILDER)
    copied = client.cookies["ledger-session"]
    assert posted(client, "/sign-in", "/sign-out").status_code == 303
    assert "ledger-session" not in client.cookies
    client.cookies.set("ledger-session", copied, domain="localhost.local")
    assert client.get("/entries").status_code == 200, "nobody in particular"
    assert "You chose to be" not in client.get("/sign-in").text


def test_another_choice_ends_the_session_before_it(client):
    sign_in(client, Role.REPORT_BUILDER)
    first = client.cookies["ledger-session"]
    sign_in(client, Role.CHAIR, "LA")
    client.cookies.clear()
    client.cookies.set("ledger-session", first, domain="localhost.local")
    assert "You chose to be" not in client.get("/sign-in").text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1234"},
    ],
    ids=str,
)
def test_no_other_site_posts_through_a_browser(client, headers):
    sign_in(client, Role.CHAIR, "LA")
    token = form_token(client.get("/sign-in").text)
    for path in ("/sign-in", "/sign-out"):
        answer = client.post(path, data={"csrf": token, "role": "auditor", "agency": "IS"}, headers=headers)
        assert answer.status_code == 403, answer.text
        assert "another site" in answer.text
    assert "chair of LA" in client.get("/sign-in").text


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://localhost"}, {"sec-fetch-site": "same-origin", "origin": "null"}], ids=str
)
@pytest.mark.parametrize("token", ["", "x", None])
def test_without_the_token_of_the_session_nothing_is_posted(client, headers, token):
    sign_in(client, Role.CHAIR, "LA")
    form = {} if token is None else {"csrf": token}
    assert client.post("/sign-out", data=form, headers=headers).status_code == 403
    assert client.post("/entries/1/openings", json={"purpose": "review"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "given",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/%0d\r\nset-cookie: x", "javascript:1", "/a\x00"],
)
def test_the_way_back_stays_on_this_site(client, given):
    form = {"role": "chair", "agency": "LA", "next": given}
    answer = posted(client, "/sign-in", "/sign-in", **form)
    assert answer.headers["location"] == "/pages"


def test_the_way_back_leads_where_somebody_wanted_to_go(client):
    form = {"role": "chair", "agency": "LA", "next": "/actions?as_at=2020-01-01&owner=LA"}
    answer = posted(client, "/sign-in", "/sign-in", **form)
    assert answer.headers["location"] == form["next"]


def test_nobody_is_signed_in_by_a_form_their_browser_did_not_ask_for(client):
    """Else a stranger could sign somebody in as another, who then works in that name."""
    form = {"role": "chair", "agency": "LA"}
    page = client.get("/sign-in").text
    client.cookies.clear()
    for token in (form_token(page), "", "x"):
        assert client.post("/sign-in", data={**form, "csrf": token}).status_code == 403
    assert client.cookies == {}


@pytest.mark.parametrize("name", ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"])
def test_nobody_comes_through_a_proxy(client, name):
    for path in ("/sign-in", "/entries", "/healthz"):
        assert client.get(path, headers={name: "192.0.2.1"}).status_code == 421
    form = {"role": "chair", "agency": "LA"}
    assert client.post("/sign-in", data=form, headers={name: "192.0.2.1"}).status_code == 421
    assert client.post("/events", json={}, headers={name: "192.0.2.1"}).status_code == 421


def test_nobody_comes_from_another_machine(database):
    app = create_app(partial(open_parts, database, clock=clock_at_noon()))
    with TestClient(app, base_url="http://localhost", client=("192.0.2.1", 5)) as client:
        assert client.get("/sign-in").status_code == 421
        assert client.post("/sign-in", data={"role": "chair", "agency": "LA"}).status_code == 421


def test_a_session_of_development_is_none_where_identity_is_required(database):
    with serving(database) as client:
        sign_in(client, Role.CHAIR, "LA")
        chosen = client.cookies["ledger-session"]
    with serving(database, Access(Keys.open(database, clock_at_noon()))) as client:
        client.cookies.set("ledger-session", chosen, domain="localhost.local")
        assert client.get("/entries").status_code == 401
        assert client.get("/sign-in").status_code == 404
        assert client.post("/sign-in", data={"role": "chair", "agency": "LA"}).status_code == 404
