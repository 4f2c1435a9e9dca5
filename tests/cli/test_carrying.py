"""`ledger carry-back`: what a ledger lost comes back from what others kept, byte for byte, or nothing is changed."""

from __future__ import annotations

import json
import shutil
import zipfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

import verify_ledger
from ledger.access.openings import Opener
from ledger.log.checkpoint import Checkpoint
from ledger.log.receipt import Receipt
from ledger.recorders import open_recorder
from tests.api.story import incident, rapid_review
from tests.cli.conftest import Runner
from tests.cli.test_disclosing import DECIDED
from tests.ledger.posting import VAULT_KEY, agency, event
from tests.log.making import LOG, STRANGER, WITNESSES
from tests.postgres import EmbeddedPostgres

PARTNERS = [agency(code, id=f"partner-{code}") for code in ("LA", "HEALTH", "POLICE")]
for each in PARTNERS:
    each["data"]["standing"] = "statutory-partner"
FIRST = [*PARTNERS, incident("INC-1")]
DECISION = event("rapid-review.decided", "rapid-review/RR-1", DECIDED, time="2019-12-10T00:00:00Z")
LATER = [rapid_review("RR-1", "INC-1"), DECISION, incident("-"), agency("IS")]
SIZE = len(FIRST) + len(LATER)


class Lost(NamedTuple):
    """A ledger put back to its first entries, and what others kept of the rest: bundles, and a receipt of each entry."""

    database: str
    whole: Path
    receipts: list[Path]
    answers: list[dict]


@pytest.fixture
def lost(run: Runner, database: str, tmp_path: Path, request, monkeypatch: pytest.MonkeyPatch) -> Lost:
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())
    monkeypatch.setenv("LEDGER_LOG_MARK", str(tmp_path / "mark"))
    assert run("post", posted(tmp_path, FIRST), "--database", database).code == 0
    assert run("backup", "old.sqlite", "--database", database).code == 0
    answers = [run("post", posted(tmp_path, [one]), "--database", database, "--json").json for one in LATER]
    export = ("export", "--database", database)
    assert run(*export, "whole.zip", "--all", "--words", "--purpose", "scrutiny").code == 0
    assert run(*export, "wordless.zip", "--all").code == 0
    receipts = []
    for position in range(1, SIZE + 1):
        run("receipt", str(position), "--database", database)
        receipts.append(tmp_path / f"{position}.tlog-proof")
        receipts[-1].write_text(run("receipt", str(position), "--database", database).out)
    behind = another(request, database, tmp_path)
    assert run("restore", "old.sqlite", "--database", behind).code == 0
    return Lost(behind, tmp_path / "whole.zip", receipts, answers)


