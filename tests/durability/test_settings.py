"""A database that may lose what it acknowledged is told of: in /status and in the service's log."""

from __future__ import annotations

import logging
from functools import partial

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from ledger.wiring import open_parts
from tests.postgres import EmbeddedPostgres


def status_of(database: str) -> dict:
    with TestClient(create_app(partial(open_parts, database)), base_url="http://localhost") as client:
        told: dict = client.get("/status").json()
        return told


@pytest.fixture
def heard(monkeypatch, caplog):
    """What the service logs, though another test of this process may have started a server, which keeps its log to itself."""
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    caplog.set_level(logging.WARNING, logger="uvicorn.error")
    return caplog


def test_a_postgres_without_fsync_is_a_risk(postgres_url, heard):
    told = status_of(postgres_url)["risk"]
    assert told == "PostgreSQL runs with fsync and full_page_writes off: a power cut may lose acknowledged entries."
    assert told in heard.text


def test_a_durable_postgres_and_a_sqlite_file_are_none(tmp_path, heard):
    with EmbeddedPostgres(durable=True) as server:
        assert "risk" not in status_of(server.create_database())
        assert "risk" not in status_of(str(tmp_path / "ledger.sqlite"))
    assert "power cut" not in heard.text
