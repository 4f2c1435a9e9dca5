"""kill -9 under load, of the service and of PostgreSQL: every acknowledged entry is there once, none is there by half."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

import pytest

from tests.durability.ledger_check import assert_whole
from tests.durability.service import PATIENCE, Partner, Post, Service
from tests.postgres import EmbeddedPostgres

PARTNERS = 6
KILLS = 2
"""In the life of one ledger."""
LEDGERS = 50
"""In a long run."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each ledger is a test of its own, so that workers share them out."""
    if "number" in metafunc.fixturenames:
        metafunc.parametrize("number", range(LEDGERS if metafunc.config.getoption("--long") else 1))


@pytest.fixture
def draw(seed: int, number: int) -> Random:
    """The chances of one ledger."""
    return Random(seed + number)


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that forces every commit to disk; after a kill all files at once, where by itself it would force one after another."""
    with EmbeddedPostgres(durable=True, settings={"recovery_init_sync_method": "syncfs"}) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request, tmp_path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    url: str = request.getfixturevalue("durable_database")
    return url


@pytest.fixture
def durable_database(durable_postgres) -> Iterator[str]:
    """A database of that server, dropped afterwards."""
    url = durable_postgres.create_database()
    yield url
    durable_postgres.drop_database(url)


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


def test_the_service_is_killed(fresh, draw):
    posts: list[Post] = []
    with Service(fresh) as service:
        for kill in range(KILLS):
            with posting(service, f"S{kill}", draw) as partners:
                wait_for_acknowledgements(partners, [0] * PARTNERS)
                time.sleep(draw.uniform(0, 0.4))
                service.kill()
            assert any(partner.posts[-1].receipts is None for partner in partners)
            service.start()
            posts += [post for partner in partners for post in partner.posts]
            assert_whole(service, fresh, posts)


def test_postgres_is_killed_and_the_service_finds_it_again(durable_postgres, durable_database, draw):
    posts: list[Post] = []
    with Service(durable_database) as service:
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
            assert_whole(service, durable_database, posts)
