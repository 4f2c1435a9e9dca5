"""The verifier's own Ed25519 says what the library the ledger signs with says, on good signatures, bad ones and strange ones."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha512
from itertools import product
from random import Random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import verify_ledger
from ledger.log.keys import VerifierKey
from ledger.log.verdict import Malformed
from verify_ledger import ORDER, P, ed25519_fits


def fits_for_the_library(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def small_order() -> list[int]:
    """The y of every point whose eightfold is the neutral point: found here, not copied."""
    found = {1, P - 1, 0}
    start = next(point for y in range(2, 99) if (point := verify_ledger._point(little(y))) is not None)
    torsion = verify_ledger.NEUTRAL
    for bit in range(ORDER.bit_length(), -1, -1):
        torsion = verify_ledger._doubled(torsion)
        if ORDER >> bit & 1:
            torsion = verify_ledger._plus(torsion, start)
    y = int.from_bytes(verify_ledger._encoded(torsion), "little") & (1 << 255) - 1
    return sorted(found | {y, P - y})


SMALL = small_order()
STRANGE = [
    little(y | sign << 255)
    for y in {*SMALL, *(y + P for y in SMALL if y + P < 1 << 255), P, P + 1, P + 18, 2, 3, (1 << 255) - 1}
    for sign in (0, 1)
]


def test_the_points_of_small_order_are_the_five_that_both_programs_refuse():
    assert len(SMALL) == 5
    assert set(SMALL) == verify_ledger.SMALL_ORDER_Y
    for y, sign in product([*SMALL, *(y + P for y in SMALL if y + P < 1 << 255)], (0, 1)):
        public = little(y | sign << 255)
        with pytest.raises(Malformed):
            VerifierKey("log.example", public)
        key = verify_ledger.Key("log.example", 1, public)
        text = f"{key.label}+{b64encode(bytes([1]) + public).decode()}"
        with pytest.raises(verify_ledger.CannotTell, match="weak"):
            verify_ledger.Key.parse(text)


# RFC 8032, section 7.1: tests 1 to 3 (secret key, public key, message, signature).
PUBLISHED = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), PUBLISHED)
def test_the_published_signatures(secret, public, message, signature):
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert key.public_key().public_bytes_raw().hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert ed25519_fits(*map(bytes.fromhex, (public, message, signature)))


def test_both_say_the_same_of_signatures_good_and_damaged(seed, long):
    draw = Random(seed)
    for _ in range(2000 if long else 200):
        key = Ed25519PrivateKey.from_private_bytes(draw.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), draw.randbytes(draw.randrange(200))
        signature = key.sign(message)
        assert ed25519_fits(public, message, signature)
        parts = [bytearray(public), bytearray(message or b"x"), bytearray(signature)]
        part = draw.choice(parts)
        part[draw.randrange(len(part))] ^= 1 << draw.randrange(8)
        damaged = tuple(map(bytes, parts))
        assert ed25519_fits(*damaged) is fits_for_the_library(*damaged) is False
        more = signature[:32] + little(int.from_bytes(signature[32:], "little") + ORDER)
        assert ed25519_fits(public, message, more) is fits_for_the_library(public, message, more) is False


def test_both_say_the_same_of_points_and_scalars_that_no_honest_signer_makes():
    """Points of small order and of two spellings as key and in the signature, and scalars at and beyond the order: some of them fit."""
    fitting = 0
    scalars = [0, 1, 8, ORDER - 1, ORDER, ORDER + 1, 2 * ORDER, (1 << 253) - 1, (1 << 256) - 1]
    for public, point, scalar, message in product(STRANGE, STRANGE, scalars[:5], (b"a", b"b")):
        case = (public, message, point + little(scalar))
        fitted = fits_for_the_library(*case)
        fitting += fitted
        if scalar < ORDER and (fitted or sha512(public + point).digest()[0] < 16):
            assert ed25519_fits(*case) is fitted, case
    assert fitting > 10
    for scalar in scalars[4:]:
        case = (little(1), b"a", little(1) + little(scalar))
        assert ed25519_fits(*case) is fits_for_the_library(*case) is False


def test_a_signature_may_lean_on_a_key_that_has_a_part_of_small_order():
    """The equation without the cofactor, as the library has it: adding a point of small order to R breaks the signature."""
    draw = Random(1)
    key = Ed25519PrivateKey.from_private_bytes(draw.randbytes(32))
    public, message = key.public_key().public_bytes_raw(), b"a text"
    signature = key.sign(message)
    for y in SMALL[1:]:
        shift = verify_ledger._point(little(y))
        point = verify_ledger._point(signature[:32])
        assert shift is not None
        assert point is not None
        moved = verify_ledger._encoded(verify_ledger._plus(point, shift)) + signature[32:]
        case = (public, message, moved)
        assert ed25519_fits(*case) is fits_for_the_library(*case) is (y == 1)


@pytest.mark.parametrize(("public", "signature"), [(31, 64), (33, 64), (32, 63), (32, 65), (0, 0), (32, 0)])
def test_other_lengths_never_fit(public, signature):
    assert not ed25519_fits(bytes(public), b"", bytes(signature))
