"""Two programs that share no code come to the same answer on thousands of bundles, good and bad."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

import verify_ledger
from ledger.bundles.checking import check_bundle
from ledger.log.keys import VerifierKey
from ledger.log.receipt import Trust
from tests.bundles.conftest import SCOPES
from tests.log.making import STRANGER, WITNESSES

Change = Callable[[Random, bytes], bytes]


def bit(draw: Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << draw.randrange(8)]) + raw[at + 1 :]


def cut(draw: Random, raw: bytes) -> bytes:
    start, stop = sorted((draw.randrange(len(raw) + 1), draw.randrange(len(raw) + 1)))
    return draw.choice([raw[:start], raw[start:], raw[:start] + raw[stop:], raw[:stop] + raw[start:]])


def line(draw: Random, raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    match draw.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines.insert(
                one,
                draw.choice([b"\n", b"{}\n", b"[]\n", b"null\n", b'{"position":1,"path":[]}\n', b"x" * 70_000 + b"\n"]),
            )
    return b"".join(lines)


def word(draw: Random, raw: bytes) -> bytes:
    """A number, name or quotation mark that is nearly right."""
    old, new = draw.choice([
        (b"1", b"2"), (b'"version":1', b'"version":2'), (b"position", b"positiom"), (b":[", b":[1,"), (b"incident", b"record"), (b"record", b"incident"),
        (b'"specversion":"1.0"', b'"specversion":"2.0"'), (b"null", b"0"), (b"5", b"5.0"), (b"AGENCY", b"agency"), (b"head ", b"link "), (b"link ", b"head "),
        (b"\xe2\x80\x94", b"-"), (b'"a', b'"\\ud800'), (b"true", b"1"), (b"period", b"all"), (b"silence", b"incident"), (b"0", b"-0"), (b"{", b'{"a":1,"a":2,'),
    ])  # fmt: skip
    places = raw.count(old)
    if not places:
        return raw
    parts = raw.split(old)
    at = draw.randrange(places)
    return old.join(parts[: at + 1]) + new + old.join(parts[at + 1 :])


CHANGES: tuple[Change, ...] = (bit, cut, line, word)
SHARES = 10
"""Tests among which the bits are dealt, so that workers share them out."""
PARTS = 4
"""The same for the thousands of a long run."""
TRUSTED = 8
"""Of ten bundles so many are checked with the right key."""


def of_value(draw: Random, folder: Path) -> None:
    """Something in the manifest or in a report replaced by something else of JSON."""
    file = draw.choice([folder / "bundle.json", *(folder / "figures").glob("*.json")])
    try:
        value = at = json.loads(file.read_bytes())
    except ValueError:
        return
    while isinstance(at, dict | list) and at:
        place = draw.choice(list(at)) if isinstance(at, dict) else draw.randrange(len(at))
        if draw.random() < 0.4 or not isinstance(at[place], dict | list) or not at[place]:
            at[place] = draw.choice([None, 0, 1, -1, 2**70, "", "x", [], {}, True, "all", [1], [[]], {"entries": []}])
            break
        at = at[place]
    file.write_text(json.dumps(value))


@pytest.fixture
def both(made):
    """The one answer of both programs."""
    ours, theirs = VerifierKey.parse(made.key), str(STRANGER.verifier)
    witness = WITNESSES[0].verifier

    def code(path: Path, *, known: bool = True, quorum: int = 0) -> int:
        trust = Trust((ours if known else STRANGER.verifier,), (witness,), quorum)
        other = verify_ledger.Trust.of([made.key if known else theirs], [str(witness)], quorum)
        one, two = check_bundle(path, trust), verify_ledger.verify_bundle(str(path), other)
        assert one.code == two.code, (one, two)
        assert int(one.level) == two.level, (one, two)
        return one.code

    return code


@pytest.mark.parametrize("scope", SCOPES)
def test_both_find_what_was_exported_true(both, made, scope):
    assert both(made.folder / scope) == 0
    assert both(made.folder / scope, known=False) == 2
    assert both(made.folder / scope, quorum=1) == (2 if scope == "silence" else 0)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each part of the thousands is a test of its own, so that workers share them out."""
    if "part" in metafunc.fixturenames:
        metafunc.parametrize("part", range(PARTS if metafunc.config.getoption("--long") else 1))


@pytest.fixture
def draw(seed: int, part: int) -> Random:
    """The chances of one part."""
    return Random(seed + part)


def test_both_come_to_the_same_on_thousands_of_bundles(both, made, tmp_path, draw, long):
    codes = [0, 0, 0]
    small = ["incident", "record", "silence"]
    for number in range(10_000 // PARTS if long else 400):
        case = tmp_path / str(number)
        shutil.copytree(made.folder / draw.choice(small if number % 8 else list(SCOPES)), case)
        (case / "verify_ledger.py").unlink()
        (case / "index.html").unlink()
        for _ in range(draw.choice([0, 1, 1, 1, 2])):
            file = draw.choice(sorted(path for path in case.rglob("*") if path.is_file()))
            match draw.randrange(10):
                case 0:
                    file.unlink()
                case 1:
                    of_value(draw, case) if (case / "bundle.json").exists() else None
                case _:
                    raw = file.read_bytes()
                    file.write_bytes(draw.choice(CHANGES)(draw, raw) if raw else b"x")
            if not any(path.is_file() for path in case.rglob("*")):
                break
        codes[both(case, known=draw.randrange(10) < TRUSTED, quorum=draw.randrange(4) == 0)] += 1
        shutil.rmtree(case)
    assert min(codes) > 10, codes


@pytest.fixture(params=range(SHARES))
def share(request, seed, long):
    """Picks one test's share of what is there: all of it in a long run, otherwise some."""

    def picked(every):
        ours = every[request.param :: SHARES]
        return ours if long else Random(seed).sample(ours, min(len(ours), 150 // SHARES))

    return picked


def test_no_bit_of_what_is_checked_can_be_flipped(both, made, tmp_path, share):
    """But in what is nobody's: the name of the ledger's own line under what was witnessed, which its witness vouches for."""
    case = Path(shutil.copytree(made.folder / "record", tmp_path / "record"))
    names = ("checkpoint", "entries.ndjson", "proofs.ndjson", "runs.ndjson", "bundle.json", "witnessed", "consistency")
    for name in names:
        raw = (case / name).read_bytes()
        log, witness = raw.find(b"\n\n") + 2, raw.rfind(b"\n", 0, -1) + 1
        spared = range(log, witness) if name == "witnessed" else ()
        for at, one in share([(at, one) for at in range(len(raw)) for one in range(8) if at not in spared]):
            (case / name).write_bytes(raw[:at] + bytes([raw[at] ^ 1 << one]) + raw[at + 1 :])
            assert both(case, quorum=1) != 0, (name, at, one)
        (case / name).write_bytes(raw)
