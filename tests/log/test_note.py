from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verify_ledger
from ledger.log.keys import Kind, Signature, SigningKey, VerifierKey
from ledger.log.note import Note
from ledger.log.verdict import Malformed, Unknown, Unproved, Wrong
from tests.log.making import LOG, NEXT, STRANGER, WITNESSES

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Z"])
NAMES = st.text(LETTERS.filter(lambda c: c != "+" and not c.isspace()), min_size=1, max_size=20)
TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=0x20) | st.just("\n"), max_size=60).map(
    lambda text: text + "\n"
)
SIGNATURES = st.builds(Signature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=90))
NOTES = st.builds(Note, TEXTS, st.lists(SIGNATURES, min_size=1, max_size=5).map(tuple))
SEEDS = st.binary(min_size=32, max_size=32)

# The example of the package that the specification describes, golang.org/x/mod/sumdb/note.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_NOTE = (
    PETER_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_packages_own_example_is_read_and_signed_alike():
    key = VerifierKey.parse(PETER_KEY)
    note = Note.parse(PETER_NOTE.encode())
    assert note.text == PETER_TEXT
    assert note.signers([key]) == {key}
    secret = SigningKey.parse(PETER_SECRET)
    assert secret.verifier == key
    assert Note(PETER_TEXT, (secret.sign(PETER_TEXT),)).to_bytes() == PETER_NOTE.encode()
    text, signers = verify_ledger.verify_note(PETER_NOTE.encode(), [verify_ledger.Key.parse(PETER_KEY)])
    assert (text, len(signers)) == (PETER_TEXT, 1)


@given(NOTES)
def test_a_note_is_read_back_from_its_bytes(note):
    assert Note.parse(note.to_bytes()) == note
    assert verify_ledger.Note.parse(note.to_bytes()).text == note.text


@given(NAMES, SEEDS, st.sampled_from(Kind))
def test_keys_are_read_back_from_their_texts(name, seed, kind):
    key = SigningKey(name, seed, kind)
    assert SigningKey.parse(key.secret_text()) == key
    assert VerifierKey.parse(str(key.verifier)) == key.verifier
    other = verify_ledger.Key.parse(str(key.verifier))
    assert (other.name, other.kind, other.public, other.id) == (name, kind, key.verifier.public, key.verifier.key_id)
    assert seed.hex() not in repr(key)
    assert repr(seed) not in repr(key)


@given(st.binary(max_size=60) | TEXTS.map(str.encode) | NOTES.map(Note.to_bytes).flatmap(lambda raw: st.integers(0, 8 * len(raw) - 1).map(
    lambda bit: bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(raw)))))  # fmt: skip
def test_any_bytes_are_a_note_of_one_spelling_or_are_refused_by_both(raw):
    try:
        note = Note.parse(raw)
    except Malformed:
        with pytest.raises(verify_ledger.Broken):
            verify_ledger.Note.parse(raw)
    else:
        assert note.to_bytes() == raw
        other = verify_ledger.Note.parse(raw)
        assert other.signatures == [(s.name, s.key_id, s.value) for s in note.signatures]


SIGNED = Note("a text\n", (LOG.sign("a text\n"),)).to_bytes().decode()
LINE = SIGNED.splitlines()[2]
VALUE = LINE.split(" ")[2]


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "\n\n", "a text\n", "a text\n\n", SIGNED[:-1], SIGNED + "\n", SIGNED.replace("\n\n", "\n"), SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("a text", "a\ttext"), SIGNED.replace("a text", "a\x00text"), SIGNED + "more\n", SIGNED + "— \n",
        SIGNED.replace("—", "-"), SIGNED.replace("— ", "—"), SIGNED.replace("— ", "—  "), SIGNED.replace("— ", "—\u00a0"),
        SIGNED.replace(LOG.name, ""), SIGNED.replace(LOG.name, "a+b"), SIGNED.replace(LOG.name, "a\u2003b"),
        SIGNED.replace(VALUE, ""), SIGNED.replace(VALUE, VALUE + "="), SIGNED.replace(VALUE, "AAAAAA=="),
        SIGNED.replace(VALUE, VALUE.rstrip("=")), SIGNED.replace(VALUE, VALUE[:8] + " " + VALUE[8:]), SIGNED.replace(VALUE, "AAAA-_AA"),
        "\n" + SIGNED.split("\n\n")[1], SIGNED.replace(VALUE, VALUE + " "), SIGNED + "\u2028", SIGNED + LINE,
    ],
)  # fmt: skip
def test_malformed_notes_are_refused_by_both(text):
    raw = text.encode()
    with pytest.raises(Malformed):
        Note.parse(raw)
    with pytest.raises(verify_ledger.Broken):
        verify_ledger.Note.parse(raw)


@pytest.mark.parametrize(
    "raw", [b"\xff" + SIGNED.encode(), SIGNED.encode() + b"\xed\xa0\x80", b"\xc0\x8a" + SIGNED.encode()]
)
def test_what_is_not_utf_8_is_refused(raw):
    with pytest.raises(Malformed):
        Note.parse(raw)
    with pytest.raises(verify_ledger.Broken):
        verify_ledger.Note.parse(raw)


def test_a_second_spelling_of_the_same_signature_is_refused():
    loose = base64.b64encode(base64.b64decode(VALUE)[:67] + b"\0")[:-2].decode()
    raw = SIGNED.replace(VALUE, loose + "B=").encode()
    with pytest.raises(Malformed, match="stray bits"):
        Note.parse(raw)
    with pytest.raises(verify_ledger.Broken):
        verify_ledger.Note.parse(raw)


