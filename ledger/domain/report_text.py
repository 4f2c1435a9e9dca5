"""What people write into a report: figures are quoted by their id, so that text cannot drift from numbers; numbers written by hand are found."""

from __future__ import annotations

import re

from ledger.domain.fields import MONTHS

FIGURE_ID = r"FIG(?:-[A-Z0-9]+)+(?:\.[a-z0-9-]+){0,3}"
QUOTED = re.compile(rf"\{{\{{\s*({FIGURE_ID})(?:\s+([a-z0-9_-]+)=([A-Za-z0-9-]+))?\s*\}}\}}")
"""`{{FIG-ACT-OVERDUE}}`, or one number of a breakdown: `{{FIG-ACT-OPEN owner=POLICE}}`."""
_NOT_FIGURES = re.compile(
    rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)})(?: \d{{4}})?\b"  # a day
    rf"|\b(?:{'|'.join(MONTHS)}) \d{{4}}\b"
    r"|\b(?:19|20)\d\d(?:-\d\d)?\b"  # a year
    r"|\b[A-Z]+(?:-[A-Z0-9]+)*-\d[A-Z0-9-]*\b"  # a reference
    r"|\b[Ss]ections? \d+(?:/\d+)?\b|\b999\b"
    r"|^\s*\d+[.)] ",  # of a list
    re.MULTILINE,
)
_NUMBER = re.compile(
    r"\b\d+(?:,\d{3})*(?:\.\d+)?%?"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half|a third|a quarter)\b",
    re.IGNORECASE,
)


def bare_numbers(markdown: str) -> list[str]:
    """Numbers written by hand, in digits or in words, that no figure stands behind; days, years and references are none."""
    return [found.group() for found in _NUMBER.finditer(_NOT_FIGURES.sub(" ", QUOTED.sub(" ", markdown)))]
