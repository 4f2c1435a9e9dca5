"""Whatever somebody who owns the database changes by hand is found, named at its place, and nothing else is blamed."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest

from ledger.application import Batch, Ledger
from ledger.clock import DemonstrationClock
from ledger.entry import parse
from ledger.evidence.verification import Mark, Part, Walk
from ledger.log.checkpoint import Checkpoint
from ledger.log.tree import Frontier, leaf_hashes
from ledger.recorders import open_recorder
from ledger.recorders.copying import restore
from ledger.regimes import load_shelf
from tests.ledger.posting import VAULT
from tests.ledger.tampering import blob, owning
from tests.log.making import LOG, NEXT, ORIGIN

YEAR = Path(__file__).parents[2] / "examples" / "invented-year"
LINES = 60
KEYS = [LOG.verifier]


def sign(tree):
    return Checkpoint(ORIGIN, tree.size, tree.root()).signed([LOG])


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The beginning of the invented year, signed, as a file."""
    file = tmp_path_factory.mktemp("kept") / "ledger.sqlite"
    with (YEAR / "script.ndjson").open(encoding="utf-8") as script:
        lines = [json.loads(line) for line in islice(script, LINES)]
    clock = DemonstrationClock(datetime.fromisoformat(lines[0]["clock"]))
    with closing(
        Ledger(open_recorder(str(file), sign=sign), shelf=load_shelf(YEAR / "packs"), clock=clock, vault=VAULT)
    ) as ledger:
        for line in lines:
            clock.move_to(datetime.fromisoformat(line["clock"]))
            events = line.get("batch") or [line["post"]]
            ledger.write([Batch(tuple(map(parse, events)), "business-unit@BU")])
    return file


@pytest.fixture
def stored(kept, database):
    with closing(open_recorder(database)) as recorder:
        restore(kept, recorder, lambda done, total: None)
        yield recorder


def found(stored, *, page=7, **how):
    """What a walk finds, page by page."""
    walk = Walk(stored, KEYS, vault=VAULT, **how)
    upto = stored.head().position
    broken = []
    while walk.mark.position < upto:
        broken += walk.page(upto, page)
    return broken + walk.at_the_head()


def places(stored, **how):
    return [(each.position, each.part) for each in found(stored, **how)]


@pytest.mark.parametrize("page", [1, 16, 500])
@pytest.mark.parametrize("thorough", [True, False])
def test_nothing_is_said_of_a_ledger_that_is_whole(stored, page, thorough):
    assert found(stored, page=page, thorough=thorough) == []


def test_a_walk_goes_on_where_another_stopped(stored):
    upto = stored.head().position
    first = Walk(stored, KEYS)
    first.page(upto, 20)
    second = Walk(stored, KEYS, mark=first.mark)
    assert [*second.to_the_end(upto)] == []
    assert second.mark.position == upto
    assert second.mark.frontier == stored.frontier()


def test_a_walk_that_ends_before_the_head_says_nothing_of_it(stored):
    walk = Walk(stored, KEYS, mark=Mark())
    assert [*walk.to_the_end(20)] == []


def test_an_altered_body_is_named_by_its_column_and_by_the_checkpoint_signed_over_it(stored, database):
    body = stored.entry(20).state
    altered = body.replace(b'"time":"2', b'"time":"1', 1)
    assert altered != body
    with owning(database) as held:
        held.run(f"UPDATE entries SET state = {blob(held, altered)} WHERE position = 20")
    said = places(stored)
    assert (20, Part.COLUMN) in said
    assert {position for position, _ in said} <= {17, 19, 20}  # the run of sixteen hashes, the commit, the entry
    assert [part for _, part in places(stored, thorough=False)] == [Part.TREE]


def test_an_altered_body_whose_columns_were_altered_to_match_is_named_by_what_was_signed(stored, database):
    [row] = stored.rows(19, 1)
    with owning(database) as held:
        held.run(
            f"UPDATE entries SET state = {blob(held, row.entry.state.replace(b'recordedby', b'recordedbx'))} WHERE position = 20"
        )
        held.run(f"UPDATE entries SET content = {blob(held, bytes(32))} WHERE position = 20")
    assert "one of the entries 19 to 20 is not what was signed" in " ".join(
        each.what for each in found(stored, page=500)
    )


@pytest.mark.parametrize("column", ["topic", "source", "id", "originator_id", "recordedtime"])
def test_every_column_is_held_against_the_bytes(stored, database, column):
    with owning(database) as held:
        held.run(f"UPDATE entries SET {column} = {column} || 'x' WHERE position = 9")
    broken = found(stored)
    assert (9, f"its column {column} is not what its bytes say") in [(each.position, each.what) for each in broken]


def test_the_hash_of_what_was_posted_is_held_against_the_bytes(stored, database):
    with owning(database) as held:
        held.run(f"UPDATE entries SET content = {blob(held, bytes(32))} WHERE position = 9")
    assert places(stored) == [(9, Part.COLUMN)]


def test_a_deleted_entry_is_missed(stored, database):
    with owning(database) as held:
        held.run("DELETE FROM entries WHERE position = 11")
    said = places(stored)
    assert said[0] == (11, Part.ENTRY)
    assert (11, Part.ENTRY) in places(stored, thorough=False)


