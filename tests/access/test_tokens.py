"""Whose tokens are believed, and for how long."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from ledger.access.principal import Principal, Role
from ledger.access.tokens import ProviderSilent, Tokens, Unproved
from tests.access.provider import SHARED_SECRET, identity_provider
from tests.ledger.posting import clock_at_noon


@pytest.fixture
def provider():
    with identity_provider() as found:
        yield found


@pytest.fixture
def clock():
    return clock_at_noon()


@pytest.fixture
def tokens(provider, clock):
    return Tokens(provider.provider, clock)


def test_a_token_says_who_speaks(provider, tokens):
    assert tokens.principal(provider.token()) == Principal(Role.SCRUTINEER, "IS", "oidc:4711")
    tokens.principal(provider.token())
    assert provider.asked == 1, "the keys are fetched once"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another.example.org"},
        {"aud": None},
        {"exp": None},
        {"sub": None},
        {"ledger_role": "queen"},
        {"ledger_role": ["scrutineer"]},
        {"ledger_role": None},
        {"ledger_agency": None},
        {"ledger_agency": "IS@BU"},
        {"lasts": timedelta(minutes=-2)},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_that_does_not_say_it_properly_proves_nothing(provider, tokens, claims):
    with pytest.raises(Unproved) as told:
        tokens.principal(provider.token(**claims))
    assert "queen" not in str(told.value)


def test_clocks_may_differ_by_a_minute(provider, tokens):
    tokens.principal(provider.token(lasts=timedelta(seconds=-30)))


def test_the_providers_signature_is_what_counts(provider, tokens):
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    same_name = ECKey.import_key(stranger.as_dict(private=True) | {"kid": provider.keys[0].kid})
    for token in (
        provider.token(key=stranger),
        provider.token(key=same_name),
        provider.token(key=SHARED_SECRET, algorithm="HS256"),
        "not.a.token",
        "",
        "x" * 9_000,
    ):
        with pytest.raises(Unproved):
            tokens.principal(token)


def test_the_public_key_is_no_shared_secret(provider, tokens):
    public = provider.keys[0].as_pem(private=False)
    head = urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": provider.keys[0].kid}).encode()).rstrip(b"=")
    signed = head + b"." + provider.token().split(".")[1].encode()
    proof = urlsafe_b64encode(hmac.new(public, signed, "sha256").digest()).rstrip(b"=")
    with pytest.raises(Unproved):
        tokens.principal((signed + b"." + proof).decode())


def test_an_unsigned_token_proves_nothing(provider, tokens):
    head, body, _ = provider.token().split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for token in (f"{unsigned}.{body}.", f"{head}.{body}."):
        with pytest.raises(Unproved):
            tokens.principal(token)


def test_a_new_key_of_the_provider_is_fetched_and_a_strangers_makes_us_ask_once_a_minute(provider, tokens, clock):
    tokens.principal(provider.token())
    provider.rotate()
    clock.move_to(clock.now() + timedelta(minutes=1))
    assert tokens.principal(provider.token()).agency == "IS"
    for _ in range(5):
        with pytest.raises(Unproved):
            tokens.principal(provider.token(key=ECKey.generate_key("P-256", auto_kid=True)))
    assert provider.asked == 2


def test_a_key_the_provider_has_given_up_ends_within_the_hour(provider, tokens, clock):
    old = provider.keys[0]
    tokens.principal(provider.token(key=old))
    provider.rotate()
    provider.keys.pop()
    clock.move_to(clock.now() + timedelta(hours=1))
    with pytest.raises(Unproved):
        tokens.principal(provider.token(key=old, lasts=timedelta(hours=2)))


def test_a_provider_that_does_not_answer_is_no_proof_either_way(provider, tokens):
    provider.down = True
    with pytest.raises(ProviderSilent):
        tokens.principal(provider.token())
