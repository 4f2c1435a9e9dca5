"""The service and its witnesses, each a process of its own: cosignatures are gathered, and what the owner of the ledger rewrites is found."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import verify_ledger
from ledger.application import Ledger
from ledger.cli.commands import main
from ledger.evidence.signing import Signing
from ledger.log.checkpoint import Checkpoint, cosigned_by
from ledger.log.keys import SigningKey, VerifierKey
from ledger.log.note import Note
from ledger.recorders import open_recorder
from ledger.recorders.copying import backup, restore
from ledger.regimes import load_shelf
from tests.durability.service import PATIENCE, Service
from tests.ledger.posting import VAULT, VAULT_KEY, agency, clock_at_noon, write
from tests.ledger.tampering import owning
from tests.log.making import LOG, WITNESSES
from tests.witness.running import PROGRAM, made, post, run, serving

NAMES = ("police", "icb", "council")


def get(service: Service, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}{path}", timeout=PATIENCE) as answer:
        body = answer.read()
        return json.loads(body) if "json" in answer.headers["content-type"] else body


def record(database: str, *codes: str) -> None:
    """Agencies in a ledger whose log the tests' key signs, one commit for each."""
    recorder = open_recorder(database, sign=(signing := Signing(lambda: (LOG,))).sign)
    with closing(Ledger(recorder, shelf=load_shelf(), clock=clock_at_noon(), vault=VAULT, signing=signing)) as ledger:
        for code in codes:
            write(ledger, agency(code))