def test_swapped_entries_are_found(stored, database):
    with owning(database) as held:
        for old, new in ((5, -5), (6, 5), (-5, 6)):
            held.run(f"UPDATE entries SET position = {new} WHERE position = {old}")
    assert (5, Part.TREE) in places(stored, page=500)
    assert Part.TREE in [part for _, part in places(stored, thorough=False)]


def test_a_version_that_is_left_out_is_found(stored, database):
    later = next(row for row in stored.rows(0, 500) if row.entry.originator_version == 2)
    with owning(database) as held:
        held.run(f"UPDATE entries SET originator_version = 7 WHERE position = {later.position}")
    said = found(stored)
    assert (later.position, Part.VERSION) in [(each.position, each.part) for each in said]


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("UPDATE words SET box = substr(box, 2) WHERE position = {0}", "not those it was recorded with"),
        ("DELETE FROM words WHERE position = {0}", "not kept any more"),
        ("UPDATE words SET path = '/elsewhere' WHERE position = {0}", "where it seals none"),
    ],
)
def test_sealed_words_are_held_against_their_commitments(stored, database, query, what):
    position = next(row.position for row in stored.rows(0, 500) if len(row.words) == 1)
    with owning(database) as held:
        held.run(query.format(position))
    said = found(stored)
    assert {each.position for each in said} == {position}
    assert any(what in each.what for each in said)


def test_a_hash_of_the_tree_that_was_altered_or_taken_away_is_found(stored, database):
    with owning(database) as held:
        held.run(f"UPDATE nodes SET hash = {blob(held, bytes(32))} WHERE level = 4 AND number = 1")
    assert [(each.position, each.part) for each in found(stored, page=500)] == [(17, Part.TREE)]
    with owning(database) as held:
        held.run("DELETE FROM nodes WHERE level = 4 AND number = 1")
    assert [(each.position, each.part) for each in found(stored, page=500)] == [(1, Part.TREE)]


def test_a_checkpoint_that_was_altered_is_found(stored, database):
    note = stored.checkpoint(stored.head().position)
    with owning(database) as held:
        held.run(
            f"UPDATE checkpoints SET note = {blob(held, note[:-10] + b'AAAAAAAA=' + note[-1:])} WHERE size = {stored.head().position}"
        )
    assert {part for _, part in places(stored)} == {Part.CHECKPOINT}


def test_a_checkpoint_under_another_key_cannot_be_told(stored, database):
    head = stored.head().position
    other = Checkpoint(ORIGIN, head, stored.frontier().root()).signed([NEXT]).to_bytes()
    with owning(database) as held:
        held.run(f"UPDATE checkpoints SET note = {blob(held, other)} WHERE size = {head}")
    [broken] = found(stored)
    assert (broken.part, broken.certain) == (Part.CHECKPOINT, False)


def test_a_tail_that_was_cut_off_with_its_head_moved_back_is_missed_by_what_was_signed(stored, database):
    head = stored.head().position
    with owning(database) as held:
        held.run(f"DELETE FROM entries WHERE position > {head - 3}")
        held.run(f"DELETE FROM words WHERE position > {head - 3}")
        held.move_head()
        held.run(f"UPDATE head SET recordedtime = (SELECT recordedtime FROM entries WHERE position = {head - 3})")
    for thorough in (True, False):
        said = found(stored, thorough=thorough)
        assert [each.part for each in said] == [Part.HEAD]
        assert f"{head} entries were signed" in said[0].what


def test_a_head_that_was_moved_is_found(stored, database):
    head = stored.head().position
    with owning(database) as held:
        held.run("UPDATE head SET recordedtime = '2001-01-01T00:00:00.000000Z'")
    assert places(stored) == [(0, Part.HEAD)]
    other = Frontier().grown(leaf_hashes([b"x"] * head)).after.to_bytes()
    with owning(database) as held:
        held.run(f"UPDATE head SET frontier = {blob(held, other)}")
    assert Part.HEAD in [part for _, part in places(stored, thorough=False)]


def test_an_entry_beyond_the_head_is_found(stored, database):
    head = stored.head().position
    with owning(database) as held:
        held.run(f"UPDATE head SET position = {head - 1}")
        frontier = Frontier().grown(leaf_hashes(e.state for e in stored.entries(upto=head - 1))).after.to_bytes()
        held.run(f"UPDATE head SET frontier = {blob(held, frontier)}")
    assert (head, Part.HEAD) in places(stored)


def test_what_is_said_repeats_nothing_stored(stored, database):
    with owning(database) as held:
        held.run("UPDATE entries SET source = 'a secret', id = 'another' WHERE position = 9")
        held.run("UPDATE words SET key = 'a private word'")
    said = " ".join(str(each) for each in found(stored))
    assert "secret" not in said
    assert "private" not in said


def test_bytes_that_are_no_entry_are_named(stored, database):
    broken = [b"[]", b"{", b'{"type":[],"data":{}}', b'{"data":{"\xff":1},"type":"x"}', b'{"data":' + b"[" * 60_000]
    for body in (*broken, b'{"data":{},"type":"uk.safeguarding.incident.corrected"}'):
        with owning(database) as held:
            held.run(f"UPDATE entries SET state = {blob(held, body)} WHERE position = 9")
        assert (9, Part.COLUMN) in places(stored)
