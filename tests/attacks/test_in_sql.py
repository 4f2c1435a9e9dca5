"""verify_ledger.sql, run by the database alone, comes to what `ledger verify` comes to: of a ledger as it is, and of one that somebody altered."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import psycopg
import pytest

from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.recorders import open_recorder
from tests.attacks.conftest import into
from tests.ledger.tampering import owning
from tests.log.making import LOG

PROGRAM = (Path(__file__).parents[2] / "verify_ledger.sql").read_text(encoding="utf-8")


class Said(NamedTuple):
    wrong: list[tuple[int, str]]
    verdict: str
    entries: int
    note: str  # None where nothing was recorded


def asked(database: str) -> Said:
    with psycopg.connect(database, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(PROGRAM)
        tables = []
        while True:
            if cursor.description:
                tables.append(cursor.fetchall())
            if not cursor.nextset():
                wrong, [verdict] = tables
                return Said(wrong, *verdict)


@pytest.fixture
def held(original, postgres):
    """The small signed ledger in PostgreSQL."""
    database = postgres.create_database()
    into(database, original)
    yield database
    postgres.drop_database(database)


def test_a_ledger_that_nobody_touched_is_true(held):
    said = asked(held)
    assert (said.wrong, said.verdict) == ([], "TRUE")
    note = Note.parse(said.note.encode())
    assert note.signers([LOG.verifier])
    assert Checkpoint.parse(note.text).size == said.entries


def test_an_empty_ledger_is_true(postgres):
    database = postgres.create_database()
    open_recorder(database).close()
    assert asked(database)[:3] == ([], "TRUE", 0)


ALTERATIONS = {
    "a byte of an entry": "UPDATE entries SET state = set_byte(state, {byte}, get_byte(state, {byte}) # 1) WHERE position = {at}",
    "a byte that leaves no JSON": "UPDATE entries SET state = set_byte(state, 0, 59) WHERE position = {at}",
    "a byte that leaves no text": "UPDATE entries SET state = set_byte(state, {byte}, 255) WHERE position = {at}",
    "an entry taken out": "DELETE FROM entries WHERE position = {at}",
    "the last entry taken out": "DELETE FROM entries WHERE position = {end}",
    "the end taken out, head and all": "DELETE FROM entries WHERE position >= {at}; UPDATE head SET position = {at} - 1",
    "its time": "UPDATE entries SET recordedtime = '2031-01-01T00:00:00.000000Z' WHERE position = {at}",
    "its version": "UPDATE entries SET originator_version = 1000 WHERE position = {at}",
    "its type": "UPDATE entries SET topic = topic || 'x' WHERE position = {at}",
    "its key": "UPDATE entries SET id = id || 'x' WHERE position = {at}",
    "two entries swapped": "UPDATE entries SET position = -1 WHERE position = {at}; UPDATE entries SET position = {at} WHERE position = {at} + 1;"
    " UPDATE entries SET position = {at} + 1 WHERE position = -1",
    "one more": "INSERT INTO entries SELECT {end} + 1, originator_id, 999, topic, source, id || 'x', content, recordedtime, state FROM entries WHERE position = {at}",
    "the last checkpoint": "UPDATE checkpoints SET note = set_byte(note, {digest}, 65 + (get_byte(note, {digest}) - 64) % 26) WHERE size = {end}",
    "the size that the last checkpoint says": "UPDATE checkpoints SET note = set_byte(note, {size}, 120) WHERE size = {end}",
    "a byte of it that leaves no text": "UPDATE checkpoints SET note = set_byte(note, {size}, 255) WHERE size = {end}",
    "its root, which is no base64 now": "UPDATE checkpoints SET note = set_byte(note, {digest}, 33) WHERE size = {end}",
    "the checkpoints": "DELETE FROM checkpoints WHERE size > {at}",
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_both_find_what_was_altered(held, verify, seed, alteration):
    draw = Random(f"{seed} {alteration}")
    end = asked(held).entries
    at = draw.randrange(2, end)
    with owning(held) as owner:
        [(length,)] = owner.run(f"SELECT length(state) FROM entries WHERE position = {at}")
        owner.run(
            ALTERATIONS[alteration].format(
                at=at,
                end=end,
                byte=draw.randrange(length),
                size=len(f"{LOG.name}\n"),
                digest=len(f"{LOG.name}\n{end}\n") + 5,
            )
        )
    assert asked(held).verdict == "FALSE"
    assert verify(held).code == 5
