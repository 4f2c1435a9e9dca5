"""Checking a whole ledger, with its words, takes next to no memory for an entry more."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

import verify_ledger
from ledger.bundles.checking import check_bundle
from ledger.log.checkpoint import Checkpoint
from ledger.log.forms import to_base64
from ledger.log.receipt import Trust
from ledger.log.tree import Frontier, leaf_hashes
from tests.log.making import LOG

SMALL, LARGE = 1_000, 9_000
BYTES_AN_ENTRY = 48
"""8 for its position, with the spare room that an array keeps; a version and a position for each record."""


def whole(folder: Path, size: int) -> Path:
    """A bundle of so many entries of one record, each with one sealed text."""
    folder.mkdir()
    salt, text = bytes(32), "Words that are sealed."
    seal = sha256(salt + text.encode()).hexdigest()
    entries = [
        json.dumps({
            "data": {"summary": {"sealed": seal}}, "recordedtime": "2024-01-01T00:00:00.000000Z", "recordversion": number,
            "source": "/business-unit", "specversion": "1.0", "subject": "incident/INC-1", "type": "any",
        }).encode() for number in range(1, size + 1)
    ]  # fmt: skip
    words = ({"path": "/summary", "position": at, "salt": to_base64(salt), "text": text} for at in range(1, size + 1))
    tree = Frontier().grown(leaf_hashes(entries)).after
    (folder / "bundle.json").write_text('{"format":"safeguarding-ledger-bundle","version":1,"scope":{"kind":"all"}}')
    (folder / "checkpoint").write_bytes(Checkpoint(LOG.name, size, tree.root()).signed([LOG]).to_bytes())
    (folder / "entries.ndjson").write_bytes(b"".join(entry + b"\n" for entry in entries))
    (folder / "leaves").write_bytes(b"".join(leaf_hashes(entries)))
    (folder / "words.ndjson").write_text("".join(f"{json.dumps(word)}\n" for word in words))
    return folder


def theirs(path: Path) -> int:
    return verify_ledger.verify_bundle(str(path), verify_ledger.Trust.of([str(LOG.verifier)], [], 0)).code


def ours(path: Path) -> int:
    return check_bundle(path, Trust((LOG.verifier,))).code


@pytest.mark.parametrize("check", [ours, theirs])
def test_the_memory_of_a_check_hardly_grows_with_the_entries(tmp_path, check: Callable[[Path], int]):
    check(whole(tmp_path / "warm", 10))
    peaks = []
    for size in (SMALL, LARGE):
        path = whole(tmp_path / str(size), size)
        tracemalloc.start()
        assert check(path) == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / (LARGE - SMALL) < BYTES_AN_ENTRY, peaks
