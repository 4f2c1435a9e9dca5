"""How often one caller may ask."""

from __future__ import annotations

from functools import partial

import pytest
from fastapi.testclient import TestClient

from api.access import Access
from api.app import create_app
from api.limits import MOST_CALLERS, Limits
from api.problems import Problem
from ledger.access.keys import Keys
from ledger.access.principal import Role
from ledger.wiring import open_parts
from tests.ledger.posting import clock_at_noon


class Seconds:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def taken(limits, times, ask):
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            ask(limits)
            through += 1
        except Problem:
            continue
    return through


def test_a_minutes_worth_at_once_and_then_as_it_fills():
    seconds = Seconds()
    limits = Limits(60, seconds)
    assert taken(limits, 100, lambda each: each.of_speaker("key:1")) == 60
    seconds.now = 10.0
    assert taken(limits, 100, lambda each: each.of_speaker("key:1")) == 10
    seconds.now = 3_600.0
    assert taken(limits, 100, lambda each: each.of_speaker("key:1")) == 60, "no more than a minute's is saved up"


def test_each_has_a_bucket_of_their_own_and_an_address_a_larger_one():
    limits = Limits(10, Seconds())
    assert taken(limits, 20, lambda each: each.of_speaker("key:1")) == 10
    assert taken(limits, 20, lambda each: each.of_speaker("key:2")) == 10
    assert taken(limits, 60, lambda each: each.of_address("192.0.2.1")) == 40
    assert taken(limits, 1, lambda each: each.of_address("192.0.2.2")) == 1


def test_one_server_does_not_pass_for_many_by_its_many_addresses():
    limits = Limits(10, Seconds())
    found = (taken(limits, 1, lambda each, n=n: each.of_address(f"2001:db8::{n:x}")) for n in range(60))
    assert sum(found) == 40
    assert taken(limits, 1, lambda each: each.of_address("2001:db8:0:1::1")) == 1


def test_zero_is_no_limit():
    assert taken(Limits(0, Seconds()), 1_000, lambda each: each.of_address("192.0.2.1")) == 1_000


def test_many_strangers_are_forgotten_and_nobody_gains_by_it():
    seconds = Seconds()
    limits = Limits(6, seconds)
    for number in range(MOST_CALLERS):
        limits.of_speaker(f"passing:{number}")
    seconds.now = 11.0
    assert taken(limits, 20, lambda each: each.of_speaker("busy")) == 6
    for number in range(10):
        limits.of_speaker(f"more:{number}")
    assert taken(limits, 20, lambda each: each.of_speaker("busy")) == 0
    assert len(limits._empty_until) < 20


def test_how_long_to_wait_is_told_truly():
    seconds = Seconds()
    limits = Limits(6, seconds)
    taken(limits, 6, lambda each: each.of_speaker("key:1"))
    with pytest.raises(Problem) as told:
        limits.of_speaker("key:1")
    seconds.now = float(told.value.headers["retry-after"])
    limits.of_speaker("key:1")


@pytest.fixture
def limited(tmp_path):
    """A service that lets each ask five times a minute, and the headers of two keys."""
    database, clock = str(tmp_path / "ledger.sqlite"), clock_at_noon()
    keys = Keys.open(database, clock)
    made = [{"authorization": f"Bearer {keys.make(Role.BUSINESS_UNIT, 'BU', '')[1]}"} for _ in range(2)]
    access = Access(keys, limits=Limits(5, Seconds()))
    with TestClient(
        create_app(partial(open_parts, database, clock=clock), access=access), base_url="http://localhost"
    ) as client:
        yield client, *made


def test_who_asks_too_often_is_told_so_at_every_door(limited):
    client, own, other = limited
    statuses = [client.get("/figures", headers=own).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    answer = client.post("/events", json={}, headers=own)
    assert answer.status_code == 429, "the doors share a bucket"
    assert answer.json()["type"] == "/problems/too-many"
    assert int(answer.headers["retry-after"]) == 12
    assert client.get("/figures", headers=other).status_code == 200
    strangers = [client.get("/entries").status_code for _ in range(15)]
    assert strangers == [401] * 11 + [429] * 4, "twenty from one address"
