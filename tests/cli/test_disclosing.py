"""`ledger words`, `ledger open` and `ledger access-log`."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from sqlalchemy import text

from ledger.access.home import open_engine
from tests.api.story import incident, rapid_review
from tests.ledger.posting import agency, event

SECRET = "Words that are sealed."
DECIDED = {
    "outcome": "no-further-review", "immediate_actions": ["Tell every ward."], "rationale": "Nothing more to learn.",
    "positions": [{"agency": each, "position": "agree"} for each in ("LA", "HEALTH", "POLICE")],
}  # fmt: skip


@pytest.fixture
def ledger(run, tmp_path):
    """Four agencies at 1 to 4, an incident at 5, its rapid review, and what was decided at 7."""
    partners = [agency(code) for code in ("LA", "HEALTH", "POLICE", "IS")]
    for each in partners[:3]:
        each["data"]["standing"] = "statutory-partner"
    decision = event("rapid-review.decided", "rapid-review/RR-1", DECIDED, time="2019-12-10T00:00:00Z")
    posted = tmp_path / "case.json"
    posted.write_text(json.dumps([*partners, incident("INC-1"), rapid_review("RR-1", "INC-1"), decision]))
    database = str(tmp_path / "ledger.sqlite")
    assert run("post", str(posted), "--database", database).code == 0
    return database


def test_ordinary_words_are_read_and_the_others_are_named(run, ledger):
    found = run("words", "7", "--database", ledger, "--json").json
    assert [each["text"] for each in found["words"]] == ["Tell every ward."]
    assert found["closed"] == ["/rationale"]
    told = run("words", "7", "--database", ledger)
    assert "Tell every ward." in told.out
    assert "/rationale" in told.err
    assert "Nothing more to learn." not in told.out + told.err
    assert run("words", "99", "--database", ledger).code == 3


def test_an_opening_is_logged(run, ledger):
    opened = run("open", "5", "--purpose", "review", "--regarding", "rapid-review/RR-1", "--database", ledger)
    assert SECRET in opened.out
    (row,) = run("access-log", "--database", ledger, "--json").json["openings"]
    assert row["subject"].startswith("terminal:")
    assert (row["record"], row["purpose"], row["regarding"]) == ("incident/INC-1", "review", "rapid-review/RR-1")
    assert "incident/INC-1" in run("access-log", "--database", ledger).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("5", "--purpose", "curiosity"), 2),
        (("5", "--purpose", "review", "--regarding", "incident/NOWHERE"), 3),
        (("1", "--purpose", "review"), 3),
        (("99", "--purpose", "review"), 3),
    ],
)
def test_what_is_not_opened_is_not_logged(run, ledger, arguments, code):
    assert run("open", *arguments, "--database", ledger).code == code
    assert run("access-log", "--database", ledger, "--json").json["openings"] == []


def test_the_log_tells_what_was_opened_before_a_decision(run, ledger):
    run("open", "5", "--purpose", "decision", "--database", ledger)
    found = run("access-log", "--decision", "7", "--database", ledger, "--json").json
    assert found["openings"] == [], "it was opened after the decision had been recorded"
    assert {each["agency"] for each in found["decision"]["deciders"]} >= {"LA", "HEALTH", "POLICE"}
    assert "nothing" in run("access-log", "--decision", "7", "--database", ledger).out
    assert len(run("access-log", "--record", "incident/INC-1", "--database", ledger, "--json").json["openings"]) == 1
    assert run("access-log", "--to", "2019-12-31", "--database", ledger, "--json").json["openings"] == []
    assert run("access-log", "--decision", "5", "--database", ledger).code == 3
    assert run("access-log", "--decision", "99", "--database", ledger).code == 3
    assert run("access-log", "--kept", "1:00", "--database", ledger).code == 2


def test_where_the_log_cannot_be_kept_nothing_is_opened(run, ledger, tmp_path):
    (tmp_path / "ledger.access.sqlite").mkdir()
    opened = run("open", "5", "--purpose", "review", "--database", ledger)
    assert opened.code == 4
    assert SECRET not in opened.out + opened.err


def test_the_log_is_verified_against_what_was_kept(run, ledger):
    for _ in range(2):
        run("open", "5", "--purpose", "scrutiny", "--database", ledger)
    end = run("access-log", "--verify", "--database", ledger, "--json").json
    kept = f"{end['number']}:{end['hash']}"
    assert kept in run("access-log", "--verify", "--database", ledger).out
    assert run("access-log", "--verify", "--kept", kept, "--database", ledger).code == 0
    assert run("access-log", "--verify", "--kept", "x", "--database", ledger).code == 2
    engine = open_engine(ledger)
    with closing(engine.connect()) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER openings_DELETE"))
        connection.execute(text("DELETE FROM openings WHERE number = 2"))
    engine.dispose()
    assert run("access-log", "--verify", "--database", ledger).code == 0, (
        "a log that was cut off shows nothing by itself"
    )
    assert run("access-log", "--verify", "--kept", kept, "--database", ledger).code == 5


def test_words_that_leave_in_a_bundle_are_opened_for_a_purpose_and_logged(run, ledger, tmp_path):
    out, opening = str(tmp_path / "bundle"), tmp_path / "opening.json"
    opened = {"origin": "example.org/test", "partnership": "Test", "demonstration": True, "retrospective": False}
    opening.write_text(json.dumps(event("ledger.opened", "ledger/LEDGER", opened)))
    assert run("post", str(opening), "--database", ledger).code == 0
    ask = ("export", out, "--record", "incident/INC-1", "--database", ledger)
    assert run(*ask, "--words").code == 2
    assert run(*ask, "--purpose", "scrutiny").code == 2
    assert run(*ask, "--words", "--purpose", "curiosity").code == 2
    assert run("access-log", "--database", ledger, "--json").json["openings"] == []
    assert run(*ask, "--words", "--purpose", "scrutiny").code == 0
    rows = run("access-log", "--database", ledger, "--json").json["openings"]
    assert [(row["position"], row["paths"], row["purpose"]) for row in rows] == [(5, "/summary", "scrutiny")]
