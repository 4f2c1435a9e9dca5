"""ledger publish and ledger report restatement, on a ledger of a command's own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2

import verify_ledger
from ledger.disclosure.figures import Public, publish_under
from ledger.evidence.witnessing import Cosignatures
from ledger.log.keys import SigningKey
from ledger.log.note import Note
from ledger.log.policy import Policy
from ledger.recorders import open_recorder
from ledger.reports import public
from ledger.reports.written import Format
from tests.cli.test_serving import free_port, ready, serve
from tests.ledger.posting import agency
from tests.log.making import LOG, WITNESSES


def test_a_report_is_published_once_however_often_it_is_asked_for(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    assert run("post", "first.json").code == 0
    first = run("publish", "annual", "2019-20", "--out", "files", "--json")
    again = run("publish", "annual", "2019-20", "--out", "again", "--json")
    (told,), (repeated,) = first.json["items"], again.json["items"]
    assert (told["receipt"]["position"], told["repeat"], repeated["repeat"]) == (2, False, True)
    assert told["receipt"] == repeated["receipt"]
    names = sorted(path.name for path in (tmp_path / "files").iterdir() if path.is_file())
    endings = ("checkpoint", "csv", "csv-metadata.json", "html", "json", "pdf", "xlsx")
    assert names == [f"annual-2019-20.{ending}" for ending in endings]
    assert "No witness policy was in force" in first.err
    assert all((tmp_path / "files" / n).read_bytes() == (tmp_path / "again" / n).read_bytes() for n in names)
    entry = json.loads(run("entries", "--json").out.splitlines()[-1])
    public = entry["data"]["public"]
    assert public["rule"] == "dfe5@1"
    for each in public["files"]:
        ending = Format(each["format"]).ending
        body = (tmp_path / "files" / "public" / f"annual-2019-20.{ending}").read_bytes()
        assert hashlib.sha256(body).hexdigest() == each["sha256"]
    hashed = hashlib.sha256((tmp_path / "files" / "annual-2019-20.json").read_bytes()).hexdigest()
    assert {"format": "json", "sha256": hashed} in entry["data"]["files"]
    assert "note" in entry["data"]["checkpoint"]


def cosigned_by(witness: SigningKey, policy: Path) -> bytes:
    """A witness signs the ledger's last checkpoint; the note that is kept of it."""
    with closing(open_recorder("var/ledger.sqlite")) as stored:
        note = Note.parse(stored.last_checkpoint() or b"")
        signed = Note(note.text, (witness.cosign(note.text, 1_600_000_000),))
        kept = Cosignatures(stored, Policy.parse(policy.read_bytes()))
        return kept.note(kept.take(signed.to_bytes())).to_bytes()  # type: ignore[union-attr]


def test_a_report_is_final_only_with_the_quorum_that_the_policy_asks_for(run, tmp_path, monkeypatch, given_key):
    """And the stand-alone verifier tells by whom, from the event and the file alone."""
    policy, files = tmp_path / "policy", tmp_path / "files"
    names = dict(zip(("police", "icb", "council"), WITNESSES, strict=True))
    lines = [f"witness {name} {key.verifier}" for name, key in names.items()]
    policy.write_text("\n".join([*lines, f"group partners 2 {' '.join(names)}", "quorum partners", ""]))
    monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(policy))
    (tmp_path / "first.json").write_text(json.dumps([agency("LA"), agency("HEALTH")]))
    assert run("post", "first.json").code == 0
    cosigned_by(names["police"], policy)
    publish = ("publish", "annual", "2019-20", "--out", str(files))
    refused = run(*publish)
    assert (refused.code, "needed is 2 of police, icb, council, so far without icb, council" in refused.err) == (
        1,
        True,
    )
    assert not files.exists()
    assert len(run("entries", "--json").out.splitlines()) == 2
    agreed = cosigned_by(names["icb"], policy)
    done = run(*publish)
    assert (done.code, "Witnesses agreed to what it rests on" in done.err) == (0, True), done.err
    assert (files / "annual-2019-20.checkpoint").read_bytes() == agreed
    cosigned_by(names["council"], policy)
    again = run(*publish, "--json")
    assert again.json["items"][0]["repeat"]
    entry = json.loads(run("entries", "--json").out.splitlines()[-1])
    assert entry["data"]["checkpoint"] == {
        "root": entry["data"]["checkpoint"]["root"],
        "note": agreed.decode(),
        "agreed": True,
    }
    assert run(*publish, "--as-at", "3", "--reason", "Later").code == 1
    report_of_a_bundle_tells(run, files / "annual-2019-20.json", names)


