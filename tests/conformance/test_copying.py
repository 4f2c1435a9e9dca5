"""Backup, restore and the comparison that finds the first difference."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from eventsourcing.persistence import IntegrityError, ProgrammingError

from ledger.recorders import SQLiteRecorder
from ledger.recorders.contract import Head, NewEntry
from ledger.recorders.copying import (
    CopyDiffersError,
    Difference,
    backup,
    compare,
    copy_ledger,
    restore,
)
from tests.conformance.making import NOON, append, append_group, at, entry, raw, words


def silent(done, of):
    assert 0 <= done <= of


@pytest.fixture
def full(recorder):
    """More rows than one page, with words, with and without keys, at several times."""
    for number in range(13):
        with recorder.appending() as held:
            first = held.head.position + 1
            group = [entry(f"case/{number}", v, state=bytes([v % 256]) * v) for v in range(1, 101)]
            held.append(group, [words(first, "/a"), words(first, "/b"), words(first + 50)], at(number))
    recorder.insert_events([NewEntry("case/13", 1, "t", b"\x00\xff")], recordedtime=at(14))
    return recorder


@pytest.fixture
def copied(full, tmp_path):
    """A ledger, and the path of its backup."""
    assert backup(full, tmp_path / "backup.sqlite", silent) == 1301
    return full, tmp_path / "backup.sqlite"


def test_a_backup_says_the_same_in_one_file(copied, tmp_path):
    source, path = copied
    assert not path.with_name("backup.sqlite-wal").exists()
    assert not path.with_name("backup.sqlite.partial").exists()
    copy = SQLiteRecorder(path)
    assert compare(source, copy, silent) is None
    assert copy.head() == source.head() == Head(1301, at(14))
    assert list(copy.rows(0, 2000)) == list(source.rows(0, 2000))
    copy.close()


def test_a_backup_is_restored_into_either_engine(copied, tmp_path, postgres, opening):
    source, path = copied
    url = postgres.create_database()
    for database in (str(tmp_path / "restored.sqlite"), url):
        target = opening(database)
        assert restore(path, target, silent) == 1301
        assert compare(source, target, silent) is None
        assert append(target, entry("case/after"), when=at(20)) == [1302]
        target.close()
    postgres.drop_database(url)


def test_progress_is_told_from_nothing_to_all(full, tmp_path):
    told = []
    backup(full, tmp_path / "backup.sqlite", lambda done, of: told.append((done, of)))
    assert told == [(0, 1301), (1000, 1301), (1301, 1301), (1000, 1301), (1301, 1301)]


def test_an_empty_ledger_can_be_carried(recorder, tmp_path, opening):
    assert backup(recorder, tmp_path / "backup.sqlite", silent) == 0
    assert restore(tmp_path / "backup.sqlite", recorder, silent) == 0


def test_a_backup_while_others_write_is_the_ledger_of_one_moment(recorder, tmp_path):
    append_group(recorder, "case/before", 1500)
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            append_group(recorder, f"case/{number}", 5)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    recorder.wait_beyond(1500, 30)
    upto = backup(recorder, tmp_path / "backup.sqlite", silent)
    recorder.wait_beyond(upto, 30)
    stop.set()
    writer.join(60)
    copy = SQLiteRecorder(tmp_path / "backup.sqlite")
    assert upto >= 1500
    assert copy.head().position == upto
    assert compare(recorder, copy, silent, upto=upto) is None
    assert compare(recorder, copy, silent) == Difference(upto + 1, "the copy does not hold it")
    copy.close()


def test_a_snapshot_of_the_file_is_a_ledger_too(tmp_path, opening):
    source = SQLiteRecorder(tmp_path / "ledger.sqlite")
    append_group(source, "case/A", 20)
    with source.appending() as held:
        held.append([entry("case/open")], (), NOON)
        source.snapshot(tmp_path / "snapshot.sqlite")
    copy = opening(str(tmp_path / "snapshot.sqlite"))
    assert compare(source, copy, silent, upto=20) is None
    with pytest.raises(ProgrammingError, match="exists already"):
        source.snapshot(tmp_path / "snapshot.sqlite")
    source.close()


def test_nothing_is_overwritten(copied, tmp_path):
    source, path = copied
    with pytest.raises(ProgrammingError, match="exists already"):
        backup(source, path, silent)
    with pytest.raises(ProgrammingError, match="not empty"):
        restore(path, source, silent)
    with pytest.raises(ProgrammingError, match="not a file"):
        restore(tmp_path / "no-such-backup.sqlite", source, silent)
    (tmp_path / "half.sqlite.partial").touch()
    with pytest.raises(ProgrammingError, match="partial exists already"):
        backup(source, tmp_path / "half.sqlite", silent)


TAMPERED = {
    "UPDATE entries SET state = x'00' WHERE position = 1007": (1007, "state differ"),
    "UPDATE entries SET id = 'other' WHERE position = 3": (3, "id differ"),
    "UPDATE entries SET source = 'other', topic = 'u' WHERE position = 3": (3, "topic, source differ"),
    "UPDATE entries SET originator_id = 'case/Z' WHERE position = 1000": (1000, "originator_id differ"),
    "UPDATE entries SET content = NULL WHERE position = 2": (2, "content differ"),
    "UPDATE entries SET recordedtime = '2026-01-05T12:00:14.000001Z' WHERE position = 1301": (
        1301,
        "recordedtime differ",
    ),
    "UPDATE words SET box = x'02' WHERE position = 51": (51, "words differ"),
    "UPDATE words SET key = 'another' WHERE position = 1 AND path = '/b'": (1, "words differ"),
    "DELETE FROM words WHERE position = 1201 AND path = '/a'": (1201, "words differ"),
    "INSERT INTO words VALUES (5, '/a', 'a-key', x'00')": (5, "words differ"),
    "DELETE FROM entries WHERE position = 7": (7, "the copy does not hold it"),
    "DELETE FROM entries WHERE position = 1301": (1301, "the copy does not hold it"),
    "DELETE FROM entries WHERE position > 1000": (1001, "the copy does not hold it"),
    "UPDATE head SET position = 1300": (0, "the head of the copy does not name its last entry"),
    "UPDATE head SET recordedtime = '2026-01-05T12:00:00.000000Z'": (
        0,
        "the head of the copy does not name its last entry",
    ),
    "INSERT INTO entries SELECT 1302, 'case/more', 1, topic, source, 'more', content, recordedtime, state FROM entries LIMIT 1": (
        1302,
        "the copy holds an entry too many",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_a_tampered_copy_is_found(copied, opening, tampering):
    source, path = copied
    connection = sqlite3.connect(path)
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(tampering)
    connection.commit()
    connection.close()
    position, what = TAMPERED[tampering]
    assert compare(source, opening(str(path)), silent) == Difference(position, what)


def test_a_copy_that_came_out_wrong_is_not_called_a_backup(recorder, tmp_path, monkeypatch):
    append(recorder, entry("case/A"), entry("case/B"))
    carry = SQLiteRecorder.load

    def forgetful(self, rows):
        carry(self, [row._replace(recordedtime=NOON.replace("12:", "13:")) for row in rows])

    monkeypatch.setattr(SQLiteRecorder, "load", forgetful)
    with pytest.raises(CopyDiffersError, match="position 1: recordedtime differ"):
        backup(recorder, tmp_path / "backup.sqlite", silent)
    assert not (tmp_path / "backup.sqlite").exists()


def test_rows_are_loaded_without_a_gap(database, recorder, tmp_path, opening):
    for number in range(4):
        append(recorder, entry(f"case/{number}"), when=at(number))
    rows = recorder.rows(0, 9)
    target = opening(str(tmp_path / "other.sqlite"))
    for wrong in (rows[1:], [rows[0], rows[2]], [rows[1], rows[0]], [rows[0]._replace(words=(words(2),))]):
        with pytest.raises(IntegrityError):
            target.load(wrong)
    with pytest.raises(IntegrityError, match="before"):
        target.load([rows[0]._replace(recordedtime=at(9)), rows[1]])
    with pytest.raises(IntegrityError):
        target.load([rows[0], rows[0]._replace(position=2)])
    assert target.head() == Head(0, None)
    target.load(rows[:2])
    target.load(rows[2:])
    assert copy_is_whole(recorder, target)
    with raw(database) as other:
        assert other.run("SELECT count(*) FROM entries") == [(4,)]


def copy_is_whole(source, target):
    return compare(source, target, silent) is None


def test_a_ledger_is_copied_between_any_two_homes(full, opening, tmp_path, postgres):
    url = postgres.create_database()
    for database in (url, str(tmp_path / "third.sqlite")):
        target = opening(database)
        copy_ledger(full, target, silent)
        assert copy_is_whole(full, target)
        target.close()
    postgres.drop_database(url)
