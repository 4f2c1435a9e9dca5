"""ledger serve: the service as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.ledger.posting import VAULT_KEY
from tests.log.making import LOG

CHECKOUT = Path(__file__).parents[2]
LONGEST = 60.0


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def serve(tmp_path, *arguments, **given):
    settings = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    command = [sys.executable, "-m", "ledger.cli", "serve", *arguments]
    environment = {**settings, "PYTHONPATH": str(CHECKOUT), **given}
    return subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ready(client):
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        try:
            if client.get("/readyz").is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("the service did not become ready")


def test_the_service_starts_on_the_ledger_named_and_ends_when_told(tmp_path):
    port = free_port()
    with serve(tmp_path, "--database", "own/ledger.sqlite", "--port", str(port)) as process:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            ready(client)
            assert client.get("/entries").json()["entries"] == []
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=LONGEST)[1]
    assert f"Starting on http://127.0.0.1:{port}; its documentation is at http://127.0.0.1:{port}/docs." in told
    assert "Traceback" not in told
    assert (tmp_path / "own" / "ledger.sqlite").exists()
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_ledger_on_a_server_is_not_served_without_a_key(tmp_path):
    with serve(tmp_path, "--database", "postgresql://nobody@127.0.0.1:1/none") as process:
        told = process.communicate(timeout=LONGEST)[1]
    assert process.returncode == 2
    assert told.startswith("A ledger on a server is signed with a key that is given to it") and "Traceback" not in told


def test_a_database_that_does_not_answer_is_told_in_a_line(tmp_path):
    server = "postgresql://nobody@127.0.0.1:1/none"
    with serve(
        tmp_path, "--database", server, LEDGER_LOG_KEY=LOG.secret_text(), LEDGER_VAULT_KEY=VAULT_KEY.spelled()
    ) as process:
        told = process.communicate(timeout=LONGEST)[1]
    assert process.returncode == 4
    assert told.startswith("The database cannot be used") and "Traceback" not in told


def test_it_does_not_listen_where_others_can_reach_it(tmp_path):
    with serve(tmp_path, "--host", "0.0.0.0") as process:
        told = process.communicate(timeout=LONGEST)[1]
    assert process.returncode == 2
    assert "nobody is asked who they are" in told
    assert not (tmp_path / "var").exists()


def test_a_port_in_use_is_told_in_a_line(tmp_path):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        serve(tmp_path, "--port", str(taken.getsockname()[1])) as process,
    ):
        told = process.communicate(timeout=LONGEST)[1]
    assert (process.returncode, "Traceback" in told) == (4, False)
    assert told.startswith("Nothing can listen on http://127.0.0.1:") and told.count("\n") == 1


def test_a_database_of_another_kind_is_refused_before_anything_is_made(tmp_path):
    with serve(tmp_path, "--database", "mysql://somewhere/ledger") as process:
        told = process.communicate(timeout=LONGEST)[1]
    assert (process.returncode, told.count("\n"), list(tmp_path.iterdir())) == (2, 1, [])
    assert "postgresql://" in told
