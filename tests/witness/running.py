"""Witnesses as their owners run them: processes of their own, on the bare interpreter, spoken to over loopback HTTP."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.log.checkpoint import Checkpoint
from ledger.log.keys import SigningKey, VerifierKey
from ledger.log.note import Note
from ledger.log.proofs import consistency_proof
from ledger.log.tree import Frontier, Growth, leaf_hashes
from tests.log.making import LOG, ORIGIN, bodies
from tests.postgres import free_port

PROGRAM = Path(__file__).parents[2] / "witness_ledger.py"
PATIENCE = 60


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """One command of the program, on an interpreter without packages."""
    command = [sys.executable, "-S", str(PROGRAM), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@dataclass(frozen=True)
class Told:
    """How a witness answered."""

    status: int
    kind: str
    body: str


class Log:
    """A log that somebody owns: what it holds is what its owner wants at the moment."""

    def __init__(self, entries: Sequence[bytes], *keys: SigningKey) -> None:
        self.grown: Growth = Frontier().grown(leaf_hashes(entries))
        self.keys = keys or (LOG,)

    def note(self, size: int) -> Note:
        """The checkpoint of its first entries, signed."""
        root = Frontier().grown(self.grown.made[0][:size] if size else []).after.root()
        return Checkpoint(self.keys[0].name, size, root).signed(self.keys)

    def request(self, old: int, size: int, *, proof_of: int | None = None) -> bytes:
        """The body of add-checkpoint."""
        return request(
            old, consistency_proof(self.grown.hash_at, old if proof_of is None else proof_of, size), self.note(size)
        )


def request(old: int, proof: Sequence[bytes], note: Note) -> bytes:
    lines = [f"old {old}", *(b64encode(item).decode() for item in proof), "", ""]
    return "\n".join(lines).encode() + note.to_bytes()


TRUE = Log(bodies(200))
OTHER = Log([*bodies(40), *(b"other %d" % n for n in range(160))])
"""The same log up to 40 entries, and another history from there on."""


@dataclass(frozen=True)
class Running:
    """A witness that listens."""

    home: Path
    url: str
    key: VerifierKey

    def add(self, body: bytes) -> Told:
        return post(f"{self.url}/add-checkpoint", body)

    def evidence(self) -> list[str]:
        return sorted(file.name.partition("-")[0] for file in (self.home / "evidence").iterdir())


def post(url: str, body: bytes) -> Told:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=PATIENCE) as answer:
            return Told(answer.status, answer.headers["content-type"], answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Told(error.code, error.headers["content-type"], error.read().decode())


def made(home: Path, name: str = "witness.example/police", *logs: str) -> VerifierKey:
    """A new witness in a folder; it trusts the log of these tests unless others are named."""
    chosen = [part for log in logs or (str(LOG.verifier),) for part in ("--log", log)]
    done = run("--home", home, "init", name, *chosen)
    assert done.returncode == 0, done.stderr
    return VerifierKey.parse(done.stdout.strip())


@contextmanager
def serving(home: Path, key: VerifierKey) -> Iterator[Running]:
    """The witness of a folder, listening."""
    port = free_port()
    command = [sys.executable, "-S", str(PROGRAM), "--home", str(home), "serve", "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "listens on" in process.stderr.readline()
        try:
            yield Running(home, f"http://127.0.0.1:{port}", key)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


__all__ = ["ORIGIN", "OTHER", "TRUE", "Log", "Running", "Told", "made", "post", "request", "run", "serving"]
