"""verify_ledger.py as a scrutineer runs it: a bare Python, one file, no network."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import verify_ledger
from ledger.log.receipt import Receipt
from tests.log.making import LOG, NEXT, ORIGIN, STRANGER, WITNESSES, bodies, receipt_for

PROGRAM = Path(verify_ledger.__file__)
KEY = ["--key", str(LOG.verifier)]


@pytest.fixture
def run(tmp_path):
    """Runs a copy of the program, alone in a folder, without site packages or environment; gives the exit code and what it printed."""
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(PROGRAM, alone)

    def ran(*arguments: object) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", "-W", "error", "verify_ledger.py", *map(str, arguments)]
        done = subprocess.run(command, cwd=alone, env={}, capture_output=True, text=True, check=False, timeout=60)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    return ran


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "one.tlog-proof"
    path.write_bytes(receipt_for(5, 11, witnesses=2).to_bytes())
    return path


def test_a_true_receipt(run, receipt):
    code, told = run("receipt", receipt, *KEY)
    assert code == 0
    for part in (
        "TRUE",
        ORIGIN,
        "6 of 11",
        "signed (levels",
        "action/5",
        "This does not prove",
        "complete",
        "nobody but its keeper",
    ):
        assert part in told


def test_nobody_need_read_to_the_end(receipt):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        command = [sys.executable, "-I", "-S", "-W", "error", str(PROGRAM), "receipt", str(receipt), *KEY]
        done = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_witnesses_are_counted(run, receipt):
    asked = [word for witness in WITNESSES for word in ("--witness", str(witness.verifier))]
    code, told = run("receipt", receipt, *KEY, *asked, "--quorum", 2)
    assert code == 0
    assert "witnessed, 2 of 3" in told
    assert WITNESSES[1].name in told
    assert "independent" in told
    code, told = run("receipt", receipt, *KEY, *asked, "--quorum", 3)
    assert code == 2
    assert "2 of the witnesses you trust cosigned, and you ask for 3" in told


def test_a_false_receipt_is_named_and_nothing_is_said_to_be_proved(run, receipt):
    receipt.write_bytes(receipt.read_bytes().replace(b"index 5", b"index 6"))
    code, told = run("receipt", receipt, *KEY)
    assert code == 1
    assert told.startswith("FALSE")
    assert "altered" in told
    assert "assurance" not in told


@pytest.mark.parametrize(
    "more",
    [
        [], ["--key", "nonsense"], ["--key", str(STRANGER.verifier)], ["--key", str(NEXT.verifier)], ["--key", str(WITNESSES[0].verifier)],
        [*KEY, "--key", str(STRANGER.verifier)], [*KEY, "--witness", str(LOG.verifier)], [*KEY, "--quorum", "1"], [*KEY, "--quorum", "x"],
        [*KEY, "--entry", "missing"], [*KEY, "--nonsense"],
    ],
)  # fmt: skip
def test_what_is_missing_or_unknown_cannot_be_told(run, receipt, more):
    assert run("receipt", receipt, *more)[0] == 2


def test_no_file_no_command_and_another_version_cannot_be_told(run, receipt, tmp_path):
    assert run("receipt", tmp_path / "missing", *KEY)[0] == 2
    assert run("receipt", tmp_path, *KEY)[0] == 2
    assert run()[0] == 2
    receipt.write_bytes(receipt.read_bytes().replace(b"@v1", b"@v2"))
    code, told = run("receipt", receipt, *KEY)
    assert code == 2
    assert told.startswith("CANNOT TELL")


def test_an_entry_may_lie_beside_its_receipt(run, receipt, tmp_path):
    receipt.write_bytes(receipt_for(5, 11, carried=False).to_bytes())
    beside = tmp_path / "entry.json"
    beside.write_bytes(bodies(11)[5])
    assert run("receipt", receipt, *KEY)[0] == 2
    assert run("receipt", receipt, *KEY, "--entry", beside)[0] == 0
    beside.write_bytes(bodies(11)[4])
    assert run("receipt", receipt, *KEY, "--entry", beside)[0] == 1


def test_nothing_in_a_file_steers_the_terminal(run, receipt, tmp_path):
    good = Receipt.parse(receipt.read_bytes())
    strange = "ledger\u202e\u009b31m".replace(" ", "")
    text = good.checkpoint.text.replace(ORIGIN, strange)
    other = type(good.checkpoint)(text, (STRANGER.sign(text),))
    entry = b'{"subject":"\\u001b[31mred","type":["x"],"recordedby":{"a":1}}'
    receipt.write_bytes(Receipt(0, (), other, entry).to_bytes())
    _, told = run("receipt", receipt, *KEY)
    assert not {"\u202e", "\u009b", "\u001b"} & set(told)
    single = receipt_for(0, 1, carried=False)
    receipt.write_bytes(Receipt(0, (), single.checkpoint, b"[" * 50_000).to_bytes())
    assert run("receipt", receipt, *KEY)[0] == 1


def test_the_program_leans_on_the_standard_library_alone():
    named = set()
    for node in ast.walk(ast.parse(PROGRAM.read_text())):
        if isinstance(node, ast.Import):
            named |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add((node.module or "").partition(".")[0])
    assert named <= sys.stdlib_module_names
    assert not named & {"socket", "urllib", "http", "ssl", "subprocess", "ledger"}


def test_the_program_is_written_for_python_3_9():
    ast.parse(PROGRAM.read_text(), feature_version=(3, 9))
