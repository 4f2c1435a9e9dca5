"""Signing in with an identity provider over real HTTP: who comes in, and every way in which nobody does."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import ECKey
from pydantic import SecretStr

from api.access import CALLBACK, Access
from api.app import create_app
from ledger.access.keys import Keys
from ledger.access.sign_in import Client, SignIn
from ledger.access.tokens import Tokens
from ledger.wiring import open_parts
from tests.access.provider import CLIENT, SECRET, SHARED_SECRET, identity_provider
from tests.access.signing_in import form_token
from tests.ledger.posting import clock_at_noon

ADDRESS = "https://ledger.example.org"
SESSION, ATTEMPT = "__Host-ledger-session", "__Host-sign-in"


class Door:
    """A service that asks who people are, the provider it asks, and a browser."""

    def __init__(self, database, provider, clock):
        tokens = Tokens(provider.provider, clock)
        self.client_there = Client(CLIENT, SecretStr(SECRET), f"{ADDRESS}{CALLBACK}")
        access = Access(Keys.open(database, clock), tokens, SignIn(tokens, self.client_there), ADDRESS)
        app = create_app(
            partial(open_parts, database, clock=clock), access=access, hosts=frozenset({b"ledger.example.org"})
        )
        self.database, self.provider, self.clock = database, provider, clock
        self.browser = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False)

    def begin(self, there="/pages") -> str:
        """Where the provider sends the browser back to once somebody has signed in there."""
        answer = self.browser.get("/sign-in", params={"next": there})
        assert answer.status_code == 303, answer.text
        return str(httpx2.get(answer.headers["location"]).headers["location"])

    def sign_in(self, there="/pages"):
        return self.browser.get(self.begin(there))

    def wait(self, **how: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(**how))

    def is_in(self) -> bool:
        return bool(self.browser.get("/figures").status_code == 200)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    clock = clock_at_noon()
    with identity_provider(now=clock.now) as provider:
        found = Door(str(tmp_path_factory.mktemp("sign-in") / "ledger.sqlite"), provider, clock)
        with found.browser:
            yield found


@pytest.fixture
def door(service):
    """The same service with another browser, at a provider that says nothing odd."""
    service.browser.cookies.clear()
    service.provider.person = ("scrutineer", "IS")
    service.provider.says, service.provider.claims, service.provider.down = {}, {}, False
    return service


def test_somebody_signs_in_and_comes_back_to_where_they_wanted_to_go(door):
    assert door.browser.get("/pages/x?as_at=7", headers={"accept": "text/html"}).status_code == 404
    first = door.browser.get("/pages", headers={"accept": "text/html"})
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in?next=%2Fpages")
    answer = door.sign_in("/pages?as_at=2020-01-01")
    assert (answer.status_code, answer.headers["location"]) == (303, "/pages?as_at=2020-01-01")
    page = door.browser.get("/pages", headers={"accept": "text/html"}).text
    assert "Signed in as scrutineer of IS" in page
    assert door.browser.get("/entries").status_code == 200
    assert door.browser.get("/access-log").status_code == 403, "as the table grants a scrutineer"


def test_the_cookie_is_no_scripts_no_other_sites_and_no_neighbours(door):
    cookies = door.sign_in().headers.get_list("set-cookie")
    session = next(each for each in cookies if each.startswith(SESSION))
    assert {part.strip() for part in session.split(";")[1:]} == {
        "HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=36000"
    }  # fmt: skip
    assert any(each.startswith(f"{ATTEMPT}=") and "Max-Age=0" in each for each in cookies), "it is used once"


def test_the_database_holds_no_cookie(door):
    door.sign_in()
    secret = door.browser.cookies[SESSION].encode()
    files = list(Path(door.database).parent.glob("ledger.access.sqlite*"))
    assert files
    assert not any(secret in path.read_bytes() for path in files)


def test_whoever_is_not_signed_in_is_sent_only_from_pages(door):
    assert door.browser.get("/entries").status_code == 401
    key = {"authorization": "Bearer slk_x", "accept": "text/html"}
    assert door.browser.get("/pages", headers=key).status_code == 401, "a program is not sent anywhere"
    assert door.browser.post("/pages", headers={"accept": "text/html"}).status_code == 405


def changed(address: str, **parameters: str) -> str:
    return str(httpx2.URL(address).copy_merge_params(parameters))


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(door):
    back = door.begin()
    for forged in (changed(back, state="x"), changed(back, state=""), back.partition("?")[0]):
        assert door.browser.get(forged).status_code == 400
    stolen = back
    door.browser.cookies.clear()
    assert door.browser.get(stolen).status_code == 400, "in another browser, such as that of a victim"
    assert not door.is_in()


def test_another_attempt_ends_the_one_before(door):
    first = door.begin()
    door.begin()
    assert door.browser.get(first).status_code == 400


@pytest.mark.parametrize("kept", ["", "x", "AAAA.L3BhZ2Vz", "%00", ".", "é", "a" * 5_000])
def test_a_cookie_that_is_none_of_ours_is_none(door, kept):
    back = door.begin()
    door.browser.cookies.clear()
    raw = f"{ATTEMPT}={kept}".encode()
    assert door.browser.get(back, headers=[(b"cookie", raw)]).status_code == 400


def test_a_code_is_worth_something_once(door):
    back = door.begin()
    kept = door.browser.cookies[ATTEMPT]
    assert door.browser.get(back).status_code == 303
    assert door.browser.get(back).status_code == 400
    door.browser.cookies.set(ATTEMPT, kept, domain="ledger.example.org")
    again = door.browser.get(back)
    assert again.status_code == 400
    assert "did not accept the code" in again.text


def test_a_stolen_code_is_worth_nothing_to_another_attempt(door):
    theirs = parse_qs(urlsplit(door.begin()).query)["code"][0]
    door.browser.cookies.clear()
    own = door.begin()
    assert door.browser.get(changed(own, code=theirs)).status_code == 400
    assert not door.is_in()


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": "ledger.example.org"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"iat": None},
        {"iat": timedelta(minutes=2)},
        {"exp": timedelta(minutes=-2)},
        {"exp": None},
        {"sub": None},
        {"ledger_role": "queen"},
        {"ledger_agency": None},
        {"key": ECKey.generate_key("P-256", auto_kid=True)},
        {"key": SHARED_SECRET, "algorithm": "HS256"},
    ],
    ids=lambda claims: "-".join(f"{name}={value}" for name, value in claims.items() if name != "key") or "stranger",
)
def test_a_token_that_is_not_for_this_attempt_signs_nobody_in(door, claims: dict[str, Any]):
    door.provider.claims = claims
    answer = door.sign_in()
    assert answer.status_code == 400
    assert "queen" not in answer.text
    assert not door.is_in()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"exp": timedelta(seconds=-30)},
        {"iat": timedelta(seconds=30)},
    ],
    ids=["one in a list", "several, and the party named", "a slow clock there", "a fast clock there"],
)
def test_what_says_it_otherwise_is_taken(door, claims):
    door.provider.claims = claims
    assert door.sign_in().status_code == 303
    assert door.is_in()


def test_keys_may_change_between_two_who_sign_in(door):
    door.sign_in()
    door.provider.rotate()
    door.provider.keys.pop()
    door.wait(minutes=1)
    assert door.sign_in().status_code == 303


def test_another_provider_cannot_answer_in_the_place_of_ours(door):
    assert door.browser.get(changed(door.begin(), iss="https://evil.example")).status_code == 400


def test_a_refusal_of_the_provider_is_told_in_our_words(door):
    back = httpx2.URL(door.begin()).copy_remove_param("code")
    answer = door.browser.get(str(back.copy_merge_params({"error": "<script>alert(1)</script>"})))
    assert answer.status_code == 400
    assert "alert(1)" not in answer.text


def test_a_provider_that_is_down_is_said_to_be(door):
    back = door.begin()
    door.provider.down = True
    assert door.browser.get(back).status_code == 503
    door.wait(hours=2)
    assert door.browser.get("/sign-in").status_code == 503
    assert not door.is_in()


@pytest.mark.parametrize("says", [{"issuer": "http://127.0.0.1:1"}, {"authorization_endpoint": "http://evil.example/"}, {"token_endpoint": "http://evil.example/"}, {"authorization_endpoint": 7}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"}], ids=str)  # fmt: skip
def test_a_provider_that_describes_itself_as_another_is_not_asked(door, says):
    door.provider.says = says
    door.wait(hours=2)
    assert door.browser.get("/sign-in").status_code == 503


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "/%5Cevil.example", "evil.example", "/\r\nx: y", ""])  # fmt: skip
def test_the_way_back_stays_on_this_site(door, there):
    answer = door.sign_in(there)
    assert answer.status_code == 303
    led = answer.headers["location"]
    assert led in ("/pages", "/%5Cevil.example")
    assert httpx2.URL(ADDRESS).join(led).host == "ledger.example.org"


def test_a_copied_cookie_is_worth_nothing_after_signing_out(door):
    door.sign_in()
    copied = door.browser.cookies[SESSION]
    form = {"csrf": form_token(door.browser.get("/pages").text)}
    assert door.browser.post("/sign-out", data=form).status_code == 303
    door.browser.cookies.set(SESSION, copied, domain="ledger.example.org")
    assert not door.is_in()


def test_a_planted_cookie_does_not_become_a_session(door):
    """Session fixation: whoever put it there knows it."""
    door.browser.cookies.set(SESSION, "planted", domain="ledger.example.org")
    door.sign_in()
    assert door.browser.cookies[SESSION] != "planted"


def test_a_session_ends_when_unused_and_after_a_day_in_any_case(door):
    door.sign_in()
    for minutes in (59, 59):
        door.wait(minutes=minutes)
        assert door.is_in()
    door.wait(minutes=61)
    assert not door.is_in()
    door.sign_in()
    for _ in range(11):
        door.wait(minutes=54)
        assert door.is_in()
    door.wait(minutes=6)
    assert not door.is_in(), "ten hours"


def test_a_key_speaks_louder_than_a_cookie(door):
    door.sign_in()
    assert door.browser.get("/figures", headers={"authorization": "Bearer slk_nobody_x"}).status_code == 401


def test_two_cookies_of_one_name_are_none(door):
    door.sign_in()
    own = door.browser.cookies[SESSION]
    door.browser.cookies.clear()
    for cookies in (f"{SESSION}=x; {SESSION}={own}", f"{SESSION}={own}; {SESSION}=x"):
        assert door.browser.get("/figures", headers={"cookie": cookies}).status_code == 401
    assert door.browser.get("/figures", headers={"cookie": f"{SESSION}={own}; other=x"}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://ledger.example.org", "https://ledger.example.org:444", "null"])  # fmt: skip
def test_what_another_site_posts_is_refused(door, origin):
    door.sign_in()
    form = {"csrf": form_token(door.browser.get("/pages").text)}
    assert door.browser.post("/sign-out", data=form, headers={"origin": origin}).status_code == 403
    assert door.browser.post("/sign-out", data=form, headers={"origin": ADDRESS}).status_code == 303


def ways(page: str) -> list[str]:
    """The ways in that stand at the top of a page."""
    return re.findall(r'govuk-service-navigation__link" href="([^"]*)"', page)


def test_a_page_offers_the_ways_in_that_are_open_to_whoever_sees_it(door):
    html = {"accept": "text/html"}
    nobody = door.browser.get("/sign-out", headers=html)
    assert (ways(nobody.text), "Sign in again" in nobody.text) == ([], True)
    door.provider.person = ("administrator", "BU")
    door.sign_in()
    first, refused = (door.browser.get(path, headers=html) for path in ("/pages", "/pages/actions"))
    assert (first.status_code, refused.status_code) == (200, 403)
    assert ways(first.text) == ways(refused.text) == ["/pages", "/pages/rules"]


def test_a_form_posted_when_the_session_has_ended_leads_to_signing_in(door):
    door.provider.person = ("business-unit", "BU")
    door.sign_in()
    page = door.browser.get("/pages/record/risk.identified").text
    door.wait(hours=24)
    form = {"csrf": form_token(page), "go": "check", "type": "risk.identified"}
    answer = door.browser.post(
        f"/pages/drafts/{'0' * 32}", data=form, headers={"origin": ADDRESS, "accept": "text/html"}
    )
    assert answer.status_code == 401
    assert "You are not signed in" in answer.text and "Your session may have ended" in answer.text
    assert '<a class="govuk-link" href="/sign-in">Sign in</a></p>' in answer.text
    assert ways(answer.text) == []
    turned = door.browser.get("/sign-in/callback?error=access_denied&state=x", headers={"accept": "text/html"})
    assert (turned.status_code, "did not vouch for you" in turned.text, ">Sign in</a></p>" in turned.text) == (
        400,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/pages"), ("HEAD", "/log/keys"), ("POST", "/events"), ("GET", "/nothing"), ("GET", "/sign-in"), ("GET", "/pages/static/govuk.css")],
)  # fmt: skip
def test_who_came_by_tls_is_told_to_come_no_other_way(door, method, path):
    for host in ("ledger.example.org", "elsewhere.example"):
        answer = door.browser.request(method, path, headers={"host": host})
        assert answer.headers.get_list("strict-transport-security") == ["max-age=31536000"], (path, host)


def test_a_cookie_posts_no_events(door):
    door.provider.person = ("business-unit", "BU")
    door.sign_in()
    answer = door.browser.post("/events", json={}, headers={"origin": ADDRESS, "sec-fetch-site": "same-origin"})
    assert answer.status_code == 401, "the door for programs takes keys and tokens only"


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_the_client_shows_its_secret_the_way_the_provider_takes_it(door, way):
    door.provider.says = {"token_endpoint_auth_methods_supported": [way]}
    door.wait(hours=2)
    assert door.sign_in().status_code == 303
    form, authorization = door.provider.redeemed[-1]
    assert ("client_secret" in form, bool(authorization)) == (way.endswith("post"), way.endswith("basic"))
    assert "code_verifier" in form
