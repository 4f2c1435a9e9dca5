"""What the ledger proves of what it holds: receipts as first signed, proofs between sizes, tiles."""

from __future__ import annotations

import threading

import pytest

from ledger.application import Ledger
from ledger.evidence.signing import KeyFile, Signing
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.log.proofs import check_consistency, check_inclusion
from ledger.log.receipt import Level, Trust, check
from ledger.log.tiles import Tile, from_bundle, tiles_of, to_hashes
from ledger.log.tree import Frontier, leaf_hash
from ledger.log.verdict import Malformed
from ledger.recorders import open_recorder
from ledger.regimes import load_shelf
from ledger.wiring import open_ledger
from tests.ledger.posting import VAULT, agency, clock_at_noon, recorded, write

ORIGIN = "ledger.example/partnership"


@pytest.fixture
def signing(tmp_path):
    file = KeyFile(tmp_path / "key")
    file.make(ORIGIN)
    return Signing(file)


@pytest.fixture
def ledger(database, signing):
    opened = open_ledger(database, clock=clock_at_noon(), signing=signing, vault=VAULT)
    yield opened
    opened.close()


def assert_proves(ledger, receipt, position):
    """A receipt is true to whoever trusts the ledger's keys."""
    found = check(receipt.to_bytes(), Trust(ledger.log_keys()))
    assert (found.code, found.level, receipt.index) == (0, Level.SIGNED, position - 1)
    assert receipt.extra == ledger.entry_at(position).body


def test_every_post_is_answered_with_its_receipt(ledger):
    for posted in ([agency("A")], [agency(f"B{n}") for n in range(40)], [agency("C")]):
        for outcome in write(ledger, *posted):
            done = recorded(outcome)
            assert_proves(ledger, done.receipt, done.entry.position)
            assert done.receipt == ledger.prove(done.entry.position)


def test_a_repeat_has_the_receipt_as_first_signed(ledger):
    posted = [agency(f"A{n}") for n in range(3)]
    first = [recorded(outcome).receipt for outcome in write(ledger, *posted)]
    write(ledger, agency("B"))
    twice = agency("C")
    together = [recorded(outcome) for outcome in write(ledger, *posted, twice, twice)]
    assert [done.repeat for done in together] == [True, True, True, False, True]
    assert [done.receipt for done in together[:3]] == first
    assert together[3].receipt == together[4].receipt


def test_what_is_refused_leaves_no_mark_on_the_log(ledger):
    write(ledger, agency("A"))
    before = ledger.checkpoint()
    write(ledger, agency("B"), agency("A"))
    assert ledger.checkpoint() == before


def test_a_ledger_without_a_key_proves_by_its_tree_alone(database):
    ledger = open_ledger(database, clock=clock_at_noon(), vault=VAULT)
    assert recorded(write(ledger, agency("A"))[0]).receipt is None
    assert (ledger.prove(1), ledger.checkpoint(), ledger.log_keys()) == (None, None, ())
    assert ledger.inclusion(0, 1) == ()
    ledger.close()


def test_proofs_between_any_two_sizes_verify(ledger):
    for n in range(21):
        write(ledger, agency(f"A{n}"))
    leaves = [leaf_hash(entry.body) for entry in ledger.entries()]
    roots = [Frontier().grown(leaves[:size]).after.root() for size in range(22)]
    for size in range(1, 22):
        for index in range(size):
            check_inclusion(leaves[index], index, size, ledger.inclusion(index, size), roots[size])
            check_consistency(index, size, ledger.consistency(index, size), roots[index], roots[size])


def test_what_is_not_there_is_not_proved(ledger):
    write(ledger, agency("A"))
    for ask in (
        lambda: ledger.prove(2),
        lambda: ledger.inclusion(0, 2),
        lambda: ledger.consistency(0, 2),
        lambda: ledger.tile("tile/0/000"),
        lambda: ledger.tile("tile/0/000.p/2"),
        lambda: ledger.tile("tile/1/000.p/1"),
    ):
        with pytest.raises(LookupError):
            ask()
    for ask in (
        lambda: ledger.inclusion(1, 1),
        lambda: ledger.inclusion(-1, 1),
        lambda: ledger.consistency(2, 1),
        lambda: ledger.tile("tile/0/0"),
    ):
        with pytest.raises(Malformed):
            ask()


def test_tiles_hold_every_entry_and_every_hash(ledger):
    for start in (0, 250, 500):
        write(ledger, *(agency(f"A{n}") for n in range(start, start + 250)))
    write(ledger, *(agency(f"A{n}") for n in range(750, 771)))
    bodies = [entry.body for entry in ledger.entries()]
    grown = Frontier().grown([leaf_hash(body) for body in bodies])
    for tile in tiles_of(771):
        assert to_hashes(ledger.tile(tile.path), tile.width) == list(
            grown.made[tile.node_level][tile.start : tile.stop]
        )
    for tile in (Tile(None, 0), Tile(None, 2), Tile(None, 3, 3), Tile(None, 3, 1)):
        assert from_bundle(ledger.tile(tile.path), tile.width) == bodies[tile.start : tile.stop]
    stated = Checkpoint.parse(Note.parse(ledger.checkpoint()).text)
    assert (stated.origin, stated.size, stated.root) == (ORIGIN, 771, grown.after.root())


def test_two_ledgers_on_one_log_give_the_same_receipts(database, signing):
    ours, others = (
        Ledger(
            open_recorder(database, sign=signing.sign),
            shelf=load_shelf(),
            clock=clock_at_noon(),
            vault=VAULT,
            signing=signing,
        )
        for _ in range(2)
    )
    posted = [agency(f"A{n}") for n in range(12)]
    told: dict[int, list[bytes]] = {}

    def work(ledger, posts):
        for each in posts:
            done = recorded(write(ledger, each)[0])
            assert done.receipt is not None
            told.setdefault(done.entry.position, []).append(done.receipt.to_bytes())

    workers = [threading.Thread(target=work, args=each) for each in ((ours, posted), (others, list(reversed(posted))))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(told) == list(range(1, 13))
    assert {len(set(receipts)) for receipts in told.values()} == {1}
    ours.close()
    others.close()
