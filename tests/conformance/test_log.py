"""The tree over the entries, and what is signed of it: kept with every commit, whoever writes, and for ever."""

from __future__ import annotations

import sqlite3
import threading
from random import Random

import pytest
from eventsourcing.persistence import IntegrityError

from ledger.log.checkpoint import Checkpoint
from ledger.log.nodes import Nodes
from ledger.log.note import Note
from ledger.log.proofs import consistency_proof, inclusion_proof
from ledger.log.tree import Frontier, leaf_hashes
from ledger.recorders import SQLiteRecorder
from ledger.recorders.contract import Head, NewEntry
from ledger.recorders.copying import Difference, backup, compare, restore
from tests.conformance.making import NOON, RAW_ERRORS, append, entry, raw
from tests.conformance.writing import rolled_back
from tests.log import reference
from tests.log.making import LOG, ORIGIN

MOST = 66


def sign(tree):
    """A note as the log's key signs it."""
    return Checkpoint(ORIGIN, tree.size, tree.root()).signed([LOG])


def grow(recorder, number, name="case/A"):
    """Entries with bytes of their own in one commit."""
    first = recorder.head().position + 1
    return append(recorder, *(entry(f"{name}-{n}", state=b"%d" % n * 40) for n in range(first, first + number)))


def leaves_of(recorder):
    return leaf_hashes(held.state for held in recorder.entries())


def checked(note):
    """The checkpoint of a note that the log's key signed."""
    found = Note.parse(note)
    assert found.signers([LOG.verifier]) == {LOG.verifier}
    return Checkpoint.parse(found.text)


def assert_tree(recorder):
    """The tree is the one of the recursive definition, and every checkpoint is of its beginning; the checkpoints' sizes."""
    leaves = leaves_of(recorder)
    frontier = recorder.frontier()
    assert (frontier.size, frontier.root()) == (len(leaves), reference.root(leaves))
    grown = Frontier().grown(leaves)
    kept = [node for node in grown.stored() if recorder.nodes(node.level, node.index, node.index + 1) != [node.hash]]
    assert kept == []
    sizes = [row.position for row in recorder.rows(0, len(leaves)) if row.note is not None]
    for size in sizes:
        stated = checked(recorder.checkpoint(size))
        assert stated == Checkpoint(ORIGIN, size, reference.root(leaves[:size]))
    return sizes


@pytest.fixture
def signing(database, opening):
    return opening(database, sign=sign)


def test_an_empty_ledger_has_the_empty_tree_and_nothing_signed(signing):
    assert signing.frontier() == Frontier()
    assert signing.last_checkpoint() is signing.checkpoint(0) is signing.checkpoint_covering(1) is None
    with signing.appending() as held:
        assert held.head == Head(0, None)
    assert held.signed is None
    assert signing.last_checkpoint() is None


def test_every_commit_is_signed_once(signing):
    for number in (1, 3, 60, 17):
        grow(signing, number)
    assert assert_tree(signing) == [1, 4, 64, 81]
    assert checked(signing.last_checkpoint()).size == 81
    assert [checked(signing.checkpoint_covering(position)).size for position in (1, 2, 4, 5, 65, 81)] == [
        1,
        4,
        4,
        64,
        81,
        81,
    ]
    assert signing.checkpoint_covering(82) is signing.checkpoint(2) is None


def test_without_a_key_the_tree_grows_and_a_later_key_signs_over_it(database, opening):
    grow(opening(database), 20)
    later = opening(database, sign=sign)
    assert later.last_checkpoint() is None
    grow(later, 2)
    assert assert_tree(later) == [22]
    assert checked(later.checkpoint_covering(1)).size == 22


def test_any_interleaving_of_writers_leaves_the_tree_of_the_definition(database, opening, seed):
    draw = Random(seed)
    openings = [opening(database, sign=sign) for _ in range(3)]
    for number in range(25):
        chosen = draw.choice(openings)
        if draw.random() < 0.2:
            rolled_back(chosen, f"case/{number}")
        elif draw.random() < 0.3:
            chosen.insert_events([NewEntry(f"case/x{number}", v, "t", b"x") for v in (1, 2)], recordedtime=NOON)
        else:
            grow(chosen, draw.choice((1, 1, 2, 15, 16, 17, 60)))
    assert assert_tree(openings[0])[-1] == openings[0].head().position


def test_writers_side_by_side_leave_the_tree_of_the_definition(database, opening):
    def work(name):
        recorder = opening(database, sign=sign)
        for number in range(15):
            append(recorder, entry(f"case/{name}-{number}"), entry(f"case/{name}-{number}", 2))

    workers = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert assert_tree(opening(database)) == list(range(2, 121, 2))


def test_every_proof_of_every_small_size(recorder):
    grow(recorder, MOST)
    leaves = leaves_of(recorder)
    for size in range(MOST):
        hash_at = Nodes(size, recorder.nodes).hash_at
        for index in range(size):
            assert list(inclusion_proof(hash_at, index, size)) == reference.path(index, leaves[:size])
            assert list(consistency_proof(hash_at, index + 1, size)) == reference.proof(index + 1, leaves[:size])


def test_what_a_commit_tells_is_what_is_read_later(signing):
    grow(signing, 41)
    with signing.appending() as held:
        held.append([entry("case/B"), entry("case/B", 2)], (), NOON)
        held.append([entry("case/B", 3)], (), NOON)
        told_before = held.signed
    assert told_before is None
    assert held.signed is not None
    growth, note = held.signed
    assert (growth.before.size, growth.after) == (41, signing.frontier())
    assert note.to_bytes() == signing.checkpoint(44)
    hash_at = Nodes(44, signing.nodes).hash_at
    for index in (41, 42, 43):
        assert inclusion_proof(growth.hash_at, index, 44) == inclusion_proof(hash_at, index, 44)


