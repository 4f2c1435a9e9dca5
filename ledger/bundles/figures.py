"""What can be checked of a figure without knowing what it counts: its entries are there, and its numbers fit one another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ledger.figures.answer import RECORDS, spelled
from ledger.figures.measures import per_cent
from ledger.log.verdict import Malformed, Unknown, Wrong


def check_figures(figure: Any, held: Collection[int], wrong: Collection[int]) -> None:
    """Nothing, if a figure of a report rests on these entries alone; otherwise Malformed, Wrong, or Unknown where one is not held."""
    try:
        _check(figure, held, wrong)
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed("not a figure") from error


def _check(figure: Any, held: Collection[int], wrong: Collection[int]) -> None:
    sides = [figure.get("numerator"), figure.get("denominator")]
    given = [side for side in sides if side is not None]
    listed, rests = _entries(figure), [_entries(side) for side in given]
    as_at = figure["as_at"]
    if type(as_at) is not int:
        raise Malformed("a figure is as at a position")
    both = len(rests) == len(sides)
    if not all(side <= listed for side in rests) or (both and listed != rests[0] | rests[1]):
        raise Wrong("the sides of a figure list other entries than it does")
    for position in sorted(listed):
        if position in wrong or not 0 < position <= as_at:
            raise Wrong(f"a figure rests on entry {position}")
        if position not in held:
            raise Unknown(f"a figure rests on entry {position}, which is not here")
    if figure.get("basis") != RECORDS:
        return
    if not listed and figure.get("value") not in (None, 0, "0", "0.00"):
        raise Wrong("a figure of nothing has a value")
    if both:
        _share(figure.get("value"), given[0]["value"], given[1]["value"])
        for parts in (figure.get("by") or {}).values():
            for part in parts:
                if part.get("numerator") is not None and part.get("denominator") is not None:
                    _share(part.get("value"), part["numerator"], part["denominator"])


def _entries(value: Any) -> set[int]:
    if not isinstance(value["entries"], list) or any(type(position) is not int for position in value["entries"]):
        raise Malformed("a figure lists positions")
    return set(value["entries"])


def _share(value: Any, part: Any, whole: Any) -> None:
    if type(part) is not int or type(whole) is not int:
        raise Malformed("a share is of two whole numbers")
    if value != spelled(per_cent(part, whole)):
        raise Wrong(f"{part} of {whole} is not {value} per cent")
