"""Numbers, codes and positions as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from ledger.figures.measures import Value
from ledger.figures.stated import plain as words

MEANT = {
    "gps": "GPs",
    "lcspr": "local child safeguarding practice review",
    "marac": "multi-agency risk assessment conference (MARAC)",
    "scr": "serious case review",
    "taf": "Team around the Family (TAF)",
}
"""Words of codes that only people of the field would know, in lower case, and what they stand for."""
_MEANT = re.compile(rf"\b({'|'.join(MEANT)})\b")


def number(value: Value | str) -> str:
    """A number as people read it, with its exact digits: `1,657`, `8.5`; `cannot tell` for none."""
    match value:
        case None:
            return "cannot tell"
        case int() | Decimal():
            return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        case _:
            return value


def said(value: Value, unit: str) -> str:
    """A number with the sign of its unit: `£299,345.00`, `8.5%`."""
    if value is None:
        return number(value)
    if unit == "pounds":
        return f"-£{number(-value)}" if value < 0 else f"£{number(value)}"
    return number(value) + ("%" if unit.startswith("%") else "")


def plain(code: str) -> str:
    """A code as words that people outside the field know: `taf-open` is `Team around the Family (TAF) open`."""
    return meant(words(code).replace("_", " "))


def meant(text: str) -> str:
    """Words with the bare codes in them told in full."""
    return _MEANT.sub(lambda found: MEANT[found[0]], text)


def ranges(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Positions in order, as runs without a gap: first and last."""
    start = last = None
    for position in positions:
        if start is None or last is None:
            start = last = position
        elif position == last + 1:
            last = position
        else:
            yield start, last
            start = last = position
    if start is not None and last is not None:
        yield start, last


def spoken_ranges(positions: Sequence[int], most: int | None = None) -> str:
    """`1-5 9`; beyond so many runs, how many positions more there are."""
    shown, named = [], 0
    for n, (first, last) in enumerate(ranges(positions)):
        if most is not None and n == most:
            shown.append(f"and {len(positions) - named} more")
            break
        shown.append(str(first) if first == last else f"{first}-{last}")
        named += last - first + 1
    return " ".join(shown)


class RestsOn(Protocol):
    """What points to entries."""

    @property
    def entries(self) -> Sequence[int]: ...
    @property
    def kept_back(self) -> int: ...


def spoken_entries(of: RestsOn, most: int | None = None) -> str:
    """The entries behind a number, and how many more there are that whoever reads it may not open."""
    shown = spoken_ranges(of.entries, most)
    if not of.kept_back:
        return shown
    return f"{shown} and {of.kept_back} that you may not open".removeprefix(" and ")
