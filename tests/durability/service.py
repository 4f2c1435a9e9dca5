"""The service as a process of its own, which can be ended without warning, and partners who keep posting to it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Self

from tests.ledger.posting import VAULT_KEY
from tests.log.making import LOG
from tests.postgres import free_port

CHECKOUT = Path(__file__).parents[2]
PATIENCE = 120  # seconds for what takes one on a machine that has nothing else to do
ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
RECORDED = (200, 201)


class Service:
    """`python -m api` on a free port; a context manager."""

    def __init__(self, database: str) -> None:
        self.port = free_port()
        self._settings = {
            **os.environ,
            "LEDGER_DATABASE": database,
            "LEDGER_PORT": str(self.port),
            "LEDGER_LOG_KEY": LOG.secret_text(),
            "LEDGER_VAULT_KEY": VAULT_KEY.spelled(),
        }
        self._settings.pop("LEDGER_HOST", None)
        self.process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the service is

    def start(self) -> Self:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "api"]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, env=self._settings, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self._told()
            if self._answers():
                return self
            time.sleep(0.02)
        raise AssertionError(f"the service does not answer\n{self._told()}")

    def kill(self) -> None:
        """End it by SIGKILL: nothing of it gets to say goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def _told(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _answers(self) -> bool:
        connection = self.connect()
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._log.close()


@dataclass
class Post:
    """One request: an event, or an atomic batch; `receipts` once it was acknowledged."""

    events: Sequence[dict[str, Any]]
    receipts: list[dict[str, Any]] | None = None

    def send(self, connection: http.client.HTTPConnection) -> int:
        """The status; raises OSError or HTTPException where no answer comes."""
        single = len(self.events) == 1
        body = json.dumps(self.events[0] if single else self.events)
        connection.request("POST", "/events", body, {"content-type": ONE if single else BATCH})
        answer = connection.getresponse()
        told = answer.read()
        if answer.status in RECORDED:
            self.receipts = [json.loads(told)] if single else json.loads(told)
        else:
            assert answer.status == 503, told
        return answer.status


class Partner(threading.Thread):
    """Posts one thing after another until told to stop, and notes what was acknowledged; comes back after any failure."""

    MOST = 2_000

    def __init__(self, service: Service, name: str, draw: Random) -> None:
        super().__init__(name=name, daemon=True)
        self.service, self.draw = service, draw
        self.posts: list[Post] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        connection = self.service.connect()
        while not self.stopped.is_set() and len(self.posts) < self.MOST:
            self.posts.append(Post(self._events(len(self.posts))))
            try:
                answered = self.posts[-1].send(connection) in RECORDED
            except (OSError, http.client.HTTPException):
                connection.close()
                answered = False
            if not answered:
                self.stopped.wait(0.05)
        connection.close()

    @property
    def acknowledged(self) -> int:
        return sum(post.receipts is not None for post in self.posts)

    def _events(self, number: int) -> list[dict[str, Any]]:
        """The first events of an action's life: one, or several that belong together."""
        reference = f"{self.name}-{number}"
        raised = {
            "source": {"kind": "inspection", "title": "An inspection"}, "text": f"What {reference} is to change.",
            "owner": "not-stated", "lead_group": "not-stated", "due_on": "not-stated",
        }  # fmt: skip
        noted = [
            ("progressed", {"note": f"Step {step} of {reference}."})
            for step in range(self.draw.choice((0, 0, 1, 7, 30)))
        ]
        return [
            {
                "specversion": "1.0", "id": f"{reference}-{step}", "source": "/business-unit", "type": f"uk.safeguarding.action.{name}",
                "subject": f"action/{reference}", "time": "2019-12-02T10:30:00Z", "data": data,
            }
            for step, (name, data) in enumerate([("raised", raised), *noted])
        ]  # fmt: skip
