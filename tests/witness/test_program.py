"""The witness's program, as C2SP tlog-witness and tlog-cosignature have it, and as its owner meets it."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from random import Random

import pytest

import witness_ledger
from ledger.log.checkpoint import Checkpoint, cosigned_by
from ledger.log.keys import Kind, SigningKey
from ledger.log.note import Note
from tests.log.making import LOG, NEXT, ORIGIN, STRANGER, WITNESSES, bodies
from tests.witness.running import OTHER, PROGRAM, TRUE, Log, made, post, request, run, serving

RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.fixture
def home(tmp_path):
    return tmp_path / "witness"


@pytest.fixture
def witness(home):
    with serving(home, made(home)) as running:
        yield running


def cosigned(witness, log, size, answer):
    """The time of the answer's cosignature, which was checked."""
    assert (answer.status, answer.kind) == (200, "text/plain; charset=utf-8")
    note = Note.parse(log.note(size).to_bytes() + answer.body.encode())
    return cosigned_by(note, [witness.key])[witness.key]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_it_signs_as_the_rfc_does(seed, public, message, signature):
    assert witness_ledger.ed25519_public(bytes.fromhex(seed)).hex() == public
    made_ = witness_ledger.ed25519_signed(bytes.fromhex(seed), bytes.fromhex(public), bytes.fromhex(message))
    assert made_.hex() == signature


def test_it_signs_as_the_cryptography_package_does(seed, long):
    draw = Random(seed)
    for number in range(500 if long else 40):
        theirs = SigningKey("witness.example", draw.randbytes(32), Kind.COSIGNATURE)
        ours = witness_ledger.SecretKey.parse(theirs.secret_text())
        text = Checkpoint(ORIGIN, number, draw.randbytes(32)).text()
        line = ours.cosigned(text, 1_700_000_000 + number)
        assert Note.parse(f"{text}\n{line}".encode()).signatures == (theirs.cosign(text, 1_700_000_000 + number),)