def report_of_a_bundle_tells(run, report: Path, names: dict[str, SigningKey]) -> None:
    assert run("export", "whole", "--all").code == 0
    asked = ["report", str(report), "--bundle", "whole", "--key", str(LOG.verifier)]
    told, codes = {}, {}
    for known in ((), ("police",), ("police", "icb"), ("police", "icb", "council")):
        trusted = [part for name in known for part in ("--witness", str(names[name].verifier))]
        done = subprocess.run(
            [sys.executable, verify_ledger.__file__, *asked, *trusted], capture_output=True, text=True, check=False
        )
        told[len(known)] = done.stdout
        quorum = ["--quorum", str(len(known))] if known else []
        codes[len(known)] = subprocess.run(
            [sys.executable, verify_ledger.__file__, *asked, *trusted, *quorum], capture_output=True, check=False
        ).returncode
    assert (
        "by entry 3, as at 2, under a checkpoint that 0 of 0 witnesses cosigned; the ledger says that they agreed"
        in told[0]
    )
    assert "under a checkpoint that 2 of 3 witnesses cosigned" in told[3]
    assert codes == {0: 0, 1: 2, 2: 2, 3: 2}  # the entry that published it came after what they cosigned
    public = ["report", str(report.parent / "public" / report.name), *asked[2:]]
    done = subprocess.run(
        [sys.executable, verify_ledger.__file__, *public], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "by entry 3, as at 2" in done.stdout) == (0, True), done.stdout
    report.write_bytes(report.read_bytes() + b" ")
    done = subprocess.run([sys.executable, verify_ledger.__file__, *asked], capture_output=True, text=True, check=False)
    assert (done.returncode, "not shown: no entry here names this file" in done.stdout) == (0, True)


def test_what_moved_is_told_to_people_and_machines(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    assert run("report", "restatement", "annual", "2019-20").code != 0  # nothing was published
    run("publish", "annual", "2019-20")
    found = run("report", "restatement", "annual", "2019-20", "--json").json
    assert (found["moved"], found["published_as_at"], found["edition"]) == (0, 1, 1)
    assert "0 of" in run("report", "restatement", "annual", "2019-20").out


def test_an_edition_is_made_again_as_it_was_published(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    (tmp_path / "second.json").write_text(json.dumps(agency("HEALTH")))
    run("post", "first.json")
    asks = ("report", "annual", "2019-20", "--edition", "1", "--format", "csv", "--out", "again.csv")
    assert run(*asks).code == 3
    assert run("publish", "annual", "2019-20", "--public", "none", "--out", "files").code == 0
    run("post", "second.json")
    assert run(*asks).code == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "files" / "annual-2019-20.csv").read_bytes()
    assert run(*asks, "--as-of", "2020-01-01").code == 2
    assert run(*asks, "--as-at", "1").code == 3


def test_a_second_edition_says_why(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    run("publish", "annual", "2019-20")
    assert run("publish", "annual", "2019-20", "--as-at", "2").code != 0
    assert run("publish", "annual", "2019-20", "--as-at", "2", "--reason", "An agency was late").code == 0


def test_a_period_that_is_none(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    assert run("publish", "quarterly", "2019-20").code != 0


def test_a_running_service_publishes_with_its_own_files_and_event(run, tmp_path):
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with serve(tmp_path, "--database", "served.sqlite", "--port", str(port)) as process:
        try:
            with httpx2.Client(base_url=address) as client:
                ready(client)
            assert run("publish", "annual", "2019-20", "--to", address).code == 3  # it holds nothing yet
            assert run("post", "first.json", "--to", address).code == 0
            first = run(
                "publish", "annual", "2019-20", "--on", "2020-09-30", "--to", address, "--out", "files", "--json"
            )
            again = run("publish", "annual", "2019-20", "--to", address, "--out", "again", "--json")
            assert run("publish", "quarterly", "2019-20", "--to", address).code == 3
            entry = httpx2.get(f"{address}/entries/2").json()["entry"]
        finally:
            process.terminate()
            process.communicate()
    (told,), (repeated,) = first.json["items"], again.json["items"]
    assert (told["receipt"]["position"], told["repeat"], repeated["repeat"]) == (2, False, True)
    assert (entry["data"]["as_at"], entry["data"]["published_on"]) == (1, "2020-09-30")
    for named in entry["data"]["files"]:
        name = f"annual-2019-20.{Format(named['format']).ending}"
        body = (tmp_path / "files" / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == named["sha256"]
        assert (tmp_path / "again" / name).read_bytes() == body
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*.sqlite")} == {"served"}  # and none of its own


def test_a_service_has_a_database_of_its_own(run):
    assert run("publish", "annual", "2019-20", "--to", "http://127.0.0.1:1", "--database", "x.sqlite").code == 2
    assert run("publish", "annual", "2019-20", "--to", "http://127.0.0.1:1").code == 4


def giving_away(*how: Any) -> Public:
    """What the public reads, one number of which earlier editions tell."""
    found = publish_under(*how)
    return replace(found, protection=replace(found.protection, open=("FIG-SIN",)))


def test_a_public_copy_that_earlier_editions_give_away_is_no_success(run, tmp_path, monkeypatch):
    """It is written, and both it and the command say that it may not go out."""
    (tmp_path / "first.json").write_text(json.dumps(agency("LA")))
    run("post", "first.json")
    told = ("report", "annual", "2019-20", "--public", "dfe5", "--format", "json", "--out", "copy.json")
    assert run(*told).code == 0
    monkeypatch.setattr(public, "publish_under", giving_away)
    ended = run(*told)
    assert ended.code == 1
    assert "NOT FOR PUBLICATION: earlier editions and this one together tell small counts of FIG-SIN." in ended.err
    assert "NOT FOR PUBLICATION" in (tmp_path / "copy.json").read_text()
