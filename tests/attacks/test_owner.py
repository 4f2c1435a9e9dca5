"""Somebody who owns the database, triggers and all, and does not hold the key: whatever they do is found and named at its place."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError

from ledger.application import Ledger
from ledger.cli.commands import main
from ledger.clock import DemonstrationClock
from ledger.domain.ledger_opening import HeadsSealed
from ledger.entry import parse
from ledger.projections.columns import generation_name
from ledger.recorders import open_recorder
from ledger.recorders.copying import restore
from ledger.regimes import load_shelf
from ledger.wiring import open_parts
from tests.attacks.conftest import YEAR, into, told
from tests.conformance.making import RAW_ERRORS, Raw, raw
from tests.ledger.posting import VAULT, agency, write
from tests.ledger.tampering import blob, owning
from tests.log.making import LOG

COLUMNS = "originator_id, originator_version, topic, source, id, content, recordedtime, state"


def end_of(database: str) -> int:
    with closing(open_recorder(database)) as recorder:
        return recorder.head().position


def move(held: Raw, old: int, new: int) -> None:
    held.run(f"UPDATE entries SET position = {new} WHERE position = {old}")


def swap(held: Raw, one: int, other: int) -> None:
    for old, new in ((one, 10**6), (other, one), (10**6, other)):
        move(held, old, new)


def close_up(held: Raw, gone: int, end: int) -> None:
    """Leave no gap where an entry was taken out, and let the head say so."""
    for old in range(gone + 1, end + 1):
        move(held, old, old - 1)
    held.run(f"UPDATE head SET position = {end - 1}")


def copy_to(held: Raw, old: int, new: int) -> None:
    held.run(
        f"INSERT INTO entries (position, {COLUMNS}) SELECT {new}, originator_id, originator_version + {1000 + new}, topic, source,"
        f" id || '-again-{new}', content, recordedtime, state FROM entries WHERE position = {old}"
    )


def insert_between(held: Raw, at: int, end: int) -> None:
    for old in range(end, at - 1, -1):
        move(held, old, old + 1)
    copy_to(held, at + 1, at)
    held.run(f"UPDATE head SET position = {end + 1}")


def test_a_ledger_that_nobody_touched_is_true(held, verify):
    assert verify(held).verdict == "true"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_entries_taken_out(held, verify, number):
    with owning(held) as owner:
        for at in range(20, 20 + number):
            owner.run(f"DELETE FROM entries WHERE position = {at}")
    found = verify(held)
    assert found.code == 5
    assert [(each["position"], each["what"]) for each in found.breaks[:number]] == [
        (at, "there is no entry") for at in range(20, 20 + number)
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_entries_taken_out_with_the_gap_closed(held, verify, number):
    end = end_of(held)
    with owning(held) as owner:
        for gone in range(number):
            owner.run("DELETE FROM entries WHERE position = 30")
            close_up(owner, 30, end - gone)
    found = verify(held)
    assert found.verdict == "false"
    assert min(found.positions - {0}) in range(17, 31)  # named by the hash kept for 16 entries, or by the entry itself


@pytest.mark.parametrize("number", [1, 2, 3])
def test_entries_put_in(held, verify, number):
    end = end_of(held)
    with owning(held) as owner:
        for more in range(number):
            insert_between(owner, 30, end + more)
    found = verify(held)
    assert found.verdict == "false"
    assert min(found.positions - {0}) in range(17, 31)


@pytest.mark.parametrize("pairs", [[(20, 21)], [(20, 45)], [(20, 21), (21, 22)], [(3, 40), (4, 41), (5, 42)]])
def test_entries_swapped_or_put_in_another_order(held, verify, pairs):
    with owning(held) as owner:
        for one, other in pairs:
            swap(owner, one, other)
    found = verify(held)
    assert found.verdict == "false"
    first = min(min(pair) for pair in pairs)
    assert min(found.positions - {0}) in range(first - first % 16 - 15, first + 1)


def test_entries_added_twice_at_the_end(held, verify):
    end = end_of(held)
    with owning(held) as owner:
        for more in range(1, 4):
            copy_to(owner, 10, end + more)
        owner.run(f"UPDATE head SET position = {end + 3}")
    assert verify(held).verdict == "false"


def test_the_tail_taken_away(held, verify):
    end = end_of(held)
    with owning(held) as owner:
        owner.run(f"DELETE FROM entries WHERE position > {end - 3}")
    assert verify(held).verdict == "false"
    with owning(held) as owner:
        owner.run(f"UPDATE head SET position = {end - 3}")
    assert "the end is gone" in verify(held).said


def test_the_beginning_taken_away(held, verify):
    with owning(held) as owner:
        owner.run("DELETE FROM entries WHERE position <= 3")
    assert verify(held).breaks[0]["position"] == 1


def test_a_whole_record_taken_away(held, verify):
    with owning(held) as owner:
        query = "SELECT originator_id, min(position) FROM entries GROUP BY originator_id HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 1"
        name, first = owner.run(query)[0]
        owner.run(f"DELETE FROM entries WHERE originator_id = '{name}'")
    found = verify(held)
    assert found.breaks[0]["position"] == first
    assert found.breaks[0]["what"] == "there is no entry"


def test_a_session_that_calls_itself_a_replica_changes_nothing(postgres_url, original):
    into(postgres_url, original)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for query in (
            "UPDATE entries SET topic = 'x'",
            "DELETE FROM entries",
            "TRUNCATE entries",
            "UPDATE words SET key = 'x'",
        ):
            with pytest.raises(RAW_ERRORS):
                connection.execute(query)


def test_whoever_has_the_triggers_out_of_the_way_is_found_out(held, verify):
    with raw(held) as stranger, pytest.raises(RAW_ERRORS):
        stranger.run("UPDATE entries SET source = '/business-unit' WHERE position = 9")
    with owning(held) as owner:
        owner.run("UPDATE entries SET id = 'another' WHERE position = 9")
    found = verify(held)
    assert found.positions == {9}
    assert "its column id is not what its bytes say" in found.said


def test_words_that_were_changed_or_moved(held, verify):
    with owning(held) as owner:
        (position, path), (other, its) = owner.run("SELECT position, path FROM words ORDER BY position LIMIT 2")
        owner.run(f"UPDATE words SET box = substr(box, 2) WHERE position = {position} AND path = '{path}'")
        owner.run(f"UPDATE words SET box = {blob(owner, bytes(60))} WHERE position = {other} AND path = '{its}'")
    assert verify(held).positions == {position, other}


@pytest.fixture
def damaged(tmp_path, original, monkeypatch, capfd):
    """Puts text that is not UTF-8 into a column, and gives the ledger and what `ledger verify` says of it."""
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    held = str(tmp_path / "ledger.sqlite")
    into(held, original)

    def damage(table, column, where=""):
        with owning(held) as owner:
            owner.run(f"UPDATE {table} SET {column} = CAST(x'534543524554ff' AS TEXT) {where}")
        assert main(["verify", "--database", held, "--key", str(LOG.verifier)]) == 5
        said = "".join(capfd.readouterr())
        assert "SECRET" not in said
        return held, said

    return damage


@pytest.mark.parametrize(
    "cell",
    ["entries originator_id", "entries topic", "entries source", "entries id", "entries recordedtime", "words path", "words key"],
)  # fmt: skip
def test_text_that_is_not_utf_8_is_named_not_quoted_and_never_copied(tmp_path, damaged, cell):
    held, said = damaged(*cell.split(), "WHERE position = (SELECT min(position) FROM words)")
    with raw(held) as reader:
        ((at,),) = reader.run("SELECT min(position) FROM words")
    assert f"position {at}:" in said
    with closing(open_recorder(str(tmp_path / "copy.sqlite"))) as copy, pytest.raises(PersistenceError) as refused:
        restore(held, copy, lambda done, total: None)
    assert "SECRET" not in str(refused.value)


def test_a_head_whose_time_is_not_utf_8(damaged):
    assert "the head does not name the time of the last entry" in damaged("head", "recordedtime")[1]


def test_read_tables_that_were_changed(held, verify):
    parts = open_parts(held, packs=YEAR / "packs", vault=VAULT)
    parts.projector.prepare()
    assert verify(held).verdict == "true"
    table = generation_name("agencies", parts.tables.state().generation)
    with parts.tables.engine.connect().execution_options(writing=True) as connection, connection.begin():
        connection.exec_driver_sql(f"UPDATE {table} SET name = 'Somebody else'")
    parts.close()
    found = verify(held)
    assert found.verdict == "false"
    assert "the table agencies is not what the entries say" in found.said


def test_a_seal_over_other_heads(tmp_path, verify, monkeypatch):
    """Whoever holds the key and changes the program can sign a false seal; working it out again finds it."""
    monkeypatch.setattr(HeadsSealed, "rules", ())
    monkeypatch.setattr("ledger.seals.parse", lambda event: parse(event | {"data": event["data"] | {"root": "0" * 64}}))
    file = told(tmp_path / "forged.sqlite", lines=20)
    monkeypatch.undo()
    monkeypatch.setenv("LEDGER_PACKS", str(YEAR / "packs"))
    found = verify(file)
    assert found.verdict == "false"
    assert "the heads sealed here are not those" in found.said


def test_entries_carried_on_without_the_key(held, verify):
    """Whoever has the database and the program, and not the key, can carry the tree on; what they cannot do is sign it."""
    end = end_of(held)
    recorder = open_recorder(held)
    with closing(
        Ledger(
            recorder,
            shelf=load_shelf(YEAR / "packs"),
            clock=DemonstrationClock(datetime(2030, 1, 1, tzinfo=UTC)),
            vault=VAULT,
        )
    ) as forging:
        write(forging, agency("FORGED"))
        write(forging, agency("FORGED-TOO"))
    found = verify(held)
    assert found.code == 5
    assert found.positions == {end + 1}
    assert "never signed" in found.said
