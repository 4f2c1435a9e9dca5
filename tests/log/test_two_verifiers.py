"""The ledger's check of receipts and the scrutineer's, written apart from each other, come to the same on good receipts and bad."""

from __future__ import annotations

import base64
from random import Random

import pytest

import verify_ledger
from ledger.log.note import Note
from ledger.log.receipt import Receipt, Trust, check
from tests.log.making import LOG, NEXT, STRANGER, TRUST, WITNESSES, bodies, receipt_for

TRUSTS = (
    TRUST,
    Trust((LOG.verifier,)),
    Trust((NEXT.verifier, LOG.verifier), TRUST.witnesses[:2], quorum=1),
    Trust((STRANGER.verifier,), TRUST.witnesses, quorum=2),
)


def others(trust: Trust) -> verify_ledger.Trust:
    return verify_ledger.Trust.of([*map(str, trust.log)], [*map(str, trust.witnesses)], trust.quorum)


OTHERS = {trust: others(trust) for trust in TRUSTS}


def alike(raw: bytes, trust: Trust, entry: bytes | None = None) -> int:
    """Both verdicts, which must agree; returns the exit code."""
    ours, theirs = check(raw, trust, entry), verify_ledger.verify_receipt(raw, OTHERS[trust], entry)
    assert (ours.code, int(ours.level), len(ours.false), len(ours.untold)) == (
        theirs.code,
        theirs.level,
        len(theirs.false),
        len(theirs.untold),
    ), raw
    assert {str(key.key_id.hex()) for key in ours.witnesses} == {key.id.hex() for key in theirs.witnesses}
    return ours.code


@pytest.fixture(scope="module")
def receipts() -> list[Receipt]:
    draw = Random(7)
    made = []
    for _ in range(40):
        size = draw.randrange(1, 40)
        keys = draw.choice([(LOG,), (LOG, NEXT), (STRANGER,), (STRANGER, LOG)])
        seen, carried = draw.randrange(4), draw.random() < 0.8
        made.append(receipt_for(draw.randrange(size), size, *keys, witnesses=seen, carried=carried))
    return made


def bit(draw: Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << draw.randrange(8)]) + raw[at + 1 :]


def cut(draw: Random, raw: bytes) -> bytes:
    start, stop = sorted((draw.randrange(len(raw) + 1), draw.randrange(len(raw) + 1)))
    return draw.choice(
        [raw[:start], raw[start:], raw[:start] + raw[stop:], raw[:start] + raw[start:stop] * 2 + raw[stop:]]
    )


def line(draw: Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    change = draw.randrange(5)
    if change == 0:
        del lines[at]
    elif change == 1:
        lines.insert(other, lines[at])
    elif change == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif change == 3:
        lines.insert(
            at,
            draw.choice(
                [b"", b" ", b"index 0", b"extra AAAA", b"0", base64.b64encode(bytes(32)), "— x AAAAAAAA".encode()]
            ),
        )
    else:
        lines[at] = lines[at].replace(
            *draw.choice([(b"=", b""), (b"A", b"B"), (b"1", b"2"), (b" ", b"  "), (b"+", b"-"), (b"e", b"E")])
        )
    return b"\n".join(lines)


def number(draw: Random, raw: bytes) -> bytes:
    """Another index or size, as plausible as the right one."""
    old = f"index {draw.randrange(40)}\n".encode() if draw.random() < 0.5 else f"\n{draw.randrange(40)}\n".encode()
    new = old.replace(
        old.strip(b"\nindex "), str(draw.choice([0, 1, 7, 8, 31, 2**63 - 1, 2**63, draw.randrange(64)])).encode()
    )
    return raw.replace(old, new, 1)


def key(draw: Random, raw: bytes) -> bytes:
    """Lines claimed by somebody else, or signed anew over what the note now says."""
    try:
        receipt = Receipt.parse(raw)
    except ValueError:
        return raw
    text = receipt.checkpoint.text
    again = draw.choice(
        [LOG.sign(text), NEXT.sign(text), STRANGER.sign(text), WITNESSES[0].cosign(text, draw.randrange(2**63))]
    )
    note = receipt.checkpoint.with_signatures(again) if draw.random() < 0.5 else Note(text, (again,))
    return Receipt(receipt.index, receipt.path, note, receipt.extra).to_bytes()


def test_both_come_to_the_same_on_thousands_of_receipts(receipts, seed, long):
    draw = Random(seed)
    codes = [0, 0, 0]
    for _ in range(10_000 if long else 2_500):
        receipt, trust = draw.choice(receipts), draw.choice(TRUSTS)
        raw = receipt.to_bytes()
        for change in draw.choices((bit, cut, line, number, key), k=draw.choice([0, 1, 1, 1, 2, 3])):
            raw = change(draw, raw) or raw
        entry = draw.choice([None, None, b"another entry", bodies(40)[receipt.index], receipt.extra])
        codes[alike(raw, trust, entry)] += 1
    assert min(codes) > 50, codes


def test_no_flipped_bit_of_a_receipt_leaves_it_true():
    """Every bit of a receipt cosigned by a witness that is asked for: whatever is flipped, it is false or cannot be told."""
    trust = Trust((LOG.verifier,), TRUST.witnesses[:1], quorum=1)
    raw = receipt_for(5, 11, witnesses=1).to_bytes()
    assert check(raw, trust).code == 0
    for at in range(len(raw)):
        for one in range(8):
            damaged = raw[:at] + bytes([raw[at] ^ 1 << one]) + raw[at + 1 :]
            finding = check(damaged, trust)
            assert finding.code != 0
            assert finding.code == 1 or at < 23 or b"\xe2\x80\x94" in raw[:at], (at, one)


def test_no_flipped_bit_of_an_entry_leaves_its_receipt_true():
    raw = receipt_for(5, 11, carried=False).to_bytes()
    entry = bodies(11)[5]
    assert alike(raw, TRUST, entry) == 0
    for at in range(len(entry)):
        for one in range(8):
            damaged = entry[:at] + bytes([entry[at] ^ 1 << one]) + entry[at + 1 :]
            assert check(raw, TRUST, damaged).code == 1
    assert alike(raw, TRUST, entry + b" ") == 1
    assert alike(raw, TRUST, entry[:-1]) == 1
