from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verify_ledger
from ledger.log.checkpoint import Checkpoint, cosigned_by
from ledger.log.keys import Kind, Signature, VerifierKey
from ledger.log.note import Note
from ledger.log.verdict import Malformed, Wrong
from tests.log.making import LOG, NEXT, ORIGIN, STRANGER, WITNESSES

LINES = st.text(st.characters(codec="utf-8", min_codepoint=0x20), min_size=1, max_size=30)
CHECKPOINTS = st.builds(
    Checkpoint,
    LINES,
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(LINES, max_size=3).map(tuple),
)
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
SPECIFIED = Checkpoint.parse(f"example.com/behind-the-sofa\n20852163\n{ROOT}\n")


@given(CHECKPOINTS)
def test_a_checkpoint_is_read_back_from_its_text(checkpoint):
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
    other = verify_ledger.Checkpoint.parse(checkpoint.text())
    assert (other.origin, other.size, other.root) == (checkpoint.origin, checkpoint.size, checkpoint.root)


@given(
    st.text(st.sampled_from("0129aA=+/\n \r\u0660"), max_size=12).flatmap(
        lambda t: st.sampled_from([t, f"o\n{t}", f"o\n1\n{ROOT}\n{t}"])
    )
)
def test_any_text_is_a_checkpoint_of_one_spelling_or_is_refused_by_both(text):
    try:
        checkpoint = Checkpoint.parse(text)
    except Malformed:
        with pytest.raises(verify_ledger.Broken):
            verify_ledger.Checkpoint.parse(verify_ledger._text(text.encode()))
    else:
        assert checkpoint.text() == text
        assert verify_ledger.Checkpoint.parse(text).size == checkpoint.size


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "o\n", "o\n1\n", f"o\n1\n{ROOT}", f"\n1\n{ROOT}\n", f"o\n01\n{ROOT}\n", f"o\n+1\n{ROOT}\n", f"o\n-1\n{ROOT}\n", f"o\n 1\n{ROOT}\n",
        f"o\n1.0\n{ROOT}\n", f"o\n1_0\n{ROOT}\n", f"o\n١\n{ROOT}\n", f"o\n0x1\n{ROOT}\n", f"o\n{2**63}\n{ROOT}\n", f"o\n{'9' * 5000}\n{ROOT}\n",
        f"o\n1\n{ROOT}\n\n", f"o\n1\n{ROOT}\n\nx\n", f"o\n1\n{ROOT[:-1]}\n", f"o\n1\n{ROOT}=\n", "o\n1\nAAAA\n", f"o\n1\n{ROOT} \n", f"o\n\n{ROOT}\n",
        f"o\n1\n{'A' * 42}B=\n", f"o\n1\n{ROOT}\nx",
    ],
)  # fmt: skip
def test_malformed_checkpoints_are_refused_by_both(text):
    with pytest.raises(Malformed):
        Checkpoint.parse(text)
    with pytest.raises(verify_ledger.Broken):
        verify_ledger.Checkpoint.parse(text)


@pytest.mark.parametrize(
    "made", [("", 1, bytes(32)), ("o\n", 1, bytes(32)), ("o", -1, bytes(32)), ("o", 2**63, bytes(32)), ("o", 1, bytes(31)), ("o", 1, bytes(32), ("",))]
)  # fmt: skip
def test_what_could_not_be_read_back_is_never_made(made):
    with pytest.raises(Malformed):
        Checkpoint(*made)


def test_two_keys_may_sign_while_one_takes_over():
    note = Checkpoint(ORIGIN, 7, bytes(32)).signed([LOG, NEXT])
    for key in (LOG, NEXT):
        assert note.signers([key.verifier]) == {key.verifier}
        assert verify_ledger.verify_checkpoint(note.to_bytes(), [verify_ledger.Key.parse(str(key.verifier))]).size == 7
    with pytest.raises(verify_ledger.CannotTell):
        verify_ledger.verify_checkpoint(note.to_bytes(), [verify_ledger.Key.parse(str(STRANGER.verifier))])


def test_a_checkpoint_of_another_log_is_not_taken_from_a_key_of_this():
    note = Checkpoint("another.example", 7, bytes(32)).signed([LOG])
    with pytest.raises(verify_ledger.Broken, match="another log"):
        verify_ledger.verify_checkpoint(note.to_bytes(), [verify_ledger.Key.parse(str(LOG.verifier))])


def test_witnesses_sign_the_checkpoint_and_a_time():
    text = SPECIFIED.text()
    first, second = WITNESSES[0].cosign(text, 1_679_315_147), WITNESSES[1].cosign(text, 0)
    note = Note(text, (STRANGER.sign(text), first, second))
    keys = [witness.verifier for witness in WITNESSES]
    assert cosigned_by(note, keys) == {keys[0]: 1_679_315_147, keys[1]: 0}
    assert cosigned_by(note, [STRANGER.verifier]) == {}
    _, signers = verify_ledger.verify_note(note.to_bytes(), [verify_ledger.Key.parse(str(key)) for key in keys])
    assert {key.name for key in signers} == {key.name for key in keys[:2]}


@pytest.mark.parametrize("timestamp", [0, 1, 1_679_315_148, 2**63, 2**64 - 1])
def test_a_witness_is_not_said_to_have_seen_it_at_another_time(timestamp):
    text = SPECIFIED.text()
    good = WITNESSES[0].cosign(text, 1_679_315_147)
    note = Note(text, (Signature(good.name, good.key_id, timestamp.to_bytes(8, "big") + good.value[8:]),))
    with pytest.raises(Wrong):
        note.signers([WITNESSES[0].verifier])
    with pytest.raises(verify_ledger.Broken):
        verify_ledger.verify_note(note.to_bytes(), [verify_ledger.Key.parse(str(WITNESSES[0].verifier))])


def test_a_logs_signature_is_no_cosignature_and_the_other_way_round():
    text = SPECIFIED.text()
    same = VerifierKey(WITNESSES[0].name, WITNESSES[0].verifier.public, Kind.NOTE)
    cosignature = WITNESSES[0].cosign(text, 5)
    assert Note(text, (cosignature,)).signers([same]) == frozenset()
    with pytest.raises(Wrong):
        Note(text, (Signature(same.name, same.key_id, cosignature.value[8:]),)).signers([same])
