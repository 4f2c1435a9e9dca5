"""Changing a state: what every fold does at every event, so it is done the quick way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace  # so that every field named is checked by the class
else:

    def replace(state: Any, **changes: Any) -> Any:
        """A copy of a frozen dataclass with some fields changed, as `dataclasses.replace`, in a fifth of its time: it takes the
        fields over as they are and asks none of them. For states that have neither slots nor a `__post_init__`. TypeError for a
        field that is not there.
        """
        made = object.__new__(type(state))
        fields = made.__dict__
        fields.update(state.__dict__)
        fields.update(changes)
        if len(fields) != len(state.__dict__):
            raise TypeError(f"{type(state).__name__} has no field {(changes.keys() - state.__dict__.keys()).pop()}")
        return made


__all__ = ["replace"]
