"""A bundle carries what witnesses cosigned before it was made, and says how far that reaches."""

from __future__ import annotations

import json
import shutil

import pytest

from ledger.cli.commands import main
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from tests.bundles.conftest import INCIDENT, YEAR
from tests.ledger.posting import agency
from tests.log.making import LOG, WITNESSES
from tests.witness.running import made as made_witness
from tests.witness.running import run as run_witness
from tests.witness.running import serving

POLICE = ("--witness", str(WITNESSES[0].verifier), "--witness", str(WITNESSES[1].verifier))


def test_it_is_witnessed_up_to_what_was_cosigned(made, check):
    first = f"witnessed, 1 of 2, the first {made.cosigned} of {made.cosigned + 1} entries"
    for scope, complete in (("all", "complete"), ("period", "complete"), ("incident", "complete as signed alone")):
        code, told = check(made.folder / scope, *POLICE, "--quorum", "1")
        assert code == 0, told
        assert f"{first}, {complete} (levels" in told
        assert f"that others are shown the same entries after {made.cosigned}" in told
        assert check(made.folder / scope, *POLICE, "--quorum", "2")[0] == 2
    code, told = check(made.folder / "silence", *POLICE)
    assert (code, f"signed ({first}), complete (levels" in told) == (0, True), told
    assert check(made.folder / "silence", *POLICE, "--quorum", "1")[0] == 2


def test_what_came_after_it_is_no_more_than_signed(made, check, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(made.policy))
    database = tmp_path / "ledger.sqlite"
    shutil.copy(made.database, database)
    for key in ("log-key", "vault-key"):
        shutil.copy(f"{made.database}.{key}", f"{database}.{key}")
    (tmp_path / "later.json").write_text(json.dumps([agency("LATER")]))
    assert main(["post", str(tmp_path / "later.json"), "--database", str(database)]) == 0
    assert main(["export", str(tmp_path / "whole"), "--all", "--database", str(database)]) == 0
    assert f"Witnesses agreed to the first {made.cosigned}: whoever checks adds --witness" in capfd.readouterr().out
    code, told = check(tmp_path / "whole", *POLICE)
    assert (code, f"signed (witnessed, 1 of 2, the first {made.cosigned} of" in told) == (0, True), told
    code, told = check(tmp_path / "whole", *POLICE, "--quorum", "1")
    assert (code, f"cosigned {made.cosigned} entries, and entry {made.cosigned + 2} comes after" in told) == (2, True)
    asked = ["export", str(tmp_path / "old"), "--record", f"incident/{INCIDENT}", "--database", str(database)]
    assert main(asked) == 0
    assert check(tmp_path / "old", *POLICE, "--quorum", "1")[0] == 0


def swapped(raw: bytes) -> bytes:
    """Two lines of a proof the other way round."""
    lines = raw.splitlines(keepends=True)
    return b"".join([lines[1], lines[0], *lines[2:]])


def test_one_that_does_not_begin_the_bundles_own_is_false(made, bundle, check):
    case = bundle("record")
    true, proof = (case / "witnessed").read_bytes(), (case / "consistency").read_bytes()
    stated = Checkpoint.parse(Note.parse(true).text)

    def forged(**changes: object) -> bytes:
        text = Checkpoint(**{"origin": stated.origin, "size": stated.size, "root": stated.root, **changes}).text()  # type: ignore[arg-type]
        return Note(text, (WITNESSES[0].cosign(text, 1),)).to_bytes()

    for witnessed, consistency in (
        (forged(root=bytes(32)), proof),
        (forged(size=stated.size - 1), proof),
        (forged(size=stated.size + 9), proof),
        (forged(origin=LOG.name), proof),
        (true, swapped(proof)),
        (true, proof + proof.splitlines(keepends=True)[0] * 1000),
        (true, b""),
        (true, b"\n"),
        (true.replace(b"\n\n", b"\n\n\xe2\x80\x94 a"), proof),
    ):
        (case / "witnessed").write_bytes(witnessed)
        (case / "consistency").write_bytes(consistency)
        code, told = check(case, *POLICE)
        assert code == 1, told
    (case / "witnessed").write_bytes(true)
    (case / "consistency").unlink()
    assert check(case, *POLICE)[0] == 2


@pytest.mark.parametrize("seconds", [60, 1])
def test_an_export_can_wait_for_them(tmp_path, check, monkeypatch, capfd, seconds):
    """Asked at their addresses; where one is away the export says who, and leaves nothing."""
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(tmp_path / "policy"))
    database = str(tmp_path / "ledger.sqlite")
    opened = {"origin": LOG.name, "partnership": "Anywhere", "demonstration": True, "retrospective": False}
    event = {"specversion": "1.0", "id": "1", "source": "/business-unit", "type": "uk.safeguarding.ledger.opened", "subject": "ledger/LEDGER", "time": "2020-01-01T00:00:00Z", "data": opened}  # fmt: skip
    (tmp_path / "events.json").write_text(json.dumps([event, agency("A")]))
    key = made_witness(tmp_path / "police")
    (tmp_path / "policy").write_text(f"witness police {key} http://127.0.0.1:1\nquorum police\n")
    assert main(["post", str(tmp_path / "events.json"), "--database", database]) == 0
    wait = ["export", str(tmp_path / "out"), "--all", "--wait-for-witnesses", str(seconds), "--database", database]
    if seconds == 1:
        assert main(wait) == 1
        assert "needed is police, so far without police" in capfd.readouterr().err
        assert not (tmp_path / "out").exists()
        return
    with serving(tmp_path / "police", key) as police:
        (tmp_path / "policy").write_text(f"witness police {key} {police.url}\nquorum police\n")
        assert main(wait) == 0
    assert not (tmp_path / "out" / "witnessed").exists()
    code, told = check(tmp_path / "out", "--witness", key, "--quorum", "1", key=str(LOG.verifier))
    assert (code, "witnessed, 1 of 1, complete (levels" in told) == (0, True), told
    assert f"{LOG.name}: 3 entries cosigned" in run_witness("--home", tmp_path / "police", "status").stdout
