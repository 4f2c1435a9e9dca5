"""What written pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WRITTEN = "Written by `python -m tests.pages`; change the program or its packs, not this page."


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; what is None stays empty."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def page(*parts: str) -> str:
    """A page of these parts, a blank line between them."""
    return "\n\n".join((*parts, WRITTEN)) + "\n"


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split()).replace("|", "\\|")
