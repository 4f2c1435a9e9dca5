"""The threat model says for each threat which test shows the defence, or that there is none; a test that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODEL = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split(" | ") for line in MODEL.splitlines() if line.startswith("| ") and not line.startswith("| threat")]  # fmt: skip


def test_four_attack_and_each_finds_something_undefended():
    parts = MODEL.split("\n## The ")[1:]
    assert len(parts) == 4
    assert all("| not defended |" in part for part in parts)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip()[:40])
def test_a_defence_is_shown_by_a_test_that_exists(row):
    shown = row[-1].strip().rstrip("|").strip()
    if shown == "not defended":
        return
    named = re.findall(r"`(tests/[^`]+)`", shown)
    assert named, shown
    for each in named:
        path, _, function = each.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not function or f"def {function}(" in text, each
