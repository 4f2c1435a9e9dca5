"""Somebody who holds the database and the key, and rewrites what was recorded: only what others kept can tell, and it does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import verify_ledger
from ledger.cli.commands import main
from ledger.evidence.signing import KeyFile
from ledger.log.checkpoint import Checkpoint
from ledger.log.nodes import Nodes
from ledger.log.note import Note
from ledger.log.proofs import inclusion_proof
from ledger.log.receipt import Receipt
from ledger.recorders import open_recorder
from ledger.recorders.contract import LedgerRecorder
from tests.attacks.conftest import LINES, YEAR, into, told
from tests.log.making import LOG, WITNESSES

KEY = str(LOG.verifier)
TRUST = verify_ledger.Trust.of([KEY], [], 0)


def receipt_of(recorder: LedgerRecorder, position: int) -> bytes:
    raw, entry = recorder.checkpoint_covering(position), recorder.entry(position)
    assert raw is not None
    assert entry is not None
    note = Note.parse(raw)
    size = Checkpoint.parse(note.text).size
    path = inclusion_proof(Nodes(size, recorder.nodes).hash_at, position - 1, size)
    return Receipt(position - 1, path, note, entry.state).to_bytes()


@pytest.fixture(scope="session")
def kept(original: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a partner and a witness kept of the original: an early and a late receipt, a cosigned checkpoint."""
    folder = tmp_path_factory.mktemp("kept")
    with closing(open_recorder(str(original), read_only=True)) as recorder:
        end = recorder.head().position
        raw = recorder.checkpoint_covering(end // 2)
        assert raw is not None
        note = Note.parse(raw)
        texts = {
            "early": receipt_of(recorder, 10), "late": receipt_of(recorder, end - 1),
            "cosigned": note.with_signatures(WITNESSES[0].cosign(note.text, 1_700_000_000)).to_bytes(),
        }  # fmt: skip
    for name, octets in texts.items():
        (folder / name).write_bytes(octets)
    return {name: folder / name for name in texts}


def rewritten(file: Path, word: str) -> Path:
    """The same history, but that from some entry on somebody else had sent it; every hash and signature anew."""
    seen: list[None] = []

    def change(event):
        seen.append(None)
        return event | {"id": f"{event['id']}-{word}"} if len(seen) > 30 else event

    return told(file, change=change)


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], str]:
    """Exports a whole ledger with the log's own key, as its keeper would."""
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    KeyFile(tmp_path / "log-key").write([LOG], anew=True)
    monkeypatch.setenv("LEDGER_LOG_KEY_FILE", str(tmp_path / "log-key"))

    def export(file: Path) -> str:
        out = file.with_suffix(".zip")
        assert main(["export", str(out), "--all", "--database", str(file)]) == 0
        return str(out)

    return export


def test_what_was_kept_agrees_with_the_original(held, kept, verify):
    older = [word for file in kept.values() for word in ("--older", file)]
    assert verify(held, *older).verdict == "true"


def test_a_suffix_rewritten_with_the_key_is_true_by_itself_and_false_against_what_others_kept(
    database, tmp_path, kept, verify
):
    into(database, rewritten(tmp_path / "forged.sqlite", "forged"))
    assert verify(database).verdict == "true"
    for name in ("late", "cosigned"):
        found = verify(database, "--older", kept[name])
        assert found.code == 5, name
        assert "were rewritten since" in found.said
    assert (
        verify(database, "--older", kept["early"]).verdict == "true"
    )  # it is of entries before those that were rewritten


def test_the_same_offline(tmp_path, original, kept, exported):
    older = [(name, file.read_bytes()) for name, file in kept.items()]
    true = exported(Path(into_copy(original, tmp_path)))
    assert verify_ledger.verify_bundle(true, TRUST, older=older).code == 0
    forged = exported(rewritten(tmp_path / "forged.sqlite", "forged"))
    assert verify_ledger.verify_bundle(forged, TRUST).code == 0
    found = verify_ledger.verify_bundle(forged, TRUST, older=older)
    assert found.code == 1
    assert {told_.partition(":")[0] for told_ in found.false} == {"late", "cosigned"}


def into_copy(original: Path, folder: Path) -> str:
    copy = str(folder / "copy.sqlite")
    into(copy, original)
    return copy


def test_a_witness_that_saw_the_original_is_missed_on_the_forgery(tmp_path, exported):
    """Its cosignature cannot be carried over: a reader who asks for one witness is not satisfied."""
    asks = verify_ledger.Trust.of([KEY], [str(WITNESSES[0].verifier)], 1)
    assert verify_ledger.verify_bundle(exported(rewritten(tmp_path / "forged.sqlite", "forged")), asks).code == 2


def test_two_ledgers_that_part_ways_cannot_both_be_the_one(database, tmp_path, original, verify):
    """A fork: two readers are shown one beginning and two ends. Whoever compares two receipts has them both."""
    with closing(open_recorder(str(rewritten(tmp_path / "left.sqlite", "left")))) as recorder:
        (tmp_path / "left").write_bytes(receipt_of(recorder, recorder.head().position))
    into(database, rewritten(tmp_path / "right.sqlite", "right"))
    assert verify(database).verdict == "true"
    assert "were rewritten since" in verify(database, "--older", tmp_path / "left").said


def test_a_ledger_rolled_back_to_a_backup_is_shorter_than_what_it_signed(database, tmp_path, kept, verify, exported):
    short = told(tmp_path / "backup.sqlite", lines=LINES // 2)
    into(database, short)
    assert verify(database).verdict == "true"
    assert "the end is gone" in verify(database, "--older", kept["late"]).said
    found = verify_ledger.verify_bundle(exported(short), TRUST, older=[("late", kept["late"].read_bytes())])
    assert found.code == 2
    assert "of fewer" in found.untold[0]


def test_what_the_log_never_signed_proves_nothing(held, kept, tmp_path, verify, capfd):
    other = tmp_path / "other"
    note = Note.parse(kept["cosigned"].read_bytes())
    other.write_bytes(Note(note.text, (WITNESSES[1].cosign(note.text, 1),)).to_bytes())
    assert verify(held, "--older", other).verdict == "cannot tell"
    other.write_bytes(b"nonsense")
    assert main(["verify", "--database", held, "--older", str(other)]) == 2
    assert "Traceback" not in capfd.readouterr().err


def test_going_on_where_an_earlier_run_stopped_says_so_and_misses_no_rollback(held, tmp_path, kept, verify, capfd):
    mark = tmp_path / "mark.json"
    assert verify(held, "--resume", mark).verdict == "true"
    assert main(["verify", "--database", held, "--resume", str(mark), "--key", KEY]) == 0
    assert "were verified by an earlier run and were not read again" in capfd.readouterr().out
    short = told(tmp_path / "backup.sqlite", lines=LINES // 2)
    assert "the end is gone" in verify(short, "--resume", mark).said
    mark.write_text("{}")
    assert main(["verify", "--database", held, "--resume", str(mark)]) == 2
