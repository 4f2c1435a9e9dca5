"""Making a ledger, finding it again, and keeping away from what is not one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, ProgrammingError

from ledger.recorders import PostgresRecorder, SQLiteRecorder, open_recorder
from ledger.recorders.contract import SCHEMA_VERSION, Head, UnknownSchemaError
from ledger.recorders.sqlite_writing import SQLiteWriter
from tests.conformance.making import NOON, append, entry, raw, words
from tests.conformance.test_concurrent_writers import ROOT


def test_the_address_chooses_the_engine(tmp_path, postgres_url, opening):
    assert isinstance(opening(str(tmp_path / "a.sqlite")), SQLiteRecorder)
    assert isinstance(opening(postgres_url), PostgresRecorder)


def test_a_ledger_is_found_again(database, opening):
    first = open_recorder(database)
    with first.appending() as held:
        held.append([entry("case/A"), entry("case/B")], [words(2)], NOON)
    kept = first.rows(0, 9)
    first.close()
    second = opening(database)
    assert second.rows(0, 9) == kept
    assert second.head() == Head(2, NOON)
    assert append(second, entry("case/C")) == [3]


def test_many_may_open_a_new_ledger_at_once(database):
    start = threading.Barrier(6)
    heads = []

    def work():
        start.wait(30)
        recorder = open_recorder(database)
        heads.append(recorder.head())
        recorder.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert heads == [Head(0, None)] * 6


def test_processes_may_open_a_new_ledger_at_once(database):
    program = (
        "import sys; from ledger.recorders import open_recorder; print(open_recorder(sys.argv[1]).head().position)"
    )
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", program, database], stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT)}
        )
        for _ in range(4)
    ]
    assert [opener.communicate(timeout=60)[0] for opener in openers] == [b"0\n"] * 4


@pytest.mark.parametrize("version", [SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
def test_another_schema_version_is_refused_and_left_alone(database, version):
    recorder = open_recorder(database)
    append(recorder, entry("case/A"))
    recorder.close()
    with raw(database) as other:
        other.run(f"UPDATE head SET schema_version = {version}")
    with pytest.raises(UnknownSchemaError, match=f"schema version {version}; this program reads and writes version"):
        open_recorder(database)
    with raw(database) as other:
        assert other.run("SELECT schema_version, position FROM head") == [(version, 1)]


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE head (a integer)", "CREATE TABLE entries (a integer)", "CREATE TABLE words (a integer)"]
)
def test_another_programs_tables_are_refused_and_left_alone(database, statement):
    with raw(database) as other:
        other.run(statement)
    with pytest.raises(UnknownSchemaError, match="is not a ledger"):
        open_recorder(database)
    with raw(database) as other, pytest.raises((psycopg.Error, sqlite3.Error)):
        other.run("SELECT position FROM head")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Minutes of the meeting. " * 100)
    with pytest.raises(UnknownSchemaError, match="is not a ledger"):
        open_recorder(str(path))
    assert path.read_text().startswith("Minutes")


def test_what_cannot_be_reached_is_an_operational_error(tmp_path):
    with pytest.raises(OperationalError, match="nowhere"):
        open_recorder(str(tmp_path / "nowhere" / "ledger.sqlite"))
    with pytest.raises(OperationalError):
        open_recorder(f"postgresql://postgres@/ledger?host={tmp_path}")


def test_each_schema_of_a_database_is_a_ledger_of_its_own(postgres_url, opening):
    with raw(postgres_url) as other:
        other.run("CREATE SCHEMA north")
    public = opening(postgres_url)
    append(public, entry("case/A"))
    north = opening(f"{postgres_url}&options=-csearch_path%3Dnorth,public")
    assert north.head() == Head(0, None)
    append(north, entry("case/B"))
    assert [held.originator_id for held in public.entries()] == ["case/A"]
    assert [held.originator_id for held in north.entries()] == ["case/B"]


def test_eventsourcings_insert_needs_to_know_the_time(recorder):
    with pytest.raises(ProgrammingError, match="clock"):
        recorder.insert_events([entry("case/A")])
    assert recorder.insert_events([entry("case/A")], recordedtime=NOON) == [1]
    assert recorder.head() == Head(1, NOON)


def test_the_sqlite_file_is_written_through(tmp_path):
    recorder = SQLiteRecorder(tmp_path / "ledger.sqlite")
    with recorder.appending() as held:
        held.append([entry("case/A")], (), NOON)
        writer = recorder._writer
        assert isinstance(writer, SQLiteWriter) and writer._connection is not None
        connection = writer._connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    recorder.close()
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_postgres_is_told_to_write_before_it_answers(postgres_url, opening):
    with raw(postgres_url) as other:
        assert other.run("SHOW synchronous_commit") == [("off",)]
    recorder = opening(postgres_url)
    append(recorder, entry("case/A"))
    assert recorder._writer._connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
