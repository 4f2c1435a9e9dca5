"""A ledger that was put back behind what it signed: it is read, and nothing is recorded in it, until what is missing is back."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.evidence.high_water import EVERY, HighWater, MarkUnusable
from ledger.evidence.signing import KeyFile, Signing
from ledger.log.checkpoint import Checkpoint
from ledger.recorders import open_recorder
from ledger.recorders.copying import backup, restore
from ledger.regimes import load_shelf
from ledger.settings import Settings
from ledger.wiring import mark_of
from tests.durability.service import PATIENCE, Service
from tests.ledger.posting import VAULT, VAULT_KEY, agency, clock_at_noon, write
from tests.ledger.tampering import owning
from tests.log.making import LOG
from tests.postgres import EmbeddedPostgres
from tests.witness.running import made, serving
from tests.witness.test_service import await_that, get, ledger


def silent(done: int, total: int) -> None:
    pass


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings of this test keep the mark, apart from any database."""
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())
    monkeypatch.setenv("LEDGER_LOG_MARK", str(tmp_path / "apart"))
    return tmp_path / "apart"


@pytest.fixture
def another(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Callable[[], str]:
    """Makes further empty databases on the engine of this test."""
    if not database.startswith("postgresql"):
        names = iter(range(9))
        return lambda: str(tmp_path / f"another-{next(names)}.sqlite")
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    return server.create_database


def post(running: Service, code: str) -> tuple[int, dict]:
    """The status and the document of the answer."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/events",
        json.dumps(agency(code)).encode(),
        {"content-type": "application/cloudevents+json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def marked(mark: Path, size: int) -> None:
    """Wait until the mark is so high."""

    def is_there() -> bool:
        kept = HighWater(mark).read()
        return kept is not None and kept.size == size

    await_that(is_there, "the mark was not written")


def copied(database: str, path: Path) -> Path:
    with closing(open_recorder(database)) as source:
        backup(source, path, silent)
    return path


def put_back(path: Path, database: str) -> str:
    with closing(open_recorder(database)) as target:
        restore(path, target, silent)
    return database


def test_a_ledger_put_back_behind_its_mark_is_read_only_until_a_newer_backup_is_there(
    database, another, tmp_path, mark
):
    with Service(database) as running:
        assert post(running, "A")[0] == 201
        old = copied(database, tmp_path / "old")
        assert post(running, "B")[0] == 201
        marked(mark, 2)
        new = copied(database, tmp_path / "new")
    behind = put_back(old, another())
    with Service(behind) as running:
        status, problem = post(running, "C")
        assert (status, problem["type"]) == (503, "/problems/read-only")
        assert problem["detail"].startswith("2 entries were signed and 1 are here")
        assert get(running, "/status")["read_only"] == problem["detail"]
        assert get(running, "/entries/1")["position"] == 1
    events = tmp_path / "events"
    events.write_text(json.dumps(agency("C")))
    posted = ledger("post", str(events), "--database", behind)
    assert (posted.returncode, "read only" in posted.stderr) == (5, True)
    verified = ledger("verify", "--database", behind)
    assert (verified.returncode, "is of 2 entries, and 1 are here" in verified.stderr) == (5, True)
    exported = ledger("export", str(tmp_path / "case.zip"), "--all", "--database", behind)
    assert (exported.returncode, "Nothing is sealed" in exported.stderr) == (0, True), exported.stderr
    whole = put_back(new, another())
    assert ledger("verify", "--database", whole).returncode == 0
    with Service(whole) as running:
        assert "read_only" not in get(running, "/status")
        assert post(running, "C")[0] == 201


def test_its_key_is_not_replaced(tmp_path, monkeypatch):
    """And the file that holds it stays as it is."""
    key = tmp_path / "key"
    KeyFile(key).write([LOG])
    for name, value in (("KEY_FILE", key), ("MARK", tmp_path / "apart")):
        monkeypatch.setenv(f"LEDGER_LOG_{name}", str(value))
    (tmp_path / "apart").write_bytes(signed(3))
    held = key.read_bytes()
    rotated = ledger("rotate-key", "--database", str(tmp_path / "ledger.sqlite"))
    assert (rotated.returncode, "read only" in rotated.stderr) == (5, True)
    assert key.read_bytes() == held


def test_as_many_other_entries_do_not_do(database, another, tmp_path, mark):
    with Service(database) as running:
        assert post(running, "A")[0] == 201
        old = copied(database, tmp_path / "old")
        assert post(running, "B")[0] == 201
        marked(mark, 2)
    other = put_back(old, another())
    recorder = open_recorder(other, sign=(signing := Signing(lambda: (LOG,))).sign)
    with closing(Ledger(recorder, shelf=load_shelf(), clock=clock_at_noon(), vault=VAULT, signing=signing)) as forked:
        write(forked, agency("X"))
        write(forked, agency("Y"))
    with Service(other) as running:
        status, problem = post(running, "C")
        assert (status, problem["type"]) == (503, "/problems/read-only")
        assert "first 2 entries are others" in problem["detail"]


def test_a_ledger_that_grows_shorter_under_a_running_service_is_not_signed_on(database, mark):
    with Service(database) as running:
        assert [post(running, code)[0] for code in "AB"] == [201, 201]
        with owning(database) as held:
            held.run("DELETE FROM entries WHERE position > 1")
            held.run("DELETE FROM checkpoints WHERE size > 1")
            held.move_head()
        status, problem = post(running, "C")
        assert (status, problem["type"]) == (503, "/problems/read-only")


def test_a_witness_that_knows_more_makes_it_read_only(database, another, tmp_path, monkeypatch):
    """Nothing is kept apart here: the witness alone remembers."""
    key = made(tmp_path / "police", "witness.example/police")
    monkeypatch.setenv("LEDGER_LOG_KEY", LOG.secret_text())
    monkeypatch.setenv("LEDGER_VAULT_KEY", VAULT_KEY.spelled())
    monkeypatch.setenv("LEDGER_WITNESS_EVERY", "1")
    monkeypatch.setenv("LEDGER_WITNESS_POLICY", str(tmp_path / "policy"))
    with serving(tmp_path / "police", key) as police:
        (tmp_path / "policy").write_text(f"log {LOG.verifier}\nwitness police {key} {police.url}\nquorum police\n")
        with Service(database) as running:

            def cosigned(size: int) -> bool:
                return bool(get(running, "/log/witnesses")["witnesses"][0]["size"] == size)

            assert post(running, "A")[0] == 201
            await_that(lambda: cosigned(1), "police did not cosign")  # and the copy says so
            old = copied(database, tmp_path / "old")
            assert post(running, "B")[0] == 201
            await_that(lambda: cosigned(2), "police did not cosign")
        with Service(put_back(old, another())) as running:
            await_that(lambda: get(running, "/status").get("read_only"), "it is not read only")
            status, problem = post(running, "C")
            assert (status, problem["type"]) == (503, "/problems/read-only")
            assert "a witness cosigned 2 entries" in problem["detail"].lower()


def signed(size: int) -> bytes:
    return Checkpoint(LOG.name, size, bytes(32)).signed([LOG]).to_bytes()


def test_a_mark_is_written_within_its_time_and_never_goes_back(tmp_path):
    kept = HighWater(tmp_path / "mark")
    assert kept.read() is None
    kept.keep(signed(3))
    assert kept.read() is None
    deadline = time.monotonic() + 30 * EVERY
    while kept.read() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert kept.read() == Checkpoint(LOG.name, 3, bytes(32))
    kept.keep(signed(2))
    kept.flush()
    kept.flush()
    assert kept.read() == Checkpoint(LOG.name, 3, bytes(32))
    assert [file.name for file in tmp_path.iterdir()] == ["mark"]


def test_a_mark_that_is_none_or_another_logs_is_not_overwritten(tmp_path, mark):
    for text, said in (
        (b"nothing", "is not the log's high-water mark"),
        (Checkpoint("example.org/other", 1, bytes(32)).signed([LOG]).to_bytes(), "is that of example.org/other"),
    ):
        mark.write_bytes(text)
        signing = Signing(lambda: (LOG,), mark=HighWater(mark))
        recorder = open_recorder(str(tmp_path / "ledger.sqlite"), sign=signing.sign)
        with closing(recorder), pytest.raises(MarkUnusable, match=said):
            Ledger(recorder, shelf=load_shelf(), clock=clock_at_noon(), vault=VAULT, signing=signing)
        assert mark.read_bytes() == text


def test_a_mark_that_cannot_be_written_is_told_at_the_start(tmp_path):
    kept = HighWater(tmp_path / "no folder" / "mark")
    kept.keep(signed(1))
    with pytest.raises(MarkUnusable, match="cannot be written"):
        kept.flush()


def test_it_stands_beside_a_key_that_is_made_there(tmp_path, monkeypatch):
    for name in ("LEDGER_LOG_KEY", "LEDGER_LOG_KEY_FILE", "LEDGER_LOG_MARK"):
        monkeypatch.delenv(name, raising=False)
    beside = mark_of(Settings(), str(tmp_path / "l.sqlite"))
    assert beside is not None
    assert beside.path == tmp_path / "l.sqlite.log-mark"
    assert mark_of(Settings(), "postgresql://somewhere") is None
