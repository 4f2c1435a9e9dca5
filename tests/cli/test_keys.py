"""The commands for the key that signs the log."""

from __future__ import annotations

from ledger.log.keys import VerifierKey
from ledger.signing import KeyFile


def test_a_key_is_made_for_a_new_log(run, tmp_path):
    made = run("make-key", tmp_path / "key", "--origin", "example.org/partnership", "--json")
    assert made.code == 0
    (key,) = KeyFile(tmp_path / "key")()
    assert made.json["origin"] == key.name == "example.org/partnership"
    assert VerifierKey.parse(made.json["key"]) == key.verifier
    assert key.secret_text() not in made.out
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(run, tmp_path):
    run("make-key", tmp_path / "key")
    before = (tmp_path / "key").read_text()
    again = run("make-key", tmp_path / "key")
    assert (again.code, again.err) == (2, f"{tmp_path / 'key'} exists already; a key is never overwritten.\n")
    assert (tmp_path / "key").read_text() == before


def test_what_cannot_be_a_log_s_name_or_place_is_refused(run, tmp_path):
    assert run("make-key", tmp_path / "key", "--origin", "https://example.org").code == 2
    assert run("make-key", tmp_path / "no-such-folder" / "key").code == 2
    assert list(tmp_path.iterdir()) == []
