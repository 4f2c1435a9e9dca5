"""ledger demo: both example years from nothing, and what it says when something is not as it should be."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3

import pytest

from api import demonstration
from tests.cli.conftest import EXAMPLES


@pytest.fixture
def perform(capfd):
    def performed(*arguments):
        code = demonstration.main([str(argument) for argument in arguments])
        return code, *capfd.readouterr()

    return performed


def test_both_years_are_recorded_shown_and_written_afresh(perform, run, tmp_path):
    into = tmp_path / "demo"
    into.mkdir()
    (into / "invented-year.sqlite").write_text("what an earlier run left behind")
    code, out, _ = perform("--into", into)
    assert code == 0, out
    for said in ("184 of 190 agree", "TRN-SUM", "8.6% (42 children)", "£218,866", "a fall of 41%", "ESC-2024-001"):
        assert said in out, said
    assert "UNEXPLAINED" not in out and "Not answered as expected" not in out
    differ, known_of = (out.index(words) for words in ("Those that differ: 6", "What must be known of them"))
    assert differ < out.index("£218,866") < out.index("£600 apart") < known_of < out.index("a fall of 41%")
    assert "cheshire-west-2019-20.beside-published.csv)" in out and "Children in care  " not in out
    decision, known, later = (
        out.index(f"{words}\n") for words in ("The decision", "What had been recorded", "What came after")
    )
    assert "Decided not to notify" in out[decision:known]
    assert (
        "INC-2024-002" in out[known:later] and "ESC-2024-002" in out[later:] and "ESC-2024-002" not in out[known:later]
    )
    for name, year in (("cheshire-west-2019-20", "2019-20"), ("invented-year", "2024-25")):
        assert json.loads((into / f"{name}.annual-report.json").read_text())["period"] == year
        assert (into / f"{name}.annual-report.html").read_text().startswith("<!DOCTYPE html>")
        assert (into / f"{name}.annual-report.csv").read_text().startswith("figure,")
        with sqlite3.connect(into / f"{name}.tables.sqlite") as tables:
            assert tables.execute("SELECT count(*) FROM projector_state").fetchone() == (1,)
        tables.close()
    assert len(list(csv.reader((into / "cheshire-west-2019-20.beside-published.csv").read_text().splitlines()))) == 191
    way = out.partition("from its first draft to the Panel")[2]
    assert (
        "numbers withheld" in way
        and "The Panel and Foundations have it." in way
        and "to-do" not in way.partition("\n\n\n")[0]
    )
    assert "[c]" in (into / "invented-year.public.html").read_text()
    assert (into / "invented-year.public.pdf").read_bytes()[:5] == b"%PDF-"
    moved = out.partition("The quarterly report of 2024-25-Q2, edition 1, published on ")[2].partition(
        "One decision replayed"
    )[0]
    assert ": 3 of 81 figures moved" in moved and "147 days after 2024-09-26" in moved
    commands = [line for line in out.splitlines() if line.startswith("  LEDGER_DATABASE=")]
    assert sum(line.endswith("run.py serve") for line in commands) == 2
    assert run("entries", "--json", "--database", into / "cheshire-west-2019-20.sqlite").out.count("\n") == 178


def test_a_difference_that_nobody_explains_is_an_error(perform, tmp_path, monkeypatch, capfd):
    shutil.copytree(EXAMPLES / "cheshire-west-2019-20", tmp_path / "examples" / "cheshire-west-2019-20")
    published = tmp_path / "examples" / "cheshire-west-2019-20" / "published.csv"
    text = published.read_text()
    assert ",231,231," in text
    published.write_text(text.replace(",231,231,", ",232,232,"))
    monkeypatch.setattr(demonstration, "EXAMPLES", tmp_path / "examples")
    assert demonstration.real_year(tmp_path) == 1
    out = capfd.readouterr().out
    assert out.index("Those that differ: 7") < out.index("UNEXPLAINED") < out.index("Why they differ")


def test_an_answer_that_the_script_does_not_expect_is_an_error(tmp_path, monkeypatch, capfd):
    folder = tmp_path / "examples" / "invented-year"
    shutil.copytree(EXAMPLES / "invented-year", folder)
    first, second, *rest = (folder / "script.ndjson").read_text().splitlines(keepends=True)
    assert json.loads(second)["expect"] == "recorded"
    altered = json.dumps(json.loads(second) | {"expect": "refused:REC-BEGUN"}) + "\n"
    (folder / "script.ndjson").write_text(first + altered + "".join(rest))
    monkeypatch.setattr(demonstration, "EXAMPLES", tmp_path / "examples")
    assert demonstration.invented_year(tmp_path)[0] == 1
    assert "refused:REC-BEGUN" in capfd.readouterr().out


def test_without_the_examples_it_says_so(perform, tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "EXAMPLES", tmp_path / "none")
    code, _, err = perform("--into", tmp_path / "demo")
    assert (code, "The examples are not here" in err) == (3, True)
    (tmp_path / "file").write_text("")
    monkeypatch.undo()
    assert perform("--into", tmp_path / "file")[0] == 2