def another(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> str:
    if not database.startswith("postgresql"):
        return str(tmp_path / "behind.sqlite")
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    return server.create_database()


def posted(folder: Path, events: list[dict]) -> str:
    (folder / "events.json").write_text(json.dumps(events))
    return str(folder / "events.json")


def unchanged(run: Runner, lost: Lost) -> bool:
    """Still read only, and as long as it was put back."""
    held = run("entries", "--database", lost.database, "--json").out.splitlines()
    return len(held) == len(FIRST) and run("post", posted(Path(), [agency("Z")]), "--database", lost.database).code == 5


def test_a_whole_bundle_with_its_words_brings_everything_back(run, lost, tmp_path):
    assert unchanged(run, lost)
    done = run("carry-back", lost.whole, "--database", lost.database)
    assert done.code == 0, done.err
    assert "4 entries carried back, 5 to 8: the tree of 8 has the root that was signed." in done.out
    assert "Sealed texts that came back: 3 of 3." in done.out
    verified = run("verify", "--database", lost.database)
    assert verified.code == 0, verified.err
    older = [part for path in lost.receipts for part in ("--older", path)]
    assert run("verify", *older, "--database", lost.database).code == 0
    again = run("post", posted(tmp_path, LATER), "--database", lost.database, "--json")
    assert again.code == 0, again.err
    assert run("words", "6", "--database", lost.database, "--json").json["closed"] == ["/rationale"]
    assert run("post", posted(tmp_path, [agency("Z")]), "--database", lost.database).code == 0
    assert run("export", "after", "--all", "--words", "--purpose", "scrutiny", "--database", lost.database).code == 0
    with zipfile.ZipFile(lost.whole) as before:
        for name in ("entries.ndjson", "words.ndjson"):
            assert (tmp_path / "after" / name).read_bytes().startswith(before.read(name))
    trust = verify_ledger.Trust.of([str(LOG.verifier)], [], 0)
    kept = [(path.name, path.read_bytes()) for path in lost.receipts]
    assert verify_ledger.verify_bundle(str(tmp_path / "after"), trust, older=kept).code == 0


def test_receipts_alone_bring_it_back_and_are_given_again_as_first_signed(run, lost, tmp_path):
    """Each carries its entry and its checkpoint; the words are in none."""
    refused = run("carry-back", *lost.receipts[4:], "--database", lost.database)
    assert (refused.code, "3 sealed texts are in none" in refused.err) == (1, True), refused.err
    assert unchanged(run, lost)
    done = run("carry-back", *lost.receipts, "--without-words", "--database", lost.database, "--json")
    assert done.json == {"first": 5, "last": SIZE, "words": 0, "wordless": 3, "erased": 0}
    for position, path in enumerate(lost.receipts, 1):
        assert run("receipt", str(position), "--database", lost.database).out == path.read_text()
    verified = run("verify", "--database", lost.database)
    assert (verified.code, "are not kept any more" in verified.err) == (5, True)


def test_words_come_from_one_file_and_entries_from_another(run, lost):
    assert run("carry-back", "wordless.zip", "--database", lost.database).code == 1
    assert run("carry-back", "wordless.zip", lost.whole, "--database", lost.database).code == 0


def altered(source: Path, name: str, old: bytes, new: bytes) -> Path:
    """A copy of a bundle in which something in one file was replaced."""
    target = source.with_name("altered.zip")
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            body = before.read(info)
            after.writestr(info.filename, body.replace(old, new) if info.filename == name else body)
    return target


ALTERED = [
    ("entries.ndjson", b'"outcome":"no-further', b'"outcome":"yes-further', "not those that were signed"),
    ("words.ndjson", b"Nothing more to learn.", b"Everything is to learn.", "not those sealed"),
    ("checkpoint", b"\n8\n", b"\n9\n", "does not fit"),
]


def test_a_bundle_with_one_thing_altered_brings_nothing_back(run, lost):
    for name, old, new, said in ALTERED:
        bundle = altered(lost.whole, name, old, new)
        done = run("carry-back", bundle, "--database", lost.database)
        assert (done.code, said in done.err, "Nothing was changed" in done.err) == (5, True, True), done.err
    assert unchanged(run, lost)


def test_what_is_missing_still_is_named(run, lost):
    left_out = [lost.receipts[at - 1] for at in (5, 7)]
    done = run("carry-back", *left_out, "--database", lost.database)
    assert (done.code, "Nothing given holds entry 6, entry 8. Nothing" in done.err) == (5, True), done.err
    nothing = run("carry-back", lost.receipts[0], "--database", lost.database)
    assert "Nothing given holds the entries 5 to 8" in nothing.err  # the mark says how many there were
    assert unchanged(run, lost)


def test_entries_of_another_history_are_refused(run, lost, tmp_path, monkeypatch):
    """The same key signed it, over a copy of the old backup: a fork, and the mark knows better."""
    monkeypatch.setenv("LEDGER_LOG_MARK", str(tmp_path / "forked-mark"))
    shutil.copy("old.sqlite", "forked.sqlite")
    forked = [agency(f"F{number}") for number in range(9)]
    assert run("post", posted(tmp_path, forked), "--database", "forked.sqlite").code == 0
    assert run("export", "forked.zip", "--all", "--database", "forked.sqlite").code == 0
    monkeypatch.setenv("LEDGER_LOG_MARK", str(tmp_path / "mark"))
    done = run("carry-back", "forked.zip", "--database", lost.database)
    assert (done.code, f"the first {SIZE} entries come to another root" in done.err) == (5, True), done.err
    (tmp_path / "eight").write_bytes(Checkpoint(LOG.name, SIZE, bytes(32)).signed([LOG]).to_bytes())
    done = run("carry-back", lost.whole, "eight", "--database", lost.database)
    assert (done.code, "hold two trees of 8 entries" in done.err) == (5, True), done.err
    assert unchanged(run, lost)


def test_another_logs_checkpoint_counts_for_nothing(run, lost, tmp_path):
    (tmp_path / "theirs").write_bytes(Checkpoint(STRANGER.name, 9, bytes(32)).signed([STRANGER]).to_bytes())
    done = run("carry-back", lost.whole, "theirs", "--database", lost.database)
    assert (done.code, "no key of this log signed it" in done.err) == (5, True), done.err
    (tmp_path / "neither").write_bytes(b"neither a note nor a receipt\n")
    assert run("carry-back", lost.whole, "neither", "--database", lost.database).code == 5
    assert run("carry-back", "no such file", "--database", lost.database).code == 5
    assert unchanged(run, lost)


def test_cosignatures_that_come_with_a_receipt_are_kept_and_stand_in_no_checkpoint(run, lost, tmp_path, monkeypatch):
    receipt = Receipt.parse(lost.receipts[-1].read_bytes())
    cosigned = receipt.checkpoint.with_signatures(WITNESSES[0].cosign(receipt.checkpoint.text, 1_600_000_000))
    (tmp_path / "cosigned").write_bytes(cosigned.to_bytes())
    (tmp_path / "policy").write_text(f"witness police {WITNESSES[0].verifier}\nquorum police\n")
    monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(tmp_path / "policy"))
    assert run("carry-back", lost.whole, "cosigned", "--database", lost.database).code == 0
    assert run("checkpoint", "--agreed", "--database", lost.database).out.encode() == cosigned.to_bytes()
    assert run("receipt", str(SIZE), "--database", lost.database).out == lost.receipts[-1].read_text()

    again = run("carry-back", lost.whole, "--database", lost.database)
    assert (again.code, "nothing given was signed over more" in again.err) == (5, True)


