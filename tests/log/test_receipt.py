from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.keys import VerifierKey
from ledger.log.note import Note
from ledger.log.receipt import VERSION, Level, Receipt, Trust, check
from ledger.log.verdict import Malformed, Unknown, Unproved
from tests.log.making import LOG, NEXT, ORIGIN, STRANGER, TRUST, WITNESSES, bodies, receipt_for
from tests.log.test_note import NOTES

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)
RECEIPTS = st.builds(Receipt, st.integers(0, 2**63 - 1), HASHES, NOTES, st.none() | st.binary(min_size=1, max_size=99))


@given(RECEIPTS)
def test_a_receipt_is_read_back_from_its_bytes(receipt):
    assert Receipt.parse(receipt.to_bytes()) == receipt


@given(RECEIPTS, st.data())
def test_any_bytes_near_a_receipt_are_one_of_one_spelling_or_are_refused(receipt, data):
    raw = bytearray(receipt.to_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = Receipt.parse(bytes(raw))
    except Unproved:
        return
    assert read.to_bytes() == raw


GOOD = receipt_for(5, 13).to_bytes().decode()
HEAD, NOTE = GOOD.split("\n\n", 1)


@pytest.mark.parametrize(
    "text",
    [
        f"{VERSION}\n", f"{VERSION}\n\n{NOTE}", f"{VERSION}\nindex 5", HEAD, GOOD.replace("\n\n", "\n", 1), GOOD.replace("index 5", "index 05"),
        GOOD.replace("index 5", "index -5"), GOOD.replace("index 5", "index"), GOOD.replace("index 5\n", ""), GOOD.replace("\nindex", "\n\nindex"),
        GOOD.replace("index 5", f"index {2**63}"), GOOD.replace("extra", "index 5\nextra"), GOOD.replace("extra", "Extra"),
        GOOD.replace("extra ", "extra =="), GOOD.replace(f"{VERSION}\n", f"{VERSION}\nextra \n"), GOOD.replace("\nindex", "\nextra AAAA\nindex"),
        GOOD[:-1], GOOD + "\n", GOOD.replace("\n", "\r\n").replace(f"{VERSION}\r\n", f"{VERSION}\n"), GOOD.replace("index 5\n", "index 5\nAAAA\n"),
        GOOD.replace("index 5\n", "index 5\n" + f"{'A' * 43}=\n" * 60),
    ],
)  # fmt: skip
def test_malformed_receipts_are_false(text):
    with pytest.raises(Malformed):
        Receipt.parse(text.encode())
    assert check(text.encode(), TRUST, bodies(13)[5]).code == 1


@pytest.mark.parametrize(
    "text", ["", "x", GOOD.replace("@v1", "@v2"), "\n" + GOOD, GOOD.replace("@v1\n", "@v1\r\n"), GOOD[5:]]
)
def test_another_version_cannot_be_told(text):
    with pytest.raises(Unknown):
        Receipt.parse(text.encode())
    assert check(text.encode(), TRUST).code == 2


def test_a_receipt_too_long_is_false():
    assert check(GOOD.replace("extra ", "extra " + "AAAA" * 500_000).encode(), TRUST).code == 1


@pytest.mark.parametrize("made", [(-1, ()), (2**63, ()), (0, (bytes(31),)), (0, (bytes(32),) * 64), (0, (), b"")])
def test_what_could_not_be_read_back_is_never_made(made):
    index, path, *extra = made
    with pytest.raises(Malformed):
        Receipt(index, path, Note("x\n", (LOG.sign("x\n"),)), *extra)


def test_the_level_is_the_one_that_was_built():
    assert check(receipt_for(3, 9).to_bytes(), TRUST).level is Level.SIGNED
    seen = check(receipt_for(3, 9, witnesses=2).to_bytes(), TRUST)
    assert (seen.code, seen.level) == (0, Level.WITNESSED)
    assert seen.witnesses == {witness.verifier for witness in WITNESSES[:2]}
    unknown = check(receipt_for(3, 9, witnesses=2).to_bytes(), Trust((STRANGER.verifier,), TRUST.witnesses))
    assert (unknown.code, unknown.level, unknown.witnesses) == (2, Level.CHAIN, frozenset())
    bare = check(receipt_for(3, 9, carried=False).to_bytes(), TRUST)
    assert (bare.code, bare.level) == (2, Level.NONE)
    assert check(receipt_for(3, 9, carried=False).to_bytes(), TRUST, bodies(9)[3]).code == 0


def test_a_quorum_that_is_not_reached_cannot_be_told():
    raw = receipt_for(3, 9, witnesses=2).to_bytes()
    assert [check(raw, Trust(TRUST.log, TRUST.witnesses, quorum)).code for quorum in range(4)] == [0, 0, 0, 2]


def test_a_receipt_from_before_a_rotation_goes_on_verifying():
    both = Trust((LOG.verifier, NEXT.verifier))
    for keys in ((LOG,), (LOG, NEXT), (NEXT,)):
        assert check(receipt_for(3, 9, *keys).to_bytes(), both).code == 0
    assert check(receipt_for(3, 9, LOG).to_bytes(), Trust((NEXT.verifier,))).code == 2


def test_an_unknown_key_never_hides_what_is_false():
    good = receipt_for(3, 9, STRANGER)
    assert check(good.to_bytes(), TRUST).code == 2
    assert check(Receipt(4, good.path, good.checkpoint, good.extra).to_bytes(), TRUST).code == 1
    assert check(good.to_bytes(), TRUST, b"another entry").code == 1
    bare = Receipt(3, good.path[1:], good.checkpoint)
    assert check(bare.to_bytes(), TRUST).code == 1


def test_a_checkpoint_of_another_log_is_false():
    renamed = receipt_for(3, 9)
    text = renamed.checkpoint.text.replace(ORIGIN, "another.example")
    other = Receipt(3, renamed.path, Note(text, (LOG.sign(text),)), renamed.extra)
    assert check(other.to_bytes(), TRUST).code == 1


@pytest.mark.parametrize(
    "made",
    [
        ((), ()), ((LOG.verifier, STRANGER.verifier), ()), ((WITNESSES[0].verifier,), ()), ((LOG.verifier,), (LOG.verifier,)),
        ((LOG.verifier,), (), 1), ((LOG.verifier,), (WITNESSES[0].verifier,), 2), ((LOG.verifier,), (), -1),
        ((LOG.verifier,), (VerifierKey("w", LOG.verifier.public, WITNESSES[0].kind),)),
        ((LOG.verifier,), (WITNESSES[0].verifier, VerifierKey("again", WITNESSES[0].verifier.public, WITNESSES[0].kind))),
    ],
)  # fmt: skip
def test_trust_that_would_count_somebody_twice_or_nobody_is_refused(made):
    with pytest.raises(Malformed):
        Trust(*made)
