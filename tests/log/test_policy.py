"""C2SP tlog-policy: what is read, what is refused, and when a checkpoint is agreed."""

from __future__ import annotations

from itertools import product

import pytest

from ledger.log.keys import Kind, SigningKey
from ledger.log.policy import Policy
from ledger.log.verdict import Malformed, Unknown
from tests.log.making import LOG, WITNESSES, seed_of

NAMES = ("police", "icb", "council", "scrutineer")
KEYS = (*(key.verifier for key in WITNESSES), SigningKey("scrutineer.example", seed_of("s"), Kind.COSIGNATURE).verifier)
LINES = [f"witness {name} {key}" for name, key in zip(NAMES, KEYS, strict=True)]


def policy(*lines):
    return Policy.parse("".join(f"{line}\n" for line in (*LINES, *lines)).encode())


def test_two_of_three_partners_and_the_scrutineer():
    found = policy("group partners 2 police icb council", "group agreed all partners scrutineer", "quorum agreed")
    for chosen in product([False, True], repeat=4):
        cosigners = {key for key, signs in zip(KEYS, chosen, strict=True) if signs}
        assert found.agreed(cosigners) is (sum(chosen[:3]) >= 2 and chosen[3])
    assert found.spoken() == "all of (2 of police, icb, council), scrutineer"


def test_one_witness_or_nobody():
    assert policy("quorum none").agreed(())
    assert not policy("quorum police").agreed(KEYS[1:])
    assert policy("quorum police").agreed(KEYS[:1])
    assert (policy("quorum none").spoken(), policy("quorum police").spoken()) == ("nobody", "police")


def test_any_is_one():
    found = policy("group some any police icb", "quorum some")
    assert found.agreed(KEYS[1:2])
    assert not found.agreed(KEYS[2:])


def test_whitespace_comments_and_addresses():
    text = f"\n  # a comment\n\t log {LOG.verifier} \t https://ledger.example \nwitness police {KEYS[0]} http://w.example/\nquorum police\n"
    found = Policy.parse(text.encode())
    assert [(log.key, log.url) for log in found.logs] == [(LOG.verifier, "https://ledger.example")]
    assert found.witnesses["police"].url == "http://w.example/"


def test_a_name_may_be_any_octets():
    found = Policy.parse(b"witness \xff\xe2\x84\xaa " + str(KEYS[0]).encode() + b"\nquorum \xff\xe2\x84\xaa\n")
    assert found.agreed(KEYS[:1])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["quorum none", "quorum none"],
        ["quorum nobody"],
        ["quorum police icb"],
        ["group none all police", "quorum none"],
        ["group police all icb", "quorum police"],
        ["group g all police", "group g all icb", "quorum g"],
        ["group g 0 police", "quorum g"],
        ["group g 2 police", "quorum g"],
        ["group g 01 police", "quorum g"],
        ["group g most police", "quorum g"],
        ["group g all", "quorum g"],
        ["group g all police police", "quorum g"],
        ["group g all police", "group h all police icb", "quorum h"],
        ["group g all h", "group h all police", "quorum g"],
        ["group g all g", "quorum g"],
        ["group g all none", "quorum g"],
        [f"witness other {KEYS[0]}", "quorum none"],
        [f"witness other {LOG.verifier}", "quorum none"],
        [f"log {KEYS[0]}", "quorum none"],
        [f"log {LOG.verifier}", f"log {LOG.verifier}", "quorum none"],
        [f"log {LOG.verifier} a b", "quorum none"],
        ["witness police", "quorum none"],
        ["witnesses police", "quorum none"],
        ["Quorum none"],
        ["quorum\x0bnone"],
        ["quorum none\r"],
        ["quorum none\x7f"],
    ],
)
def test_what_is_no_policy_is_refused(lines):
    with pytest.raises(Malformed, match=r"^(line [0-9]+ of the policy: |a policy has one quorum line)"):
        policy(*lines)


def test_the_last_line_ends_too():
    with pytest.raises(Malformed, match="last line"):
        Policy.parse(b"quorum none")


def test_a_kind_of_key_not_known_here_is_said_to_be_unknown():
    from base64 import b64encode
    from hashlib import sha256

    public = b"\x06" + bytes(1312)
    key_id = sha256(b"w\n" + public).hexdigest()[:8]
    with pytest.raises(Unknown):
        Policy.parse(f"witness w w+{key_id}+{b64encode(public).decode()}\nquorum w\n".encode())