@pytest.mark.parametrize("told_by", ["certificate", "list"])
def test_what_was_erased_does_not_come_back_and_is_not_missed(run, database, request, monkeypatch, told_by):
    """A bundle from before has the words; the certificate that is carried back says that they are gone, or else the list that was kept apart."""
    tmp_path = Path.cwd()
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())
    monkeypatch.setenv("LEDGER_ERASURES", str(tmp_path / "erased"))
    if told_by == "certificate":
        monkeypatch.setenv("LEDGER_LOG_MARK", str(tmp_path / "mark"))
    assert run("post", posted(tmp_path, FIRST), "--database", database).code == 0
    assert run("backup", "old.sqlite", "--database", database).code == 0
    assert run("post", posted(tmp_path, LATER), "--database", database).code == 0
    export = ("export", "before.zip", "--all", "--words", "--purpose", "scrutiny")
    assert run(*export, "--database", database).code == 0
    for record in ("incident/INC-1", "rapid-review/RR-1"):
        person(monkeypatch, 1000)
        asked = run("erase", "request", record, "--ground", "unlawful", "--database", database, "--json")
        person(monkeypatch, 1001)
        assert run("erase", "confirm", str(asked.json["number"]), "--database", database).code == 0
    brought = ["before.zip"]
    for position in (SIZE + 1, SIZE + 2):
        (tmp_path / f"{position}").write_text(run("receipt", str(position), "--database", database).out)
        brought += [str(position)] if told_by == "certificate" else []
    if told_by == "certificate":
        monkeypatch.setenv("LEDGER_ERASURES", str(tmp_path / "lost"))
    behind = another(request, database, tmp_path)
    assert run("restore", "old.sqlite", "--database", behind).code == 0
    done = run("carry-back", *brought, "--database", behind)
    assert done.code == 0, done.err
    assert "Sealed texts that came back: 1 of 1." in done.out
    assert "Sealed texts that had been erased, and stay so: 2." in done.out
    for position in (4, 6):
        words = run("words", str(position), "--database", behind, "--json").json
        assert (words["words"], words["closed"]) == ([], []), position
    with closing(open_recorder(behind)) as stored:
        assert {each.position for each in stored.words(list(range(1, SIZE + 3)))} == {7}
    if told_by == "certificate":
        assert run("verify", "--database", behind).code == 0


def person(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Who is logged in at the terminal."""
    monkeypatch.setattr("ledger.cli.erasing.person", lambda: Opener(f"terminal:{number}"))