def await_that(holds: Callable[[], Any], what: str) -> Any:
    """What `holds` gives once it gives anything."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(what)


@pytest.fixture
def partners(tmp_path) -> dict[str, VerifierKey]:
    """Three witnesses that do not run yet: their folders, and their keys."""
    return {name: made(tmp_path / name, f"witness.example/{name}") for name in NAMES}


@pytest.fixture
def service(tmp_path, monkeypatch) -> Callable[..., Any]:
    """Starts the service on a database, under a policy of two of the three."""
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())
    monkeypatch.setenv("LEDGER_WITNESS_EVERY", "1")

    def start(database: str, keys: dict[str, VerifierKey], **urls: str) -> Service:
        lines = [f"witness {name} {key} {urls.get(name, '')}" for name, key in keys.items()]
        policy = [f"log {LOG.verifier}", *lines, f"group partners 2 {' '.join(keys)}", "quorum partners"]
        (tmp_path / "policy").write_text("".join(f"{line}\n" for line in policy))
        monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(tmp_path / "policy"))
        return Service(database)

    return start


def agreed(running: Service, size: int) -> dict[str, Any]:
    """What is told of the witnesses once so much is agreed."""

    def told() -> Any:
        found = get(running, "/log/witnesses")
        return found if found["agreed"] >= size else None

    found: dict[str, Any] = await_that(told, f"{size} entries are not agreed: {get(running, '/log/witnesses')}")
    return found


def test_cosignatures_come_by_being_asked_for_and_by_being_brought(database, tmp_path, partners, service):
    record(database, "A", "B", "C")
    with (
        serving(tmp_path / "police", partners["police"]) as police,
        serving(tmp_path / "icb", partners["icb"]) as icb,
        service(database, partners, police=police.url, icb=icb.url) as running,
    ):
        told = agreed(running, 3)
        assert told["quorum"] == "2 of police, icb, council"
        assert [(each["size"], each["behind"]) for each in told["witnesses"]] == [(3, 0), (3, 0), (0, 3)]
        pulled = run("--home", tmp_path / "council", "pull", f"http://127.0.0.1:{running.port}")
        assert (pulled.returncode, pulled.stdout) == (0, "")
        assert [each["size"] for each in get(running, "/log/witnesses")["witnesses"]] == [3, 3, 3]
        record(database, "D")
        agreed(running, 4)
        note = get(running, "/log/checkpoint?agreed=true&position=4")
        first = get(running, "/log/checkpoint?agreed=true&position=1")
    trusted = [verify_ledger.Key.parse(str(key)) for key in partners.values()]
    assert len(verify_ledger.Note.parse(note).signers(trusted)) == 2
    assert verify_ledger.verify_checkpoint(note, [verify_ledger.Key.parse(str(LOG.verifier))]).size == 4
    assert set(cosigned_by(Note.parse(first), partners.values())) == set(partners.values())
    assert Checkpoint.parse(Note.parse(first).text).size == 3


def test_one_partner_that_is_away_changes_no_verdict_and_is_shown(tmp_path, partners, service):
    database = str(tmp_path / "ledger.sqlite")
    record(database, "A")
    with (
        serving(tmp_path / "police", partners["police"]) as police,
        serving(tmp_path / "icb", partners["icb"]) as icb,
        service(database, partners, police=police.url, icb=icb.url, council="http://127.0.0.1:9") as running,
    ):
        told = agreed(running, 1)
        away = told["witnesses"][2]
        assert (away["size"], away["behind"]) == (0, 1)
        assert await_that(lambda: get(running, "/log/witnesses")["witnesses"][2].get("trouble"), "no trouble is told")
        assert "cannot be reached" in get(running, "/log/witnesses")["witnesses"][2]["trouble"]


@contextmanager
def lying(answer: bytes) -> Iterator[str]:
    """The address of a witness that answers everything alike."""

    class Liar(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Liar) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_one_partner_that_lies_changes_no_verdict_and_is_shown(tmp_path, partners, service):
    database = str(tmp_path / "ledger.sqlite")
    record(database, "A")
    key = partners["council"]
    false = f"— {key.name} {b64encode(key.key_id + bytes(72)).decode()}\n".encode()
    with (
        serving(tmp_path / "police", partners["police"]) as police,
        serving(tmp_path / "icb", partners["icb"]) as icb,
        lying(false) as council,
        service(database, partners, police=police.url, icb=icb.url, council=council) as running,
    ):
        told = agreed(running, 1)
        assert told["witnesses"][2]["size"] == 0
        said = await_that(lambda: get(running, "/log/witnesses")["witnesses"][2].get("trouble"), "no trouble is told")
        assert "does not fit" in said
        note = get(running, "/log/checkpoint?agreed=true&position=1")
        assert set(cosigned_by(Note.parse(note), partners.values())) == {partners["police"], partners["icb"]}


def test_two_partners_away_are_no_quorum(tmp_path, partners, service):
    database = str(tmp_path / "ledger.sqlite")
    record(database, "A")
    with (
        serving(tmp_path / "police", partners["police"]) as police,
        service(database, partners, police=police.url) as running,
    ):
        await_that(lambda: get(running, "/log/witnesses")["witnesses"][0]["size"] == 1, "police did not cosign")
        assert get(running, "/log/witnesses")["agreed"] == 0
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(running, "/log/checkpoint?agreed=true&position=1")


def test_nothing_is_kept_that_does_not_fit(tmp_path, partners, service):
    database = str(tmp_path / "ledger.sqlite")
    record(database, "A", "B")
    with service(database, partners) as running:
        url = f"http://127.0.0.1:{running.port}/log/cosignatures"
        text = Note.parse(get(running, "/log/checkpoint")).text
        stranger = WITNESSES[0].cosign(text, 1_700_000_000)
        council = SigningKey.parse((tmp_path / "council" / "key").read_text().strip())
        other = Checkpoint(LOG.name, 2, bytes(32)).text()
        beyond = Checkpoint(LOG.name, 9, bytes(32)).text()
        answers = [
            post(url, body).status
            for body in (
                b"",
                b"x" * 70_000,
                Note(text, (stranger,)).to_bytes(),
                Note(text, (council.cosign(other, 1_700_000_000),)).to_bytes(),
                Note(other, (council.cosign(other, 1_700_000_000),)).to_bytes(),
                Note(beyond, (council.cosign(beyond, 1_700_000_000),)).to_bytes(),
                Note(text, (council.cosign(text, 2**63 - 1),)).to_bytes(),
            )
        ]
        assert answers == [422, 413, 422, 422, 409, 409, 422]
        assert "Not UTF-8." in post(url, b"\xff").body
        with socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE) as line:
            line.sendall(b"POST /log/cosignatures HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc")
        assert [each["size"] for each in get(running, "/log/witnesses")["witnesses"]] == [0, 0, 0]
        assert post(url, Note(text, (council.cosign(text, 1_700_000_000),)).to_bytes()).status == 200


CODES = ("A", "B", "C", "D", "E", "F", "G")


def truncated(true: Path, now: Path) -> None:
    """The tail deleted, and the head and all that was signed of it moved back with it."""
    shutil.copy(true, now)
    with owning(str(now)) as held:
        held.run("DELETE FROM entries WHERE position > 5")
        held.run("DELETE FROM checkpoints WHERE size > 5")
        held.move_head()
        held.run("UPDATE head SET recordedtime = (SELECT recordedtime FROM entries WHERE position = 5)")


def put_back(true: Path, now: Path) -> None:
    """A backup of yesterday, to which other things were recorded since, more than before."""
    shutil.copy(true.with_name("yesterday"), now)
    record(str(now), "X1", "X2", "X3", "X4", "X5", "X6")


def forked(true: Path, now: Path) -> None:
    """As many entries, of which the last three are others."""
    shutil.copy(true.with_name("yesterday"), now)
    record(str(now), "E", "F", "Z")


def rewritten(true: Path, now: Path) -> None:
    """The same number of entries, one word in the last but two another: all made anew under the log's own key."""
    record(str(now), "A", "B", "C", "D", "E2", "F", "G")


