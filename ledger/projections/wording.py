"""How values that may be left open stand in a row: words for yes and no, None for a number nobody gives."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.fields import NotStated, YesNo


def yes_no(value: YesNo) -> str:
    """'yes', 'no' or 'not-stated'."""
    return value if isinstance(value, str) else "yes" if value else "no"


def counted(value: int | NotStated) -> int | None:
    """The number; None where it is not stated."""
    return None if isinstance(value, str) else value


def pairs(values: Mapping[str, object]) -> tuple[str, ...]:
    """`key=value`, in order of keys."""
    return tuple(f"{key}={values[key]}" for key in sorted(values))


def unpaired(pairs: tuple[str, ...]) -> dict[str, str]:
    """The mapping that `pairs` was made from, its values as text."""
    return dict(pair.split("=", 1) for pair in pairs)
