"""A leaf, a path, a checkpoint and its signatures, byte for byte as first released. Changed only on purpose.

`python -m tests.log.test_golden_receipt` writes the file if there is none; it never rewrites one that stands.
"""

from __future__ import annotations

from pathlib import Path

import verify_ledger
from ledger.log.keys import VerifierKey
from ledger.log.receipt import Level, Trust, check
from tests.log.making import LOG, NEXT, WITNESSES, receipt_for

GOLDEN = Path(__file__).parent / "vectors" / "golden.tlog-proof"
# Published with the file: a reader of the receipt holds these and nothing else.
LOG_KEYS = (
    "ledger.example/partnership+1467ab22+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx",
    "ledger.example/partnership+51471c45+AR5fe0gr2kw9uMzEXCpfcHvzt4mrSXj7yBuhbs4IDIWc",
)
WITNESS_KEYS = (
    "witness.example/0+fd7fb560+BGwIpQe4VtZmQ+7JK2/jbi+yTY/eUF2WGR8wML+qGfib",
    "witness.example/1+7d5e81ca+BPck7Ua4dLPhmJVWe2MJG+7FPf0ffZ5EmxoPjVCX221W",
)


def made() -> bytes:
    return receipt_for(21, 50, LOG, NEXT, witnesses=2).to_bytes()


def test_the_same_entries_and_keys_give_the_same_bytes():
    assert made() == GOLDEN.read_bytes()
    assert (str(LOG.verifier), str(NEXT.verifier)) == LOG_KEYS
    assert tuple(str(witness.verifier) for witness in WITNESSES[:2]) == WITNESS_KEYS


def test_a_receipt_of_every_release_goes_on_verifying():
    trust = Trust(tuple(map(VerifierKey.parse, LOG_KEYS)), tuple(map(VerifierKey.parse, WITNESS_KEYS)), quorum=2)
    finding = check(GOLDEN.read_bytes(), trust)
    assert (finding.code, finding.level) == (0, Level.WITNESSED)
    other = verify_ledger.verify_receipt(GOLDEN.read_bytes(), verify_ledger.Trust.of(LOG_KEYS, WITNESS_KEYS, 2))
    assert (other.code, other.level) == (0, verify_ledger.WITNESSED)


if __name__ == "__main__":
    with GOLDEN.open("xb") as file:
        file.write(made())
