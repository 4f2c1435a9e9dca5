"""What leaves the service besides its answers: its log, and traces, of which there are none."""

from __future__ import annotations

import io
import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry import trace
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from api.logs import Lines

CANARY = "zelkova-5531"


@pytest.fixture
def log():
    """A logger that writes as the service does, and what it wrote."""
    written = io.StringIO()
    shown = logging.StreamHandler(written)
    shown.setFormatter(Lines())
    logger = logging.Logger("trial")  # noqa: LOG001 - one that nobody else has
    logger.addHandler(shown)
    return logger, written


def with_pydantic():
    TypeAdapter(int).validate_python(CANARY)


def with_a_database():
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("SELECT * FROM missing WHERE words = :words"), {"words": CANARY})


def in_a_chain():
    try:
        with_pydantic()
    except ValidationError as error:
        raise LookupError(CANARY) from error


def in_a_group():
    raise ExceptionGroup(CANARY, [ValueError(CANARY)])


@pytest.mark.parametrize("fails", [with_pydantic, with_a_database, in_a_chain, in_a_group])
def test_an_error_is_logged_by_kind_and_place_and_repeats_nothing(log, fails):
    logger, written = log
    with pytest.raises((ValidationError, DBAPIError, LookupError, ExceptionGroup)) as raised:
        fails()
    assert CANARY in str(raised.value), "its own words would tell"
    logger.error("Exception in ASGI application\n", exc_info=raised.value)
    told = written.getvalue()
    assert CANARY not in told
    assert f"in {fails.__name__}" in told
    assert type(raised.value).__qualname__ in told
    if fails is in_a_chain:
        assert told.index("ValidationError") < told.index("LookupError")


def test_a_line_begins_with_its_time_in_utc(log):
    logger, written = log
    logger.warning("Said.")
    assert written.getvalue().endswith("Z WARNING trial: Said.\n")


class Tracers(trace.TracerProvider):
    """Somebody's, who set up tracing in the same process."""

    def __init__(self):
        self.asked = 0

    def get_tracer(self, *_, **__):
        self.asked += 1
        return trace.NoOpTracer()


def test_no_trace_carries_an_address(quick, monkeypatch):
    """FastAPI would begin a span with path and query as soon as anything in the process sets up tracing."""
    tracers = Tracers()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: tracers)
    other = FastAPI()
    TestClient(other).get(f"/{CANARY}")
    assert tracers.asked == 1, "as it does where it is not told otherwise"
    quick.get(f"/records/incident/INC-1?x={CANARY}")
    assert tracers.asked == 1
