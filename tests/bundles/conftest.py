"""The invented year with its key, and bundles of it; made once and only read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

import verify_ledger
from api.demo_recording import record_script
from ledger.cli.commands import main
from ledger.evidence.witnessing import Cosignatures
from ledger.log.note import Note
from ledger.log.policy import Policy
from ledger.recorders import open_recorder
from tests.log.making import WITNESSES

YEAR = Path(__file__).parents[2] / "examples" / "invented-year"
INCIDENT = "INC-2024-002"
SCOPES = {
    "all": ["--all", "--words", "--purpose", "scrutiny", "--figures", "2024-25"],
    "incident": ["--incident", INCIDENT, "--words", "--purpose", "scrutiny"],
    "record": ["--record", f"incident/{INCIDENT}"],
    "period": ["--period", "2024-04-01..2024-06-30"],
    "silence": ["--incident", INCIDENT, "--agency", "GREYWATER"],
}


class Bundles(NamedTuple):
    """Where the ledger is, the folder of bundles by scope, the key that signed them, and the witness policy in force.

    A witness, WITNESSES[0], cosigned all `cosigned` entries there were before the first export sealed the heads.
    """

    database: Path
    folder: Path
    key: str
    policy: Path
    cosigned: int


def cosign(database: Path, folder: Path) -> tuple[Path, int]:
    """Let the witness sign the last checkpoint; a policy that names it, and how many entries those are."""
    policy = folder / "policy"
    policy.write_text(f"witness police {WITNESSES[0].verifier}\nquorum police\n")
    with closing(open_recorder(str(database))) as stored:
        note = Note.parse(stored.last_checkpoint() or b"")
        signed = Note(note.text, (WITNESSES[0].cosign(note.text, 1_735_689_600),))
        return policy, Cosignatures(stored, Policy.parse(policy.read_bytes())).take(signed.to_bytes())


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    folder = tmp_path_factory.mktemp("bundles")
    database = folder / "ledger.sqlite"
    assert all(answer.as_expected for answer in record_script(YEAR, database, lambda done, total: None))
    policy, cosigned = cosign(database, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
        patch.setenv("LEDGER_WITNESS_POLICY", str(policy))
        for name, scope in SCOPES.items():
            assert main(["export", str(folder / name), *scope, "--database", str(database), "--json"]) == 0
    key = (folder / "all" / "keys.txt").read_text().splitlines()[-1]
    return Bundles(database, folder, key, policy, cosigned)


@pytest.fixture
def bundle(made: Bundles, tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a bundle, to do something to."""
    return lambda name: Path(shutil.copytree(made.folder / name, tmp_path / name))


Checked = tuple[int, str]


@pytest.fixture
def check(made: Bundles, tmp_path: Path) -> Callable[..., Checked]:
    """Runs the program as a scrutineer would: bare, alone in its folder, no environment; gives the exit code and what it printed."""
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(verify_ledger.__file__, alone)

    def ran(path: Path, *more: object, command: str = "bundle", key: str | None = made.key) -> Checked:
        asked = [command, path, *more, *([] if key is None else ["--key", key])]
        line = [sys.executable, "-I", "-S", "-W", "error", "verify_ledger.py", *map(str, asked)]
        done = subprocess.run(line, cwd=alone, env={}, capture_output=True, text=True, check=False, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    return ran