def test_the_key_is_its_owners_alone_and_is_never_written_over(home):
    key = made(home)
    assert stat.S_IMODE((home / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert SigningKey.parse((home / "key").read_text().strip()).verifier == key
    assert run("--home", home, "init", "witness.example/again").returncode == 2
    assert SigningKey.parse((home / "key").read_text().strip()).verifier == key


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_cannot_stand_in_a_key_makes_no_witness(home, name):
    assert run("--home", home, "init", name).returncode == 2
    assert not (home / "key").exists()


def test_it_cosigns_what_grows(witness):
    first = cosigned(witness, TRUE, 7, witness.add(TRUE.request(0, 7)))
    second = cosigned(witness, TRUE, 64, witness.add(TRUE.request(7, 64)))
    again = cosigned(witness, TRUE, 64, witness.add(TRUE.request(64, 64)))
    assert first <= second <= again
    assert witness.evidence() == []


def test_the_empty_log_is_cosigned_too(witness):
    cosigned(witness, TRUE, 0, witness.add(TRUE.request(0, 0)))
    cosigned(witness, TRUE, 5, witness.add(TRUE.request(0, 5)))


def test_a_stale_old_size_is_told_the_known_one(witness):
    witness.add(TRUE.request(0, 20))
    answer = witness.add(TRUE.request(7, 64))
    assert (answer.status, answer.kind, answer.body) == (409, "text/x.tlog.size", "20\n")
    answer = witness.add(TRUE.request(0, 64))
    assert (answer.status, answer.kind, answer.body) == (409, "text/x.tlog.size", "20\n")


def test_a_proof_that_does_not_hold_is_422_and_changes_nothing(witness):
    witness.add(TRUE.request(0, 20))
    wrong = [
        TRUE.request(20, 64, proof_of=19),
        request(20, [bytes(32)], TRUE.note(64)),
        request(20, [], TRUE.note(64)),
        request(20, [bytes(32)], TRUE.note(20)),
    ]
    assert [witness.add(body).status for body in wrong] == [422] * 4
    cosigned(witness, TRUE, 64, witness.add(TRUE.request(20, 64)))


def test_a_proof_from_nothing_is_422(witness):
    assert witness.add(request(0, [bytes(32)], TRUE.note(20))).status == 422


def test_a_fork_of_the_same_size_is_refused_and_both_sides_are_kept(witness):
    witness.add(TRUE.request(0, 60))
    answer = witness.add(OTHER.request(60, 60))
    assert (answer.status, answer.kind) == (409, "text/plain; charset=utf-8")
    assert witness.evidence() == ["fork"]
    [file] = (witness.home / "evidence").iterdir()
    assert TRUE.note(60).to_bytes() in file.read_bytes()
    assert OTHER.note(60).to_bytes() in file.read_bytes()
    told = run("--home", witness.home, "status")
    assert told.returncode == 1
    assert "CONTRADICTION" in told.stdout


def test_a_fork_is_kept_however_it_is_asked(witness):
    """The old size and the proof are the asker's; what the ledger signed is the ledger's."""
    witness.add(TRUE.request(0, 60))
    assert witness.add(request(0, [], OTHER.note(60))).status == 409
    assert witness.evidence() == ["fork"]


def test_a_fork_further_on_is_refused_and_asked_about(witness):
    witness.add(TRUE.request(0, 60))
    assert witness.add(OTHER.request(60, 100)).status == 422
    assert witness.evidence() == ["unproved"]
    cosigned(witness, TRUE, 100, witness.add(TRUE.request(60, 100)))
    assert witness.add(OTHER.request(100, 100)).status == 409
    assert witness.evidence() == ["fork", "unproved"]


def test_a_smaller_tree_is_refused_and_asked_about_once(witness):
    witness.add(TRUE.request(0, 60))
    for size in (10, 11, 12):
        assert witness.add(TRUE.request(size, size)).body == "60\n"
    assert witness.evidence() == ["shorter"]
    told = run("--home", witness.home, "status")
    assert "QUESTION" in told.stdout


def test_anybody_may_ask_wrongly_and_that_proves_nothing(witness):
    """An old checkpoint or a wrong proof, which anybody can bring, is no contradiction of the ledger's."""
    witness.add(TRUE.request(0, 60))
    witness.add(TRUE.request(0, 10))
    witness.add(request(60, [], TRUE.note(70)))
    assert "CONTRADICTION" not in run("--home", witness.home, "status").stdout


def test_an_unknown_log_is_404(witness):
    assert witness.add(Log(bodies(5), STRANGER).request(0, 5)).status == 404


def test_an_unknown_key_is_403(witness):
    assert witness.add(Log(bodies(5), NEXT).request(0, 5)).status == 403


def test_a_signature_that_claims_a_trusted_key_and_does_not_fit_is_403(witness):
    note = TRUE.note(5)
    false = Note(note.text, (Note(note.text, (LOG.sign("another text\n"),)).signatures))
    assert witness.add(request(0, [], false)).status == 403


def test_both_keys_sign_while_one_takes_over_and_the_owner_decides_when_to_trust_the_new(witness):
    cosigned(witness, TRUE, 5, witness.add(TRUE.request(0, 5)))
    both, after = Log(bodies(200), LOG, NEXT), Log(bodies(200), NEXT)
    cosigned(witness, both, 9, witness.add(both.request(5, 9)))
    assert witness.add(after.request(9, 12)).status == 403
    assert run("--home", witness.home, "trust", str(NEXT.verifier)).returncode == 0
    cosigned(witness, after, 12, witness.add(after.request(9, 12)))


def test_other_witnesses_lines_are_ignored(witness):
    note = TRUE.note(5)
    note = note.with_signatures(*(key.cosign(note.text, 1_700_000_000) for key in WITNESSES))
    assert witness.add(request(0, [], note)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        TRUE.request(0, 5).replace(b"old 0", b"old 00"),
        TRUE.request(0, 5).replace(b"old 0", b"old -1"),
        TRUE.request(0, 5).replace(b"old 0", b"Old 0"),
        TRUE.request(0, 5).replace(b"old 0\n", b"old 0\nnot base64\n"),
        TRUE.request(0, 5).replace(b"old 0\n", b"old 0\nAAAA\n"),
        TRUE.request(0, 5).replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" + (b"A" * 43 + b"=\n") * 63),
        TRUE.request(0, 5).replace(b"\n5\n", b"\n05\n"),
        TRUE.request(0, 5)[:-20],
        TRUE.request(0, 5).replace(b"old 0", b"old 6"),
        TRUE.request(0, 5).replace(b"old 0", b"old 9223372036854775808"),
        b"\xff" * 100,
    ],
)
def test_what_is_malformed_is_400(witness, body):
    assert witness.add(body).status == 400


def test_no_damage_of_a_request_is_cosigned(witness, seed):
    draw, good = Random(seed), TRUE.request(0, 60)
    for _ in range(150):
        at = draw.randrange(len(good))
        answer = witness.add(good[:at] + bytes([good[at] ^ 1 << draw.randrange(8)]) + good[at + 1 :])
        assert answer.status in (400, 403, 404, 409), answer
    cosigned(witness, TRUE, 60, witness.add(good))


def test_what_is_too_long_or_has_no_length_is_not_read(witness):
    assert witness.add(b"old 0\n" * 20_000).status == 413
    host, port = witness.url.removeprefix("http://").split(":")
    for lengths in (
        b"Transfer-Encoding: chunked",
        b"Content-Length: 3\r\nContent-Length: 9",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Content-Length: -1",
        "Content-Length: \u0663".encode(),
    ):
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n\r\n")
            answer = line.recv(1000)
        assert b" 411 " in answer, lengths
        assert b"Connection: close" in answer


def test_other_addresses_are_not_answered_as_add_checkpoint(witness):
    assert post(f"{witness.url}/other", TRUE.request(0, 5)).status == 404


def test_what_was_accepted_outlives_a_kill_and_a_lost_memory_is_not_made_anew(home):
    key = made(home)
    with serving(home, key) as witness:
        witness.add(TRUE.request(0, 60))
    with serving(home, key) as witness:
        assert witness.add(TRUE.request(0, 5)).body == "60\n"
        (home / "memory.sqlite").unlink()
        assert witness.add(TRUE.request(60, 64)).status == 500
    assert run("--home", home, "status").returncode == 2


def test_an_older_copy_of_its_memory_is_noticed_when_its_own_cosignature_comes_back(home):
    key = made(home)
    with serving(home, key) as witness:
        witness.add(TRUE.request(0, 20))
        old = (home / "memory.sqlite").read_bytes()
        line = witness.add(TRUE.request(20, 60)).body
    (home / "memory.sqlite").write_bytes(old)
    asked = TRUE.request(20, 60) + line.encode()
    program = """if True:
        import sys, time, pathlib, witness_ledger
        witness = witness_ledger.Witness(witness_ledger.Home(pathlib.Path(sys.argv[1])), time.time)
        print(witness.add_checkpoint(sys.stdin.buffer.read()).status)
    """
    command = [sys.executable, "-S", "-c", program, str(home)]
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parent)}
    done = subprocess.run(command, input=asked, capture_output=True, timeout=60, check=False, env=environment)
    assert done.stdout == b"200\n"
    assert b"its memory is an old copy" in done.stderr


def test_races_never_yield_cosignatures_of_two_histories(home, seed):
    """Two processes of one witness, sixteen threads: whatever is asked at once, all that is cosigned is one history, and only grows."""
    key = made(home)
    draw = Random(seed)
    with serving(home, key) as one, serving(home, key) as two:
        assert one.add(TRUE.request(0, 40)).status == 200
        won: list[tuple[str, int]] = []
        refused: list[int] = []

        def ask(number):
            log, witness = ((TRUE, one), (OTHER, two), (TRUE, two), (OTHER, one))[number % 4]
            known = 40
            for size in sorted(draw.sample(range(41, 200), 12)):
                if size < known:
                    continue
                answer = witness.add(log.request(known, size))
                refused.append(answer.status)
                if answer.status == 200:
                    won.append(("true" if log is TRUE else "other", size))
                    known = size
                elif answer.kind == "text/x.tlog.size":
                    known = min(int(answer.body), 199)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({history for history, _ in won}) == 1, json.dumps(won)
    assert 422 in refused
