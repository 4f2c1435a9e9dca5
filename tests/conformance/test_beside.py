"""What is kept beside the entries: cosignatures, which nothing could make again, and how far the self-audit has come."""

from __future__ import annotations

import pytest

from ledger.recorders import SQLiteRecorder
from ledger.recorders.contract import Cosignature
from ledger.recorders.copying import backup, restore
from tests.conformance.making import RAW_ERRORS, append, entry, raw

POLICE, COUNCIL = ("police", b"\0\0\0\1"), ("council", b"\0\0\0\2")


def cosignature(size, who=POLICE, when=1, rest=b"x"):
    return Cosignature(size, who[0], who[1], when.to_bytes(8, "big") + rest * 64)


def test_cosignatures_are_read_by_size_and_name(recorder):
    kept = [cosignature(size, who) for size in (1, 3, 7) for who in (COUNCIL, POLICE)]
    recorder.cosign(kept[::-1])
    assert recorder.cosignatures(0, 7, 100) == kept
    assert recorder.cosignatures(1, 6, 100) == kept[2:4]
    assert recorder.cosignatures(0, 7, 3) == kept[:3]
    assert recorder.last_cosignature(*POLICE) == kept[-1]
    assert recorder.last_cosignature("police", b"\0\0\0\2") is None


def test_nothing_kept_is_nothing_changed(recorder):
    recorder.cosign([])
    assert recorder.cosignatures(0, 7, 100) == []


def test_of_one_key_over_one_size_the_newest_stays(recorder):
    recorder.cosign([cosignature(3, when=5)])
    recorder.cosign([cosignature(3, when=4), cosignature(3, COUNCIL, when=1)])
    assert recorder.last_cosignature(*POLICE) == cosignature(3, when=5)
    recorder.cosign([cosignature(3, when=300)])
    assert recorder.last_cosignature(*POLICE) == cosignature(3, when=300)


@pytest.mark.parametrize("query", ["DELETE FROM cosignatures", "DELETE FROM cosignatures WHERE size = 3"])
def test_cosignatures_are_not_deleted(recorder, database, query):
    recorder.cosign([cosignature(3)])
    with raw(database) as other, pytest.raises(RAW_ERRORS):
        other.run(query)
    assert recorder.last_cosignature(*POLICE) == cosignature(3)


def test_a_backup_carries_the_cosignatures_over_what_it_carries(recorder, opening, tmp_path):
    append(recorder, *(entry(f"case/{letter}") for letter in "ABC"))
    kept = [cosignature(1), cosignature(3), cosignature(3, COUNCIL)]
    recorder.cosign([*kept, cosignature(4)])
    backup(recorder, tmp_path / "backup", lambda done, total: None)
    with_them = SQLiteRecorder(tmp_path / "restored")
    restore(tmp_path / "backup", with_them, lambda done, total: None)
    assert sorted(with_them.cosignatures(0, 10, 100)) == sorted(kept)
    with_them.close()


def test_what_the_self_audit_says_of_itself_takes_the_place_of_what_it_said(recorder):
    assert recorder.audit() is None
    recorder.keep_audit("one")
    recorder.keep_audit("two")
    assert recorder.audit() == "two"


def test_neither_waits_for_a_writer_that_thinks(recorder, database):
    """On PostgreSQL not at all; a SQLite file has one writer at a time, whose transaction is short."""
    append(recorder, entry("case/A"))
    if not isinstance(recorder, SQLiteRecorder):
        with recorder.appending() as held:
            assert held.head.position == 1
            recorder.cosign([cosignature(1)])
            recorder.keep_audit("meanwhile")
    else:
        recorder.cosign([cosignature(1)])
    assert recorder.last_cosignature(*POLICE) == cosignature(1)
