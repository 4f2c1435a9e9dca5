"""The domain reference as the program cites it: each rule's words, where they come from, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).parents[1] / "docs" / "domain" / "reference.md"
CONFIDENCE = {"confirmed": "confirmed", "partly": "partly-confirmed", "unconfirmed": "unconfirmed"}
"""How the reference writes each word that packs write in full."""
BY_DESIGN = "by-design"
"""Of a rule of this project: it follows from what an event means, so that nobody can confirm it."""
_SURE, _OWN = ("source", "confidence"), ("effect", "follows from")


@dataclass(frozen=True)
class Referred:
    """One row of the reference. `confidence`: confirmed, partly-confirmed, unconfirmed or by-design."""

    id: str
    says: str
    source: str
    confidence: str


@cache
def reference() -> Mapping[str, Referred]:
    """The rows of docs/domain/reference.md that say how sure a rule is, by id; the first where several stand under one."""
    found: dict[str, Referred] = {}
    for row in _rows(REFERENCE.read_text(encoding="utf-8")):
        found.setdefault(row.id, row)
    return found


def _rows(text: str) -> Iterator[Referred]:
    headings: tuple[str, ...] = ()
    for line in text.splitlines():
        if line.startswith("|---"):
            continue
        cells = tuple(cell.strip() for cell in line.strip("| ").split(" | "))
        if len(cells) != 4:  # noqa: PLR2004 - the tables of rules have four columns
            headings = ()
        elif cells[0] == "id":
            headings = cells[2:]
        elif headings == _SURE:
            yield Referred(cells[0], cells[1], cells[2], CONFIDENCE[cells[3]])
        elif headings == _OWN:
            yield Referred(cells[0], cells[1], cells[3], BY_DESIGN)
