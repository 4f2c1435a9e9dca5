"""Pages of docs/ that the program writes from its own registers. `python -m tests.pages` writes them anew.

A folder of such pages is one function that gives file name -> text; it is listed in FOLDERS, and nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.pages import access, clocks, commands, enquiries

DOCS = Path(__file__).parents[2] / "docs"
FOLDERS: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "clocks": clocks.pages,
    "access": access.pages,
    "commands": commands.pages,
    "enquiries": enquiries.pages,
}


def pages() -> dict[Path, str]:
    """Every page as it should stand, by its place."""
    return {DOCS / folder / name: text for folder, written in FOLDERS.items() for name, text in written().items()}


def standing() -> set[Path]:
    """Every file that stands in one of the folders."""
    return {path for folder in FOLDERS for path in (DOCS / folder).rglob("*") if path.is_file()}
