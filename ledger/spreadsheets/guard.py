"""A cell of a CSV file that no spreadsheet takes for a formula, and what it said before."""

from __future__ import annotations

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be worked out by a spreadsheet."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def guarded(text: str) -> str:
    """With an apostrophe before it where it would be a formula, or would be taken for one that was guarded."""
    meant = text.lstrip("'").startswith(FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if meant else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
