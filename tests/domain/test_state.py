"""The quick copy that folds make is the copy dataclasses make."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any, get_type_hints

import pytest

from ledger.domain.register import RECORDS
from ledger.domain.state import replace

STATES: dict[str, Any] = {record.name: get_type_hints(record.evolve)["return"] for record in RECORDS.values()}


@pytest.mark.parametrize("name", STATES)
def test_every_state_may_be_copied_the_quick_way(name):
    state = STATES[name]
    fields = [field.name for field in dataclasses.fields(state)]
    held = state(*fields)
    assert dataclasses.is_dataclass(state)
    assert not hasattr(state, "__slots__") and not hasattr(state, "__post_init__")
    assert not any(isinstance(member, cached_property) for member in vars(state).values())
    for field in fields:
        changed = replace(held, **{field: 1})
        assert changed == dataclasses.replace(held, **{field: 1})
        assert type(changed) is state
    assert held == state(*fields)


def test_a_field_that_is_not_there_is_a_defect():
    with pytest.raises(TypeError, match="Agency has no field colour"):
        replace(STATES["agency"](*["x"] * len(dataclasses.fields(STATES["agency"]))), colour="red")
