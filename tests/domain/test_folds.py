"""Folds are total: whatever a withdrawal or a correction leaves of a history, its record still folds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger.domain  # noqa: F401 - fills the register
from ledger.domain.general import GENERAL
from ledger.domain.register import RECORDS, REGISTER, TYPE_PREFIX

VECTORS = Path(__file__).parents[1] / "vectors"


def examples(record):
    data = json.loads((VECTORS / f"{record}.json").read_text())
    kinds = [REGISTER[TYPE_PREFIX + name] for name in data]
    own = [(k, k.event.model_validate_json(json.dumps(data[k.name]))) for k in kinds if k.event not in GENERAL.values()]
    return [e for k, e in own if k.begins], [e for _, e in own]


@pytest.mark.parametrize("record", sorted(RECORDS))
@given(data=st.data())
def test_any_history_that_was_begun_folds(record, data):
    begins, events = examples(record)
    history = [data.draw(st.sampled_from(begins)), *data.draw(st.lists(st.sampled_from(events), max_size=8))]
    state = None
    for event in history:
        state = RECORDS[record].evolve(state, event)
    assert state is not None
