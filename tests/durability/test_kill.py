"""kill -9 under load, of the service and of PostgreSQL: every acknowledged entry is there once, none is there by half."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from random import Random

import pytest

from tests.durability.ledger_check import assert_whole
from tests.durability.service import PATIENCE, Partner, Service
from tests.postgres import EmbeddedPostgres

PARTNERS = 6
KILLS = 2
"""In the life of one ledger."""


@pytest.fixture
def seeds(long: bool, seed: int) -> range:
    """One ledger is made for each."""
    return range(seed, seed + (50 if long else 1))


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that forces every commit to disk."""
    with EmbeddedPostgres(durable=True) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def new_database(request, tmp_path) -> Callable[[], str]:
    """Makes empty databases, the same engine each time."""
    if request.param == "sqlite":
        numbers = count()
        return lambda: str(tmp_path / f"{next(numbers)}.sqlite")
    server: EmbeddedPostgres = request.getfixturevalue("durable_postgres")
    return server.create_database


@contextmanager
def posting(service: Service, names: str, draw: Random) -> Iterator[Sequence[Partner]]:
    """Partners who post side by side until the block ends."""
    partners = [Partner(service, f"{names}-{number}", Random(draw.random())) for number in range(PARTNERS)]
    for partner in partners:
        partner.start()
    try:
        yield partners
    finally:
        for partner in partners:
            partner.stopped.set()
        for partner in partners:
            partner.join(PATIENCE)
    assert not any(partner.is_alive() for partner in partners)


def wait_for_acknowledgements(partners: Sequence[Partner], beyond: Sequence[int]) -> None:
    """Until every partner had something acknowledged beyond what it had."""
    deadline = time.monotonic() + PATIENCE
    while any(partner.acknowledged <= had for partner, had in zip(partners, beyond, strict=True)):
        assert time.monotonic() < deadline, "nothing more is acknowledged"
        time.sleep(0.01)


def test_the_service_is_killed(new_database, seeds):
    for seed in seeds:
        draw, posts, database = Random(seed), [], new_database()
        with Service(database) as service:
            for kill in range(KILLS):
                with posting(service, f"S{kill}", draw) as partners:
                    wait_for_acknowledgements(partners, [0] * PARTNERS)
                    time.sleep(draw.uniform(0, 0.4))
                    service.kill()
                assert any(partner.posts[-1].receipts is None for partner in partners)
                service.start()
                posts += [post for partner in partners for post in partner.posts]
                assert_whole(service, database, posts)


def test_postgres_is_killed_and_the_service_finds_it_again(durable_postgres, seeds):
    for seed in seeds:
        draw, posts, database = Random(seed), [], durable_postgres.create_database()
        with Service(database) as service:
            for kill in range(KILLS):
                with posting(service, f"P{kill}", draw) as partners:
                    wait_for_acknowledgements(partners, [0] * PARTNERS)
                    time.sleep(draw.uniform(0, 0.4))
                    durable_postgres.kill()
                    had = [partner.acknowledged for partner in partners]
                    time.sleep(draw.uniform(0, 0.2))
                    durable_postgres.restart()
                    wait_for_acknowledgements(partners, had)
                posts += [post for partner in partners for post in partner.posts]
                assert any(post.receipts is None for post in posts)
                assert_whole(service, database, posts)
        durable_postgres.drop_database(database)  # a killed server begins by forcing every file it has to disk