def test_what_cannot_be_signed_is_not_stored(database, opening):
    def refuse(tree):
        raise PermissionError("the key is gone")

    grow(opening(database, sign=sign), 3)
    recorder = opening(database, sign=refuse)
    with pytest.raises(PermissionError):
        grow(recorder, 16)
    with recorder.appending() as held:
        assert held.head.position == 3
    assert assert_tree(recorder) == [3]


def test_nothing_is_appended_to_a_head_whose_tree_is_of_other_entries(database, recorder):
    grow(recorder, 3)
    with raw(database) as other:
        other.run("UPDATE head SET position = 2")
    with pytest.raises(IntegrityError, match="names position 2, and its tree holds 3"):
        append(recorder, entry("case/B"))
    with pytest.raises(IntegrityError, match="names position 2, and its tree holds 3"):
        recorder.frontier()


PERMANENT = [
    "UPDATE nodes SET hash = hash",
    "UPDATE nodes SET number = 9",
    "DELETE FROM nodes",
    "UPDATE checkpoints SET note = note",
    "UPDATE checkpoints SET size = 18 WHERE size = 17",
    "DELETE FROM checkpoints WHERE size = 17",
    "INSERT INTO nodes SELECT * FROM nodes",
    "INSERT INTO checkpoints SELECT * FROM checkpoints",
]
PERMANENT_ON = {
    "sqlite": [
        "REPLACE INTO nodes VALUES (4, 0, x'00')",
        "REPLACE INTO checkpoints VALUES (17, x'00')",
        "INSERT INTO checkpoints VALUES (2, x'00')",
        "INSERT INTO checkpoints VALUES (18, x'00')",
        "INSERT INTO checkpoints VALUES (NULL, x'00')",
    ],
    "postgres": [
        "TRUNCATE nodes",
        "TRUNCATE checkpoints",
        "SET session_replication_role = replica; DELETE FROM checkpoints",
        "SET session_replication_role = replica; UPDATE nodes SET hash = hash",
        "INSERT INTO checkpoints SELECT * FROM checkpoints ON CONFLICT (size) DO UPDATE SET note = 'other'",
    ],
}


def test_nodes_and_checkpoints_stay_as_they_are(database, signing):
    grow(signing, 17)
    engine = "postgres" if database.startswith("postgresql") else "sqlite"
    for query in PERMANENT + PERMANENT_ON[engine]:
        with raw(database) as other, pytest.raises(RAW_ERRORS):
            other.run(query)
    assert assert_tree(signing) == [17]


def silent(done, of):
    assert 0 <= done <= of


def test_a_restored_ledger_keeps_its_tree_and_everything_that_was_signed(signing, tmp_path, postgres, opening):
    for number in (900, 150, 1):
        grow(signing, number)
    backup(signing, tmp_path / "backup.sqlite", silent)
    url = postgres.create_database()
    for home in (str(tmp_path / "restored.sqlite"), url):
        target = opening(home, sign=sign)
        restore(tmp_path / "backup.sqlite", target, silent)
        assert assert_tree(target) == [900, 1050, 1051]
        grow(target, 1)
        assert assert_tree(target) == [900, 1050, 1051, 1052]
        target.close()
    postgres.drop_database(url)


TAMPERED = {
    "UPDATE checkpoints SET note = x'00' WHERE size = 900": Difference(900, "note differ"),
    "DELETE FROM checkpoints WHERE size = 1050": Difference(1050, "note differ"),
    "INSERT INTO checkpoints VALUES (1001, x'00')": Difference(1001, "note differ"),
    "UPDATE nodes SET hash = zeroblob(32) WHERE level = 4 AND number = 62": Difference(
        1001, "from here on the copy holds other nodes of the tree"
    ),
    "DELETE FROM nodes WHERE level = 8 AND number = 0": Difference(
        1, "from here on the copy holds other nodes of the tree"
    ),
    "UPDATE head SET frontier = (SELECT zeroblob(length(frontier)) FROM head)": None,
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_a_copy_whose_log_was_tampered_with_is_found(tmp_path, opening, tampering):
    source = opening(str(tmp_path / "ledger.sqlite"), sign=sign)
    grow(source, 900)
    grow(source, 150)
    backup(source, tmp_path / "backup.sqlite", silent)
    connection = sqlite3.connect(tmp_path / "backup.sqlite")
    for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(tampering)
    connection.commit()
    connection.close()
    copy = SQLiteRecorder(tmp_path / "backup.sqlite")
    expected = TAMPERED[tampering]
    if expected is None:
        with pytest.raises(IntegrityError, match="holds no tree"):
            compare(source, copy, silent)
    else:
        assert compare(source, copy, silent) == expected
    copy.close()


def test_a_copy_with_another_frontier_of_the_same_size_is_found(tmp_path, opening):
    source = opening(str(tmp_path / "ledger.sqlite"))
    grow(source, 1)
    other = opening(str(tmp_path / "other.sqlite"))
    append(other, entry("case/other", state=b"other"))
    backup(source, tmp_path / "backup.sqlite", silent)
    connection = sqlite3.connect(tmp_path / "backup.sqlite")
    connection.execute("UPDATE head SET frontier = ?", (other.frontier().to_bytes(),))
    connection.commit()
    connection.close()
    told = compare(source, opening(str(tmp_path / "backup.sqlite")), silent)
    assert told == Difference(0, "the head of the copy does not hold the tree over its entries")
