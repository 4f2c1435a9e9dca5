"""Entries stay as they are, whoever asks for something else."""

from __future__ import annotations

import pytest

from tests.conformance.making import NOON, RAW_ERRORS, entry, raw, words

BOTH = [
    "UPDATE entries SET topic = 'other' WHERE position = 2",
    "UPDATE entries SET topic = topic",
    "UPDATE entries SET position = 4 WHERE position = 3",
    "UPDATE entries SET position = position + 10",
    "DELETE FROM entries WHERE position = 3",
    "DELETE FROM entries",
    "UPDATE words SET key = 'other'",
]
POSTGRES = [
    "TRUNCATE entries",
    "TRUNCATE entries, words, head CASCADE",
    "TRUNCATE words",
    "SET session_replication_role = replica; DELETE FROM entries",
    "SET session_replication_role = replica; UPDATE entries SET topic = 'other'",
    "SET session_replication_role = replica; TRUNCATE entries",
    "MERGE INTO entries USING head ON entries.position = head.position WHEN MATCHED THEN DELETE",
    "INSERT INTO entries SELECT * FROM entries WHERE position = 2 ON CONFLICT (position) DO UPDATE SET topic = 'other'",
]
COLUMNS = "(position, originator_id, originator_version, topic, source, id, content, recordedtime, state)"
SQLITE = [
    f"INSERT OR REPLACE INTO entries {COLUMNS} VALUES (2, 'case/Z', 1, 't', 's', '9', x'00', '{NOON}', x'00')",
    f"REPLACE INTO entries {COLUMNS} VALUES (4, 'case/B', 1, 't', 's', '9', x'00', '{NOON}', x'00')",
    f"REPLACE INTO entries {COLUMNS} VALUES (4, 'case/Z', 1, 't', 'urn:test', 'case/B#1', x'00', '{NOON}', x'00')",
    f"INSERT INTO entries {COLUMNS} VALUES (5, 'case/Z', 1, 't', 's', '9', x'00', '{NOON}', x'00')",
    f"INSERT INTO entries {COLUMNS} VALUES (NULL, 'case/B', 1, 't', 's', '9', x'00', '{NOON}', x'00')",
    f"INSERT INTO entries {COLUMNS} VALUES (2, 'case/B', 1, 't', 's', '9', x'00', '{NOON}', x'00') ON CONFLICT DO NOTHING",
    "UPDATE OR REPLACE entries SET position = 1 WHERE position = 2",
    "UPDATE OR IGNORE entries SET topic = 'other'",
    "REPLACE INTO words VALUES (2, '/reason', 'other', x'00')",
    "UPDATE OR REPLACE words SET key = 'other'",
]


@pytest.fixture
def three(recorder):
    with recorder.appending() as held:
        held.append([entry("case/A"), entry("case/B"), entry("case/C")], [words(2)], NOON)
    return recorder


def assert_refused(database, recorder, query):
    before = recorder.rows(0, 100)
    with raw(database) as other, pytest.raises(RAW_ERRORS):
        other.run(query)
    assert recorder.rows(0, 100) == before
    assert recorder.head() == (3, NOON)


@pytest.mark.parametrize("query", BOTH)
def test_a_second_connection_cannot_change_entries(database, three, query):
    assert_refused(database, three, query)


@pytest.mark.parametrize("query", SQLITE)
def test_sqlite_replaces_nothing(tmp_path, opening, query):
    database = str(tmp_path / "ledger.sqlite")
    recorder = opening(database)
    with recorder.appending() as held:
        held.append([entry("case/A"), entry("case/B"), entry("case/C")], [words(2)], NOON)
    assert_refused(database, recorder, query)


@pytest.mark.parametrize("query", POSTGRES)
def test_postgres_truncates_and_merges_nothing(postgres_url, opening, query):
    recorder = opening(postgres_url)
    with recorder.appending() as held:
        held.append([entry("case/A"), entry("case/B"), entry("case/C")], [words(2)], NOON)
    assert_refused(postgres_url, recorder, query)
