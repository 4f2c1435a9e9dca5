"""Figures by agency follow its succession: what two bodies did before they were merged counts under the body that took over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.figures.selection import Asked, Cell
from ledger.projections.partnership import Agencies

OF_AGENCIES = frozenset(
    {"agency", "agencies", "by_agency", "with_agency", "lead_agency", "to_agency", "to_agencies", "owner", "to"}
)
"""Dimensions that hold codes of agencies."""


def heirs(asked: Asked) -> Mapping[str, str]:
    """Who had taken over from each agency by the end of the period, through every succession.

    An agency that several others took over from keeps its own code: nobody can say which of them what it did belongs to.
    """
    if "heirs" not in asked.known:
        rows = {held.reference: held.row.succeeded_by for held in asked.held(Agencies)}
        asked.known["heirs"] = {code: heir for code in rows if (heir := _last(code, rows)) != code}
    found: Mapping[str, str] = asked.known["heirs"]
    return found


def _last(code: str, rows: Mapping[str, Sequence[str]]) -> str:
    seen = {code}
    while len(others := rows.get(code, ())) == 1 and others[0] not in seen:
        code = others[0]
        seen.add(code)
    return code


def followed(asked: Asked, cells: list[Cell], by: Sequence[str]) -> list[Cell]:
    """The cells of a breakdown, each agency under the code of whoever took over from it; some may then be alike."""
    places = {n for n, name in enumerate(by) if name in OF_AGENCIES}
    if not places or not heirs(asked):
        return cells
    return [
        cell._replace(of=tuple(heir_of(asked, code) if n in places else code for n, code in enumerate(cell.of)))
        for cell in cells
    ]


def heir_of(asked: Asked, code: Any) -> Any:
    """The agency, or each of several, that took over."""
    if isinstance(code, tuple):
        return tuple(heir_of(asked, each) for each in code)
    return heirs(asked).get(code, code)
