"""The ledger checks itself while it serves: what its owner changes by hand is found within a stated time, shown, and not forgotten."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager

from fastapi.testclient import TestClient

from api.app import create_app
from api.watching import Watch
from ledger.clock import SystemClock
from ledger.evidence.self_audit import PAGE, SelfAudit
from ledger.log.keys import VerifierKey
from ledger.recorders import open_recorder
from tests.api.conftest import opening
from tests.ledger.posting import agency
from tests.ledger.tampering import owning
from tests.log.making import LOG

STATED = 30
"""Seconds within which a change in a ledger as short as this one is found; docs/operations.md says how long it is for others."""


@contextmanager
def serving(database, *, share=1.0, between=0.05):
    app = create_app(opening(database), watch=Watch(share=share, between=between))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def record(client, *codes):
    for code in codes:
        assert client.post("/events", json=agency(code)).status_code == 201


def audited(client, holds, what):
    """What /status says of the audit once that holds."""
    deadline = time.monotonic() + STATED
    while not holds(told := client.get("/status").json()["audit"]):
        assert time.monotonic() < deadline, f"{what}: {told}"
        time.sleep(0.02)
    return told


def test_a_whole_ledger_is_said_to_be_whole_after_each_pass(database):
    with serving(database) as client:
        record(client, "A", "B", "C")
        told = audited(client, lambda told: told.get("entries") == 3, "no pass ended")
    assert (told["whole"], told["breaks"]) == (True, [])
    assert told["finished"]


def test_what_a_superuser_changes_is_found_and_shown_while_others_write(database):
    with serving(database) as client:
        record(client, "A", "B", "C")
        audited(client, lambda told: told.get("entries") == 3, "no pass ended")
        with owning(database) as held:
            if not held.is_sqlite:
                held.run("SET session_replication_role = replica")
            held.run("UPDATE entries SET id = 'another' WHERE position = 2")
        told = audited(client, lambda told: not told["whole"], "the change was not found")
        record(client, "D", "E")
        [broken] = told["breaks"]
        assert (broken["position"], broken["part"]) == (2, "columns and words")
        assert "id" in broken["what"]
        assert client.get("/healthz").json() == {"alive": True}


def test_what_was_found_outlives_a_restart_and_its_mending(database):
    with serving(database) as client:
        record(client, "A", "B", "C")
        with owning(database) as held:
            held.run("UPDATE entries SET topic = topic || 'x' WHERE position = 2")
        audited(client, lambda told: not told["whole"], "the change was not found")
        before = client.get("/status").json()["audit"]["passes"]
    with serving(database, between=3600) as client:
        told = audited(client, lambda told: told["passes"] >= before, "what was known is forgotten")
        assert not told["whole"]
    with owning(database) as held:
        held.run("UPDATE entries SET topic = 'uk.safeguarding.agency.registered' WHERE position = 2")
    with serving(database) as client:
        told = audited(client, lambda told: told["whole"], "it was mended")
        assert [each["position"] for each in told["breaks"]] == [2]


def test_a_pass_goes_on_where_a_restart_broke_it_off(tmp_path):
    """A very slow audit is stopped in the middle, and the next one does not begin anew."""
    database = str(tmp_path / "ledger.sqlite")
    with serving(database, share=1.0, between=3600) as client:
        batch = [agency(f"A{number}") for number in range(PAGE + 50)]
        assert client.post("/events", json=batch).status_code == 201
    with closing(open_recorder(database)) as recorder:
        recorder.keep_audit("{}")
        slow = SelfAudit(recorder, lambda: [LOG.verifier], SystemClock(), share=1e-9)
        deadline = time.monotonic() + STATED
        while slow.state.mark.position < PAGE and time.monotonic() < deadline:
            time.sleep(0.01)
        slow.close()
        assert slow.state.mark.position == PAGE
        again = SelfAudit(recorder, lambda: [LOG.verifier], SystemClock(), share=1.0, between=3600)
        while again.state.passes == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        again.close()
    assert (again.state.passes, again.state.entries, again.state.since) == (1, PAGE + 50, slow.state.began)


def test_what_is_written_of_the_audit_is_read_back_or_begun_anew(tmp_path):
    database = str(tmp_path / "ledger.sqlite")
    with serving(database) as client:
        record(client, "A")
        audited(client, lambda told: told.get("entries") == 1, "no pass ended")
    with closing(open_recorder(database)) as recorder:
        for text in ("", "[]", '{"mark":{"frontier":"00"}}', recorder.audit() or ""):
            recorder.keep_audit(text)
            audit = SelfAudit(recorder, lambda: [LOG.verifier], SystemClock(), share=1.0, between=3600)
            deadline = time.monotonic() + STATED
            while audit.state.passes == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
            audit.close()
            assert audit.state.whole
            assert audit.state.passes >= 1


def test_a_checkpoint_under_a_key_nobody_knows_is_said_and_is_no_break(tmp_path):
    database = str(tmp_path / "ledger.sqlite")
    with serving(database) as client:
        record(client, "A")
    other = VerifierKey(LOG.name, bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
    with closing(open_recorder(database)) as recorder:
        recorder.keep_audit("{}")
        audit = SelfAudit(recorder, lambda: [other], SystemClock(), share=1.0, between=3600)
        deadline = time.monotonic() + STATED
        while audit.state.passes == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        audit.close()
    assert audit.state.whole
    assert [known.broken.certain for known in audit.state.found] == [False]