def deleted(true: Path, now: Path) -> None:
    """Everything gone, and begun anew under the same name and key."""
    record(str(now), "A")


ATTACKS = {truncated: "shorter", put_back: "unproved", forked: "fork", rewritten: "fork", deleted: "shorter"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of seven entries, and beside it what a backup held when it had four."""
    folder = tmp_path_factory.mktemp("kept")
    record(str(folder / "ledger"), *CODES[:4])
    with closing(open_recorder(str(folder / "ledger"))) as recorder:
        backup(recorder, folder / "yesterday", lambda done, total: None)
    record(str(folder / "ledger"), *CODES[4:])
    return folder


@pytest.fixture
def true(kept: Path, tmp_path: Path) -> Path:
    """That ledger, for one test."""
    shutil.copytree(kept, tmp_path / "true")
    return tmp_path / "true" / "ledger"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_the_owner_of_database_and_key_rewrites_is_found_by_a_witness_alone(
    true, tmp_path, partners, service, attack
):
    """The witness asked the true ledger once; nobody who runs the ledger helps."""
    home = tmp_path / "council"
    with service(str(true), partners) as running:
        assert run("--home", home, "pull", f"http://127.0.0.1:{running.port}").returncode == 0
    attack(true, tmp_path / "now")
    with service(str(tmp_path / "now"), partners) as running:
        pulled = run("--home", home, "pull", f"http://127.0.0.1:{running.port}")
        again = run("--home", home, "pull", f"http://127.0.0.1:{running.port}")
    assert (pulled.returncode, again.returncode) == (1, 1)
    kept = [file for file in (home / "evidence").iterdir() if file.name.startswith(ATTACKS[attack])]
    assert len(kept) == 1
    told = kept[0].read_text()
    assert told.count(f"— {LOG.name} ") >= 2, "the ledger's signature under both"
    assert run("--home", home, "status").returncode == 1


def test_a_ledger_put_back_to_a_backup_hears_of_it_from_its_witness(true, tmp_path, partners, service):
    with serving(tmp_path / "police", partners["police"]) as police:
        with service(str(true), partners, police=police.url) as running:
            await_that(lambda: get(running, "/log/witnesses")["witnesses"][0]["size"] == 7, "police did not cosign")
        shutil.copy(true.with_name("yesterday"), tmp_path / "now")
        with service(str(tmp_path / "now"), partners, police=police.url) as running:
            said = await_that(
                lambda: get(running, "/log/witnesses")["witnesses"][0].get("trouble"), "no trouble is told"
            )
            assert said.startswith("CONTRADICTION")
            assert "7 entries" in said
        assert police.evidence() == ["shorter"]


def test_a_split_view_leaves_one_of_two_witnesses_with_the_proof(true, tmp_path, partners, service):
    """Each witness is shown a history of its own; as soon as either is shown the other's, it holds both signatures."""
    forked(true, tmp_path / "now")
    with service(str(true), partners) as running:
        assert run("--home", tmp_path / "police", "pull", f"http://127.0.0.1:{running.port}").returncode == 0
    with service(str(tmp_path / "now"), partners) as running:
        assert run("--home", tmp_path / "icb", "pull", f"http://127.0.0.1:{running.port}").returncode == 0
        assert run("--home", tmp_path / "police", "pull", f"http://127.0.0.1:{running.port}").returncode == 1
    assert "CONTRADICTION" in run("--home", tmp_path / "police", "status").stdout


def test_a_backup_brings_back_what_was_cosigned(true, tmp_path, partners, service):
    shutil.copy(true, tmp_path / "now")
    with service(str(tmp_path / "now"), partners) as running:
        for name in NAMES:
            assert run("--home", tmp_path / name, "pull", f"http://127.0.0.1:{running.port}").returncode == 0
    with (
        closing(open_recorder(str(tmp_path / "now"))) as old,
        closing(open_recorder(str(tmp_path / "restored"))) as new,
    ):
        backup(old, tmp_path / "backup", lambda done, total: None)
        restore(tmp_path / "backup", new, lambda done, total: None)
    with service(str(tmp_path / "restored"), partners) as running:
        assert [each["size"] for each in agreed(running, 7)["witnesses"]] == [7, 7, 7]


def test_a_witness_that_forgot_is_shown(true, tmp_path, partners, service):
    with service(str(true), partners) as running:
        assert run("--home", tmp_path / "police", "pull", f"http://127.0.0.1:{running.port}").returncode == 0
    record(str(true), "H")
    shutil.rmtree(tmp_path / "police" / "evidence")
    (tmp_path / "police" / "evidence").mkdir()
    with closing(sqlite3.connect(tmp_path / "police" / "memory.sqlite")) as memory:
        memory.execute("DELETE FROM seen")
        memory.commit()
    with (
        serving(tmp_path / "police", partners["police"]) as police,
        service(str(true), partners, police=police.url) as running,
    ):
        said = await_that(lambda: get(running, "/log/witnesses")["witnesses"][0].get("trouble"), "no trouble is told")
        assert "remembered 0" in said


def test_the_command_line_tells_the_same(true, tmp_path, partners, service):
    with service(str(true), partners) as running:
        for name in NAMES[:2]:
            assert run("--home", tmp_path / name, "pull", f"http://127.0.0.1:{running.port}").returncode == 0
        told = get(running, "/log/witnesses")
        note = get(running, "/log/checkpoint?agreed=true")
    said = json.loads(ledger("witnesses", "--database", str(true), "--json").stdout)
    assert [each["name"] for each in said["witnesses"]] == list(NAMES)
    assert [each["size"] for each in said["witnesses"]] == [each["size"] for each in told["witnesses"]]
    assert (said["agreed"], said["size"], said["quorum"]) == (told["agreed"], told["size"], told["quorum"])
    assert (
        f"of {told['size']} entries agreed; needed: 2 of police, icb, council."
        in ledger("witnesses", "--database", str(true)).stdout
    )
    assert ledger("checkpoint", "--agreed", "--database", str(true)).stdout.encode() == note
    assert len(Note.parse(note).signers(partners.values())) == 2


def test_a_witness_that_no_policy_names_remembers_all_the_same_and_is_told_why(true, tmp_path, partners, service):
    unknown = {name: key.verifier for name, key in zip(NAMES, WITNESSES, strict=True)}
    with service(str(true), unknown) as running:
        pulled = run("--home", tmp_path / "police", "pull", f"http://127.0.0.1:{running.port}")
    assert pulled.returncode == 2
    assert "are remembered; the cosignature was not taken" in pulled.stderr
    assert "entries cosigned" in run("--home", tmp_path / "police", "status").stdout


def test_a_ledger_that_asks_who_comes_knows_a_witness_by_its_api_key(true, tmp_path, partners, service, monkeypatch):
    monkeypatch.setenv("LEDGER_IDENTITY", "required")
    made_key = json.loads(ledger("key", "make", "witness", "POLICE", "--database", str(true), "--json").stdout)["key"]
    with service(str(true), partners) as running:
        address = f"http://127.0.0.1:{running.port}"
        stranger = run("--home", tmp_path / "police", "pull", address)
        (tmp_path / "police" / "api-key").write_text(f"{made_key}\n")
        known = run("--home", tmp_path / "police", "pull", address)
    assert (stranger.returncode, known.returncode) == (2, 0)
    assert "answers 401" in stranger.stderr


def test_a_witness_follows_no_redirect(tmp_path, partners):
    """Its API key is for the ledger it was given, and for nobody that one names."""
    seen = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(302)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        done = run("--home", tmp_path / "police", "pull", f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert done.returncode == 2
    assert seen == ["/log/checkpoint"]


def test_a_witness_of_the_command_line_is_the_same_program(tmp_path, true, service):
    done = ledger("witness", "--home", str(tmp_path / "w"), "init", "witness.example/w", "--log", str(LOG.verifier))
    assert done.returncode == 0, done.stderr
    key = VerifierKey.parse(done.stdout.strip())
    with service(str(true), {"w": key, "v": WITNESSES[0].verifier}) as running:
        address = f"http://127.0.0.1:{running.port}"
        assert ledger("witness", "--home", str(tmp_path / "w"), "--pull", address).returncode == 0
        assert get(running, "/log/witnesses")["witnesses"][0]["size"] == 7
    assert ledger("witness").returncode == 2


def ledger(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the ledger, as a process."""
    command = [sys.executable, "-m", "ledger.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=PROGRAM.parent)


def test_a_policy_that_is_none_is_told_in_a_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "policy").write_text("quorum nobody\n")
    monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(tmp_path / "policy"))
    monkeypatch.setenv("LEDGER_DATABASE", str(tmp_path / "ledger.sqlite"))
    assert main(["serve"]) == 2
    assert "line 1 of the policy" in capsys.readouterr().err