def test_sixteen_signatures_and_more_are_taken_and_a_hundred_and_one_are_not():
    line = Signature("somebody", b"abcd", b"x")
    assert len(Note.parse(Note("text\n", (line,) * 100).to_bytes()).signatures) == 100
    with pytest.raises(Malformed):
        Note("text\n", (line,) * 101)
    raw = Note("text\n", (line,) * 100).to_bytes() + Note("text\n", (line,)).to_bytes().split(b"\n\n")[1]
    for refuse, error in ((Note.parse, Malformed), (verify_ledger.Note.parse, verify_ledger.Broken)):
        with pytest.raises(error):
            refuse(raw)


@pytest.mark.parametrize("text", ["no newline", "", "half a pair \ud800\n", "bell \x07\n", "x" * 1_000_000 + "\n"])
def test_a_text_that_cannot_stand_in_a_note_is_never_signed(text):
    with pytest.raises(Malformed):
        Note(text, (Signature("somebody", b"abcd", b"x"),)).to_bytes()


def test_signatures_under_keys_that_are_not_known_are_ignored():
    text = "a text\n"
    note = Note(text, (STRANGER.sign(text), LOG.sign(text), NEXT.sign(text)))
    assert note.signers([LOG.verifier]) == {LOG.verifier}
    assert note.signers([LOG.verifier, NEXT.verifier]) == {LOG.verifier, NEXT.verifier}
    assert note.signers([]) == frozenset()
    renamed = VerifierKey("another.example", LOG.verifier.public)
    assert note.signers([renamed]) == frozenset()


def test_a_line_that_claims_a_known_key_and_does_not_fit_spoils_the_note():
    text = "a text\n"
    lie = Signature(LOG.name, LOG.verifier.key_id, STRANGER.sign(text).value)
    for lines in ((lie,), (LOG.sign(text), lie), (lie, LOG.sign(text))):
        note = Note(text, lines)
        with pytest.raises(Wrong):
            note.signers([LOG.verifier])
        with pytest.raises(verify_ledger.Broken):
            verify_ledger.verify_note(note.to_bytes(), [verify_ledger.Key.parse(str(LOG.verifier))])


@pytest.mark.parametrize("length", [0, 1, 63, 65, 71, 72, 73])
def test_a_signature_of_another_length_does_not_fit(length):
    for key in (LOG, WITNESSES[0]):
        if (key.kind, length) != (Kind.COSIGNATURE, 72) and length:
            note = Note("a text\n", (Signature(key.name, key.verifier.key_id, bytes(length)),))
            with pytest.raises(Wrong):
                note.signers([key.verifier])
            with pytest.raises(verify_ledger.Broken):
                verify_ledger.verify_note(note.to_bytes(), [verify_ledger.Key.parse(str(key.verifier))])


def test_a_newer_signature_of_a_key_takes_the_place_of_its_older_one():
    text = "a text\n"
    first, later = WITNESSES[0].cosign(text, 1), WITNESSES[0].cosign(text, 2)
    note = Note(text, (LOG.sign(text), first)).with_signatures(later, WITNESSES[1].cosign(text, 3))
    assert [s.name for s in note.signatures] == [LOG.name, WITNESSES[0].name, WITNESSES[1].name]
    assert note.signatures[1].timestamp == 2


GOOD = str(LOG.verifier)
NAME, ID, BASE64 = GOOD.split("+", 2)


@pytest.mark.parametrize(
    "text",
    [
        "", "+", "++", NAME, f"{NAME}+{ID}", f"{NAME}+{ID}+", f"+{ID}+{BASE64}", f"{NAME}+{ID.upper()}+{BASE64}x", f" {GOOD}", f"{GOOD}\n",
        f"{NAME}+00000000+{BASE64}", f"{NAME} x+{ID}+{BASE64}", f"{NAME}x+{ID}+{BASE64}", f"{NAME}+{ID}+{BASE64[:-4]}", f"{NAME}+{ID}+AQ==",
        f"{NAME}+{ID}+{BASE64}AAAA", f"{NAME}+{ID}+\ud800", f"{NAME}\ud800+{ID}+{BASE64}",
    ],
)  # fmt: skip
def test_a_damaged_public_key_is_refused_by_both(text):
    with pytest.raises(Malformed):
        VerifierKey.parse(text)
    with pytest.raises(verify_ledger.CannotTell):
        verify_ledger.Key.parse(text)


def test_a_key_of_an_unknown_kind_cannot_be_told():
    post_quantum = base64.b64encode(b"\x06" + bytes(1312)).decode()
    text = f"{NAME}+{ID}+{post_quantum}"
    with pytest.raises(Unknown):
        VerifierKey.parse(text)
    with pytest.raises(verify_ledger.CannotTell):
        verify_ledger.Key.parse(text)


@pytest.mark.parametrize(
    "text", ["", PETER_KEY, PETER_SECRET[:-1], PETER_SECRET.replace("c74f20a3", "c74f20a4"), "PRIVATE+KEY+x"]
)
def test_a_damaged_private_key_is_refused_without_repeating_it(text):
    with pytest.raises(Unproved) as caught:
        SigningKey.parse(text)
    assert "AYEKFALV" not in str(caught.value)


def test_logs_sign_and_witnesses_cosign():
    with pytest.raises(Malformed):
        WITNESSES[0].sign("a text\n")
    with pytest.raises(Malformed):
        LOG.cosign("a text\n", 1)
    for time in (-1, 2**63):
        with pytest.raises(Malformed):
            WITNESSES[0].cosign("a text\n", time)
    for seed in (b"", bytes(31), bytes(33)):
        with pytest.raises(Malformed):
            SigningKey("a", seed)
