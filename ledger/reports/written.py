"""A report written in one of the ways people and machines read it. Imports what a way needs only when it is used."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.application import Ledger
    from ledger.reports.annual import Report


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


def written(made: Report, format: Format, partnership: str = "") -> str:
    """The report as a document; `partnership` is its public name, for the page's title."""
    from ledger.reports.annual import to_json
    from ledger.reports.page import to_html
    from ledger.reports.table import to_csv

    match format:
        case Format.JSON:
            return to_json(made)
        case Format.CSV:
            return to_csv(made)
        case Format.HTML:
            return to_html(made, partnership)


def partnership_of(ledger: Ledger, position: int) -> str:
    """The partnership's public name; empty before the ledger was opened for one."""
    from ledger.domain.history import fold

    state = fold(ledger.record("ledger/LEDGER", position)).state
    return "" if state is None else str(state.partnership)
