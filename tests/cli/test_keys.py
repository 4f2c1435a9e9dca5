"""The commands for the key that signs the log."""

from __future__ import annotations

from functools import partial

import pytest
from fastapi.testclient import TestClient

import verify_ledger
from api.app import create_app
from ledger.evidence.signing import KeyFile
from ledger.log.keys import VerifierKey
from ledger.log.receipt import Receipt
from ledger.wiring import embedded, key_beside, open_parts
from tests.ledger.posting import agency, event


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


OPENED = event(
    "ledger.opened",
    "ledger/LEDGER",
    {"origin": "example.org/partnership", "partnership": "Anywhere", "demonstration": True, "retrospective": False},
    id="opened",
)


def receipts(run, upto):
    """The receipts of the first entries, as printed."""
    return [run("receipt", str(position)).out.encode() for position in range(1, upto + 1)]


def true_under(raw, *keys):
    return verify_ledger.verify_receipt(raw, verify_ledger.Trust.of(keys, [], 0)).code == 0


def test_a_key_takes_over_and_every_earlier_receipt_goes_on_verifying(run, file_of):
    run("post", file_of(OPENED, agency("A")))
    (first,) = key_beside("var/ledger.sqlite")()
    before = receipts(run, 2)
    second = run("rotate-key", "--json").json["key"]
    run("post", file_of(agency("B")))
    again = run("rotate-key", "--json")
    assert (again.code, again.json["key"]) == (0, second), "a takeover that is under way is not begun twice"
    assert run("retire-key", "--json").json["key"] == second
    run("post", file_of(agency("C")))
    after = receipts(run, 5)
    old = str(first.verifier)
    assert after[:2] == before
    assert [(true_under(raw, old), true_under(raw, second)) for raw in after] == [
        (True, False), (True, False), (True, True), (True, True), (False, True),
    ]  # fmt: skip
    assert b'"type":"uk.safeguarding.ledger.key-rotated"' in (Receipt.parse(after[2]).extra or b"")
    assert run("checkpoint").out.encode() == Receipt.parse(after[4]).checkpoint.to_bytes()


def test_a_service_signs_with_both_keys_from_its_next_commit_on(run, file_of, tmp_path):
    database = str(tmp_path / "var" / "ledger.sqlite")
    run("post", file_of(OPENED))
    app = create_app(partial(open_parts, database, signing=embedded(database)))
    with TestClient(app, base_url="http://localhost") as client:
        client.post("/events", json=agency("A")).raise_for_status()
        old = client.get("/log/keys").json()["keys"][0]["key"]
        new = run("rotate-key", "--json").json["key"]
        told = client.post("/events", json=agency("B")).json()
        assert true_under(told["proof"].encode(), old) and true_under(told["proof"].encode(), new)
        assert client.get("/log/keys").json()["keys"] == [{"key": new, "signs": True}, {"key": old, "signs": True}]
        run("retire-key")
        told = client.post("/events", json=agency("C")).json()
        assert true_under(told["proof"].encode(), new) and not true_under(told["proof"].encode(), old)
        assert client.get("/log/keys").json()["keys"] == [{"key": new, "signs": True}, {"key": old, "signs": False}]


def test_a_ledger_that_was_never_opened_keeps_its_key(run, file_of):
    run("post", file_of(agency("A")))
    before = key_beside("var/ledger.sqlite")()
    refused = run("rotate-key")
    assert refused.code == 1
    assert "must be opened" in refused.err
    assert key_beside("var/ledger.sqlite")() == before
    assert run("retire-key").code == 2


@pytest.mark.usefixtures("given_key")
def test_a_key_from_the_environment_is_not_replaced_in_a_file(run, file_of):
    run("post", file_of(OPENED))
    assert "LEDGER_LOG_KEY_FILE" in run("rotate-key").err


def test_what_is_not_there_has_no_receipt(run, file_of):
    run("post", file_of(agency("A")))
    assert run("receipt", "2").code == 3
    assert true_under(run("receipt", "1").out.encode(), str(key_beside("var/ledger.sqlite")()[0].verifier))
