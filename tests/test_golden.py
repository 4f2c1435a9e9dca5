"""Golden bytes: every event version's entry, byte for byte, as it was first released. Changed only on purpose.

`python -m tests.test_golden` writes the entries of types that have none yet; it never rewrites one that stands.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ledger.domain  # noqa: F401 - fills the register
from ledger.domain.general import GENERAL
from ledger.domain.register import REGISTER, TYPE_PREFIX
from ledger.entry import parse, read_back, stamp

VECTORS = Path(__file__).parent / "vectors"
GOLDEN = VECTORS / "golden.ndjson"
STAMPED_AT = datetime(2020, 1, 1, 12, tzinfo=UTC)


def examples() -> dict[str, dict]:
    """One posted `data` per event type, by full type name."""
    found = {}
    for path in sorted(VECTORS.glob("*.json")):
        for name, data in json.loads(path.read_text()).items():
            found[TYPE_PREFIX + name] = data
    return found


def entry_of(type_: str, data: dict) -> bytes:
    record = REGISTER[type_].record.name
    reference = {"ledger": "LEDGER", "policy": str(data.get("kind", "REGIME")).upper()}.get(record, "EXAMPLE-1")
    if record == "agency" and "code" in data:
        reference = data["code"]
    posted = {
        "specversion": "1.0",
        "id": "golden",
        "source": "/business-unit",
        "type": type_,
        "subject": f"{record}/{reference}",
        "time": "2019-12-02T10:30:00Z",
        "data": data,
    }
    return stamp(
        parse(posted), reference=reference, version=1, recordedtime=STAMPED_AT, recordedby="business-unit@BU",
        regime="wt18@1", retrospective=False, departures=(), salt=lambda: bytes(32),
    ).body  # fmt: skip


def golden() -> dict[str, bytes]:
    lines = GOLDEN.read_bytes().splitlines() if GOLDEN.exists() else []
    return {json.loads(line)["type"]: line for line in lines}


def test_every_event_type_has_an_example_and_golden_bytes():
    needed = {t for t, kind in REGISTER.items() if t.rpartition(".")[2] not in GENERAL or kind.record.name == "agency"}
    assert needed - set(examples()) == set()
    assert needed - set(golden()) == set()


@pytest.mark.parametrize("type_", sorted(golden()))
def test_an_entry_of_every_version_ever_released_has_the_same_bytes(type_):
    assert entry_of(type_, examples()[type_]) == golden()[type_]


@pytest.mark.parametrize("type_", sorted(golden()))
def test_every_golden_entry_reads_back_and_tells_its_sentence(type_):
    entry = read_back(1, golden()[type_])
    assert entry.kind.type == type_
    sentence = entry.event.sentence()
    assert sentence
    assert "\n" not in sentence
    assert json.loads(golden()[type_])["data"].keys() >= set(entry.event.model_fields_set) - {"citation"}


if __name__ == "__main__":
    held = golden()
    for name, example in examples().items():
        held.setdefault(name, entry_of(name, example))
    GOLDEN.write_bytes(b"\n".join(held[name] for name in sorted(held)) + b"\n")
