"""ledger entries and ledger history: what was recorded, as the ledger stood at a position."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ledger.wiring import open_ledger
from tests.ledger.posting import agency, event

VECTORS = Path(__file__).parents[1] / "vectors"


def test_the_stored_bytes_come_out_as_they_are(run, agencies):
    ended = run("entries", "--json")
    ledger = open_ledger(str(agencies))
    assert ended.out.encode() == b"".join(entry.body + b"\n" for entry in ledger.entries())
    ledger.close()


def test_entries_as_at_a_position_a_day_and_an_instant(run, agencies):
    second = json.loads(run("entries", "--json").out.splitlines()[1])
    told = {
        when: run("entries", "--json", "--as-at", when).out.count("\n")
        for when in ("0", "1", "2", "2019-01-01", second["recordedtime"])
    }
    assert told == {"0": 0, "1": 1, "2": 2, "2019-01-01": 0, second["recordedtime"]: 2}


def test_entries_by_type_after_a_position_and_at_most_so_many(run, agencies):
    assert run("entries", "--json", "--type", "agency.renamed").out == ""
    assert run("entries", "--json", "--type", "agency.registered", "--after", "1").out.count("\n") == 1
    few = run("entries", "--limit", "1")
    assert "agency/LA" in few.out and "agency/POLICE" not in few.out
    assert "--after 1" in few.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("entries", "--as-at", "tomorrow"), 2),
        (("entries", "--as-at", "3"), 3),
        (("entries", "--as-at", "2199-01-01"), 3),
        (("figure", "FIG-SIN-5WD", "--year", "2019-20", "--as-of", "2019-03-31"), 2),
        (("entries", "--type", "agency.flew"), 2),
        (("entries", "--limit", "0"), 2),
        (("history", "agency/NONE"), 3),
        (("history", "NONE"), 3),
        (("history", "planet/X"), 2),
        (("history", "LA", "--before", "2", "--as-at", "1"), 2),
        (("entries", "--database", "nowhere.sqlite"), 4),
        (("entries", "--database", "postgresql://nobody@127.0.0.1:1/none"), 4),
    ],
)
def test_a_question_that_cannot_be_answered_says_why_in_one_line(run, agencies, arguments, code):
    ended = run(*arguments)
    assert ended.code == code
    assert ended.out == ""
    assert ended.err and "Traceback" not in ended.err


def test_a_file_that_is_no_ledger_is_told(run, tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, whatever its name says")
    ended = run("entries", "--database", tmp_path / "notes.txt")
    assert ended.code == 4
    assert "is not a ledger" in ended.err


def altered(database, statement):
    """The ledger's file after somebody went round its triggers."""
    connection = sqlite3.connect(database)
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_altered_entry_is_a_failed_verification(run, agencies):
    altered(agencies, "UPDATE entries SET state = CAST(replace(CAST(state AS TEXT), 'health', 'wealth') AS BLOB)")
    ended = run("entries")
    assert (ended.code, "cannot be read back" in ended.err) == (5, True)


def test_a_ledger_of_another_version_is_left_alone(run, agencies):
    altered(agencies, "UPDATE head SET schema_version = schema_version + 1")
    assert run("entries").code == 4
    assert run("backup", "saved.sqlite").code == 4
    assert not Path("saved.sqlite").exists()


def renamed(name, **attributes):
    data = {"name": name, "renamed_on": "2019-06-01"}
    return event("agency.renamed", "agency/LA", data, time="2019-06-01T00:00:00+01:00", **attributes)


def test_a_history_before_a_position_knows_nothing_of_what_came_later(run, agencies, file_of):
    withdrawal = {"position": 3, "reason": "The council kept its name after all.", "decided_by": "LA"}
    events = renamed("New Council"), event("agency.withdrawn", "agency/LA", withdrawal)
    assert run("post", file_of(*events, name="more.ndjson")).code == 0
    before = run("history", "LA", "--before", "4", "--json").json
    assert [entry["position"] for entry in before["entries"]] == [1, 3]
    assert before["as_at"] == 3
    assert "since_then" not in before["entries"][1]
    now = run("history", "agency/LA", "--json").json
    assert [entry["position"] for entry in now["entries"]] == [1, 3, 4]
    assert now["entries"][1]["since_then"] == "withdrawn at 4"
    both = run("history", "LA", "--before", "4", "--and-after", "--json").json
    assert both["entries"] == before["entries"]
    assert [entry["position"] for entry in both["later"]] == [4]


def test_people_see_what_came_later_marked_as_such(run, agencies, file_of):
    assert run("post", file_of(renamed("New Council"), name="more.ndjson")).code == 0
    ended = run("history", "LA", "--before", "2", "--and-after")
    then, _, later = ended.out.partition("With hindsight")
    assert "Agency LA" in then and "New Council" not in then
    assert "New Council" in later


def test_a_reference_that_two_kinds_of_record_bear_is_not_guessed(run, agencies, file_of):
    group = json.loads((VECTORS / "group.json").read_text())["group.established"] | {
        "members": "not-stated",
        "established_on": "2019-04-01",
    }
    posted = run("post", file_of(event("group.established", "group/LA", group), agency("NEW"), name="group.ndjson"))
    assert posted.code == 0, posted.err
    ended = run("history", "LA")
    assert ended.code == 2
    assert "agency/LA or group/LA" in ended.err
