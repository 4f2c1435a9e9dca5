"""A ledger that is only read: a file of somebody else's, a copy on a disk that nobody may write to."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError, ProgrammingError

from ledger.recorders import open_recorder, sqlite_reading
from ledger.recorders.contract import Head, UnknownSchemaError
from ledger.recorders.copying import backup
from tests.conformance.making import NOON, append, entry, raw


@pytest.fixture(params=[True, False], ids=["may be written", "may not be written"])
def writable(request, monkeypatch):
    """The superuser may write anywhere, so that the tests say themselves what may be written."""
    monkeypatch.setattr(sqlite_reading, "can_write", lambda path: request.param)
    return request.param


@pytest.fixture
def path(tmp_path):
    """A ledger of two entries that nobody has open, alone in its folder."""
    (tmp_path / "case?#1").mkdir()
    path = tmp_path / "case?#1" / "ledger.sqlite"
    with closing(open_recorder(str(path))) as recorder:
        append(recorder, entry("case/A"), entry("case/B"))
    return path


def reading(path):
    return closing(open_recorder(str(path), read_only=True))


def names(folder: Path):
    return sorted(path.name for path in folder.iterdir())


def test_it_is_read_and_nothing_is_made_or_changed_beside_it(path, writable):
    before = path.read_bytes()
    with reading(path) as recorder:
        assert recorder.head() == Head(2, NOON)
        assert [held.originator_id for held in recorder.entries()] == ["case/A", "case/B"]
        if not writable:
            assert names(path.parent) == ["ledger.sqlite"]
    assert names(path.parent) == ["ledger.sqlite"]
    assert path.read_bytes() == before


def test_nothing_can_be_recorded_in_it(path, writable):
    with reading(path) as recorder:
        with pytest.raises(ProgrammingError, match="to be read only"), recorder.appending():
            pytest.fail("it let something be appended")
        with pytest.raises(ProgrammingError, match="to be read only"):
            recorder.insert_events([entry("case/C")], recordedtime=NOON)
        with pytest.raises(ProgrammingError, match="to be read only"):
            recorder.load(recorder.rows(0, 1))
        with recorder._reading() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("UPDATE head SET position = 3")
        assert recorder.head().position == 2


def test_a_backup_of_it_is_whole(path, writable, tmp_path):
    with reading(path) as recorder:
        assert backup(recorder, tmp_path / "saved.sqlite", lambda done, total: None) == 2
        rows = recorder.rows(0, 9)
    with reading(tmp_path / "saved.sqlite") as saved:
        assert saved.rows(0, 9) == rows


def test_what_its_writer_has_only_in_the_log_is_read_too(path, writable):
    with closing(open_recorder(str(path))) as writer:
        append(writer, entry("case/C"))
        assert (path.parent / "ledger.sqlite-wal").stat().st_size > 0
        with reading(path) as recorder:
            assert recorder.head().position == 3
            append(writer, entry("case/D"))
            assert recorder.head().position == 4


def test_a_file_taken_for_one_that_stays_is_not_read_on_once_it_is_written_to(path, monkeypatch):
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sqlite_reading, "can_write", lambda path: False)
        recorder = open_recorder(str(path), read_only=True)
    with closing(recorder):
        assert recorder.head().position == 2
        with closing(open_recorder(str(path))) as writer:
            append(writer, entry("case/C"))
            with pytest.raises(OperationalError, match="was written to while it was read"):
                recorder.head()
        with pytest.raises(OperationalError, match="was written to while it was read"):
            recorder.head()


def test_what_is_not_there_is_not_made(tmp_path, writable):
    with pytest.raises(OperationalError, match=r"none\.sqlite"):
        open_recorder(str(tmp_path / "none.sqlite"), read_only=True)
    assert names(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"Minutes of the meeting. " * 100], ids=["empty", "text"])
def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path, writable, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(UnknownSchemaError, match="is not a ledger"):
        open_recorder(str(path), read_only=True)
    assert (path.read_bytes(), names(tmp_path)) == (content, ["notes.txt"])


def test_another_version_is_refused(path, writable):
    with raw(str(path)) as other:
        other.run("UPDATE head SET schema_version = 7")
    with pytest.raises(UnknownSchemaError, match="schema version 7"):
        open_recorder(str(path), read_only=True)


def test_threads_read_side_by_side(path, writable):
    found = []
    with reading(path) as recorder:
        readers = [threading.Thread(target=lambda: found.append(len(recorder.rows(0, 9)))) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(30)
    assert found == [2] * 4


def test_what_may_be_written_is_found_out(path, monkeypatch):
    assert sqlite_reading.can_write(path)
    assert not sqlite_reading.can_write(path.with_name("none.sqlite"))

    def refused(**_):
        raise OSError("Read-only file system")

    with monkeypatch.context() as mounted:
        mounted.setattr(sqlite_reading, "TemporaryFile", refused)
        assert not sqlite_reading.can_write(path)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert not sqlite_reading.can_write(path)
