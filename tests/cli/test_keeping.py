"""ledger backup, restore and rebuild: copies that are compared, and tables built anew."""

from __future__ import annotations

import pytest

from ledger.recorders import open_recorder


def rows(database):
    recorder = open_recorder(str(database))
    try:
        return recorder.rows(0, 100)
    finally:
        recorder.close()


def test_a_backup_restored_on_either_engine_is_the_same_ledger(run, agencies, database):
    saved = run("backup", "saved.sqlite", "--json")
    assert (saved.code, saved.json) == (0, {"file": "saved.sqlite", "position": 2, "verified": True})
    restored = run("restore", "saved.sqlite", "--database", database, "--json")
    assert (restored.code, restored.json["position"]) == (0, 2)
    assert rows(database) == rows(agencies)
    assert run("entries", "--json", "--database", database).out == run("entries", "--json").out


def test_a_ledger_on_a_server_comes_back_from_its_backup(run, agencies, postgres_url, tmp_path):
    assert run("backup", "one.sqlite").code == 0
    assert run("restore", "one.sqlite", "--database", postgres_url).code == 0
    assert run("backup", "two.sqlite", "--database", postgres_url).code == 0
    assert run("restore", "two.sqlite", "--database", tmp_path / "again.sqlite").code == 0
    assert rows(tmp_path / "again.sqlite") == rows(agencies)


def test_tables_are_built_and_asked_on_either_engine(run, agencies, database):
    assert run("backup", "saved.sqlite").code == 0
    assert run("restore", "saved.sqlite", "--database", database).code == 0
    assert run("rebuild", "--database", database, "--json").json["position"] == 2
    assert run("actions", "--database", database, "--json").json["items"] == []
    assert run("report", "annual", "2019-20", "--database", database, "--json").json["as_at"] == 2
    assert "Agency POLICE" in run("history", "POLICE", "--database", database).out


def test_nothing_is_overwritten(run, agencies):
    assert run("backup", "saved.sqlite").code == 0
    again = run("backup", "saved.sqlite")
    assert (again.code, "exists already" in again.err) == (2, True)
    full = run("restore", "saved.sqlite")
    assert (full.code, "not empty" in full.err) == (2, True)
    assert len(rows(agencies)) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("restore", "none.sqlite", "--database", "new.sqlite"), 3),
        (("backup", "none/saved.sqlite"), 3),
        (("backup", "saved.sqlite", "--database", "none.sqlite"), 4),
        (("rebuild", "--database", "none.sqlite"), 4),
    ],
)
def test_what_is_not_there_is_told(run, agencies, arguments, code, tmp_path):
    assert run(*arguments).code == code
    assert not (tmp_path / "new.sqlite").exists()
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize("content", ["", "not a database, whatever its name says"])
def test_a_file_that_is_no_backup_is_told_and_nothing_is_made(run, tmp_path, content):
    (tmp_path / "notes.txt").write_text(content)
    ended = run("restore", "notes.txt", "--database", "new/ledger.sqlite")
    assert (ended.code, "notes.txt is not a ledger" in ended.err) == (4, True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == content


def test_a_copy_that_differs_is_a_failed_verification(run, agencies, monkeypatch):
    from ledger.recorders import copying

    monkeypatch.setattr(copying, "compare", lambda *_, **__: copying.Difference(2, "state differ"))
    ended = run("backup", "saved.sqlite")
    assert (ended.code, "position 2" in ended.err) == (5, True)


def test_tables_are_built_anew_beside_those_in_use(run, agencies):
    first, second = run("rebuild", "--json"), run("rebuild", "--json")
    assert (first.code, second.code) == (0, 0)
    assert first.json["position"] == second.json["position"] == 2
    assert second.json["generation"] > first.json["generation"]
    assert "built anew from 2 entries" in run("rebuild").out
