"""What the door keeps out: words sealed by a sender, names that are text, times that are none."""

from __future__ import annotations

import pytest

from ledger.entry import Malformed, parse
from tests.ledger.posting import event

CANARY = "Child J hit by a carer"
REASONS = {"number": 1, "reasons": "why"}


def faults(posted):
    with pytest.raises(Malformed) as refused:
        parse(posted)
    return refused.value.faults


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("review.recommendation-declined", REASONS | {"reasons": {"sealed": "0" * 64}}, "/data/reasons"),
        (
            "review.corrected",
            {"position": 1, "reason": "r", "changes": {"reasons": {"sealed": "0" * 64}}},
            "/data/changes/reasons",
        ),
    ],
)
def test_only_the_ledger_seals_words(name, data, where):
    found = faults(event(name, "review/REV-1", data))
    assert [(fault.pointer, fault.message) for fault in found] == [(where, "Input should be a valid string")]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (REASONS | {CANARY: 1}, "/data"),
        (REASONS | {CANARY: None}, "/data"),
        (REASONS | {"Anna": 1}, "/data"),
        (REASONS | {"a_field": 1}, "/data/a_field"),
        (REASONS | {"a_field": None}, "/data/a_field"),
    ],
)
def test_a_pointer_names_what_looks_like_a_field_and_no_text(data, where):
    found = faults(event("review.recommendation-declined", "review/REV-1", data))
    assert [fault.pointer for fault in found] == [where]


def test_a_pointer_names_no_text_in_the_place_of_a_code():
    data = {"tier": "three-month", "returns": 1, "asked": 2, "scores": {CANARY: "1"}}
    assert [fault.pointer for fault in faults(event("training.evaluated", "training/T", data))] == ["/data/scores"]
