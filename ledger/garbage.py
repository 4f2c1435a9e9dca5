"""How often Python looks for cycles of objects that nobody needs any more: every program of the ledger sets it at its start."""

from __future__ import annotations

import gc

MOST_YOUNG_OBJECTS = 50_000
"""New objects after which Python looks for cycles among them. Entries, rows and requests leave hardly any: looking after every 700
takes a tenth of the time of recording, and a third of that of building the tables anew."""


def look_seldom() -> None:
    """Look for cycles only after so many new objects, in this whole process."""
    gc.set_threshold(MOST_YOUNG_OBJECTS)
