"""A ledger that may only be read, such as a scrutineer's copy: every question is answered, and nothing is left beside it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from ledger.recorders import sqlite_reading
from tests.ledger.posting import agency


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.fixture
def copy(run, agencies, tmp_path, monkeypatch):
    """A copy in a folder that this user is held to be unable to write to; whoever runs the tests may be the superuser."""
    folder = tmp_path / "copy"
    folder.mkdir()
    path = folder / "ledger.sqlite"
    assert run("backup", path).code == 0
    may = sqlite_reading.can_write
    monkeypatch.setattr(sqlite_reading, "can_write", lambda file: folder not in Path(file).parents and may(file))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return path


@pytest.mark.parametrize(
    "question",
    [
        ("entries", "--json"),
        ("history", "POLICE", "--json"),
        ("actions", "--json"),
        ("report", "annual", "2019-20", "--json"),
        ("figure", "FIG-SIN", "--year", "2019-20", "--json"),
        ("packs", "--json"),
    ],
)
def test_every_question_is_answered_as_the_original_answers_it(run, copy, tmp_path, question):
    before = copy.read_bytes()
    asked = run(*question, "--database", copy)
    assert (asked.code, asked.out) == (0, run(*question).out)
    assert (names(copy.parent), copy.read_bytes()) == (["ledger.sqlite"], before)
    assert names(tmp_path / "temporary") == []


def test_it_can_be_backed_up_and_restored_elsewhere(run, copy, tmp_path):
    assert run("backup", "again.sqlite", "--database", copy, "--json").json["position"] == 2
    assert run("restore", copy, "--database", "new.sqlite", "--json").json["position"] == 2
    assert names(copy.parent) == ["ledger.sqlite"]


def test_a_command_that_writes_says_so_in_one_line(run, copy, file_of):
    before = copy.read_bytes()
    events = file_of(agency("HEALTH"))
    for arguments in (("post", events), ("serve", "--port", "0"), ("rebuild",), ("restore", copy)):
        ended = run(*arguments, "--database", copy)
        assert (ended.code, ended.err.count("\n")) == (4, 1), ended.err
        assert "may only be read here" in ended.err
    assert (names(copy.parent), copy.read_bytes()) == (["ledger.sqlite"], before)


def test_tables_that_somebody_else_owns_are_left_alone(run, agencies, monkeypatch, tmp_path):
    assert run("actions").code == 0
    tables = agencies.with_name("ledger.tables.sqlite")
    before = tables.read_bytes()
    monkeypatch.setattr(sqlite_reading, "can_write", lambda file: Path(file).name != tables.name)
    ended = run("actions", "--json")
    assert (ended.code, ended.json["items"]) == (0, [])
    assert tables.read_bytes() == before
