"""ledger post: what is recorded, what is refused, and how the command ends."""

from __future__ import annotations

import io
import json
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.app import create_app
from api.demo_serving import served
from ledger.wiring import open_ledger, open_parts
from tests.ledger.posting import agency


def stored(database: str) -> list[str]:
    ledger = open_ledger(database)
    try:
        return [entry.originator_id for entry in ledger.entries()]
    finally:
        ledger.close()


@pytest.mark.usefixtures("given_key")
def test_receipts_come_in_the_order_of_the_file_and_the_same_again_for_a_repeat(run, file_of, database):
    file = file_of(agency("LA"), agency("POLICE"))
    first = run("post", file, "--database", database, "--json")
    again = run("post", file, "--database", database, "--json")
    assert (first.code, again.code) == (0, 0)
    assert [item["receipt"]["record"] for item in first.json["items"]] == ["agency/LA", "agency/POLICE"]
    assert [item["receipt"] for item in again.json["items"]] == [item["receipt"] for item in first.json["items"]]
    assert [item["repeat"] for item in again.json["items"]] == [True, True]
    assert stored(database) == ["agency/LA", "agency/POLICE"]


def test_one_event_an_array_and_lines_are_told_apart(run, tmp_path):
    one, two = agency("A"), agency("B")
    (tmp_path / "one.json").write_text(json.dumps(one, indent=2))
    (tmp_path / "array.json").write_text(json.dumps([two, agency("C")], indent=2))
    (tmp_path / "lines").write_text(f"{json.dumps(agency('D'))}\n\n{json.dumps(agency('E'))}\n")
    for name in ("one.json", "array.json", "lines"):
        assert run("post", tmp_path / name).code == 0
    assert stored("var/ledger.sqlite") == [f"agency/{code}" for code in "ABCDE"]


def test_standard_input_is_a_file_too(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(agency("LA")).encode())))
    assert run("post", "-").code == 0
    assert stored("var/ledger.sqlite") == ["agency/LA"]


def test_a_file_with_a_malformed_line_changes_nothing_and_names_the_line(run, file_of):
    wrong = agency("POLICE")
    wrong["data"]["sector"] = "constabulary"
    ended = run("post", file_of(agency("LA"), wrong), "--json")
    assert ended.code == 2
    assert "receipt" not in ended.json["items"][0]
    assert ended.json["items"][1]["line"] == 2
    assert ended.json["items"][1]["problem"]["faults"][0]["pointer"] == "/data/sector"
    assert not Path("var/ledger.sqlite").exists()


def test_a_file_with_a_malformed_line_names_the_lines_that_break_a_rule_as_well(run, file_of):
    wrong = agency("POLICE")
    wrong["data"]["sector"] = "constabulary"
    file = file_of(agency("LA"), wrong, agency("LA"), name="several.ndjson")
    file.write_text(file.read_text() + "{nothing\n")
    ended = run("post", file, "--json")
    problems = [item["problem"] for item in ended.json["items"]]
    assert ended.code == 2
    assert [rule["id"] for rule in problems[2]["rules"]] == ["REC-BEGUN"]
    assert ["faults" in problem for problem in problems] == [False, True, False, False]
    assert problems[3]["title"] == "Not JSON with one meaning"
    assert "refused as a whole" in problems[0]["title"]
    assert not Path("var/ledger.sqlite").exists()
    run("post", file_of(agency("HEALTH"), name="one.json"))
    assert run("post", file, "--json").json == ended.json
    assert stored("var/ledger.sqlite") == ["agency/HEALTH"]


def test_a_broken_rule_refuses_the_file_and_is_named(run, file_of):
    ended = run("post", file_of(agency("LA"), agency("LA")), "--json")
    assert ended.code == 1
    assert [rule["id"] for rule in ended.json["items"][1]["problem"]["rules"]] == ["REC-BEGUN"]
    assert stored("var/ledger.sqlite") == []


def test_without_atomic_every_event_stands_by_itself(run, file_of):
    ended = run("post", file_of(agency("LA"), agency("LA"), agency("POLICE")), "--no-atomic")
    assert ended.code == 1
    assert "2 recorded, 0 recorded before, 1 not recorded." in ended.out
    assert "line 2: A rule is broken\n  REC-BEGUN" in ended.err
    assert stored("var/ledger.sqlite") == ["agency/LA", "agency/POLICE"]


@pytest.mark.parametrize("raw", ['{"a":1,"a":2}', '{"a":NaN}', '{"a":1.5}', "{", '"\\ud800"'])
def test_what_has_more_than_one_meaning_is_malformed(run, tmp_path, raw):
    (tmp_path / "bad.json").write_text(raw)
    (tmp_path / "bad.ndjson").write_text(f"{raw}\n")
    assert run("post", tmp_path / "bad.json").code == 2
    assert run("post", tmp_path / "bad.ndjson").code == 2


def test_a_file_that_is_not_there_is_not_found_and_an_empty_one_is_malformed(run, tmp_path):
    (tmp_path / "empty.json").write_text(" \n")
    assert run("post", tmp_path / "none.json").code == 3
    assert run("post", tmp_path / "empty.json").code == 2


@pytest.fixture
def service(tmp_path):
    database = str(tmp_path / "served.sqlite")
    with served(create_app(partial(open_parts, database))) as address:
        yield SimpleNamespace(address=address, database=database)


def test_a_service_answers_as_the_ledger_does(run, file_of, service):
    file = file_of(agency("LA"), agency("POLICE"))
    first = run("post", file, "--to", service.address, "--json")
    again = run("post", file, "--to", service.address, "--json")
    straight = run("post", file, "--database", service.database, "--json")
    assert (first.code, again.code) == (0, 0)
    assert [item["repeat"] for item in first.json["items"]] == [False, False]
    assert again.json == straight.json


def test_a_service_refuses_as_the_ledger_does(run, file_of, service):
    wrong = agency("C")
    wrong["data"]["sector"] = "constabulary"
    twice = file_of(agency("LA"), agency("LA"), name="twice.ndjson")
    malformed = file_of(wrong, agency("D"), name="malformed.ndjson")
    refused = run("post", twice, "--to", service.address, "--json")
    assert refused.code == 1
    assert [rule["id"] for rule in refused.json["items"][1]["problem"]["rules"]] == ["REC-BEGUN"]
    assert run("post", malformed, "--to", service.address).code == 2
    both = file_of(wrong, agency("E"), agency("E"), name="both.ndjson")
    both.write_text(both.read_text() + "{nothing\n")
    told = run("post", both, "--to", service.address, "--json")
    assert told.code == 2
    assert ["rules" in item["problem"] for item in told.json["items"]] == [False, False, True, False]
    assert told.json["items"][3]["problem"]["title"] == "Not JSON with one meaning"
    assert run("entries", "--database", service.database, "--json").out == ""
    apart = run("post", twice, "--to", service.address, "--no-atomic", "--json")
    assert apart.code == 1
    assert apart.json["items"][0]["receipt"]["position"] == 1


def test_a_service_that_is_not_there_is_told(run, file_of):
    file = file_of(agency("LA"))
    assert run("post", file, "--to", "http://127.0.0.1:1").code == 4
    assert run("post", file, "--to", "nowhere").code == 2
    assert run("post", file, "--to", "http://127.0.0.1:1", "--database", "x.sqlite").code == 2
