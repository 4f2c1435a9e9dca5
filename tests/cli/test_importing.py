"""`ledger import`: a sheet is shown cell by cell, recorded once, and the ledger says which file each entry came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_posting import stored
from tests.ledger.posting import agency

SPREADSHEETS = Path(__file__).parents[2] / "examples" / "spreadsheets"
TRAINING = SPREADSHEETS / "training.toml"
HEAD = "Ref,Code,Course,From,To,Booked,Completed,Cancelled,Did not attend,No outcome,Remarks\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: str) -> Path:
        path = tmp_path / "training.csv"
        path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
        return path

    return write


GOOD = "TRN-1,neglect,Neglect,01/01/2025,31/03/2025,10,8,1,1,0,"
TOO_MANY = "TRN-2,neglect,Neglect,01/01/2025,31/03/2025,65,75,0,0,0,"
WRONG = "TRN-3,neglect,Neglect,01/01/2025,31/03/2025,many,8,1,1,0,"


@pytest.fixture(autouse=True)
def opened(run, file_of):
    assert run("post", file_of(agency("LA"))).code == 0


def test_a_sheet_is_shown_and_nothing_is_recorded_until_that_is_asked(run, sheet):
    ended = run("import", TRAINING, sheet(GOOD))
    assert ended.code == 0
    assert "training/TRN-1" in ended.out
    assert stored("var/ledger.sqlite") == ["agency/LA"]


def test_a_sheet_is_recorded_once_under_the_hash_of_its_file(run, sheet):
    path = sheet(GOOD)
    ended = run("import", TRAINING, path, "--record", "--json")
    assert ended.code == 0
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert ended.json["sha256"] == sha256
    assert [each["row"] for each in ended.json["recorded"]] == [2]
    assert f'"sheet:{sha256}/1/2/1"' in run("entries", "--json").out
    again = run("import", TRAINING, path, "--record", "--json")
    assert [each["repeat"] for each in again.json["recorded"]] == [True]
    assert stored("var/ledger.sqlite") == ["agency/LA", "training/TRN-1"]


def test_what_is_refused_is_named_by_cell_or_row_and_rule_and_nothing_is_recorded(run, sheet):
    ended = run("import", TRAINING, sheet(GOOD, TOO_MANY, WRONG), "--record", "--json")
    assert ended.code == 1
    told = [(each["row"], each["cell"], each["column"]) for each in ended.json["faults"]]
    assert told == [(3, None, None), (4, "F4", "Booked")]
    assert "TRN-SUM" in ended.json["faults"][0]["message"]
    assert "many" not in ended.json["faults"][1]["message"]
    assert stored("var/ledger.sqlite") == ["agency/LA"]


def test_in_part_what_can_be_is_recorded_and_the_rest_is_listed(run, sheet):
    ended = run("import", TRAINING, sheet(GOOD, TOO_MANY, WRONG), "--record", "--partial", "--json")
    assert ended.code == 1
    assert [each["row"] for each in ended.json["recorded"]] == [2]
    assert [each["row"] for each in ended.json["faults"]] == [3, 4]
    assert stored("var/ledger.sqlite") == ["agency/LA", "training/TRN-1"]


def test_a_column_nobody_mentions_stops_it(run, tmp_path):
    (tmp_path / "log.csv").write_text(HEAD.replace("Remarks", "Notes") + GOOD + "\n")
    ended = run("import", TRAINING, tmp_path / "log.csv")
    assert ended.code == 2
    assert "'Remarks'" in ended.err
    assert "'Notes'" in ended.err


def test_a_file_that_is_not_there_is_named(run, tmp_path):
    ended = run("import", TRAINING, tmp_path / "none.csv")
    assert ended.code == 3
    assert "none.csv" in ended.err


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_what_a_ledger_gives_out_another_reads(run, sheet, tmp_path, format_):
    assert run("import", TRAINING, sheet(GOOD, GOOD.replace("TRN-1", "TRN-2")), "--record").code == 0
    out = tmp_path / f"given-out.{format_}"
    ended = run("spreadsheet", "training", "--out", out)
    assert ended.code == 0
    assert "2 records in 2 rows" in ended.out
    assert "ledger import ledger-training" in ended.err
    assert run("spreadsheet", "training", "--out", out).code == 2, "it is there already"
    other = tmp_path / "other.sqlite"
    shown = run("import", "ledger-training", out, "--database", other)
    assert "who sent each entry and when it was recorded" in shown.out
    for repeat in (False, True):
        ended = run("import", "ledger-training", out, "--record", "--json", "--database", other)
        assert [(each["row"], each["repeat"]) for each in ended.json["recorded"]] == [(2, repeat), (3, repeat)]
    assert stored(str(other)) == ["training/TRN-1", "training/TRN-2"]
    again = tmp_path / f"again.{format_}"
    assert run("spreadsheet", "training", "--out", again, "--database", other).code == 0
    back = run("import", "ledger-training", again, "--record", "--partial", "--json")
    assert back.json["recorded"] == [], "a record that is there already is not told again"
    assert {each["row"] for each in back.json["faults"]} == {2, 3}


def test_of_a_record_that_lacks_something_nothing_is_recorded(run, tmp_path, file_of):
    table = (
        "Training,Day,Step,Known to the,Course,Title,Delivered on,From,To,Booked,Completed,Cancelled,Did not attend,No outcome,Page or section,"
        "Agency,Agency booked,Agency completed,Agency cancelled,Agency did not attend,Agency no outcome,Tier,Returns,Asked,Mean scores,"
        "Changed practice,Entry,Recorded on,Sent by,Left out\n"
        "ONE,2019-05-01,delivered,,neglect,Neglect,2019-05-01,,,3,3,0,0,0,,,,,,,,,,,,,1,,,\n"
        "ONE,2019-05-02,evaluated,,,,,,,,,,,,,,,,,,,end-of-course,2,3,,,2,,,Page or section: erased\n"
        "TWO,2019-05-01,delivered,,neglect,Neglect,2019-05-01,,,3,3,0,0,0,,,,,,,,,,,,,3,,,\n"
        "THREE,2019-05-01,delivered,,neglect,Neglect,2019-05-01,,,3,4,0,0,0,,,,,,,,,,,,,4,,,\n"
        "THREE,2019-05-02,evaluated,,,,,,,,,,,,,,,,,,,end-of-course,2,3,,,5,,,\n"
    )
    (tmp_path / "given.csv").write_text(table)
    assert run("import", "ledger-training", tmp_path / "given.csv", "--record").code == 1
    assert stored("var/ledger.sqlite") == ["agency/LA"]
    ended = run("import", "ledger-training", tmp_path / "given.csv", "--record", "--partial", "--json")
    assert [each["row"] for each in ended.json["recorded"]] == [4]
    told = {each["row"]: each["message"] for each in ended.json["faults"]}
    assert "held back" in told[2]
    assert "leaves out" in told[3]
    assert "TRN-SUM" in told[5]
    assert set(told) == {2, 3, 5, 6}
    assert stored("var/ledger.sqlite") == ["agency/LA", "training/TWO"]
    over = run("import", "ledger-training", tmp_path / "given.csv", "--partial", "--to", "http://localhost:1")
    assert over.code == 2
